"""Whether what a list is grown by picks some parameters and leaves others out."""

from collections.abc import Iterable

import libcst as cst

from adamw_lint.model.grouping.comprehensions import Comprehension, conditions
from adamw_lint.model.grouping.selection import is_trained, is_untrained
from adamw_lint.model.survey import Survey


def is_for_all(survey: Survey, node: cst.CSTNode, trained: Iterable[str]) -> bool:
    """Whether control comes by for everything that is trained: no other condition skips it."""
    scope, arms = survey.places[node]
    while isinstance(scope.node, Comprehension) and scope.parent is not None:
        if not all(is_trained(test, trained) for test in conditions(scope.node)):
            return False
        scope, arms = scope.parent, (*scope.arms, *arms)
    for arm in arms:
        statement = arm.statement
        if isinstance(statement, cst.For):
            if not all(is_untrained(test, trained) for test in survey.cut_short(statement)):
                return False
        elif not isinstance(statement, cst.If) or arm.index or not is_trained(statement.test, trained):
            return False
    return True


def is_unconditional(survey: Survey, call: cst.Call, trained: Iterable[str]) -> bool:
    """Whether an append runs for everything that is trained."""
    return isinstance(survey.parents[call], cst.Expr) and is_for_all(survey, call, trained)


def adds_one(survey: Survey, call: cst.Call, node: cst.BaseExpression) -> bool:
    """Whether an append adds one tensor of an object, which leaves out none of the others whatever its condition."""
    is_chosen_only = all(isinstance(arm.statement, cst.If) for arm in survey.places[call][1])
    return is_chosen_only and isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name)


def alone(node: cst.BaseExpression) -> cst.BaseExpression:
    """What a group takes, without the list in which it stands alone."""
    if isinstance(node, (cst.List, cst.Tuple)) and len(node.elements) == 1:
        return node.elements[0].value
    return node
