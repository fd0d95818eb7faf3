"""What a list holds that a program writes out, joins and appends to, in the order of its items."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind, dominates, exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.values import Values

Items = tuple[cst.BaseExpression, ...]
_DEPTH = 8  # lists that are joined of lists
_LOOPS = (cst.For, cst.While)
_READING = (
    *(cst.Comparison, cst.ComparisonTarget, cst.If, cst.IfExp, cst.UnaryOperation, cst.BooleanOperation),
    *(cst.Subscript, cst.Return),
)


class Grown:
    """Answers for one surveyed program; silent (None) on a list that anything else may change."""

    def __init__(self, survey: Survey, values: Values) -> None:
        self._survey = survey
        self._values = values

    def items(self, node: cst.BaseExpression, depth: int = 0) -> Items | None:
        """Everything that a list may hold where an expression reads it; their branches say what goes with what."""
        if isinstance(node, (cst.List, cst.Tuple)):
            plain = tuple(each.value for each in node.elements if isinstance(each, cst.Element))
            return plain if len(plain) == len(node.elements) else None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            left, right = (self.items(side, depth + 1) for side in (node.left, node.right))
            return None if left is None or right is None else (*left, *right)
        return self._named(node, depth) if isinstance(node, cst.Name) and depth < _DEPTH else None

    def _named(self, node: cst.Name, depth: int) -> Items | None:
        bindings = self._values.bindings(node)
        first = bindings[-1] if bindings else None
        if first is None or first.kind is not Kind.ASSIGN or first.value is None or not self._is_followed(first, node):
            return None
        changes = [(first.order, self.items(first.value, depth + 1))]
        changes += [(each.order, self._added(each, node)) for each in bindings[:-1]]
        changes += self._called(node, first.order)
        found: list[cst.BaseExpression] = []
        for _, more in sorted(changes, key=lambda change: change[0]):
            if more is None:
                return None
            found += more
        return tuple(found)

    def _is_followed(self, first: Binding, node: cst.Name) -> bool:
        """Whether a list is bound for certain before it is read, in one function, and nobody else may change it."""
        is_here = self._survey.scope(first.node) is self._survey.scope(node)
        is_certain = is_here and dominates(first, self._survey.use(node))
        return is_certain and not self._values.item_assignments(node) and all(map(self._reads, self._uses(node)))

    def _added(self, binding: Binding, node: cst.Name) -> Items | None:
        """What `x += […]` or `x = x + […]` adds, once."""
        value = binding.value
        if value is None or self._repeats(binding.node, node):
            return None
        if binding.kind is Kind.AUGMENT:
            return self.items(value, _DEPTH)
        is_joined = isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add)
        if not is_joined or not isinstance(value, cst.BinaryOperation) or dotted(value.left) != binding.name:
            return None
        return self.items(value.right, _DEPTH)

    def _called(self, node: cst.Name, since: int) -> Iterator[tuple[int, Items | None]]:
        """What the methods of the list add to it until it is read."""
        here = self._survey.use(node)
        for call in self._values.calls_on(node):
            order = self._survey.orders[call]
            if since < order < here.order and not exclusive(self._survey.places[call][1], here.arms):
                yield order, self._given(call, node)

    def _given(self, call: cst.Call, node: cst.Name) -> Items | None:
        method, plain = method_call(call), positional(call)
        is_plain = len(plain) == 1 and isinstance(self._survey.parents[call], cst.Expr)
        if method is None or not is_plain or self._repeats(call, node):
            return None
        if method[1] == "append":
            return (plain[0],)
        return self.items(plain[0], _DEPTH) if method[1] == "extend" else None

    def _repeats(self, change: cst.CSTNode, node: cst.Name) -> bool:
        """Whether a change may run more than once before the list is read, or in another function."""
        around = {arm.statement for arm in self._survey.places[node][1]}
        scope, arms = self._survey.places[change]
        is_looped = any(isinstance(arm.statement, _LOOPS) and arm.statement not in around for arm in arms)
        return is_looped or scope is not self._survey.scope(node)

    def _uses(self, node: cst.Name) -> Iterator[cst.Name]:
        """The reads of the same list before this one, and those in functions within, which may run at any time."""
        here = self._survey.places[node][0]
        for use in self._survey.names[node.value]:
            scope = self._survey.scope(use)
            is_before = self._survey.orders[use] < self._survey.orders[node]
            if use is not node and ((scope is here and is_before) or scope.parent is here):
                yield use

    def _reads(self, use: cst.Name) -> bool:
        """Whether a use leaves the list as it is, or changes it in a way that is followed."""
        up = self._survey.parents[use]
        if isinstance(up, cst.Attribute):
            return up.attr.value in ("append", "extend")
        if isinstance(up, cst.BinaryOperation):
            return isinstance(up.operator, cst.Add)
        if isinstance(up, cst.Arg):
            call = self._survey.parents[up]
            return bool(up.star) or (isinstance(call, cst.Call) and dotted(call.func) in ("len", "bool", "print"))
        return isinstance(up, _READING) and not isinstance(self._survey.statement(up), cst.Del)
