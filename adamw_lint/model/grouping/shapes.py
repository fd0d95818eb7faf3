"""Tests on the number of dimensions of a parameter, read into predicates."""

from collections.abc import Callable

import libcst as cst

from adamw_lint.model.grouping.predicates import Atom, Predicate, Test, every, inverse, some
from adamw_lint.model.grouping.roles import Given, Roles, What
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number


def below(number: int) -> Predicate:
    """Fewer dimensions than a number."""
    return Atom(Test.BELOW, number=number)


def _exactly(number: int) -> Predicate:
    return every([below(number + 1), inverse(below(number))])


_READERS: dict[type[cst.BaseCompOp], Callable[[int], Predicate]] = {
    cst.LessThan: below,
    cst.LessThanEqual: lambda number: below(number + 1),
    cst.GreaterThan: lambda number: inverse(below(number + 1)),
    cst.GreaterThanEqual: lambda number: inverse(below(number)),
    cst.Equal: _exactly,
    cst.NotEqual: lambda number: inverse(_exactly(number)),
    cst.Is: _exactly,
}
_MIRRORED: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.LessThan: cst.GreaterThan,
    cst.GreaterThan: cst.LessThan,
    cst.LessThanEqual: cst.GreaterThanEqual,
    cst.GreaterThanEqual: cst.LessThanEqual,
}


class Shapes:
    """Reads the tests on dimensions of one surveyed file."""

    def __init__(self, values: Values, roles: Roles, words: dict[str, list[str]]) -> None:
        self._values = values
        self._roles = roles
        self._words = words

    def compared(self, test: cst.Comparison, given: Given) -> Predicate | None:
        """`p.ndim >= 2`, `len(p.shape) == 1`, `2 > p.dim()`, `p.ndim in (0, 1)`."""
        operator, right = type(test.comparisons[0].operator), test.comparisons[0].comparator
        if self._is_dimensions(test.left, given):
            return self._against(operator, right)
        if self._is_dimensions(right, given):
            return self._against(_MIRRORED.get(operator, operator), test.left)
        return None

    def _against(self, operator: type[cst.BaseCompOp], node: cst.BaseExpression) -> Predicate | None:
        if operator in (cst.In, cst.NotIn) and isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            worths = [self._values.worth(element.value) for element in node.elements]
            found = some([_exactly(int(worth.value)) for worth in worths if isinstance(worth, Number)])
            return inverse(found) if operator is cst.NotIn else found
        worth, reader = self._values.worth(node), _READERS.get(operator)
        return reader(int(worth.value)) if reader is not None and isinstance(worth, Number) else None

    def _is_dimensions(self, node: cst.BaseExpression, given: Given) -> bool:
        words, method = self._words, method_call(node)
        if isinstance(node, cst.Attribute) and node.attr.value in words["dimensions"]:
            return self._is_parameter(node.value, given)
        if method is not None and method[1] in words["dimension_calls"]:
            return self._is_parameter(method[0], given)
        if not isinstance(node, cst.Call) or dotted(node.func) != "len" or not positional(node):
            return False
        shape = positional(node)[0]
        method = method_call(shape)
        shape = shape.func if isinstance(shape, cst.Call) and method else shape
        is_shape = isinstance(shape, cst.Attribute) and shape.attr.value in words["shapes"]
        return is_shape and isinstance(shape, cst.Attribute) and self._is_parameter(shape.value, given)

    def _is_parameter(self, node: cst.BaseExpression, given: Given) -> bool:
        while isinstance(node, cst.Attribute) and node.attr.value in self._words["values"]:
            node = node.value
        role = self._roles.of(node, given)
        return role is not None and role.what is What.PARAMETER
