"""The facts about files of settings: by which keys they say which optimizer is built, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from adamw_lint.model.chosen.facts import Config, Document, configs, documents, named
from adamw_lint.rulebook import Optimizer, optimizers_by_path, schemas

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Penalty:
    """Where a penalty stands that is the optimizer's decay: its keys, how it is called, and the keys of λ there."""

    at: Keys
    kind: str
    kinds: Keys
    factor: Keys


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One way in which settings choose an optimizer, as rules/schemas.toml explains it."""

    name: str
    source: str
    text: str = ""
    tags: Keys = ()
    within: tuple[Keys, ...] = ((),)
    beside: Keys = ()
    registry: str = ""
    builds: Mapping[str, str] = field(default_factory=dict)
    given: Keys = ()
    off: str = ""
    own: Keys = ()
    takes: Mapping[str, Keys] = field(default_factory=dict)
    only: bool = False
    penalty: Penalty | None = None
    renames: bool = True
    ignored: Mapping[str, Keys] = field(default_factory=dict)

    def optimizer(self, text: str) -> Optimizer | None:
        """The optimizer that a text names here; None for one that is not known."""
        if "." in text and not self.builds:
            return optimizers_by_path().get(text)
        if self.registry:
            return optimizers_by_path().get(f"{self.registry}.{text}")
        return named(dict(self.builds), text)

    def word(self, optimizer: Optimizer, instead_of: str) -> str | None:
        """What names an optimizer here, where something else was named; None where nothing does."""
        if self.builds:
            return next((text for text, path in self.builds.items() if path == optimizer.name), None)
        if "." in instead_of:
            return optimizer.name
        return optimizer.short_name if optimizer.name.startswith(f"{self.registry}.") else None

    @property
    def hands_on(self) -> bool:
        """Whether every argument that is written goes to the optimizer, whatever it is called."""
        return not self.builds and not self.only


@cache
def every_schema() -> tuple[Schema, ...]:
    """Every way that is known, those of callables and of whole files of Python among them."""
    called = {id(each): each for each in configs().values() if each.beside}
    return (*map(_schema, schemas("schema")), *map(_of_config, called.values()), *map(_of_document, documents()))


def _schema(table: dict[str, Any]) -> Schema:
    given = {each.name: _frozen(table[each.name]) for each in fields(Schema) if each.name in table}
    if "penalty" in table:
        given["penalty"] = Penalty(**given["penalty"])
    return Schema(**given)


def _of_config(config: Config) -> Schema:
    return Schema(
        config.name.partition(".")[0],
        config.source,
        text=config.text,
        within=(config.within,),
        beside=config.beside,
        builds=config.builds,
        given=(config.given,),
        own=config.own,
        ignored={name: tuple(keys) for name, keys in config.ignored.items()},
    )


def _of_document(document: Document) -> Schema:
    return Schema(
        document.name,
        document.source,
        text=document.type,
        within=(document.optimizer,),
        beside=document.files,
        registry=document.registry,
        own=document.own,
    )


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return {key: _frozen(each) for key, each in value.items()} if isinstance(value, dict) else value
