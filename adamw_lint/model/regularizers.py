"""Objects that stand for a decay where an optimizer may be given a number or one of them."""

from decimal import Decimal

import libcst as cst

from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import keyword, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference, Value
from adamw_lint.rulebook import Regularizer, regularizers_by_path


def coefficient(values: Values, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """λ of an expression that is such an object, by itself or under a name; None where it is none, or has no λ."""
    call, fact = _object(values, node)
    if call is None or fact is None:
        return None
    named = (keyword(call, name) for name in fact.arguments)
    return next(iter([*positional(call), *(value for value in named if value is not None)]), None)


def worth(values: Values, node: cst.BaseExpression) -> Value:
    """What a decay that is a number or such an object is worth; zero for an object whose gradient is not λθ."""
    _, fact = _object(values, node)
    if fact is not None and not fact.is_decay:
        return Number(Decimal(0))
    inner = coefficient(values, node)
    return values.worth(node if inner is None else inner)


def _object(values: Values, node: cst.BaseExpression) -> tuple[cst.Call | None, Regularizer | None]:
    """The call that makes an object, which may stand under a name that is bound once, and what it makes."""
    if isinstance(node, (cst.Name, cst.Attribute)):
        binding = values.bound_once(node)
        node = binding.value if binding is not None and binding.kind is Kind.ASSIGN and binding.value else node
    if not isinstance(node, cst.Call):
        return None, None
    target = values.worth(node.func)
    return node, regularizers_by_path().get(target.path) if isinstance(target, Reference) else None
