"""Pairs of a name and a parameter that a program puts into a list of its own."""

from collections.abc import Sequence

import libcst as cst

from adamw_lint.model.scopes import Kind
from adamw_lint.model.values import Values


def unpaired(items: Sequence[cst.BaseExpression], values: Values) -> tuple[bool, Sequence[cst.BaseExpression]]:
    """Whether all items are pairs, and what then is second in each; else the items themselves.

    A pair may stand under a name that is bound once: `weight = (name, param)`.
    """
    seconds = [second for item in items if (second := _second(item, values)) is not None]
    is_paired = bool(items) and len(seconds) == len(items)
    return is_paired, seconds if is_paired else items


def _second(node: cst.BaseExpression, values: Values) -> cst.BaseExpression | None:
    binding = values.bound_once(node) if isinstance(node, cst.Name) else None
    pair = binding.value if binding is not None and binding.kind is Kind.ASSIGN else node
    return pair.elements[1].value if isinstance(pair, cst.Tuple) and len(pair.elements) == 2 else None
