"""Remembers from run to run what was found in each file, as long as nothing that decided it has changed."""

import marshal
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from zlib import adler32, crc32

from adamw_lint.engine import bytes_of
from adamw_lint.errors import LintError, UnparsableError
from adamw_lint.kept import edition
from adamw_lint.looks import NOTHING_SEEN, Look, digest_of
from adamw_lint.plugged.installed import plugins
from adamw_lint.read.asked import Answer, Question, Stamp, answer, latest, stamp
from adamw_lint.settings import File, Settings
from adamw_lint.store import clean, load, save

_SETTLED = 2_000_000_000  # nanoseconds, within which a file may change and keep its stamp on some file systems
_DAY = 86_400_000_000_000  # nanoseconds
_DAYS = 30  # that a cache which no run uses is kept
_UNSETTLED: Stamp = (-1, -1, -1)
_PLAIN = 4  # elements of a row about a file that cannot concern us

Told = tuple[Question, Answer]
Row = tuple[Any, ...]  # what other files told, the key of the settings that counted, and the look but for its testimony


class Cache:
    """The looks of one working folder, in one file of a folder for what counts in the working folder itself."""

    def __init__(self, folder: str, settings: Settings) -> None:
        self._folder = folder
        context: Any = (os.getcwd(), settings.key)
        self._key = (edition(), tuple(plugin.edition for plugin in plugins()), context)
        data = marshal.dumps(context, 2)
        self._path = os.path.join(folder, f"files.{crc32(data):08x}{adler32(data):08x}.cache")
        self._read_at = stamp(self._path)
        self._looks, self._told = self._load()
        self._holds = _Holds(self._told)
        self._met: list[str] = []
        self._new: dict[str, Row] = {}

    def _load(self) -> tuple[dict[str, Row], list[Told]]:
        """The rows of the file, and all that was told for any of them: a row has the places of its own in there."""
        return load(self._path, self._key) or ({}, [])

    def looks(self, files: Iterable[File]) -> Iterator[Look | None]:
        """What is remembered of each file that is as it was, by its stamp or its bytes, with all it rests on."""
        rows, holds = self._looks, self._holds.__getitem__
        last: Settings | None = None
        key = ""
        for path, settings in files:
            self._met.append(path)
            if settings is not last:
                last, key = settings, settings.key
            known = rows.get(path)
            if known is None or known[1] != key or not (known[2] == stamp(path) or self._is_same(path, known)):
                yield None
            elif all(map(holds, known[0])):
                yield _look(*known[2:]) if len(known) > _PLAIN else NOTHING_SEEN
            else:
                yield None

    def _is_same(self, path: str, known: Row) -> bool:
        """Whether a file with another stamp has the bytes that it had; the new stamp is remembered."""
        now = stamp(path)
        try:
            data = bytes_of(path)
        except LintError:
            return False
        if now is None or digest_of(data) != known[3]:
            return False
        self._new[path] = _expanded((*known[:2], _settled(now), *known[3:]), self._told)
        return True

    def remember(self, path: str, settings: Settings, look: Look) -> None:
        """Keep a look, unless a mistake of our own or of the machine made it what it is."""
        if look.stamp is None or any(error[0] != UnparsableError.__name__ for error in look.errors):
            return
        told = tuple((question, _settled_answer(question, said)) for question, said in look.testimony)
        row = (told, settings.key, _settled(look.stamp), look.digest)
        has_more = bool(look.held or look.errors)  # as of few files
        self._new[path] = (*row, look.programs, look.errors, look.held) if has_more else row

    def save(self) -> None:
        """Write what is new, together with what another run has written meanwhile."""
        if not self._new:
            if self._read_at and time.time_ns() - self._read_at[1] > _DAY:
                _touch(self._path)
            return
        looks = self._all_looks()
        if stamp(self._path) != self._read_at:
            self._looks, self._told = self._load()
            looks |= self._all_looks()
        if self._read_at is None or self._read_at[1] // _DAY != time.time_ns() // _DAY:  # the first of a day
            met = set(self._met)
            looks = {path: look for path, look in looks.items() if path in met or stamp(path)}
            clean(self._folder, _DAYS, time.time())
        save(self._path, self._key, _condensed(looks | self._new))

    def _all_looks(self) -> dict[str, Row]:
        return {path: _expanded(row, self._told) for path, row in self._looks.items()}


class _Holds(dict[int, bool]):
    """Whether each question would be answered today as it was."""

    def __init__(self, told: list[Told]) -> None:
        super().__init__()
        self._told = told

    def __missing__(self, place: int) -> bool:
        question, told = self._told[place]
        self[place] = answer(question) == told
        return self[place]


def _look(stamped: Stamp, digest: bytes, programs: Any = (), errors: Any = (), held: int = 0) -> Look:
    return Look(stamped, digest, programs, errors, (), held)


def _expanded(row: Row, told: list[Told]) -> Row:
    """A row with what was told, where it has the places of that."""
    return tuple(told[place] for place in row[0]), *row[1:]


def _condensed(looks: dict[str, Row]) -> tuple[dict[str, Row], list[Told]]:
    """Rows as they stand in the file: those of one program rest on much the same."""
    places: dict[Told, int] = {}
    rows = {
        path: (tuple(places.setdefault(each, len(places)) for each in row[0]), *row[1:]) for path, row in looks.items()
    }
    return rows, list(places)


def _settled(stamped: Stamp) -> Stamp:
    """A stamp that can be trusted later on; of a file that was changed just now only the bytes can."""
    return stamped if time.time_ns() - stamped[1] > _SETTLED else _UNSETTLED


def _settled_answer(question: Question, answer: Answer) -> Answer:
    """An answer that no file gives again, where what it tells of was changed just now."""
    return answer if time.time_ns() - latest(question, answer) > _SETTLED else ("just changed",)


def _touch(path: str) -> None:
    with suppress(OSError):
        os.utime(path)
