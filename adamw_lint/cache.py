"""Remembers from run to run what was found in each file, as long as nothing that decided it has changed."""

import marshal
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from itertools import chain, groupby, repeat
from operator import eq, itemgetter
from typing import Any
from zlib import adler32, crc32

from adamw_lint.engine import bytes_of
from adamw_lint.errors import LintError, UnparsableError
from adamw_lint.kept import edition
from adamw_lint.looks import NOTHING_SEEN, Look, digest_of
from adamw_lint.plugged.installed import plugins
from adamw_lint.read.asked import Answer, Question, Stamp, answers, latest, stamp, stamps
from adamw_lint.settings import File, Settings
from adamw_lint.store import clean, load, save

_SETTLED = 2_000_000_000  # nanoseconds, within which a file may change and keep its stamp on some file systems
_DAY = 86_400_000_000_000  # nanoseconds
_DAYS = 30  # that a cache which no run uses is kept
_UNSETTLED: Stamp = (-1, -1, -1)
_PLAIN = 4  # elements of a row about a file that cannot concern us
_NOTHING: "Row" = ()  # stands for the row of such a file whose stamp is as it was

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
        self._held = self._load()
        self._met: list[str] = []
        self._new: dict[str, Row] = {}

    def _load(self) -> "_Held":
        return _Held(*(load(self._path, self._key) or ()))

    def looks(self, files: Iterable[File]) -> list[Look | None]:
        """What is remembered of each file that is as it was, by its stamp or its bytes, with all it rests on."""
        found: list[Row | None] = []
        for settings, some in groupby(files, itemgetter(1)):
            paths, key = [path for path, _ in some], settings.key
            now = stamps(paths)
            known = map(self._held.plain.get(key, {}).get, paths, repeat(()))
            found += [
                _NOTHING if is_same else self._row(path, key, stamped)
                for is_same, path, stamped in zip(map(eq, known, now), paths, now, strict=True)
            ]
            self._met += paths
        changed = self._held.changed(set().union(*(row[0] for row in found if row)))
        return [NOTHING_SEEN if row is _NOTHING else _look(row, changed) for row in found]

    def _row(self, path: str, key: str, now: Stamp | None) -> Row | None:
        """What is held of a file that is as it was."""
        row = self._held.row(path, key)
        is_known = row is not None and now is not None and (row[2] == now or self._is_same(path, row, now))
        return row if is_known else None

    def _is_same(self, path: str, row: Row, now: Stamp) -> bool:
        """Whether a file with another stamp, taken just now, has the bytes that it had; that stamp is remembered."""
        try:
            data = bytes_of(path)
        except LintError:
            return False
        if digest_of(data) != row[3]:
            return False
        self._new[path] = _expanded((*row[:2], _settled(now), *row[3:]), self._held.told)
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
        looks = self._held.everything()
        if stamp(self._path) != self._read_at:
            looks |= self._load().everything()
        if self._read_at is None or self._read_at[1] // _DAY != time.time_ns() // _DAY:  # the first of a day
            met = set(self._met)
            looks = {path: look for path, look in looks.items() if path in met or stamp(path)}
            clean(self._folder, _DAYS, time.time())
        save(self._path, self._key, _columns(looks | self._new))


class _Held:
    """What stands in the file of a cache.

    `plain` are the stamps, by the key of the settings and the path, of files that cannot concern us: most are such, and
    in a column of their own these are held against the tree at once. `digests` holds what the bytes of these files are
    known by, in their order, and is read only where the stamp of one is another. `rows` are those of all other files;
    what was `told` for any of them stands in one list, of which each row has the places of its own.
    """

    def __init__(
        self,
        plain: dict[str, dict[str, Stamp]] | None = None,
        digests: bytes = b"",
        rows: dict[str, Row] | None = None,
        told: "list[Told] | None" = None,
    ) -> None:
        self.plain = plain or {}
        self.rows = rows or {}
        self.told = told or []
        self._packed = digests

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        paths = chain.from_iterable(self.plain.values())
        return dict(zip(paths, marshal.loads(self._packed) if self._packed else (), strict=True))

    def row(self, path: str, key: str) -> Row | None:
        """The row of a file, for what the settings with that key make of it."""
        if path in self.rows:
            return self.rows[path] if self.rows[path][1] == key else None
        stamped = self.plain.get(key, {}).get(path)
        return None if stamped is None else ((), key, stamped, self._digests[path])

    def changed(self, places: set[int]) -> set[int]:
        """Those of some places of `told` whose questions would be answered otherwise today."""
        told = [(place, *self.told[place]) for place in places]
        today = answers([question for _, question, _ in told])
        return {place for (place, _, said), now in zip(told, today, strict=True) if said != now}

    def everything(self) -> dict[str, Row]:
        """The rows of all files, each with what was told in the place of where that stands."""
        plain = {
            path: ((), key, stamped, self._digests[path])
            for key, some in self.plain.items()
            for path, stamped in some.items()
        }
        return plain | {path: _expanded(row, self.told) for path, row in self.rows.items()}


def _columns(looks: dict[str, Row]) -> tuple[Any, ...]:
    """Rows as they stand in the file; those of one program rest on much the same."""
    plain: dict[str, dict[str, Stamp]] = {}
    digests: dict[str, list[bytes]] = {}
    rows: dict[str, Row] = {}
    places: dict[Told, int] = {}
    for path, (told, key, stamped, digest, *more) in looks.items():
        if told or more:
            told = tuple(places.setdefault(each, len(places)) for each in told)
            rows[path] = (told, key, stamped, digest, *more)
        else:
            plain.setdefault(key, {})[path] = stamped
            digests.setdefault(key, []).append(digest)
    return plain, marshal.dumps(list(chain.from_iterable(digests.values()))), rows, list(places)


def _look(row: Row | None, changed: set[int]) -> Look | None:
    """What a row says of its file; None where what it rests on has changed."""
    if row is None or not changed.isdisjoint(row[0]):
        return None
    return _seen(*row[2:]) if len(row) > _PLAIN else NOTHING_SEEN


def _seen(stamped: Stamp, digest: bytes, programs: Any, errors: Any, held: int) -> Look:
    return Look(stamped, digest, programs, errors, (), held)


def _expanded(row: Row, told: list[Told]) -> Row:
    """A row with what was told, where it has the places of that."""
    return tuple(told[place] for place in row[0]), *row[1:]


def _settled(stamped: Stamp) -> Stamp:
    """A stamp that can be trusted later on; of a file that was changed just now only the bytes can."""
    return stamped if time.time_ns() - stamped[1] > _SETTLED else _UNSETTLED


def _settled_answer(question: Question, answer: Answer) -> Answer:
    """An answer that no file gives again, where what it tells of was changed just now."""
    return answer if time.time_ns() - latest(question, answer) > _SETTLED else ("just changed",)


def _touch(path: str) -> None:
    with suppress(OSError):
        os.utime(path)
