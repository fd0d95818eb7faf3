"""The shapes of values in the configuration: each says what is wrong with a value, and writes its JSON schema."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from adamw_lint.configuration.selectors import no_rule, rules_of
from adamw_lint.errors import instead

RULE = "#/$defs/rule"  # every word that stands for a rule, said once in a schema


class Shape(Protocol):
    """What a value has to be; `faults` are sentences that begin with the key, `place` says of whose keys it is one."""

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]: ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not isinstance(value, bool):
            yield f"{place}`{key}` must be `true` or `false`"

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Text:
    """A string, of which `form` is a regular expression that it matches, and `example` one that does."""

    form: str = ""
    must: str = ""
    example: str = ""

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not isinstance(value, str):
            yield f"{place}`{key}` must be a string, in quotes"
        elif self.form and not re.search(self.form, value):
            yield f"{place}`{key}`: `{value}` {self.must}, as in `{self.example}`"

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "string", **({"pattern": self.form} if self.form else {})}


@dataclass(frozen=True, slots=True)
class Seconds:
    """A number of seconds, 0 or more."""

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            yield f"{place}`{key}` must be a number of seconds, 0 or more"

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "number", "minimum": 0}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    known: tuple[str, ...]

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not isinstance(value, str):
            yield f"{place}`{key}` must be a string, in quotes"
        elif value not in self.known:
            yield f"{place}`{key}` cannot be `{value}`{instead(value, self.known)}"

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"enum": list(self.known)}


@dataclass(frozen=True, slots=True)
class Strings:
    """A list of strings, each of one shape."""

    of: Text = Text()  # frozen

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not _is_strings(value):
            yield f'{place}`{key}` must be a list of strings, as in `{key} = ["…"]`'
            return
        for each in value:
            yield from self.of.faults(each, key, place)

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "array", "items": self.of.schema()}


@dataclass(frozen=True, slots=True)
class Rules:
    """A list of rules, by name, code or the beginning of a code."""

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        yield from Strings().faults(value, key, place)
        if _is_strings(value):
            yield from (f"{place}`{key}`: {no_rule(word)}" for word in value if not rules_of(word))

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "array", "items": {"$ref": RULE}}


@dataclass(frozen=True, slots=True)
class RulesByPattern:
    """A table of lists of rules, by patterns of paths."""

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not isinstance(value, dict) or not all(map(_is_strings, value.values())):
            yield f'{place}`{key}` must be a table of lists, as in `"tests/*" = ["…"]`'
            return
        for words in value.values():
            yield from Rules().faults(words, key, place)

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "object", "additionalProperties": Rules().schema()}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: the shape of its value, and in a few words what it does."""

    shape: Shape
    says: str
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of keys."""

    keys: Mapping[str, Key]
    noun: str = "key"

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not isinstance(value, dict):
            yield f"{place}`{key}` must be a table"
            return
        yield from self.wrong(value, f"{place}{key}: " if key else place)

    def wrong(self, table: Mapping[str, Any], place: str) -> Iterator[str]:
        """What is wrong with the keys of a table."""
        for key, value in table.items():
            if key not in self.keys:
                yield f"{place}there is no {self.noun} `{key}`{instead(key, list(self.keys))}"
            else:
                yield from self.keys[key].shape.faults(value, key, place)
        yield from (
            f"{place}`{key}` is missing" for key, each in self.keys.items() if each.required and key not in table
        )

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        properties = {key: _described(each) for key, each in self.keys.items()}
        required = [key for key, each in self.keys.items() if each.required]
        found = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**found, "required": required} if required else found


@dataclass(frozen=True, slots=True)
class Tables:
    """A list of tables, each with a name by which messages call it."""

    of: Table

    def faults(self, value: Any, key: str, place: str) -> Iterator[str]:
        """What is wrong with a value."""
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            yield f"{place}`{key}` must be tables: `[[{key}]]`, in pyproject.toml `[[tool.adamw-lint.{key}]]`"
            return
        for number, table in enumerate(value, 1):
            yield from self.of.wrong(table, f"{place}{key} {table.get('name', number)}: ")

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is right."""
        return {"type": "array", "items": self.of.schema()}


def _described(key: Key) -> dict[str, Any]:
    said = {"description": key.says} if key.says else {}
    return {**said, **key.shape.schema(), **({"default": key.default} if key.default is not None else {})}


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
