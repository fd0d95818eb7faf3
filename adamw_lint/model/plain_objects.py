"""What an attribute of a class, or of an object of one, is where nothing but the body of the class sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.tree import dotted
from adamw_lint.model.worth import Defined, Value

if TYPE_CHECKING:
    from adamw_lint.model.values import Values

_DATACLASS = ("dataclass", "dataclasses.dataclass")


def set_in_class(values: Values, base: Value, name: cst.Name, attribute: str) -> Binding | None:
    """The binding that `Config.a` reads, or `config.a` after `config = Config()`; None where there may be another.

    The name is used for nothing but to read what it has: what it is handed to may write it.
    """
    owner = base.node if isinstance(base, Defined) else _made_plainly(values, name, attribute)
    if not isinstance(owner, cst.ClassDef) or values.survey.root(owner) is not values.survey.root(name):
        return None
    found = values.survey.scopes[owner].bindings.get(attribute, [])
    return found[0] if len(found) == 1 and found[0].kind is Kind.ASSIGN and values.is_read_only(name) else None


def _made_plainly(values: Values, name: cst.Name, attribute: str) -> cst.ClassDef | None:
    """The class of an object that has the attribute as the class does: nothing that makes it sets another."""
    made = values.bound_once(name)
    call = made.value if made is not None and made.kind is Kind.ASSIGN else None
    if not isinstance(call, cst.Call):
        return None
    is_given = any(arg.keyword is None or arg.keyword.value == attribute for arg in call.args)
    value = values.worth(call.func)
    owner = value.node if isinstance(value, Defined) else None
    if not isinstance(owner, cst.ClassDef) or owner.bases or attribute in values.survey.attributes.get(owner, ()):
        return None
    is_dataclass = all(dotted(each.decorator) in _DATACLASS for each in owner.decorators)
    has_own_making = any(each.startswith("__") for each in values.survey.scopes[owner].bindings)
    is_written = bool(values.survey.fields.get(f"{owner.name.value}.{attribute}"))
    return None if is_given or has_own_making or is_written or not is_dataclass else owner
