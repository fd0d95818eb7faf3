"""The project that a file belongs to: its root, its files, and what their bytes say."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from adamw_lint.read.asked import NOTEBOOK, ask_all, bytes_at, files_of, is_there, stamp_of
from adamw_lint.read.notebook import program_of, text_of
from adamw_lint.read.prefilter import may_matter
from adamw_lint.read.shelf import Shelf
from adamw_lint.read.source import Source
from adamw_lint.stated import Own, own

_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n#]*)|import[ \t]+[^\n#]*)", re.MULTILINE
)
_BYTES = 8_000_000  # of files held for one project; what goes beyond is read again where it is asked for
_PARSED = 400_000  # characters of text held as trees, each of which takes some 100 bytes


class Project:
    """The Python files below one root, few of them read twice; what is written to them meanwhile is not seen here.

    Everything that is asked of it is noted as a question about these files (see asked.py), so that whoever remembers an
    answer knows what it rests on.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.slices = Shelf(_PARSED, lambda slices: slices.weight if slices is not None else 0)
        self._bytes: dict[Path, bytes] = {}
        self._held = 0
        self._concerning: dict[tuple[Own, Path], bool] = {}
        self._near: dict[Path, tuple[Path, ...]] = {}  # for the last file that was asked about

    @classmethod
    def around(cls, path: Path) -> "Project":
        """The project of a file: the nearest folder above it that has a mark of one, else the working folder."""
        return _project(_root(path.absolute().parent))

    @cached_property
    def _files(self) -> tuple[Path, ...]:
        return tuple(Path(each) for each in files_of(str(self.root)))

    def says(self, path: Path) -> bytes:
        """The bytes of a file, of a notebook those of its code; empty where it cannot be read."""
        stamp_of(path)
        return self._said(path)

    def _said(self, path: Path) -> bytes:
        """The first files are held: of all that are gone through again and again, the last ones never come in time."""
        if path in self._bytes:
            return self._bytes[path]
        try:
            data = bytes_at(path)
        except OSError:
            data = b""
        code = text_of(data).encode(errors="replace") if path.suffix == NOTEBOOK else data
        if self._held + len(code) <= _BYTES:
            self._bytes[path] = code
            self._held += len(code)
        return code

    def concerns(self, path: Path) -> bool:
        """Whether a rule could speak about a file, or about a file for its sake."""
        stamp_of(path)
        key = own(), path
        if key not in self._concerning:
            self._concerning[key] = may_matter(self._said(path))
        return self._concerning[key]

    def linked(self, start: Path, code: bytes) -> frozenset[Path]:
        """The files that imports join to one, in whichever direction and over whichever files; by their names alone."""
        ask_all(self.root)
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
        return [path for path in self._nearest(near) if _holds(self._said(path), wanted)]

    @cached_property
    def _imports(self) -> dict[Path, frozenset[str]]:
        return {path: imported_names(self._said(path)) for path in self._files}

    @cached_property
    def _named(self) -> dict[str, list[Path]]:
        """The files by what an import calls them."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self._files:
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
            data = self._said(path) if path != near else b""
            if _holds(data, said) and wanted.search(data):
                yield path

    def _nearest(self, near: Path) -> tuple[Path, ...]:
        """The files by their distance from one, those at one distance by their paths."""
        ask_all(self.root)
        if near not in self._near:
            away = {folder: _distance(folder, near) for folder in {path.parent for path in self._files}}
            self._near = {near: tuple(sorted(self._by_path, key=lambda path: away[path.parent]))}
        return self._near[near]

    @cached_property
    def _by_path(self) -> tuple[Path, ...]:
        return tuple(sorted(self._files))


def text_of_program(path: Path) -> str:
    """What a file says to those that import it, a notebook by the cells that run; raises OSError, UnreadableError."""
    data = bytes_at(path)
    return program_of(data) if path.suffix == NOTEBOOK else Source.of_bytes(data, str(path)).text


def _holds(data: bytes, words: list[bytes]) -> bool:
    return any(word in data for word in words)


def imported_names(code: bytes) -> frozenset[str]:
    """Every name in the import statements of a file."""
    statements = b" ".join(match[0] for match in _IMPORT.finditer(code))
    return frozenset(name.decode() for name in re.findall(rb"[A-Za-z_]\w*", statements))


def _name(path: Path) -> str:
    """What an import calls a file."""
    return path.parent.name if path.stem == "__init__" else path.stem


def _root(folder: Path) -> Path:
    above = (folder, *folder.parents)
    marked = next((each for each in above if any(is_there(each / mark) for mark in _MARKS)), None)
    here = Path.cwd()
    if marked is not None and not (here.is_relative_to(marked) and folder.is_relative_to(here)):
        return marked
    if folder.is_relative_to(here):
        return here
    return next((each for each in above if not is_there(each / "__init__.py")), folder)


def _distance(one: Path, other: Path) -> int:
    shared = 0
    for left, right in zip(one.parts, other.parts, strict=False):
        if left != right:
            break
        shared += 1
    return len(one.parts) + len(other.parts) - 2 * shared


@lru_cache(maxsize=2)
def _project(root: Path) -> Project:
    return Project(root)


def forget() -> None:
    """Read every project anew from here on, since its files may have changed."""
    _project.cache_clear()
