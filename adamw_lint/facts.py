"""The facts that users state of their own optimizers, in `[[tool.adamw-lint.optimizer]]`, checked before they count."""

import ast
from dataclasses import MISSING, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from adamw_lint.errors import SettingsError, instead
from adamw_lint.rulebook import Coupling, Family, Optimizer, optimizer, optimizers_by_path

_KEYS = tuple(field.name for field in fields(Optimizer))
_REQUIRED = tuple(field.name for field in fields(Optimizer) if field.default is MISSING and field.name != "source")
_LISTS = ("aliases", "strings", "immaterial")
_ARGUMENTS = ("decay_argument", "rate_argument", "parameters_argument", "switch", "exclusion_argument")
_EXCLUSIONS = ("groups", "argument", "itself", "not needed")


def own_optimizers(tables: Any, where: str, source: str) -> tuple[Optimizer, ...]:
    """The facts that the tables state, each held to be written in `source`; raises SettingsError."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(f"{where}`optimizer` must be tables, each under `[[tool.adamw-lint.optimizer]]`")
    places = [f"{where}optimizer {table.get('name', number)}: " for number, table in enumerate(tables, 1)]
    found = tuple(_own(table, place, source) for table, place in zip(tables, places, strict=True))
    known = {*optimizers_by_path(), *(path for fact in found for path in fact.paths)}
    for fact, place in zip(found, places, strict=True):
        for key, path in (("replacement", fact.replacement), ("successor", fact.successor)):
            if path is not None and path not in known:
                raise SettingsError(f"{place}no optimizer `{path}` is known for `{key}`; state it as well")
    return found


def _own(table: dict[str, Any], where: str, source: str) -> Optimizer:
    for key, value in table.items():
        if key not in _KEYS:
            raise SettingsError(f"{where}there is no key `{key}`{instead(key, _KEYS)}")
        if key in _LISTS and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            raise SettingsError(f"{where}`{key}` must be a list of strings")
        if key not in _LISTS and not isinstance(value, str):
            raise SettingsError(f"{where}`{key}` must be a string, in quotes")
    for key in _REQUIRED:
        if key not in table:
            raise SettingsError(f"{where}`{key}` is missing")
    _check_words(table, where)
    _check_arguments(table, where)
    return optimizer({"source": source, "proof": "read", **table})


def _check_words(table: dict[str, Any], where: str) -> None:
    choices = {"family": tuple(Family), "coupling": tuple(Coupling), "exclusion": _EXCLUSIONS}
    for key, known in choices.items():
        if key in table and table[key] not in known:
            raise SettingsError(f"{where}`{key}` cannot be `{table[key]}`{instead(table[key], known)}")
    for path in (table["name"], *table.get("aliases", ())):
        if "." not in path or not all(part.isidentifier() for part in path.split(".")):
            raise SettingsError(f"{where}`{path}` is no dotted path, as in `mylab.optim.MyOptimizer`")
    try:
        Decimal(table.get("default", "0"))
    except InvalidOperation:
        raise SettingsError(f'{where}`default` must be a decimal number, as in `default = "0.01"`') from None


def _check_arguments(table: dict[str, Any], where: str) -> None:
    """Every argument that the fact speaks of has to be in the signature."""
    try:
        given = ast.parse(f"lambda {table['signature']}: 0", mode="eval").body
    except SyntaxError:
        given = None
    if not isinstance(given, ast.Lambda):
        raise SettingsError(f'{where}`signature` must be as in `signature = "params, lr=1e-3, weight_decay=0"`')
    every = given.args
    names = [arg.arg for arg in (*every.posonlyargs, *every.args, *every.kwonlyargs)]
    rest = "parameters_argument" not in table and "params" not in names
    if rest:
        raise SettingsError(f"{where}`signature` has no `params`; name what is trained in `parameters_argument`")
    for key in _ARGUMENTS:
        if table.get(key, "") not in ("", *names):
            raise SettingsError(
                f"{where}`{key}` names `{table[key]}`, which is not in `signature`{instead(table[key], names)}"
            )
