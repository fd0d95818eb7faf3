"""What the layers of frameworks hold, read from the folder `rules/`."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from adamw_lint.rulebook import frameworks


@dataclass(frozen=True, slots=True)
class LayerParameter:
    """One parameter of a layer: `ndim` may be the name of the argument that is its shape, `when` must all be true."""

    name: str
    role: str
    ndim: int | str | None = None
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerFact:
    """What a layer of a framework holds, as `rules/frameworks/*.toml` states it; `parts` are expressions."""

    name: str
    signature: str
    parameters: tuple[LayerParameter, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    stacked: bool = False
    unless: tuple[str, ...] = ()


@cache
def layers() -> dict[str, LayerFact]:
    """What the layers of every framework hold, by the name below the framework's package."""
    tables = [table for facts in frameworks().values() for table in facts.get("layer", ())]
    return {name: _layer(name, table) for table in tables for name in table["names"]}


def _layer(name: str, table: dict[str, Any]) -> LayerFact:
    parameters = [
        LayerParameter(each["name"], each["role"], each.get("ndim"), tuple(each.get("if", ())))
        for each in table["parameters"]
    ]
    parts = tuple(table.get("parts", {}).items())
    unless = tuple(table.get("unless", ()))
    return LayerFact(name, table["signature"], tuple(parameters), parts, table.get("stacked", False), unless)
