"""The facts about what builds an optimizer that is named by a text: factories, dicts of settings, whole files."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar

from adamw_lint.rulebook import Optimizer, frameworks, optimizers_by_path


@dataclass(frozen=True, slots=True, eq=False)
class Factory:
    """A callable that builds the optimizer which one of its arguments, a text, names."""

    name: str
    signature: str
    source: str
    text: str
    trains: str
    exclusion: str
    builds: dict[str, str]
    aliases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """A callable that builds an optimizer from a dict of settings which it is handed."""

    name: str
    signature: str
    source: str
    settings: tuple[str, ...]
    within: tuple[str, ...]
    text: str
    given: str
    trains: str
    overruled: str
    builds: dict[str, str]
    own: tuple[str, ...]
    ignored: dict[str, list[str]]
    aliases: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A kind of file that is nothing but assignments, one of which is the settings of an optimizer."""

    name: str
    source: str
    optimizer: tuple[str, ...]
    exclusion: tuple[str, ...]
    constructor: tuple[str, ...]
    own: tuple[str, ...]
    type: str
    registry: str
    bases: str
    replaces: str
    whole: tuple[str, ...]
    beside: tuple[str, ...]
    imports: tuple[str, ...]
    files: tuple[str, ...]
    resumes: tuple[str, ...]
    spares: tuple[str, ...]
    by_name: str
    decay_by_name: str
    parts: tuple[str, ...]
    harmless: tuple[str, ...]
    written: dict[str, str]


Fact = TypeVar("Fact", Factory, Config, Document)


@cache
def factories() -> dict[str, Factory]:
    """Every factory under each dotted path by which it can be imported."""
    return {path: each for each in _read("factory", Factory) for path in (each.name, *each.aliases)}


@cache
def configs() -> dict[str, Config]:
    """Every callable that takes settings under each dotted path by which it can be imported."""
    return {path: each for each in _read("config", Config) for path in (each.name, *each.aliases)}


@cache
def documents() -> tuple[Document, ...]:
    """Every kind of file."""
    return tuple(_read("document", Document))


def named(builds: dict[str, str], text: str) -> Optimizer | None:
    """The optimizer that a text builds, whatever its case; None for one that is not known."""
    path = {key.lower(): value for key, value in builds.items()}.get(text.lower())
    return optimizers_by_path()[path] if path is not None else None


def _read(table: str, fact: type[Fact]) -> list[Fact]:
    rows = [row for facts in frameworks().values() for row in facts.get(table, ())]
    return [fact(**{each.name: _frozen(row[each.name]) for each in fields(fact) if each.name in row}) for row in rows]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
