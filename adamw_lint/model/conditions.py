"""Which texts the conditions around two places ask of one expression, so that only one of the places ever runs."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.scopes import Arms
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, same, text_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition that is met says of an expression: that it is a text, or that it holds one."""

    of: str
    text: str
    is_whole: bool
    node: cst.BaseExpression

    def holds(self, text: str) -> bool:
        """Whether it is true where the expression is a text."""
        return self.text == text if self.is_whole else self.text in text

    def denies(self, other: "Asked") -> bool:
        """Whether both cannot be true."""
        if self.of != other.of or not self.is_whole:
            return False
        return self.text != other.text if other.is_whole else other.text not in self.text


def never_together(survey: Survey, one: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether one place runs for one text of an option and the other for another, or where a condition is not met.

    `if args.optim == "sgd":` and `if args.optim == "adam":`, or what stands in the `else` of the same condition.
    """
    first, second = list(asked_around(survey, one)), list(asked_around(survey, other))
    if any(a.denies(b) or b.denies(a) for a in first for b in second):
        return True
    return any(_are_opposite(a, b) for a in _decided(survey, one) for b in _decided(survey, other))


def _arms(survey: Survey, node: cst.CSTNode) -> Arms:
    scope, arms = survey.places[node]
    while scope.immediate and scope.parent is not None:  # a comprehension runs where it stands
        scope, arms = scope.parent, (*scope.arms, *arms)
    return arms


def _decided(survey: Survey, node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """The conditions that decide whether a place runs, and what each has to be for that."""
    for arm in _arms(survey, node):
        if isinstance(arm.statement, (cst.If, cst.IfExp)):
            test, wanted = arm.statement.test, arm.index == 0
            while isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
                test, wanted = test.expression, not wanted
            if not any(isinstance(each, cst.Call) for each in descendants(test)):  # it may say something else each time
                yield test, wanted


def _are_opposite(one: tuple[cst.BaseExpression, bool], other: tuple[cst.BaseExpression, bool]) -> bool:
    return one[1] is not other[1] and same(one[0], other[0])


def asked_around(survey: Survey, node: cst.CSTNode) -> Iterator[Asked]:
    """What the conditions ask that are met where a place runs."""
    for arm in _arms(survey, node):
        if isinstance(arm.statement, (cst.If, cst.IfExp)) and arm.index == 0:
            yield from _asked(arm.statement.test)


def _asked(test: cst.BaseExpression) -> Iterator[Asked]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _asked(test.left)
        yield from _asked(test.right)
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return
    compared = test.comparisons[0]
    sides = (test.left, compared.comparator)
    if isinstance(compared.operator, cst.Equal):
        for of, text in (sides, sides[::-1]):
            yield from _said(of, text, is_whole=True)
    elif isinstance(compared.operator, cst.In):
        yield from _said(compared.comparator, test.left, is_whole=False)


def _said(of: cst.BaseExpression, text: cst.BaseExpression, *, is_whole: bool) -> Iterator[Asked]:
    name, said = dotted(of), text_of(text)
    if name is not None and said is not None:
        yield Asked(name, said, is_whole, of)
