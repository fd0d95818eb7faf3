"""Whether what a list is grown by picks some parameters and leaves others out."""

from collections.abc import Iterable

import libcst as cst

from adamw_lint.model.grouping.selection import is_trained, is_untrained
from adamw_lint.model.survey import Survey


def is_unconditional(survey: Survey, call: cst.Call, trained: Iterable[str]) -> bool:
    """Whether an append runs for everything that is trained: no other condition skips it."""
    for arm in survey.places[call][1]:
        statement = arm.statement
        if isinstance(statement, cst.For):
            if not all(is_untrained(test, trained) for test in survey.cut_short(statement)):
                return False
        elif not isinstance(statement, cst.If) or arm.index or not is_trained(statement.test, trained):
            return False
    return isinstance(survey.parents[call], cst.Expr)


def adds_one(survey: Survey, call: cst.Call, node: cst.BaseExpression) -> bool:
    """Whether an append adds one tensor of an object, which leaves out none of the others whatever its condition."""
    is_chosen_only = all(isinstance(arm.statement, cst.If) for arm in survey.places[call][1])
    return is_chosen_only and isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name)
