"""What a name may stand for where it is bound in several branches: each value with the expression that gives it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from adamw_lint.model.scopes import Arms, Binding, Kind, exclusive
from adamw_lint.model.tree import children, dotted
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Nothing, Value, options_of

_DEPTH = 8  # names that stand for names, each bound in branches


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """One value that an expression may have, the expression that gives it, and the branches in which it does.

    `shim` is the name that is imported or defined in several ways: it is meant to be the same thing in all of them.
    """

    value: Value
    node: cst.BaseExpression
    branches: tuple[Arms, ...] = ()
    shim: cst.BaseExpression | None = None


def alternatives(values: Values, node: cst.BaseExpression, depth: int = 0) -> tuple[Alternative, ...]:
    """The values that an expression may have, in the order of the text; just one where it is the same everywhere.

    A name that is None in some branch stands for what it is in the others, and a branch that the condition around the
    expression decides about is left out: there the two go together, and we do not see how.
    """
    found = values.bindings(node) if isinstance(node, (cst.Name, cst.Attribute)) else []
    if depth > _DEPTH or not any(len(values.bindings(name)) > 1 for name in (node, *_aliased(found))):
        return tuple(Alternative(option, node) for option in options_of(values.worth(node)))
    some: list[Alternative] = []
    shim = node if len(found) > 1 and any(binding.kind in (Kind.IMPORT, Kind.DEFINE) for binding in found) else None
    for binding in reversed(found):
        if not decided(values, binding.arms, node):
            some += (replace(each, shim=each.shim or shim) for each in _given(values, binding, node, depth))
    return tuple(each for each in some if not isinstance(each.value, Nothing))


def _aliased(found: list[Binding]) -> Iterator[cst.BaseExpression]:
    """The name that the only binding of a name makes it another name of."""
    value = found[0].value if len(found) == 1 and found[0].kind is Kind.ASSIGN else None
    if isinstance(value, (cst.Name, cst.Attribute)):
        yield value


def _given(values: Values, binding: Binding, node: cst.BaseExpression, depth: int) -> Iterator[Alternative]:
    if binding.kind is Kind.ASSIGN and binding.value is not None:
        for inner in alternatives(values, binding.value, depth + 1):
            yield replace(inner, branches=(binding.arms, *inner.branches))
        return
    for option in options_of(values.bound(binding)):
        yield Alternative(option, node, (binding.arms,))


def within(values: Values, node: cst.BaseExpression, branches: tuple[Arms, ...]) -> tuple[Value, ...]:
    """The values that an expression may have where the branches are taken."""
    possible = alternatives(values, node)
    return tuple(
        each.value for each in possible if not any(exclusive(one, two) for one in each.branches for two in branches)
    )


def decided(values: Values, arms: Arms, node: cst.CSTNode) -> bool:
    """Whether a condition around a node asks about something that the condition of a branch asks about as well."""
    around = values.survey.use(node).arms
    ours = [name for arm in around if arm not in arms for name in asked(arm.statement)]
    theirs = [name for arm in arms if arm not in around for name in asked(arm.statement)]
    return any(f"{one}.".startswith(f"{two}.") or f"{two}.".startswith(f"{one}.") for one in ours for two in theirs)


def asked(statement: cst.CSTNode) -> Iterator[str]:
    """The variables that the condition of a statement, or of an expression, reads."""
    stack: list[cst.CSTNode] = [statement.test] if isinstance(statement, (cst.If, cst.IfExp)) else []
    while stack:
        node = stack.pop()
        name = dotted(node)
        if name is not None:
            yield name
        else:
            stack += children(node)
