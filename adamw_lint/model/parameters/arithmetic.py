"""Arithmetic and comparisons, as far as counts, flags and lists of layers need them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from adamw_lint.model.parameters.things import (
    INDEX,
    NONE,
    PLAIN,
    UNKNOWN,
    Constant,
    Either,
    Held,
    Listed,
    Opaque,
    Raw,
    Scope,
    Thing,
    items_of,
)

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_ARITHMETIC: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
    cst.FloorDivide: operator.floordiv,
    cst.Modulo: operator.mod,
    cst.Power: operator.pow,
}
_COMPARISONS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
}
_LARGEST = 10**6
_HIGHEST = 64


def binary(run: Interpreter, node: cst.BinaryOperation, scope: Scope) -> Thing:
    """Numbers computed, lists joined and repeated, tensors kept for what they are."""
    left, right = run.expression(node.left, scope), run.expression(node.right, scope)
    compute = _ARITHMETIC.get(type(node.operator))
    if isinstance(left, Constant) and isinstance(right, Constant) and compute is not None:
        return _computed(compute, left.value, right.value)
    tensor = next((each for each in (left, right) if isinstance(each, (Raw, Held))), None)
    if tensor is not None:
        made = tensor.made if isinstance(tensor, Held) else tensor
        return Raw(made.ndim if not (isinstance(left, (Raw, Held)) and isinstance(right, (Raw, Held))) else None)
    if isinstance(left, (Listed, tuple)) and isinstance(right, (Listed, tuple)) and isinstance(node.operator, cst.Add):
        first, second = items_of(left), items_of(right)
        return Listed({"items": UNKNOWN if first is None or second is None else first + second})
    if isinstance(left, (Listed, tuple)) and isinstance(node.operator, cst.Multiply):
        return _repeated(left, right)
    if isinstance(left, Opaque) and isinstance(node.operator, cst.Add) and isinstance(right, (Listed, tuple)):
        return UNKNOWN
    return INDEX if INDEX in (left, right) else PLAIN


def _computed(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Thing:
    is_big = any(isinstance(each, str) or abs(each or 0) > _LARGEST for each in (left, right))
    if is_big and compute in (operator.pow, operator.mul):
        return PLAIN  # no name needs it, and it may take for ever
    try:
        return PLAIN if compute is operator.pow and abs(right) > _HIGHEST else Constant(compute(left, right))
    except (TypeError, ValueError, ArithmeticError):
        return PLAIN


def _repeated(left: Listed | tuple[Any, ...], times: Thing) -> Thing:
    """`[layer] * n` holds one and the same layer n times."""
    items = items_of(left)
    if items is None or not isinstance(times, Constant) or not isinstance(times.value, int) or times.value > 1000:
        return Listed({"items": items if items is not None and len(items) == 1 else UNKNOWN})
    return Listed({"items": items * times.value})


def comparison(run: Interpreter, node: cst.Comparison, scope: Scope) -> Thing:
    """A truth value where both sides are known, or one is None and the other certainly not."""
    if len(node.comparisons) != 1:
        return PLAIN
    left, right = (run.expression(each, scope) for each in (node.left, node.comparisons[0].comparator))
    kind = node.comparisons[0].operator
    if isinstance(kind, (cst.In, cst.NotIn)):
        is_in = _contains(right, left)
        return PLAIN if is_in is None else Constant(is_in is isinstance(kind, cst.In))
    compare = _COMPARISONS.get(type(kind))
    if isinstance(left, Constant) and isinstance(right, Constant) and compare is not None:
        return _computed(compare, left.value, right.value)
    if NONE in (left, right) and isinstance(kind, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual)):
        return _compared_with_none(left if right == NONE else right, isinstance(kind, (cst.Is, cst.Equal)))
    return PLAIN


def _contains(whole: Thing, part: Thing) -> bool | None:
    if not isinstance(part, Constant):
        return None
    if isinstance(whole, Constant):
        are_texts = isinstance(whole.value, str) and isinstance(part.value, str)
        return part.value in whole.value if are_texts else None
    items = items_of(whole)
    return part in items if items is not None and all(isinstance(each, Constant) for each in items) else None


def _compared_with_none(other: Thing, is_equal: bool) -> Thing:
    if isinstance(other, (Opaque, Either)):
        return PLAIN
    return Constant((other == NONE) is is_equal)
