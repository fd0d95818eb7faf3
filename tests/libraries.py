"""The libraries that the facts are about: which are installed, and which facts can be held against them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a package that is installed, or that was only unpacked somewhere."""

    package: metadata.Distribution

    def text(self, file: str) -> str:
        """A file by its path in the package."""
        return Path(str(self.package.locate_file(file))).read_text(encoding="utf-8")


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


def _source(library: Library) -> Source | None:
    """The source of the version of a library that its facts state."""
    folders = [folder for folder in os.environ.get("ADAMW_LINT_SOURCES", "").split(os.pathsep) if folder]
    unpacked = metadata.distributions(name=library.name, path=folders) if folders else ()
    found = [*unpacked, *metadata.distributions(name=library.name)]
    return next((Source(each) for each in found if each.version.split("+")[0] == library.version), None)


def _readable() -> Iterator[tuple[Optimizer, Source]]:
    for library in LIBRARIES:
        source = _source(library)
        yield from ((fact, source) for fact in library.facts if fact.proof == "read" and source is not None)


def summary() -> str:
    """How many facts were run, how many were read in the source, and what was not looked at, in one line."""
    done = {*HELD, *OTHERS, *READABLE}
    absent = [library for library in LIBRARIES if not done.issuperset(library.facts)]
    left = len(rulebook.optimizers()) - len(done)
    rest = f"; {left} left out, of what is not installed: {', '.join(map(str, absent))}" if left else ""
    return f"facts about optimizers: {len(HELD) + len(OTHERS)} run, {len(READABLE)} read in the source{rest}"


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
READABLE = dict(_readable())

if __name__ == "__main__":  # one line a fact that the tests hold here, for what adds up several environments
    for how, held in (("run", (*HELD, *OTHERS)), ("read", READABLE)):
        print("\n".join(f"{how} {fact.name}" for fact in held))
