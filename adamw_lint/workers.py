"""Spreads looks at files over processes where that pays, and tells them in the order of the files."""

import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context

from adamw_lint.errors import DefectError
from adamw_lint.limit import OverdueError
from adamw_lint.looks import Look
from adamw_lint.packed import pack_error
from adamw_lint.read.asked import stamps
from adamw_lint.settings import Settings

Pool = Callable[[int], Executor]
Told = tuple[str, Look]
File = tuple[str, Settings]
LookAll = Callable[[Sequence[File]], list[Look]]

_LONG = 60_000  # bytes of a file to which a look may take as long as to all others of a chunk
_CHUNK = 32  # files handed over at once: so many that handing over costs little
_SHARES = 8  # into which what is left for each process is parted, so that none has much to do when the others are done
_AHEAD = 64  # chunks for each process that are handed over before the first is told, which may take long


def processes(jobs: int) -> Executor:
    """Processes that begin as copies of this one where that is safe.

    Measured in turn, from the first to the last of four looks at an empty file by two processes, on two busy cores:
    copies (fork), which know what this process knows, 60 to 200 ms; fresh interpreters (spawn), which import and gather
    all of it again, 1,300 to 2,000. Systems other than Linux do not bear copies of a process that used their libraries.
    """
    return ProcessPoolExecutor(jobs, mp_context=get_context("fork" if sys.platform == "linux" else "spawn"))


def looks(files: Iterable[File], look_all: LookAll, jobs: int, pool: Pool) -> Iterator[Told]:
    """A look at every file, in order. A process that dies takes along only the file that killed it.

    Long files are handed over ahead of all others, so that no process is left with one when the rest are done.
    """
    every = list(files)
    sizes = [found[0] if found else 0 for found in stamps([path for path, _ in every])]
    long = [number for number, size in enumerate(sizes) if size > _LONG]
    rest = sorted(set(range(len(every))) - set(long))
    chunks = chain(([every[number]] for number in long), _chunks([every[number] for number in rest], jobs))
    coming = zip([*long, *rest], _in_turn(chunks, look_all, jobs, pool), strict=True)
    early: dict[int, Told] = {}
    for number in range(len(every)):
        while number not in early:
            early.update([next(coming)])
        yield early.pop(number)
    yield from (told for _, told in coming)  # none, and what makes them is waited for


def _in_turn(chunks: Iterator[list[File]], look_all: LookAll, jobs: int, pool: Pool) -> Iterator[Told]:
    for chunk in chunks:
        left = yield from _until_broken(chain([chunk], chunks), look_all, jobs, pool)
        if left:
            yield from singly(left, look_all, pool)


def _chunks(files: list[File], jobs: int) -> Iterator[list[File]]:
    start = 0
    while left := len(files) - start:
        size = min(_CHUNK, left // (jobs * _SHARES) or 1)
        yield files[start : start + size]
        start += size


def _until_broken(
    chunks: Iterator[list[File]], look_all: LookAll, jobs: int, pool: Pool
) -> Generator[Told, None, list[File]]:
    """The looks at chunk after chunk; returns the files that were handed over when a process died."""
    handed: deque[list[File]] = deque()
    futures: deque[Future[list[Look]]] = deque()
    executor = pool(jobs)
    try:
        while True:
            for chunk in islice(chunks, jobs * _AHEAD - len(handed)):
                handed.append(chunk)
                futures.append(executor.submit(look_all, chunk))
            if not handed:
                executor.shutdown()  # waited for: else an interpreter that ends may write to what it closes
                return []
            found = futures.popleft().result()
            yield from zip([path for path, _ in handed.popleft()], found, strict=True)
    except BrokenExecutor:
        return [file for chunk in handed for file in chunk]
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def singly(files: Iterable[File], look_all: LookAll, pool: Pool) -> Iterator[Told]:
    """A look at each file alone, in a process that is replaced where it dies."""
    executor = pool(1)
    try:
        for file in files:
            began = time.monotonic()
            try:
                (look,) = executor.submit(look_all, [file]).result()
            except BrokenExecutor:
                executor.shutdown(wait=False)
                executor = pool(1)
                look = _fatal(*file, time.monotonic() - began)
            yield file[0], look
        executor.shutdown()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _fatal(path: str, settings: Settings, seconds: float) -> Look:
    limit = settings.time_limit
    is_overdue = 0 < limit < seconds  # see `ended_by_force`
    error = OverdueError(path, limit) if is_overdue else DefectError("linting it ended the process", path)
    return Look(None, b"", (), (pack_error(error),))
