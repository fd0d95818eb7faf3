"""Under which conditions control reaches a statement of a loop or function."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants

Step = tuple[cst.BaseExpression, bool]  # a condition, and whether it is met

_OPEN = (cst.Try, cst.TryStar, cst.Match, cst.While, cst.FunctionDef, cst.Lambda)


def steps(survey: Survey, node: cst.CSTNode, outer: cst.CSTNode) -> list[Step] | None:
    """The conditions of the `if`s around a node in `outer`; None where a try, a match or another loop stands between.

    Loops are passed over that `outer` is not in and whose variables decide nothing: the one over modules around one
    over their parameters.
    """
    found: list[Step] = []
    inner = node
    for up in survey.ancestors(node):
        if isinstance(up, cst.For) and inner is up.orelse:
            return None
        if up is outer:
            return list(reversed(found))
        if isinstance(up, cst.If):
            if inner is up.body:
                found.append((up.test, True))
            elif inner is up.orelse:
                found.append((up.test, False))
        elif isinstance(up, _OPEN):
            return None
        inner = up
    return None


def exits(survey: Survey, node: cst.CSTNode, outer: cst.CSTNode) -> list[list[Step]] | None:
    """The conditions under which control has left `outer`'s round before it comes to a node, one list for each exit.

    None where an exit depends on more than the round: a break, or something between that cannot be read.
    """
    found: list[list[Step]] = []
    for leaving in _leaving(survey, outer):
        if survey.orders[leaving] >= survey.orders[node] or apart(survey, leaving, node):
            continue
        above = steps(survey, leaving, outer)
        if above is None or isinstance(leaving, cst.Break):
            return None
        found.append(above)
    return found


def _leaving(survey: Survey, outer: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The statements that end a round of a loop, or a function, early."""
    body = getattr(outer, "body", outer)
    kinds = (cst.Return,) if isinstance(outer, cst.FunctionDef) else (cst.Continue, cst.Break, cst.Return)
    for each in descendants(body):
        if isinstance(each, kinds):
            yield each


def apart(survey: Survey, one: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether two nodes stand in different arms of one statement, so that just one of them runs."""
    arms = {arm.statement: arm.index for arm in survey.places[one][1] if not isinstance(arm.statement, cst.For)}
    return any(arms.get(arm.statement, arm.index) != arm.index for arm in survey.places[other][1])
