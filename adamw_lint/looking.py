"""Looks at files one by one, here or in other processes, unless what there is to see is remembered."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.engine import bytes_of, sources_of
from adamw_lint.errors import LintError, PluginError
from adamw_lint.kept import keeping
from adamw_lint.limit import OverdueError, ended_by_force, limited
from adamw_lint.looks import Look, digest_of
from adamw_lint.memory import collect_seldom, give_back
from adamw_lint.plugged.installed import is_isolated, isolated
from adamw_lint.read.asked import Witness, stamp, witnessed
from adamw_lint.settings import File, Settings

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from adamw_lint.cache import Cache
    from adamw_lint.looks import Packed
    from adamw_lint.read.asked import Stamp
    from adamw_lint.read.source import Source
    from adamw_lint.workers import LookAll

Told = tuple[str, Look]

# LibCST reads a megabyte in a second, so that what it takes to start processes (see workers.py) is won back by these.
_WORTH_PARSING = 256_000  # bytes to parse from which on other processes pay
_WORTH_READING = 4_000_000  # bytes to read from which on they do
_LARGE = 60_000  # bytes to parse whose trees take so much memory that it pays to give it back
_ALONE = 2_000_000  # bytes from which on a file is parsed in another process: a process can be ended, a parser not
_QUICK = 100_000  # bytes of Python that tell whether they concern us before a limit on the time could be set


class Means(NamedTuple):
    """How a run goes about it: with a cache or without, and in how many processes, here or elsewhere.

    `pool` makes what runs functions for a number of jobs, None stands for processes of this machine; `folder` is where
    what is worked out from the rulebook is kept.
    """

    cache: "Cache | None" = None
    jobs: int = 1
    pool: "Callable[[int], Executor] | None" = None
    folder: str | None = None

    @classmethod
    def of(cls, settings: Settings, jobs: int | None, folder: str | None) -> "Means":
        """The means of a run with a cache in a folder, if there is to be one, and as many processes as are allowed.

        `settings` are those of the working folder.
        """
        jobs = usual_jobs() if jobs is None else jobs
        if folder is None:
            return cls(jobs=jobs)
        from adamw_lint.cache import Cache

        return cls(Cache(folder, settings), jobs, folder=folder)


class _Glance(NamedTuple):
    """What the bytes of a file alone show: the programs in it that have to be parsed, or what went wrong."""

    stamp: "Stamp | None"
    digest: bytes = b""
    size: int = 0
    sources: "tuple[Source, ...]" = ()
    error: LintError | None = None


class Looker:
    """Looks at file after file of one run."""

    def __init__(self) -> None:
        self._witness = Witness()
        self._has_begun = False

    def glance(self, file: File) -> _Glance:
        """What the bytes of a file alone show."""
        path, settings = file
        at, data = stamp(path), b""
        try:
            data = bytes_of(path)
            return _Glance(at, digest_of(data), len(data), _sources(data, path, settings))
        except LintError as error:
            return _Glance(at, digest_of(data), len(data), error=error)

    def look(self, glance: _Glance, settings: Settings) -> Look:
        """All that is to be found in a file at which a glance was taken, or what went wrong."""
        if not glance.sources and glance.error is None:
            return Look(glance.stamp, glance.digest)
        from adamw_lint.packed import pack_error

        if glance.error is not None:
            return Look(glance.stamp, glance.digest, (), (pack_error(glance.error),))
        self._begin()
        try:
            with limited(glance.sources[0].path, settings.time_limit), witnessed(self._witness):
                found = [_findings(*each, settings) for each in enumerate(glance.sources)]
        except OverdueError as error:
            return Look(glance.stamp, glance.digest, (), (pack_error(error),))
        programs = tuple(each for each in found if each is not None and not isinstance(each, LintError))
        errors = tuple(pack_error(each) for each in found if isinstance(each, LintError))
        return Look(glance.stamp, glance.digest, programs, errors, self._witness.testimony(), len(found))

    def _begin(self) -> None:
        """Let go of what was read for an earlier run: this one's witness has to be asked before each file is read."""
        if not self._has_begun:
            from adamw_lint.read.project import forget

            forget()
            self._has_begun = True


