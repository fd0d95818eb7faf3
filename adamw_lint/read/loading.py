"""Which program of the project reads a file of settings by a given library, and what becomes of a value there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from adamw_lint.read.project import Project, imported_names
from adamw_lint.read.scripts import Script
from adamw_lint.read.syntax import UNREADABLE, tree_of

_PROGRAMS = 16  # files of a project that are looked into


@dataclass(frozen=True, slots=True)
class Reading:
    """A place of a program that reads a file: the path from the root of the project, and the line."""

    path: str
    line: int


def read_by(path: Path, keys: Sequence[str], takers: frozenset[str], facts: Mapping[str, Any]) -> Reading | None:
    """Where a program reads the file at `path` and hands what stands under `keys` on as it is, to one of `takers`.

    None where no program is seen to do both, or where one may make something else of the value before.
    """
    project = Project.around(path)
    programs = _Programs(project, path, facts)
    found = programs.reading()
    if not found:
        return None
    scripts = programs.joined(keys, [script.path for script, _ in found])
    loaded = frozenset(name for script, _ in found for name in script.loaded(scripts))
    if not any(each.hands_on(tuple(keys), takers, loaded) for each in scripts):
        return None
    if any(_makes_something_else(each.text, keys[-1], facts) for each in scripts):
        return None
    script, line = found[0]
    is_below = script.path.is_relative_to(project.root)
    return Reading((script.path.relative_to(project.root) if is_below else script.path).as_posix(), line)


class _Programs:
    """The programs of a project that may have to do with one file of settings, of each kind the nearest ones."""

    def __init__(self, project: Project, path: Path, facts: Mapping[str, Any]) -> None:
        self._project = project
        self._path = path
        self._facts = facts
        named = [path.name, *([f"{path.parent.name}/"] if path.parent.name else [])]
        self._namers = project.holding(named, path)[:_PROGRAMS]
        self._readers = _readers(project, facts["module"], tuple(facts["loads"]))[:_PROGRAMS] if self._namers else ()

    def reading(self) -> list[tuple[Script, int]]:
        """The places that read the file."""
        readers = self._scripts(self._readers)
        scripts = self._scripts([*dict.fromkeys([*self._readers, *self._namers])])
        return [(script, line) for script in readers for line in script.reads(self._path, scripts)]

    def joined(self, keys: Sequence[str], readers: Sequence[Path]) -> list[Script]:
        """Those that read the file, and what names it, knows a key or teaches the library, if imports join it."""
        users = self._project.holding(keys[-2:], self._path)[:_PROGRAMS]
        teachers = self._project.holding(self._facts["resolvers"], self._path)[:_PROGRAMS]
        files = [*dict.fromkeys([*self._readers, *self._namers, *users, *teachers])]
        return self._scripts(_joined(self._project, files, readers))

    def _scripts(self, files: Sequence[Path]) -> list[Script]:
        module, loads = self._facts["module"], tuple(self._facts["loads"])
        found = (_script(each, self._project.says(each), module, loads) for each in files)
        return [each for each in found if each is not None]


@lru_cache(maxsize=4)
def _readers(project: Project, module: str, loads: tuple[str, ...]) -> tuple[Path, ...]:
    """The programs of a project that may load something by the library, those near its root first."""
    found = project.holding((f"{each}(" for each in loads), project.root)
    return tuple(each for each in found if module.encode() in project.says(each))


def _joined(project: Project, files: Sequence[Path], start: Sequence[Path]) -> list[Path]:
    """Those of some files that imports join, in whichever direction, to one of `start`."""
    said = {each: imported_names(project.says(each)) for each in files}
    found, new = set(start), list(start)
    while new:
        path = new.pop()
        near = [each for each in files if each not in found and (each.stem in said[path] or path.stem in said[each])]
        found.update(near)
        new += near
    return [each for each in files if each in found]


@lru_cache(maxsize=64)
def _script(path: Path, code: bytes, module: str, loads: tuple[str, ...]) -> Script | None:
    try:
        text = code.decode()
        return Script(path, text, tree_of(text), module, loads)
    except UNREADABLE:
        return None


def _makes_something_else(text: str, key: str, facts: Mapping[str, Any]) -> bool:
    """Whether code may turn texts into numbers: a conversion of this key, or of whatever comes by."""
    if any(re.search(rf"\b{word}\b", text) for word in (*facts["resolvers"], *facts["libraries"])):
        return True
    return any(_concerns(argument, key) for argument in _converted(text, facts["converting"]))


def _converted(text: str, functions: Sequence[str]) -> Iterator[str]:
    for match in re.finditer(rf"\b(?:{'|'.join(functions)})\b\(([^\n]*)", text):
        yield match[1]


def _concerns(argument: str, key: str) -> bool:
    """Whether what is converted may be the value of a key: it is named, or no other key is."""
    named = re.findall(r"['\"]([^'\"]*)['\"]", argument.split(")")[0])
    named += re.findall(r"\.(\w+)", argument.split(")")[0])
    return not named or key in named
