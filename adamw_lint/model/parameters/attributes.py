"""What an attribute of a thing is: a slot, a method, a property, a name below an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.parameters.things import (
    ABSENT,
    HANDED,
    NONE,
    PLAIN,
    SHAPE,
    UNKNOWN,
    Class,
    Constant,
    Either,
    Function,
    Given,
    Held,
    Layer,
    Library,
    Listed,
    Mapped,
    Method,
    Opaque,
    Raw,
    Scope,
    Super,
    Thing,
    either,
    options_of,
)
from adamw_lint.model.tree import dotted
from adamw_lint.model.worth import Choice, Defined, Nothing, Number, Reference, Text

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_TOLD = (Choice, Defined, Nothing, Number, Text)  # of what stands in another file of the program
_ASKED = frozenset({"get", "pop", "lower", "upper", "split", "items", "keys", "values", "strip", "copy"})


def attribute(run: Interpreter, node: cst.Attribute, base: Thing) -> Thing:
    """What `base.attr` is, for an attribute as it is written."""
    if isinstance(base, Library) and node in run.survey.orders:
        value = run.values.behind(run.values.worth(node))
        return run.converted(value) if isinstance(value, _TOLD) else below(base, node.attr.value)
    found = member(run, base, node.attr.value)
    if isinstance(found, Method) and isinstance(base, Layer) and dotted(node.value) == "self":
        later = run.values.bindings(node) if node in run.survey.orders else []
        return either(run.bound(binding) for binding in later[:3]) if later else found
    return found


def below(base: Library, name: str) -> Thing:
    """Something below an import."""
    return Library(f"{base.path}.{name}")


def member(run: Interpreter, base: Thing, name: str) -> Thing:
    """What the attribute `name` of a thing is."""
    match base:
        case Either():
            return either(member(run, option, name) for option in base.options)
        case Library():
            return below(base, name)
        case Layer():
            return _of_layer(run, base, name)
        case Super():
            return _inherited(run, base.receiver, name, behind=base.owner)
        case Class():
            return inherited(run, base, name) or Method(base, name)
        case Held() | Raw():
            return SHAPE if name == "shape" else Method(base, name)
        case Listed() | Mapped() | Constant() | tuple():
            return HANDED if base == NONE else Method(base, name)
        case Opaque():
            return Library("torch.nn.Embedding") if name in run.facts.words["embedders"] else _of_unknown(base, name)
    return HANDED


def _of_unknown(base: Opaque, name: str) -> Thing:
    if base is PLAIN:
        return PLAIN
    return Method(base, name) if name in _ASKED else SHAPE if "shape" in name.lower() else HANDED


def _of_layer(run: Interpreter, layer: Layer, name: str) -> Thing:
    if name in layer.slots:
        return either(thing for thing in options_of(layer.slots[name]) if thing is not ABSENT)
    words = run.facts.words
    inner = layer.slots.get(words["wrappers"][layer.label]) if layer.label in words["transparent"] else None
    if isinstance(inner, Layer) and (name in inner.slots or (inner.of is not None and inherited(run, inner.of, name))):
        return _of_layer(run, inner, name)
    return _inherited(run, layer, name, behind=None)


def _inherited(run: Interpreter, layer: Layer, name: str, behind: Class | None) -> Thing:
    """A method bound to the layer, a property's value, or an attribute of its class."""
    found = inherited(run, layer.of, name, behind) if layer.of is not None else None
    if not isinstance(found, Function) or not isinstance(found.node, cst.FunctionDef):
        return Method(Super(layer, behind) if behind else layer, name) if found is None else found
    marks = {dotted(each.decorator) for each in found.node.decorators}
    if "staticmethod" in marks:
        return found
    bound = Function(found.node, found.scope, found.owner, layer.of if "classmethod" in marks else layer)
    is_property = any(mark is not None and mark.endswith("property") for mark in marks)
    return run.call(bound, Given()) if is_property else bound


def inherited(run: Interpreter, start: Class, name: str, behind: Class | None = None) -> Thing | None:
    """What the classes of an instance bind to a name, those before and with `behind` passed over."""
    classes = lineage(run, start)
    if behind in classes:
        classes = classes[classes.index(behind) + 1 :]
    for each in classes:
        bindings = run.survey.scopes[each.node].bindings.get(name) if isinstance(each, Class) else None
        if bindings and isinstance(each, Class):
            binding = bindings[-1]
            is_function = isinstance(binding.node, cst.FunctionDef)
            return Function(binding.node, None, each) if is_function else run.bound(binding)  # type: ignore[arg-type]
    return None


def lineage(run: Interpreter, start: Class) -> list[Thing]:
    """A class and its bases in the order in which Python looks at them (a base of two comes after both)."""
    found: list[Thing] = [start]
    open_: list[Thing] = [start]
    while open_ and len(found) < 30:
        each = open_.pop(0)
        if isinstance(each, Class):
            bases = [ancestor(run, base) for base in each.node.bases]
            found = [*(thing for thing in found if thing not in bases), *bases]
            open_ = [*bases, *open_]
    return [thing for thing in found if thing is not NONE]


def ancestor(run: Interpreter, base: cst.Arg) -> Thing:
    """A base class; UNKNOWN where it is not in sight, None where it brings nothing."""
    if dotted(base.value) == "object":
        return NONE
    value = run.values.worth(base.value) if base.value in run.survey.orders else None
    if isinstance(value, (Defined, Reference)):
        return run.converted(value)
    found = run.expression(base.value, Scope())
    return found if isinstance(found, (Class, Library)) else UNKNOWN
