"""Where the values of assignments go: variables, attributes, items of lists and dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from adamw_lint.model.parameters.iteration import contained
from adamw_lint.model.parameters.things import (
    ABSENT,
    HANDED,
    PLAIN,
    REST,
    UNKNOWN,
    Constant,
    Either,
    Given,
    Held,
    Layer,
    Listed,
    Mapped,
    Method,
    Scope,
    Thing,
    either,
    items_of,
    options_of,
)
from adamw_lint.model.tree import index_of

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter


def assign(run: Interpreter, target: cst.BaseExpression, value: Thing, scope: Scope) -> None:
    """Bind the target of an assignment or of a loop."""
    if isinstance(target, cst.Name):
        run.heap.write(scope, target.value, value)
    elif isinstance(target, cst.Attribute):
        put(run, run.expression(target.value, scope), Constant(target.attr.value), value)
    elif isinstance(target, cst.Subscript):
        _put_item(run, _parts(run, run.expression(target.value, scope)), _key(run, target, scope), value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(run, target, value, scope)


def _unpack(run: Interpreter, target: cst.Tuple | cst.List, value: Thing, scope: Scope) -> None:
    items = items_of(value)
    plain = not any(isinstance(element, cst.StarredElement) for element in target.elements)
    for index, element in enumerate(target.elements):
        known = plain and items is not None and len(items) == len(target.elements)
        rest = value if value in (HANDED, PLAIN) else UNKNOWN
        assign(run, element.value, items[index] if known and items is not None else rest, scope)


def put(run: Interpreter, owner: Thing, name: Thing, value: Thing) -> None:
    """Set an attribute; a layer whose attribute has an unknown name may have anything."""
    for option in options_of(owner):
        if isinstance(option, Layer):
            is_one = not isinstance(owner, Either)
            _put_in(run, option, name, value if is_one else UNKNOWN)
        elif _may_be_layer(value):
            run.is_lost = True  # some layer that we cannot name has got another part


def _put_in(run: Interpreter, layer: Layer, name: Thing, value: Thing) -> None:
    if isinstance(name, Constant) and isinstance(name.value, (str, int)):
        run.heap.write(layer, str(name.value), value)
    elif value is UNKNOWN or _may_be_layer(value):
        run.heap.write(layer, REST, UNKNOWN)


def _may_be_layer(value: Thing) -> bool:
    return any(isinstance(option, (Layer, Held)) for option in options_of(value))


def _parts(run: Interpreter, owner: Thing) -> Thing:
    """The layer whose parts a dict of it holds: `self._modules`."""
    is_dict = isinstance(owner, Method) and owner.name in run.facts.words["dicts"]
    return owner.receiver if is_dict and isinstance(owner, Method) else owner


def _put_item(run: Interpreter, owner: Thing, key: Thing, value: Thing) -> None:
    if isinstance(owner, Layer):
        put(run, owner, placed(owner, key), value)
    elif isinstance(owner, Mapped):
        run.heap.write(owner, key.value if isinstance(key, Constant) else REST, value)
    elif isinstance(owner, Listed):
        items = items_of(owner)
        is_known = items is not None and isinstance(key, Constant) and isinstance(key.value, int)
        if items is None or not is_known or not -len(items) <= key.value < len(items):  # type: ignore[union-attr]
            run.heap.write(owner, "items", UNKNOWN)
            return
        index = key.value % len(items)  # type: ignore[union-attr]
        run.heap.write(owner, "items", (*items[:index], value, *items[index + 1 :]))


def placed(layer: Layer, key: Thing) -> Thing:
    """The name of the layer that stands at an index of a sequence, counted from the end where it is negative."""
    if not isinstance(key, Constant) or not isinstance(key.value, int):
        return key
    count = len(contained(layer))
    names = [name for name in layer.slots if name is not REST]
    is_within = layer.of is None and -count <= key.value < count
    return Constant(names[key.value] if is_within else count + key.value if key.value < 0 else key.value)


def _key(run: Interpreter, node: cst.Subscript, scope: Scope) -> Thing:
    index = index_of(node)
    return UNKNOWN if index is None else run.expression(index, scope)


def delete(run: Interpreter, target: cst.BaseDelTargetExpression, scope: Scope) -> None:
    """`del` of a variable, an attribute or an item."""
    if isinstance(target, cst.Name):
        run.heap.write(scope, target.value, ABSENT)
    elif isinstance(target, cst.Attribute):
        put(run, run.expression(target.value, scope), Constant(target.attr.value), ABSENT)
    elif isinstance(target, cst.Subscript):
        owner = run.expression(target.value, scope)
        run.call(Method(_parts(run, owner), "pop"), Given((_key(run, target, scope),)))
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            delete(run, element.value, scope)  # type: ignore[arg-type]


def taken(run: Interpreter, layer: Layer, key: Thing) -> Thing:
    """What stands at a key or an index of a container of layers, taken out; behind an index the others move up."""
    name = placed(layer, key)
    slots: dict[Any, Thing] = dict(layer.slots)
    at = str(name.value) if isinstance(name, Constant) else ""
    is_index = name != key or (isinstance(key, Constant) and isinstance(key.value, int))
    if at not in slots or (is_index and (REST in slots or layer.of is not None)):
        for each in slots:
            run.heap.write(layer, each, either([slots[each], ABSENT]))
        run.heap.write(layer, REST, UNKNOWN)
        return UNKNOWN
    for each in slots if is_index else [at]:
        run.heap.write(layer, each, ABSENT)
    for index, each in enumerate(each for each in slots if each != at) if is_index else ():
        run.heap.write(layer, str(index), slots[each])
    return slots[at]
