"""The files of one repository as they come out of a table or an archive, without ever having stood on a disk."""

import os
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from uuid import uuid4
from zlib import adler32, crc32

from adamw_lint.read.asked import MOST, REQUIREMENTS, SUFFIXES, Answer, Question, Stamp
from adamw_lint.read.discover import EXCLUDED
from adamw_lint.read.listing import FILE, FOLDER, NOTHING

_ABOVE = os.path.join(os.path.abspath(os.sep), "adamw-lint.table")
_MARK = ".git"  # that of a repository, which the folder above all rows is


class Tabled:
    """Files by their paths below the folder of a repository, each read where it is asked for.

    The folder has a name that no other one ever has, so that what is remembered of it is not taken for another's.
    """

    def __init__(self, files: Mapping[str, Callable[[], bytes]]) -> None:
        """`files` gives the bytes of each file by its path below the folder, with slashes."""
        self.root = os.path.join(_ABOVE, uuid4().hex)
        self._files = {plain(name): read for name, read in files.items()}
        self._stamps: dict[str, Stamp] = {}

    def at(self, name: str) -> str:
        """The path by which a file is asked for."""
        return os.path.join(self.root, *plain(name).split("/"))

    def answer(self, question: Question) -> Answer:
        """What the file system would say, if they stood there."""
        kind, path = question
        name = self._name(path)
        if kind == "kind":
            return self._kind(name)
        if kind == "stamp":
            return self._stamp(name) if name in self._files else ()
        return self._requirements(name) if kind == "requirements" else (len(self._files),)

    def listed(self) -> list[str]:
        """The programs as a walk lists them: none that is hidden or somebody else's; none where they are too many."""
        taken = [name for name in self._files if name.endswith(SUFFIXES) and not passed_over(name)]
        return [self.at(name) for name in sorted(taken, key=_parts)] if len(taken) <= MOST else []

    def bytes_of(self, path: str) -> bytes:
        """The bytes of a file; raises FileNotFoundError."""
        read = self._files.get(self._name(path) or "")
        if read is None:
            raise FileNotFoundError(path)
        return read()

    def _name(self, path: str) -> str | None:
        """The path below the folder, which is empty for the folder itself; None outside."""
        if path == self.root:
            return ""
        inside = path.startswith(self.root + os.sep)
        return path[len(self.root) + 1 :].replace(os.sep, "/") if inside else None

    def _kind(self, name: str | None) -> str:
        if name is None:
            return NOTHING
        return FILE if name in self._files else FOLDER if name in ("", _MARK) or name in self._folders else NOTHING

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(folder for name in self._files for folder in _above(name))

    def _stamp(self, name: str | None) -> Stamp:
        """What tells the bytes of a file from others in its place, as a file system's stamp does."""
        assert name is not None
        if name not in self._stamps:
            data = self._files[name]()
            self._stamps[name] = len(data), crc32(data), adler32(data)
        return self._stamps[name]

    def _requirements(self, folder: str | None) -> tuple[tuple[str, Stamp], ...]:
        if folder is None:
            return ()
        beside = sorted(name for name in self._stating if name.rpartition("/")[0] == folder)
        last = [(name, name.rpartition("/")[2]) for name in beside]
        wanted = [(name, file) for pattern in REQUIREMENTS for name, file in last if fnmatchcase(file, pattern)]
        return tuple((file, self._stamp(name)) for name, file in wanted)

    @cached_property
    def _stating(self) -> tuple[str, ...]:
        return tuple(filter(states_versions, self._files))


def plain(name: str) -> str:
    """A path as it counts below the folder of its repository: no drive, no root, nothing above."""
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))


def passed_over(name: str) -> bool:
    """Whether a walk from the root down leaves a file out: it is hidden, somebody else's, or made by a build."""
    return any(part.startswith(".") or part in EXCLUDED for part in name.split("/"))


def states_versions(name: str) -> bool:
    """Whether a file states, by its name, which versions of libraries are wanted."""
    return any(fnmatchcase(name.rpartition("/")[2], pattern) for pattern in REQUIREMENTS)


def _above(name: str) -> Iterator[str]:
    folder = name.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _parts(name: str) -> list[str]:
    return name.split("/")