def _sources(data: bytes, path: str, settings: Settings) -> "tuple[Source, ...]":
    """The programs of a file; raises LintError."""
    if len(data) <= _QUICK and path.endswith(".py"):
        return sources_of(data, path, settings)
    with limited(path, settings.time_limit):
        return sources_of(data, path, settings)


def _findings(number: int, source: "Source", settings: Settings) -> "Packed | LintError | None":
    from adamw_lint.engine import lint
    from adamw_lint.packed import pack

    try:
        found = lint(source, settings)
    except PluginError:
        raise
    except LintError as error:
        return error
    return pack(number, source, found) if found else None


def told(files: Sequence[File], means: Means) -> Iterator[Told]:
    """A look at every file, in order; at its end all are remembered. What is remembered is asked for at once."""
    if means.cache is None:
        return _looks(files, means)
    known = means.cache.looks(files)
    if None in known:
        return _told(files, known, means.cache, means)
    return chain(zip((path for path, _ in files), known, strict=True), _saved(means.cache))  # type: ignore[arg-type]


def _saved(memory: "Cache") -> Iterator[Told]:
    """Nothing, once what was seen is remembered."""
    memory.save()
    yield from ()


def _told(files: Sequence[File], known: Sequence[Look | None], memory: "Cache", means: Means) -> Iterator[Told]:
    try:
        new = _looks([file for file, look in zip(files, known, strict=True) if look is None], means)
        for file, look in zip(files, known, strict=True):
            yield (file[0], look) if look is not None else _remembered(file, next(new)[1], memory)
        yield from new  # which has none left, and is waited for
    finally:
        memory.save()


def _remembered(file: File, look: Look, memory: "Cache") -> Told:
    memory.remember(*file, look)
    return file[0], look


def _looks(files: Iterable[File], means: Means) -> Iterator[Told]:
    """A look at every file: those ahead of a first that has to be parsed at once, then here or in other processes."""
    looker, rest = Looker(), iter(files)
    ahead: list[tuple[File, _Glance]] = []
    to_parse = read = 0
    for file in rest:
        ahead.append((file, glance := looker.glance(file)))
        read += glance.size
        to_parse += glance.size if glance.sources else 0
        if means.jobs > 1 and (to_parse > _WORTH_PARSING or read > _WORTH_READING):
            yield from _spread(looker, ahead, rest, means)
            return
        if means.jobs == 1 or not to_parse:
            yield from _looked([ahead.pop()], looker, means)
    yield from _looked(ahead, looker, means)


def _looked(ahead: Sequence[tuple[File, _Glance]], looker: Looker, means: Means) -> Iterator[Told]:
    """Looks in this process, but for those that might keep it from all others."""
    for file, glance in ahead:
        if not glance.sources or glance.size < _ALONE:
            yield file[0], looker.look(glance, file[1])
            continue
        from adamw_lint.workers import processes, singly

        yield from singly([file], _look_elsewhere(means), means.pool or processes)


def _spread(looker: Looker, ahead: list[tuple[File, _Glance]], rest: Iterator[File], means: Means) -> Iterator[Told]:
    """Looks in other processes at what is left."""
    from adamw_lint.workers import looks, processes

    left = [file for file, glance in ahead if glance.sources]
    elsewhere = looks(chain(left, rest), _look_elsewhere(means), means.jobs, means.pool or processes)
    for (path, settings), glance in ahead:
        yield next(elsewhere) if glance.sources else (path, looker.look(glance, settings))
    yield from elsewhere


def _look_elsewhere(means: Means) -> "LookAll":
    """What another process is to do, in which it is known what is known here."""
    return partial(look_at_all, folder=means.folder, alone=is_isolated())


def look_at_all(files: Sequence[File], folder: str | None, alone: bool = False) -> list[Look]:
    """A look at each of several files, for another process to take.

    `folder` is that of the cache; `alone` is the linter where it is to do without plug-ins.
    """
    collect_seldom()
    with keeping(folder), isolated(alone):
        return [_looked_at(file) for file in files]


def _looked_at(file: File) -> Look:
    with ended_by_force(file[1].time_limit):
        glance = _looker().glance(file)
        if glance.sources and glance.size > _LARGE:
            give_back()
        return _looker().look(glance, file[1])


@cache
def _looker() -> Looker:
    """The one of a process that looks for another."""
    return Looker()


def usual_jobs() -> int:
    """As many processes as there are cores for this one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
