"""Remembers from run to run what was found in each file, as long as nothing that decided it has changed."""

import marshal
import os
import time
from contextlib import suppress
from typing import Any
from zlib import adler32, crc32

from adamw_lint.engine import bytes_of
from adamw_lint.errors import LintError, UnparsableError
from adamw_lint.kept import edition
from adamw_lint.looks import Look, digest_of
from adamw_lint.plugged.installed import plugins
from adamw_lint.read.asked import Answer, Question, Stamp, Witness, latest, stamp
from adamw_lint.settings import Settings
from adamw_lint.store import clean, load, save

_SETTLED = 2_000_000_000  # nanoseconds, within which a file may change and keep its stamp on some file systems
_DAY = 86_400_000_000_000  # nanoseconds
_DAYS = 30  # that a cache which no run uses is kept
_UNSETTLED: Stamp = (-1, -1, -1)


class Cache:
    """The looks of one working folder, in one file of a folder for what counts in the working folder itself."""

    def __init__(self, folder: str, settings: Settings) -> None:
        self._folder = folder
        self._witness = Witness()
        context: Any = (os.getcwd(), settings.key)
        self._key = (edition(), tuple(plugin.edition for plugin in plugins()), context)
        data = marshal.dumps(context, 2)
        self._path = os.path.join(folder, f"files.{crc32(data):08x}{adler32(data):08x}.cache")
        self._read_at = stamp(self._path)
        self._looks: dict[str, tuple[Any, ...]] = load(self._path, self._key) or {}
        self._met: set[str] = set()
        self._new: dict[str, tuple[Any, ...]] = {}

    def look(self, path: str, settings: Settings) -> Look | None:
        """What is remembered of a file that is as it was, by its stamp or else by its bytes, with all it rests on."""
        self._met.add(path)
        known = self._looks.get(path)
        if known is None or known[0] != settings.key:
            return None
        known = known[1:]
        now = stamp(path)
        if now is None or (known[0] != now and not self._is_same(path, settings, known, now)):
            return None
        found = Look(*known)
        return found if not found.testimony or self._witness.confirms(found.testimony) else None

    def _is_same(self, path: str, settings: Settings, known: tuple[Any, ...], now: Stamp) -> bool:
        """Whether a file with another stamp has the bytes that it had; the new stamp is remembered."""
        try:
            data = bytes_of(path)
        except LintError:
            return False
        if digest_of(data) != known[1]:
            return False
        self._new[path] = (settings.key, _settled(now), *known[1:])
        return True

    def remember(self, path: str, settings: Settings, look: Look) -> None:
        """Keep a look, unless a mistake of our own or of the machine made it what it is."""
        if look.stamp is not None and all(error[0] == UnparsableError.__name__ for error in look.errors):
            told = tuple((question, _settled_answer(question, answer)) for question, answer in look.testimony)
            self._new[path] = (settings.key, *look._replace(stamp=_settled(look.stamp), testimony=told))

    def save(self) -> None:
        """Write what is new, together with what another run has written meanwhile."""
        if not self._new:
            if self._read_at and time.time_ns() - self._read_at[1] > _DAY:
                _touch(self._path)
            return
        if stamp(self._path) != self._read_at:
            self._looks = {**self._looks, **(load(self._path, self._key) or {})}
        if self._read_at is None or self._read_at[1] // _DAY != time.time_ns() // _DAY:  # the first of a day
            self._looks = {path: look for path, look in self._looks.items() if path in self._met or stamp(path)}
            clean(self._folder, _DAYS, time.time())
        save(self._path, self._key, {**self._looks, **self._new})


def _settled(stamped: Stamp) -> Stamp:
    """A stamp that can be trusted later on; of a file that was changed just now only the bytes can."""
    return stamped if time.time_ns() - stamped[1] > _SETTLED else _UNSETTLED


def _settled_answer(question: Question, answer: Answer) -> Answer:
    """An answer that no file gives again, where what it tells of was changed just now."""
    return answer if time.time_ns() - latest(question, answer) > _SETTLED else ("just changed",)


def _touch(path: str) -> None:
    with suppress(OSError):
        os.utime(path)
