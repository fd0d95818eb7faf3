"""One run over many files: each is read, linted, perhaps fixed, and none keeps the others from their turn."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.errors import LintError
from adamw_lint.looking import Means, told
from adamw_lint.looks import Look
from adamw_lint.read.discover import discover
from adamw_lint.settings import Settings

if TYPE_CHECKING:
    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.fix.rounds import Applied, Fixed
    from adamw_lint.read.source import Source

Step = LintError | tuple[str, Look]

PATIENCE = 1.0  # seconds that a run may take before a terminal shows how far it is


class Task(NamedTuple):
    """What is to be done with each file.

    `write` is off where the result is only shown; a `watched` run shows its progress once it takes long.
    """

    settings: Settings
    fix: bool = False
    unsafe: bool = False
    write: bool = True
    watched: bool = False


class Outcome(NamedTuple):
    """What became of one file: the whole of it before and after, each of its programs, and what went wrong."""

    before: "Source | None" = None
    after: "Source | None" = None
    programs: "tuple[Fixed, ...]" = ()
    errors: tuple[LintError, ...] = ()
    note: str | None = None  # what whoever has the file written should know

    @property
    def changed(self) -> bool:
        """Whether a fix gave the file another text."""
        return self.before is not self.after and self.before != self.after

    @property
    def found(self) -> "list[Diagnostic]":
        """What remains in all of the file."""
        return [each for program in self.programs for each in program.remaining]

    @property
    def applied(self) -> "list[tuple[Source, Applied]]":
        """What was fixed, each with the program that it was fixed in, as that is now."""
        return [(program.source, each) for program in self.programs for each in program.applied]


def run(paths: Sequence[str], task: Task, means: Means) -> Iterator[Outcome]:
    """The outcome of every path and every file below it, in order."""
    found = list(files_of(paths, task.settings))
    files = [file for file in found if isinstance(file, str)]
    if task.fix and task.write:
        _sweep(files)
    looks = told(files, task.settings, means)
    every = (file if isinstance(file, LintError) else next(looks) for file in found)
    for each in _with_progress(every, len(found)) if task.watched else every:
        yield Outcome(errors=(each,)) if isinstance(each, LintError) else _told(*each, task)
    next(looks, None)  # after the last one, what was seen is remembered


def _sweep(files: Sequence[str]) -> None:
    from adamw_lint.fix.claim import sweep

    for folder in {Path(file).parent for file in files}:
        sweep(folder)


def _told(path: str, look: Look, task: Task) -> Outcome:
    """What a look tells; where something of it is to be fixed, the file is read anew."""
    if not look.held and not look.errors:
        return Outcome()
    from adamw_lint.fix.rounds import Fixed
    from adamw_lint.packed import remembered, unpack, unpack_error

    found = [unpack(path, look.digest, each, task.settings) for each in look.programs]
    if task.fix and any(each.fix for _, some in found for each in some):
        from adamw_lint.engine import read

        return _outcome(partial(read, path, task.settings), task)
    programs = tuple(Fixed(source, (), some) for source, some in found)
    file = remembered(path, look.digest, task.settings) if look.held else None
    return Outcome(file, file, programs, tuple(map(unpack_error, look.errors)))


def files_of(paths: Sequence[str], settings: Settings) -> Iterator[str | LintError]:
    """The files that a run over the paths looks into, and an error for each path that cannot be read."""
    return discover(paths, settings.exclude, settings.root)


def run_on_bytes(data: bytes, path: str, task: Task) -> Outcome:
    """The outcome of a file whose bytes came another way than from its path; nothing is written."""
    from adamw_lint.engine import sources_of

    return _outcome(partial(sources_of, data, path, task.settings), task._replace(write=False))


def _outcome(load: "Callable[[], tuple[Source, ...]]", task: Task) -> Outcome:
    try:
        sources = load()
    except LintError as error:
        return Outcome(errors=(error,))
    if not sources:
        return Outcome()
    outcome = _linted(sources, task)
    try:
        if task.write and outcome.before and outcome.after and outcome.changed:
            from adamw_lint.fix.write import write

            return outcome._replace(note=write(outcome.before, outcome.after))
    except LintError as error:
        return Outcome(errors=(*outcome.errors, error))
    return outcome


def _linted(sources: "Sequence[Source]", task: Task) -> Outcome:
    """Lint, and perhaps fix, the programs of one file, each where the fixes of those before it have left it."""
    from dataclasses import replace

    file = sources[0].file
    done: list[Fixed] = []
    errors: list[LintError] = []
    for source in sources:
        try:
            done.append(_finished(source.again(file), task))
        except LintError as error:
            errors.append(error)
        else:
            file = done[-1].source.file
            errors += done[-1].dropped
    programs = tuple(replace(each, source=each.source.again(file)) for each in done)
    return Outcome(sources[0].file, file, programs, tuple(errors))


def _finished(source: "Source", task: Task) -> "Fixed":
    from adamw_lint.engine import fix, lint
    from adamw_lint.fix.rounds import Fixed

    return fix(source, task.settings, task.unsafe) if task.fix else Fixed(source, (), lint(source, task.settings))


def _with_progress(every: Iterator[Step], total: int) -> Iterator[Step]:
    began, done = time.monotonic(), 0
    for each in every:
        yield each
        done += 1
        if time.monotonic() - began >= PATIENCE:
            break
    else:
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(every, "linting", total=total, completed=done, console=console, transient=True)
