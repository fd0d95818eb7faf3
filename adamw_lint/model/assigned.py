"""What an assignment gives a name: its value, or an item of the display that it takes apart."""

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.tree import item_at


def assigned(binding: Binding) -> cst.BaseExpression | None:
    """What `x = …`, `x += …` and `x, y = …, …` give a name; None where that is not written, or is no assignment."""
    if binding.kind is Kind.UNPACK:
        return item_at(binding.value, binding.index)
    return binding.value if binding.kind in (Kind.ASSIGN, Kind.AUGMENT) else None
