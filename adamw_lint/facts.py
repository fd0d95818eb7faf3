"""The facts that users state, of optimizers and of what builds them, checked before they count."""

import ast
from collections.abc import Sequence
from typing import Any

from adamw_lint.errors import SettingsError, instead
from adamw_lint.rulebook import Optimizer, Wrapper, optimizer, optimizers_by_path

_ARGUMENTS = ("decay_argument", "rate_argument", "parameters_argument", "switch", "exclusion_argument")

Stated = Sequence[tuple[list[dict[str, Any]], str, str]]  # tables whose keys are right, the begin of messages, the file


def own_optimizers(stated: Stated) -> tuple[Optimizer, ...]:
    """The facts that tables state, each held to be written in its file; raises SettingsError."""
    found = [
        (_optimizer(table, f"{where}optimizer {table['name']}: ", source), f"{where}optimizer {table['name']}: ")
        for tables, where, source in stated
        for table in tables
    ]
    known = {*optimizers_by_path(), *(path for fact, _ in found for path in fact.paths)}
    for fact, place in found:
        for key, path in (("replacement", fact.replacement), ("successor", fact.successor)):
            if path is not None and path not in known:
                raise SettingsError(f"{place}no optimizer `{path}` is known for `{key}`; state it as well")
    return tuple(fact for fact, _ in found)


def own_wrappers(stated: Stated, optimizers: tuple[Optimizer, ...]) -> tuple[Wrapper, ...]:
    """The callables that build the optimizer they are handed, beside the user's `optimizers`; raises SettingsError."""
    known = {*optimizers_by_path(), *(path for fact in optimizers for path in fact.paths)}
    return tuple(
        _wrapper(table, f"{where}wrapper {table['name']}: ", source, known)
        for tables, where, source in stated
        for table in tables
    )


def _optimizer(table: dict[str, Any], where: str, source: str) -> Optimizer:
    """Every argument that the fact speaks of has to be in the signature."""
    names = _names(table["signature"], where, "params, lr=1e-3, weight_decay=0")
    if "parameters_argument" not in table and "params" not in names:
        raise SettingsError(f"{where}`signature` has no `params`; name what is trained in `parameters_argument`")
    for key in _ARGUMENTS:
        _require_argument(table, key, names, where)
    return optimizer({"source": source, "proof": "read", **table})


def _wrapper(table: dict[str, Any], where: str, source: str, known: set[str]) -> Wrapper:
    names = _names(table["signature"], where, "optimizer_class, params, **kwargs")
    _require_argument(table, "wraps", names, where)
    if table.get("default") is not None and table["default"] not in known:
        raise SettingsError(f"{where}no optimizer `{table['default']}` is known for `default`; state it as well")
    lists = {key: tuple(table.get(key, ())) for key in ("aliases", "hands_on")}
    return Wrapper(**{"source": source, **table, **lists})


def _names(signature: str, where: str, example: str) -> list[str]:
    """The names of the arguments of a signature."""
    try:
        given = ast.parse(f"lambda {signature}: 0", mode="eval").body
    except (SyntaxError, ValueError):
        given = None
    if not isinstance(given, ast.Lambda):
        raise SettingsError(f'{where}`signature` must be as in `signature = "{example}"`')
    every = given.args
    return [arg.arg for arg in (*every.posonlyargs, *every.args, *every.kwonlyargs)]


def _require_argument(table: dict[str, Any], key: str, names: list[str], where: str) -> None:
    if table.get(key, "") not in ("", *names):
        raise SettingsError(
            f"{where}`{key}` names `{table[key]}`, which is not in `signature`{instead(table[key], names)}"
        )
