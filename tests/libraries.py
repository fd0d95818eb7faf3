"""The libraries that the facts are about: which are installed, and which facts can be held against them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any
from unittest import mock

from adamw_lint import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adamw_lint.rulebook import Optimizer


@dataclass(frozen=True, slots=True)
class Library:
    """A library: the version that its facts state, the one that is installed, if any, and the facts."""

    name: str
    version: str
    installed: str | None
    facts: tuple[Optimizer, ...]
    runs_with: str

    @property
    def is_run(self) -> bool:
        """Whether something of it can be run on any machine."""
        return any(fact.proof == "run" for fact in self.facts) or not self.facts

    @property
    def is_present(self) -> bool:
        """Whether the version that the facts state is installed."""
        return self.installed == self.version

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def imported(module: str) -> Any:
    """A module; the operators of torchvision, which some import, fit one build of torch only, so they are left out."""
    if not module.startswith(("timm.", "fastai.")):
        return import_module(module)
    with mock.patch("torch.library.register_fake", return_value=lambda function: function):
        return import_module(module)


def load(path: str) -> Any:
    """What a dotted path leads to."""
    module, _, name = path.rpartition(".")
    return getattr(imported(module), name)


def is_present(path: str) -> bool:
    """Whether a dotted path is one of a library that is installed in the version that the facts state."""
    return any(path.startswith(f"{library.name}.") and library.is_present for library in LIBRARIES)


def dotted_names(module: str, wanted: object) -> Iterator[str]:
    """The names under which a module has an object."""
    return (name for name, value in vars(imported(module)).items() if value is wanted)


def _libraries() -> Iterator[Library]:
    for facts in rulebook.frameworks().values():
        names = {table["name"] for table in facts.get("optimizer", ())}
        own = tuple(fact for fact in rulebook.optimizers() if fact.name in names)
        runs_with = facts.get("runs_with", "torch")
        yield Library(facts["framework"], facts["version"], _installed(facts["framework"]), own, runs_with)


def _installed(distribution: str) -> str | None:
    try:
        return metadata.version(distribution).split("+")[0]
    except metadata.PackageNotFoundError:
        return None


def summary() -> str:
    """How many facts were run, and which were only read or not looked at, in one line."""
    read = [fact for fact in rulebook.optimizers() if fact.proof == "read"]
    absent = ", ".join(str(library) for library in LIBRARIES if library.is_run and not library.is_present)
    run = len(HELD) + len(OTHERS)
    left = len(rulebook.optimizers()) - run - len(read)
    rest = f", {left} not run because these are not installed: {absent}" if absent else ""
    return f"facts about optimizers: {run} run, {len(read)} read in the source{rest}"


LIBRARIES = tuple(_libraries())
PRESENT = [fact for each in LIBRARIES if each.is_present and each.runs_with == "torch" for fact in each.facts]
HELD = [fact for fact in PRESENT if fact.proof == "run"]
OTHERS = {
    fact: library.runs_with
    for library in LIBRARIES
    if library.is_present and library.runs_with != "torch"
    for fact in library.facts
    if fact.proof == "run"
}
