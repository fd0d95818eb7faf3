"""One run over many files: each is read, linted, perhaps fixed, and none keeps the others from their turn."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.errors import LintError
from adamw_lint.known.known import Known
from adamw_lint.limit import limited
from adamw_lint.looking import Means, told
from adamw_lint.looks import Look
from adamw_lint.read.discover import files, is_barred
from adamw_lint.read.listing import listing_once

if TYPE_CHECKING:
    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.fixes.fixed import Applied, Fixed
    from adamw_lint.fixes.rounds import Confirm
    from adamw_lint.read.source import Source
    from adamw_lint.settings import File, Settings

Step = LintError | tuple[str, Look]

PATIENCE = 1.0  # seconds that a run may take before a terminal shows how far it is


class Task(NamedTuple):
    """What is to be done with each file.

    `write` is off where the result is only shown; `anew` reads what has findings once more, as is needed where somebody
    writes into it afterwards; a `watched` run shows its progress once it takes long.
    """

    configuration: Configuration
    fix: bool = False
    unsafe: bool = False
    write: bool = True
    known: Known = Known()
    confirm: "Confirm | None" = None
    anew: bool = False
    watched: bool = False


class Outcome(NamedTuple):
    """What became of one file: the whole of it before and after, each of its programs, and what went wrong."""

    before: "Source | None" = None
    after: "Source | None" = None
    programs: "tuple[Fixed, ...]" = ()
    errors: tuple[LintError, ...] = ()
    note: str | None = None  # what whoever has the file written should know
    silenced: int = 0
    path: str = ""

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


def run(paths: Iterable[str], task: Task, means: Means) -> Iterator[Outcome]:
    """The outcome of every path and every file below it, in order."""
    with listing_once():
        found = list(files(paths, task.configuration.at))
        readable = [each for each in found if not isinstance(each, LintError)]
        looks = told(readable, means)
    every: Iterator[Step] = looks if len(readable) == len(found) else _steps(found, looks)
    if task.watched:
        every = _with_progress(every, len(found))
    if task.fix and task.write:
        _sweep(readable)
        every = iter(list(every))  # what is remembered of any file was seen before the first is written
    for each in every:
        if isinstance(each, LintError):
            yield Outcome(path=each.path or "", errors=(each,))
        elif each[1].held or each[1].errors:
            yield _told(*each, task)
        else:
            yield tuple.__new__(Outcome, (None, None, (), (), None, 0, each[0]))  # at once, as a run makes thousands


def _steps(found: "Sequence[File | LintError]", looks: Iterator[tuple[str, Look]]) -> Iterator[Step]:
    for file in found:
        yield file if isinstance(file, LintError) else next(looks)
    next(looks, None)  # after the last one, what was seen is remembered


def _sweep(linted: "Sequence[File]") -> None:
    from pathlib import Path

    from adamw_lint.fixes.claim import sweep

    for folder in {os.path.dirname(path) for path, _ in linted}:
        sweep(Path(folder))


def _told(path: str, look: Look, task: Task) -> Outcome:
    """What a look tells; where something is to be written into the file, it is read anew."""
    from adamw_lint.packed import remembered, unpack, unpack_error

    settings = task.configuration.of_file(path)
    found = [unpack(path, look.digest, each, settings) for each in look.programs]
    if (found and task.anew) or (task.fix and any(each.fix for _, some in found for each in some)):
        from adamw_lint.engine import read

        return _outcome(path, partial(read, path), task)
    errors = list(map(unpack_error, look.errors))
    file = remembered(path, look.digest, settings) if look.held else None
    programs: list[Fixed] = []
    for source, some in found:
        try:
            programs.append(_judged(source, some, settings, task, programs))
        except LintError as error:
            errors.append(error)
    return Outcome(file, file, tuple(programs), tuple(errors), path=path)


def _judged(
    source: "Source", found: "list[Diagnostic]", settings: "Settings", task: Task, before: "Sequence[Fixed]"
) -> "Fixed":
    """What was found in a program, without what is known of it."""
    from adamw_lint.fixes.fixed import Fixed

    left = task.known.judge(source, settings, [(each.source, each.known) for each in before])(source, found)
    return Fixed(source, (), left, known=tuple(each for each in found if each not in left))


def run_on_bytes(data: bytes, path: str, task: Task) -> Outcome:
    """The outcome of a file whose bytes came another way than from its path; nothing is written."""
    from adamw_lint.engine import sources_of

    if is_barred(os.path.realpath(path), task.configuration.at):
        return Outcome(path=path)
    return _outcome(path, partial(sources_of, data, path), task._replace(write=False))


def _outcome(path: str, load: "Callable[[Settings], tuple[Source, ...]]", task: Task) -> Outcome:
    settings = task.configuration.of_file(path)
    try:
        with limited(path, 0 if task.confirm else settings.time_limit):  # who is asked is not hurried
            sources = load(settings)
            outcome = _linted(path, sources, settings, task) if sources else Outcome(path=path)
    except LintError as error:
        return Outcome(path=path, errors=(error,))
    try:
        if task.write and outcome.before and outcome.after and outcome.changed:
            from adamw_lint.fixes.write import write

            return outcome._replace(note=write(outcome.before, outcome.after))
    except LintError as error:
        return Outcome(path=path, errors=(*outcome.errors, error))
    return outcome


def _linted(path: str, sources: "Sequence[Source]", settings: "Settings", task: Task) -> Outcome:
    """Lint, and perhaps fix, the programs of one file, each where the fixes of those before it have left it."""
    from dataclasses import replace

    file = sources[0].file
    done: list[Fixed] = []
    errors: list[LintError] = []
    for source in sources:
        try:
            done.append(_finished(source.again(file), settings, task, done))
        except LintError as error:
            errors.append(error)
        else:
            file = done[-1].source.file
            errors += done[-1].dropped
    programs = tuple(replace(each, source=each.source.again(file)) for each in done)
    return Outcome(sources[0].file, file, programs, tuple(errors), path=path)


def _finished(source: "Source", settings: "Settings", task: Task, before: "Sequence[Fixed]") -> "Fixed":
    from dataclasses import replace

    from adamw_lint.engine import fix, lint

    if not task.fix:
        return _judged(source, lint(source, settings), settings, task, before)
    news = task.known.judge(source, settings, [(each.source, each.known) for each in before])
    done = fix(source, settings, task.unsafe, news, task.confirm)
    left = news(done.source, done.remaining)
    return replace(done, remaining=left, known=tuple(each for each in done.remaining if each not in left))


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
