"""What an item or a slice of a thing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.parameters.iteration import contained, spread
from adamw_lint.model.parameters.slots import placed
from adamw_lint.model.parameters.things import (
    HANDED,
    PLAIN,
    REST,
    SHAPE,
    UNKNOWN,
    Class,
    Constant,
    Either,
    Layer,
    Library,
    Listed,
    Mapped,
    Method,
    Scope,
    Thing,
    either,
    items_of,
)
from adamw_lint.model.tree import index_of

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter


def subscript(run: Interpreter, node: cst.Subscript, scope: Scope) -> Thing:
    """What `x[k]` or `x[a:b]` is."""
    base = run.expression(node.value, scope)
    index = index_of(node)
    if index is None:
        return _sliced(run, base, node, scope)
    return item(base, run.expression(index, scope))


def item(base: Thing, key: Thing) -> Thing:
    """What stands at a key or an index; one of all where the key is known only at run time."""
    match base:
        case Either():
            return either(item(option, key) for option in base.options)
        case Layer():
            name = placed(base, key)
            found = base.slots.get(str(name.value)) if isinstance(name, Constant) else either(contained(base))
            return found or UNKNOWN
        case Mapped():
            if isinstance(key, Constant):
                return base.slots.get(key.value, UNKNOWN)
            return UNKNOWN if REST in base.slots else either(base.slots.values())
        case Library() | Class():
            return base  # Generic[T]
        case Method():
            return HANDED
    items = items_of(base)
    if items is None:
        return base if base in (HANDED, PLAIN) else HANDED if base is SHAPE else UNKNOWN
    if isinstance(key, Constant) and isinstance(key.value, int):
        return items[key.value] if -len(items) <= key.value < len(items) else UNKNOWN
    return either(items) if items else UNKNOWN


def _sliced(run: Interpreter, base: Thing, node: cst.Subscript, scope: Scope) -> Thing:
    part = node.slice[0].slice
    if len(node.slice) != 1 or not isinstance(part, cst.Slice):
        return base if isinstance(base, (Library, Class)) else SHAPE
    items = spread(base)
    bounds = [None if each is None else run.expression(each, scope) for each in (part.lower, part.upper, part.step)]
    if items is None or any(bound is not None and not isinstance(bound, Constant) for bound in bounds):
        return SHAPE if base is SHAPE else HANDED if base is HANDED else UNKNOWN
    limits = [bound.value if isinstance(bound, Constant) else None for bound in bounds]
    try:
        picked = items[slice(*limits)]
    except (TypeError, ValueError):
        return UNKNOWN
    if isinstance(base, Layer):
        return _part(base, slice(*limits))
    if isinstance(base, Constant):
        return Constant("".join(str(each.value) for each in picked if isinstance(each, Constant)))
    return Listed({"items": picked}) if isinstance(base, Listed) else picked


def _part(base: Layer, bounds: slice) -> Thing:
    """A slice of a sequence of layers: a Sequential keeps the names of its layers, a list counts them anew."""
    if base.of is not None:
        return UNKNOWN  # a class of the program, built again
    keeps = base.label.endswith(".Sequential")
    names = enumerate(list(base.slots)[bounds])
    return Layer({name if keeps else str(index): base.slots[name] for index, name in names}, base.label)
