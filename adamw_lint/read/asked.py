"""What a lint asks of the files around the one it looks at, so that its findings can be known to still hold."""

import marshal
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol
from zlib import adler32, crc32

from adamw_lint.holding import holding
from adamw_lint.read.discover import discover
from adamw_lint.read.listing import FILE, FOLDER, NOTHING, OTHER, known_listings, seen
from adamw_lint.read.special import may_never_end

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = ".ipynb"
SUFFIXES = (".py", NOTEBOOK)
MOST = 5_000  # files looked into for one project; in a larger folder of many projects only imports are followed
REQUIREMENTS = ("pyproject.toml", "setup.cfg", "setup.py", "requirements*.txt", "environment*.y*ml", "Pipfile")

Stamp = tuple[int, int, int]  # size, time of the last change in nanoseconds, inode
_STAMP: Callable[[os.stat_result], Stamp] = attrgetter("st_size", "st_mtime_ns", "st_ino")
Question = tuple[str, str]  # what is asked, and of which path
Answer = str | tuple[object, ...]  # plain data
Testimony = tuple[tuple[Question, Answer], ...]


class Witness:
    """Answers questions about files, each once a run, and notes what was asked for the sake of one file."""

    def __init__(self) -> None:
        self._known: dict[Question, Answer] = {}
        self._asked: set[Question] = set()

    def ask(self, question: Question) -> Answer:
        """The answer, which stays the same throughout a run."""
        self._asked.add(question)
        if question not in self._known:
            self._known[question] = answer(question)
        return self._known[question]

    def testimony(self) -> Testimony:
        """All that was asked since the last testimony, and what was answered."""
        asked, self._asked = self._asked, set()
        return tuple((question, self._known[question]) for question in sorted(asked))


class Files(Protocol):
    """Files that stand elsewhere than on disk, as those of a table do (see tabled.py)."""

    def answer(self, question: Question) -> Answer:
        """What there is to say to a question about them."""

    def listed(self) -> list[str]:
        """What `files_of` lists."""

    def bytes_of(self, path: str) -> bytes:
        """The bytes of one; raises FileNotFoundError."""


_ELSEWHERE: ContextVar[Files | None] = ContextVar("elsewhere", default=None)


def standing(files: Files) -> AbstractContextManager[None]:
    """Inside, there are these files and no others."""
    return holding(_ELSEWHERE, files)


_WITNESS: ContextVar[Witness | None] = ContextVar("witness", default=None)


def witnessed(witness: Witness) -> AbstractContextManager[None]:
    """Inside, every question is put to the witness."""
    return holding(_WITNESS, witness)


def _ask(kind: str, path: "Path | str") -> Answer:
    witness, question = _WITNESS.get(), (kind, os.fspath(path))
    return answer(question) if witness is None else witness.ask(question)


def answer(question: Question) -> Answer:
    """What the file system says to a question now, or what holds the files instead of it."""
    elsewhere = _ELSEWHERE.get()
    if elsewhere is not None:
        return elsewhere.answer(question)
    kind, path = question
    return _ANSWERS[kind](path)


def answers(questions: Iterable[Question]) -> list[Answer]:
    """The answers to many questions, most of which the listings of folders tell."""
    listings, found = {} if _ELSEWHERE.get() is not None else known_listings(), list[Answer]()
    for question in questions:
        kind, path = question
        above, _, name = path.rpartition(os.sep)
        listing = listings.get(f"{above}{os.sep}") if kind == "kind" else None
        told = OTHER if listing is None else listing.get(name, NOTHING)
        found.append(answer(question) if told == OTHER else told)
    return found


def bytes_at(path: "Path | str") -> bytes:
    """The bytes of a file, none of what is no file; raises OSError."""
    elsewhere = _ELSEWHERE.get()
    if elsewhere is not None:
        return elsewhere.bytes_of(os.fspath(path))
    if may_never_end(path):
        return b""
    with open(path, "rb") as file:
        return file.read()


def is_file(path: "Path | str") -> bool:
    """Whether there is a file."""
    return _ask("kind", path) == FILE


def is_folder(path: "Path | str") -> bool:
    """Whether there is a folder."""
    return _ask("kind", path) == FOLDER


def is_there(path: "Path | str") -> bool:
    """Whether there is anything."""
    return _ask("kind", path) != NOTHING


def stamp_of(path: "Path | str") -> Answer:
    """The stamp of a file, to be asked for before it is read; empty where there is none."""
    return _ask("stamp", path)


def ask_all(root: "Path | str") -> None:
    """Note that every file of a project may have been read."""
    _ask("files", root)


def requirements(folder: "Path | str") -> tuple[tuple[str, object], ...]:
    """The paths of the files in a folder that state which versions of libraries are wanted, each with its stamp."""
    rows = (row for row in _ask("requirements", folder) if isinstance(row, tuple))
    return tuple((os.path.join(folder, name), stamped) for name, stamped in rows)


def stamp(path: str) -> Stamp | None:
    """The stamp of a file now; None where there is none."""
    try:
        return _STAMP(os.stat(path))
    except (OSError, ValueError):
        return None


def stamps(paths: Sequence[str]) -> "list[Stamp | None]":
    """The stamps of many files."""
    try:
        return list(map(_STAMP, map(os.stat, paths)))
    except (OSError, ValueError):  # of one
        return list(map(stamp, paths))


def files_of(root: str) -> list[str]:
    """Every file of a project, notebooks among them, in the order of a walk; none where there are too many."""
    elsewhere = _ELSEWHERE.get()
    if elsewhere is not None:
        return elsewhere.listed()
    listed = list(islice(discover([root], suffixes=SUFFIXES), MOST + 1))
    return [each for each in listed if isinstance(each, str)] if len(listed) <= MOST else []


def latest(question: Question, told: Any) -> int:
    """When the youngest file that an answer tells of was changed, in nanoseconds; 0 where it tells of no change."""
    kind, _ = question
    if kind == "files":
        return int(told[-1])
    stamps = {"stamp": [told], "requirements": [row[1] for row in told] if kind == "requirements" else []}
    return max((stamp[1] for stamp in stamps.get(kind, ()) if stamp), default=0)


def _kind(path: str) -> str:
    if (kind := seen(path)) != OTHER:
        return kind
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return NOTHING
    return FOLDER if stat.S_ISDIR(mode) else FILE


def _files(root: str) -> tuple[int, ...]:
    """How many files a project has, what tells their stamps from those of any other state, and the latest of them."""
    paths = files_of(root)
    stamped = stamps(paths)
    data = marshal.dumps(list(zip(paths, stamped, strict=True)), 2)
    return len(paths), crc32(data), adler32(data), max((each[1] for each in stamped if each), default=0)


def _requirements(folder: str) -> tuple[tuple[str, Stamp | None], ...]:
    from fnmatch import fnmatchcase

    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    wanted = [(name, pattern) for pattern in REQUIREMENTS for name in names if fnmatchcase(name, pattern)]
    return tuple((name, stamp(os.path.join(folder, name))) for name, _ in wanted)


_ANSWERS: dict[str, Callable[[str], Answer]] = {
    "kind": _kind,
    "stamp": lambda path: stamp(path) or (),
    "files": _files,
    "requirements": _requirements,
}
