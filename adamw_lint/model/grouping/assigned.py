"""What an assignment gives a name: its value, or an item of the display that it takes apart."""

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind


def assigned(binding: Binding) -> cst.BaseExpression | None:
    """What `x = …`, `x += …` and `x, y = …, …` give a name; None where that is not written, or is no assignment."""
    if binding.kind is Kind.UNPACK:
        return item_of(binding.value, str(binding.index))
    return binding.value if binding.kind in (Kind.ASSIGN, Kind.AUGMENT) else None


def item_of(value: cst.BaseExpression | None, key: str | None) -> cst.BaseExpression | None:
    """The item of a display at an index that is written as a number."""
    if not isinstance(value, (cst.List, cst.Tuple)) or key is None or not key.isdigit():
        return None
    return value.elements[int(key)].value if int(key) < len(value.elements) else None
