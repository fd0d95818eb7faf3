"""The project that a file belongs to: its root, its files, and what their bytes say."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from adamw_lint.read.discover import discover
from adamw_lint.read.notebook import text_of
from adamw_lint.read.prefilter import may_matter

_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
NOTEBOOK = ".ipynb"
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n#]*)|import[ \t]+[^\n#]*)", re.MULTILINE
)
_FILES = 5_000  # files looked into for one project; in a larger folder of many projects only imports are followed


class Project:
    """The Python files below one root, each read once a run; what is written to them meanwhile is not seen here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._bytes: dict[Path, bytes] = {}
        self._concerning: dict[Path, bool] = {}
        self._near: dict[Path, tuple[Path, ...]] = {}  # for the last file that was asked about

    @classmethod
    def around(cls, path: Path) -> "Project":
        """The project of a file: the nearest folder above it that has a mark of one, else the working folder."""
        return _project(_root(path.absolute().parent))

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every file, notebooks among them, in the order of a listing; none where there are too many to look into."""
        found: list[Path] = []
        for each in discover([str(self.root)], suffixes=(".py", NOTEBOOK)):
            found += [Path(each)] if isinstance(each, str) else []
            if len(found) > _FILES:
                return ()
        return tuple(found)

    def says(self, path: Path) -> bytes:
        """The bytes of a file, of a notebook those of its code; empty where it cannot be read."""
        if path not in self._bytes:
            try:
                data = path.read_bytes()
            except OSError:
                data = b""
            self._bytes[path] = text_of(data).encode(errors="replace") if path.suffix == NOTEBOOK else data
        return self._bytes[path]

    def concerns(self, path: Path) -> bool:
        """Whether a rule could speak about a file, or about a file for its sake."""
        if path not in self._concerning:
            self._concerning[path] = may_matter(self.says(path))
        return self._concerning[path]

    def linked(self, start: Path, code: bytes) -> frozenset[Path]:
        """The files that imports join to one, in whichever direction and over whichever files; by their names alone."""
        found, new = {start}, [start]
        while new:
            path = new.pop()
            names = imported_names(code) if path == start else self._imports[path]
            named = (each for name in names for each in self._named.get(name, ()))
            near = {*named, *self._importers.get(_name(path), ())} - found
            found |= near
            new += near
        return frozenset(found)

    def holding(self, words: Iterable[str], near: Path) -> list[Path]:
        """The files that hold one of some words to the letter, the nearest to a file first."""
        wanted = [each.encode() for each in words]
        return [path for path in self._nearest(near) if any(word in self.says(path) for word in wanted)]

    @cached_property
    def _imports(self) -> dict[Path, frozenset[str]]:
        return {path: imported_names(self.says(path)) for path in self.files}

    @cached_property
    def _named(self) -> dict[str, list[Path]]:
        """The files by what an import calls them."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self.files:
            found[_name(path)].append(path)
        return dict(found)

    @cached_property
    def _importers(self) -> dict[str, list[Path]]:
        """The files by the names in their imports."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path, names in self._imports.items():
            for name in names:
                found[name].append(path)
        return dict(found)

    def saying(self, pattern: str, words: Collection[str], near: Path) -> Iterator[Path]:
        """The files other than `near` whose bytes match a regular expression, the nearest to it first.

        What matches says one of the words, which are looked for first, at memory's speed.
        """
        wanted, said = re.compile(pattern.encode()), [word.encode() for word in words]
        for path in self._nearest(near):
            data = self.says(path)
            if path != near and any(word in data for word in said) and wanted.search(data):
                yield path

    def _nearest(self, near: Path) -> tuple[Path, ...]:
        """The files by their distance from one, those at one distance by their paths."""
        if near not in self._near:
            away = {folder: _distance(folder, near) for folder in {path.parent for path in self.files}}
            self._near = {near: tuple(sorted(self._by_path, key=lambda path: away[path.parent]))}
        return self._near[near]

    @cached_property
    def _by_path(self) -> tuple[Path, ...]:
        return tuple(sorted(self.files))


def imported_names(code: bytes) -> frozenset[str]:
    """Every name in the import statements of a file."""
    statements = b" ".join(match[0] for match in _IMPORT.finditer(code))
    return frozenset(name.decode() for name in re.findall(rb"[A-Za-z_]\w*", statements))


def _name(path: Path) -> str:
    """What an import calls a file."""
    return path.parent.name if path.stem == "__init__" else path.stem


def _root(folder: Path) -> Path:
    above = (folder, *folder.parents)
    marked = next((each for each in above if any((each / mark).exists() for mark in _MARKS)), None)
    here = Path.cwd()
    if marked is not None and not (here.is_relative_to(marked) and folder.is_relative_to(here)):
        return marked
    if folder.is_relative_to(here):
        return here
    return next((each for each in above if not (each / "__init__.py").exists()), folder)


def _distance(one: Path, other: Path) -> int:
    shared = 0
    for left, right in zip(one.parts, other.parts, strict=False):
        if left != right:
            break
        shared += 1
    return len(one.parts) + len(other.parts) - 2 * shared


@lru_cache(maxsize=4)
def _project(root: Path) -> Project:
    return Project(root)


def forget() -> None:
    """Read every project anew from here on, since its files may have changed."""
    _project.cache_clear()
