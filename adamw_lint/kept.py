"""What is worked out from the rulebook and from what is installed, kept so that only the first run has to do it."""

import marshal
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar
from zlib import adler32, crc32

from adamw_lint import __version__
from adamw_lint.holding import holding
from adamw_lint.store import load, save

Data = TypeVar("Data")

_PACKAGE = os.path.dirname(__file__)
_FOLDER: ContextVar[str | None] = ContextVar("folder", default=None)


def keeping(folder: str | None) -> AbstractContextManager[None]:
    """Inside, what is worked out is kept in a folder; with None nothing is read there and nothing written."""
    return holding(_FOLDER, folder)


def kept(key: Callable[[], object]) -> Callable[[Callable[[], Data]], Callable[[], Data]]:
    """Make a function, whose result is plain data, remember it from run to run, for as long as `key` says the same."""

    def decorate(make: Callable[[], Data]) -> Callable[[], Data]:
        @cache
        def known() -> Data:
            folder = _FOLDER.get()
            if folder is None:
                return make()
            path = os.path.join(folder, f"{make.__module__}.{make.__name__}.cache")
            bound = key()
            found: Data | None = load(path, bound)
            if found is None:
                found = make()
                save(path, bound, found)
            return found

        return known

    return decorate


@cache
def rules_folder() -> str:
    """The folder of pages and facts: inside the wheel, or beside the package in a checkout."""
    shipped = os.path.join(_PACKAGE, "rules")
    return shipped if os.path.isdir(shipped) else os.path.join(os.path.dirname(_PACKAGE), "rules")


@cache
def edition() -> tuple[object, ...]:
    """What this linter is: its version, Python's, its parser, and the state of its code and facts."""
    return __version__, sys.version, _parser(), *(_installed() or _checked_out())


def _installed() -> tuple[int, ...]:
    """The stamp of what an installer wrote down of all that it installed; nothing in a checkout."""
    record = os.path.join(os.path.dirname(_PACKAGE), f"adamw_lint-{__version__}.dist-info", "RECORD")
    try:
        status = os.stat(record)
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _checked_out() -> tuple[int, ...]:
    """What tells the stamps of all code and facts from those of any other state, which change under one version."""
    own = [_PACKAGE] if rules_folder().startswith(_PACKAGE) else [_PACKAGE, rules_folder()]
    seen = marshal.dumps([each for folder in own for each in sorted(stamps(folder))], 2)  # 2: equal data, equal bytes
    return crc32(seen), adler32(seen)


def stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    """Path, size and time of each file below a folder that says what a linter does."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".toml", ".md")):
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from stamps(entry.path)


def _parser() -> tuple[int, int]:
    """Size and time of the file that states the version of LibCST, found without importing it."""
    for folder in sys.path:
        try:
            status = os.stat(os.path.join(folder, "libcst", "_version.py"))
        except OSError:
            continue
        return status.st_size, status.st_mtime_ns
    return 0, 0
