"""What a loop runs over: the items where they are known, else one that stands for all, of number 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from adamw_lint.model.parameters.things import (
    HANDED,
    INDEX,
    REST,
    UNKNOWN,
    Constant,
    Given,
    Layer,
    Mapped,
    Scope,
    Thing,
    items_of,
    truth,
)

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_MOST = 600  # items of one loop that are looked at


def iterated(run: Interpreter, node: cst.BaseExpression, scope: Scope) -> Iterator[Thing]:
    """The items that an expression yields, one that stands for all where they are not known."""
    yield from each(run.expression(node, scope))


def each(thing: Thing) -> tuple[Thing, ...]:
    """The items of a thing, one that stands for all where they are not known."""
    items = spread(thing)
    if isinstance(thing, Layer):
        return items or (UNKNOWN,)
    if items is None or len(items) > _MOST:
        return (INDEX if thing is INDEX else HANDED if thing is HANDED else UNKNOWN,)
    return items


def spread(thing: Thing) -> tuple[Thing, ...] | None:
    """What a star in front of a thing brings; None where it may be more than is known."""
    if isinstance(thing, Layer):
        return None if REST in thing.slots else contained(thing)
    return items_of(thing)


def contained(layer: Layer) -> tuple[Thing, ...]:
    """The layers of a sequence of layers, in their order."""
    is_own = layer.of is not None  # its other attributes are not all layers
    return tuple(value for key, value in layer.slots.items() if key is not REST and (not is_own or key.isdigit()))


def comprehended(
    run: Interpreter, clause: cst.CompFor, scope: Scope, assign: Callable[..., None]
) -> Iterator[Scope | None]:
    """A scope for each time that the element of a comprehension is evaluated; None where it may be or not."""
    for item in iterated(run, clause.iter, scope):
        inner = Scope(parent=scope, owner=scope.owner, receiver=scope.receiver)
        assign(run, clause.target, item, inner)
        tests = [truth(run.expression(test.test, inner)) for test in clause.ifs]
        if False in tests:
            continue
        if None in tests:
            yield None
        elif clause.inner_for_in is not None:
            yield from comprehended(run, clause.inner_for_in, inner, assign)
        else:
            yield inner


def ranged(given: Given) -> Thing:
    """The numbers of `range(…)`; one that stands for all where their count is not known."""
    limits = [thing.value for thing in given.positional if isinstance(thing, Constant)]
    if len(limits) < len(given.positional) or not all(isinstance(limit, int) for limit in limits) or not limits:
        return (INDEX,)
    if len(limits) == 3 and limits[2] == 0:
        return (INDEX,)
    numbers = range(*limits)
    return (INDEX,) if numbers[_MOST:] else tuple(map(Constant, numbers))


def enumerated(given: Given) -> Thing:
    """The pairs of `enumerate(…)`."""
    first = given.first()
    items = each(first) if first is not None else ()
    start = given.positional[1] if len(given.positional) > 1 else given.keywords.get("start", Constant(0))
    if is_standing(items) or not isinstance(start, Constant):
        return ((INDEX, items[0] if items else UNKNOWN),)
    return tuple((Constant(start.value + index), item) for index, item in enumerate(items))


def zipped(given: Given) -> Thing:
    """The tuples of `zip(…)`; where one of the lists is not known, one tuple stands for all."""
    columns = [each(thing) for thing in given.positional]
    if any(is_standing(column) and len(column) == 1 for column in columns):
        return (tuple(column[0] if column else UNKNOWN for column in columns),)
    return tuple(zip(*columns, strict=False))


def is_standing(items: tuple[Any, ...]) -> bool:
    """Whether one item stands for an unknown number of them."""
    return len(items) == 1 and items[0] in (INDEX, HANDED, UNKNOWN)


def pairs(thing: Mapped) -> Thing:
    """The pairs of key and value of a dict."""
    known = tuple((Constant(key), value) for key, value in thing.slots.items() if isinstance(key, (str, int)))
    return known if len(known) == len(thing.slots) else UNKNOWN
