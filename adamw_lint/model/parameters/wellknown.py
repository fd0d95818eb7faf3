"""The parameters of well-known models of libraries, as the tables of `rules/models` state them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.rulebook import models

Tensors = tuple[Tensor, ...]

_INNERMOST = re.compile(r"(?<![^\s{},])([^\s{},]*+)\{([^{}]*)\}")
_BODY = "Model"


@dataclass(frozen=True, slots=True)
class Family:
    """The models of one architecture in one library: those whose classes begin with the stem, or a model by its name.

    A tensor of a layer that is repeated stands for all of its kind, under the name that the first of them has.
    """

    name: str
    stem: str
    table: dict[str, Any] = field(repr=False)
    kinds: dict[str, dict[str, str]] = field(repr=False)

    @property
    def heads(self) -> tuple[str, ...]:
        """What the names of its classes end with; only the body for a model that has no classes."""
        return (_BODY, *(head for heads in self.table.get("heads", {}) for head in heads.split()))

    def name_with(self, head: str) -> str:
        """The name of the class with a head, or of the model."""
        return f"{self.stem}{head}" if self.stem else self.name

    def has_checkpoint(self, name: str) -> int:
        """How much of the name of a checkpoint says that it is of this family, in letters; 0 where it is not."""
        patterns: str = self.table.get("checkpoints", {}).get(self.name, "")
        return max((len(each) for each in patterns.split() if fnmatchcase(name, each)), default=0)

    def tensors(self, head: str = _BODY) -> Tensors:
        """The parameters of the model with a head; of the body alone without one."""
        body = dict(_layers(self.table["layers"]))
        if head == _BODY:
            return tuple(self._tensors(body))
        own = next(table for heads, table in self.table["heads"].items() if head in heads.split())
        under = own.get("under", self.table.get("under", ""))
        gone = expanded(own.get("without", ""))
        kept = {key: kind for key, kind in body.items() if not any(_is_below(key[0], path) for path in gone)}
        placed = {(_joined(under, path), kind): kind for path, kind in kept}
        return tuple(self._tensors(placed | dict(_layers(own))))

    def _tensors(self, layers: dict[tuple[str, str], str]) -> Iterator[Tensor]:
        for path, kind in layers:
            yield from tensors_of(path, self.kinds[kind], self.stem)


def tensors_of(path: str, kind: dict[str, str], stem: str = "") -> Iterator[Tensor]:
    """The parameters of one layer of a kind; raises KeyError for a role that there is not."""
    for name, said in kind.items():
        if name != "class":
            role, ndim = said.split()
            layer = kind["class"].replace("{stem}", stem)
            yield Tensor(_joined(path, name), Role[role.upper()], int(ndim), layer)


def expanded(text: str) -> list[str]:
    """The words of a text, `a.{b,c}` written out: `a.b`, `a.c`; raises nothing for a brace that stands alone."""
    text = re.sub(r",\s+", ",", text.strip())
    while (shorter := _INNERMOST.sub(_written_out, text)) != text:
        text = shorter
    return re.split(r"[,\s]+", text)


def _written_out(match: re.Match[str]) -> str:
    return ",".join(match[1] + each for each in match[2].split(","))


def _layers(table: dict[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each layer of a table by its path and kind: two may share a path where one is part of the other's owner."""
    for kind, text in table.items():
        if kind[0].isupper():
            yield from (((path, kind), kind) for path in expanded(text))


def _is_below(path: str, other: str) -> bool:
    return bool(other) and (path == other or path.startswith(f"{other}."))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


@cache
def families(library: str) -> tuple[Family, ...]:
    """The families of a library, in the order in which its table states them."""
    facts = models(library)
    found: list[Family] = []
    for table in facts["architecture"]:
        members = table.get("classes") or dict.fromkeys(table["names"].split(), "")
        found += [Family(name, stem, table, facts["layers"]) for name, stem in members.items()]
    return tuple(found)


@cache
def classes(library: str) -> dict[str, tuple[Family, str]]:
    """The family and the head of every class, or of every name of a model."""
    return {each.name_with(head): (each, head) for each in families(library) for head in each.heads}


@cache
def automatic(auto: str) -> dict[str, tuple[Family, str]]:
    """What an Auto class of transformers may build: each family that has such a head, and the head."""
    row = models("transformers")["auto"].get(auto, {"heads": ""})
    without, only = row.get("but", "").split(), row.get("only", "").split()
    found = {}
    for family in families("transformers"):
        head = next((end for end in row["heads"].split() if end in family.heads), None)
        if head is not None and family.name not in without and (not only or family.name in only):
            found[family.name] = (family, head)
    return found


def family_of_checkpoint(name: str) -> Family | None:
    """The family of transformers that a well-known checkpoint is of; the longest pattern counts."""
    best = max(families("transformers"), key=lambda each: each.has_checkpoint(name))
    return best if best.has_checkpoint(name) else None
