"""`--watch`: looks at the files every moment, and runs again whenever one of them or the settings changed."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.errors import LintError
from adamw_lint.read.discover import discover
from adamw_lint.read.project import forget
from adamw_lint.settings import OWN, SHARED

PAUSE = 0.5  # seconds between two looks; a look costs one stat a file

Stamps = dict[str, tuple[int, int]]


def watch(paths: Sequence[str], configure: Callable[[], Configuration], run: Callable[[], None]) -> NoReturn:
    """Run, and again after every change, until KeyboardInterrupt."""
    seen: Stamps | None = None
    while True:
        now = _stamps(paths, configure)
        if now != seen:
            forget()
            run()
            seen = now
        time.sleep(PAUSE)


def _stamps(paths: Sequence[str], configure: Callable[[], Configuration]) -> Stamps:
    """When each file changed last, and its size; files of settings that make no sense are watched all the same."""
    found: Stamps = {}
    for path in _watched(paths, configure):
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _watched(paths: Sequence[str], configure: Callable[[], Configuration]) -> Iterator[str]:
    here = Path.cwd()
    yield from (str(folder / name) for folder in (here, *here.parents) for name in (OWN, SHARED))
    try:
        configuration = configure()
        found = [each for each in discover(paths, configuration.at) if isinstance(each, str)]
        yield from configuration.here.sources
    except LintError:
        return
    yield from found
    folders = {os.path.dirname(each) for each in found}  # noqa: PTH120
    yield from (os.path.join(folder, name) for folder in folders for name in (OWN, SHARED))  # noqa: PTH118
