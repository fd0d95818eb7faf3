"""The project that a file belongs to: its root, its files, and what their bytes say."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from adamw_lint.read.asked import ask_all, files_of, is_there, stamp_of
from adamw_lint.read.notebook import program_of
from adamw_lint.read.prefilter import may_concern
from adamw_lint.read.shelf import Shelf

_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
NOTEBOOK = ".ipynb"
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n#]*)|import[ \t]+[^\n#]*)", re.MULTILINE
)
_BYTES = 16_000_000  # of files held for one project; what goes beyond is read again where it is asked for
_PARSED = 250_000  # characters of text whose surveys are held; each character of them takes some 150 bytes


class Project:
    """The Python files below one root, few of them read twice; what is written to them meanwhile is not seen here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.surveys = Shelf(_PARSED)
        self._bytes: dict[Path, bytes] = {}
        self._held = 0
        self._order: tuple[Path | None, list[Path]] = (None, [])
        self._concerning: dict[Path, bool] = {}
        self._imported: dict[Path, frozenset[str]] = {}

    @classmethod
    def around(cls, path: Path) -> "Project":
        """The project of a file: the nearest folder above it that has a mark of one, else the working folder."""
        return _project(_root(path.absolute().parent))

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file, notebooks among them, in the order of a listing; none where there are too many to look into."""
        ask_all(self.root)
        return self._files

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
            data = code_of(path)
        except OSError:
            data = b""
        if self._held + len(data) <= _BYTES:
            self._bytes[path] = data
            self._held += len(data)
        return data

    def concerns(self, path: Path) -> bool:
        """Whether a rule could speak about a file, or about a file for its sake."""
        stamp_of(path)
        if path not in self._concerning:
            self._concerning[path] = may_concern(self._said(path))
        return self._concerning[path]

    def linked(self, start: Path, code: bytes) -> frozenset[Path]:
        """The files that imports join to one, in whichever direction and over whichever files; by their names alone."""
        said = {path: self._imports(path) for path in self.files} | {start: imported_names(code)}
        found, new = {start}, [start]
        while new:
            path = new.pop()
            name, names = _name(path), said[path]
            near = [each for each in said if each not in found and (_name(each) in names or name in said[each])]
            found.update(near)
            new += near
        return frozenset(found)

    def _imports(self, path: Path) -> frozenset[str]:
        if path not in self._imported:
            self._imported[path] = imported_names(self._said(path))
        return self._imported[path]

    def saying(self, pattern: str, near: Path, words: Iterable[str] = ()) -> Iterator[Path]:
        """The files other than `near` whose bytes match a regular expression, the nearest to it first.

        Where every match has one of the `words` in it, these are looked for before, at memory's speed.
        """
        wanted, some = re.compile(pattern.encode()), [word.encode() for word in words]
        for path in self._nearest(near):
            said = self._said(path) if path != near else b""
            if (not some or any(word in said for word in some)) and wanted.search(said) and path != near:
                yield path

    def _nearest(self, near: Path) -> list[Path]:
        """The files, the nearest to one first; one question about that one follows another."""
        if self._order[0] != near:
            self._order = near, sorted(self.files, key=lambda path: (_distance(path, near), path))
        ask_all(self.root)
        return self._order[1]


def code_of(path: Path) -> bytes:
    """The bytes of a file, of a notebook those of its code; raises OSError."""
    data = path.read_bytes()
    return program_of(data).encode(errors="replace") if path.suffix == NOTEBOOK else data


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
    """Let go of every project, at the beginning of a run: what was read for another one may have changed."""
    _project.cache_clear()
