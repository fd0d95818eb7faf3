"""The project that a file belongs to: its root, its files, and what their bytes say."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from adamw_lint.read.discover import discover
from adamw_lint.read.notebook import text_of
from adamw_lint.read.prefilter import may_concern

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
        self._imports: dict[Path, frozenset[str]] = {}

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
            self._concerning[path] = may_concern(self.says(path))
        return self._concerning[path]

    def imports(self, path: Path) -> frozenset[str]:
        """Every name in the import statements of a file."""
        if path not in self._imports:
            self._imports[path] = imported_names(self.says(path))
        return self._imports[path]

    def linked(self, start: Path, code: bytes) -> frozenset[Path]:
        """The files that imports join to one, in whichever direction and over whichever files; by their names alone."""
        said = {path: self.imports(path) for path in self.files} | {start: imported_names(code)}
        found, new = {start}, [start]
        while new:
            path = new.pop()
            name, names = _name(path), said[path]
            near = [each for each in said if each not in found and (_name(each) in names or name in said[each])]
            found.update(near)
            new += near
        return frozenset(found)

    def holding(self, words: Iterable[str], near: Path) -> list[Path]:
        """The files that hold one of some words to the letter, the nearest to a file first."""
        wanted = [each.encode() for each in words]
        found = [each for each in self.files if any(word in self.says(each) for word in wanted)]
        return sorted(found, key=lambda path: (_distance(path, near), path))

    def saying(self, pattern: str, near: Path) -> Iterator[Path]:
        """The files other than `near` whose bytes match a regular expression, the nearest to it first."""
        wanted = re.compile(pattern.encode())
        for path in sorted(self.files, key=lambda path: (_distance(path, near), path)):
            if path != near and wanted.search(self.says(path)):
                yield path


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
