"""How much of a model an expression of parameters selects, and how selections are put together."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

import libcst as cst


class Reach(Enum):
    """How much of a module a selection takes."""

    NOTHING = auto()  # an empty list, to be filled
    TENSORS = auto()  # single tensors, named one by one
    WHOLE = auto()  # every parameter of some module, biases and norm scales among them
    NARROWED = auto()  # parameters picked by a condition
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Selection:
    """Parameters that an expression selects.

    `roots` are the X of every `X.parameters()`; `once` says that the expression is an iterator, spent by one reading;
    `named` that it yields pairs of name and parameter; `from_caller` that a caller of the function hands it over;
    `singly` that a loop makes a group of each parameter.
    """

    reach: Reach
    roots: tuple[cst.BaseExpression, ...] = ()
    once: bool = False
    named: bool = False
    from_caller: bool = False
    singly: bool = False


UNKNOWN = Selection(Reach.UNKNOWN)


def union(selections: Iterable[Selection]) -> Selection:
    """All of several selections together: one that is unknown or narrowed makes the whole so."""
    some = list(selections)
    for reach in (Reach.UNKNOWN, Reach.NARROWED, Reach.WHOLE, Reach.TENSORS):
        if any(selection.reach is reach for selection in some):
            return _merged(some, reach)
    return Selection(Reach.NOTHING)


def either(selections: Iterable[Selection]) -> Selection:
    """One of several selections: known only where they agree; an empty list counts as not yet filled."""
    some = [selection for selection in selections if selection.reach is not Reach.NOTHING]
    reaches = {selection.reach for selection in some}
    if not some:
        return Selection(Reach.NOTHING)
    return _merged(some, some[0].reach) if len(reaches) == 1 else UNKNOWN


def _merged(some: list[Selection], reach: Reach) -> Selection:
    return Selection(
        reach,
        tuple(dict.fromkeys(root for selection in some for root in selection.roots)),
        any(selection.once for selection in some),
        any(selection.named for selection in some),
        any(selection.from_caller for selection in some),
        any(selection.singly for selection in some),
    )


def is_trained(test: cst.BaseExpression | None, words: Iterable[str]) -> bool:
    """Whether a condition only asks if the parameter is trained, which spares neither biases nor norms."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        return is_trained(test.left, words) and is_trained(test.right, words)
    return isinstance(test, cst.Attribute) and test.attr.value in words


def is_untrained(test: cst.BaseExpression | None, words: Iterable[str]) -> bool:
    """Whether a condition only asks if the parameter is not trained."""
    is_not = isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not)
    return is_not and is_trained(test.expression, words)  # type: ignore[union-attr]
