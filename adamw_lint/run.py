"""One run over many files: each is read, linted, perhaps fixed, and none keeps the others from their turn."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import fix, lint, read, source_of
from adamw_lint.errors import LintError
from adamw_lint.fix.rounds import Applied, Confirm, always
from adamw_lint.fix.write import write
from adamw_lint.known.known import Known
from adamw_lint.read.discover import discover
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

PATIENCE = 1.0  # seconds that a run may take before a terminal shows how far it is


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with each file; `write` is off where the result is only shown."""

    configuration: Configuration
    fix: bool = False
    unsafe: bool = False
    write: bool = True
    known: Known = Known()  # noqa: RUF009  # frozen
    confirm: Confirm = always


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its text before and after, what was fixed, what remains, what went wrong.

    `known` is what was found and does not count.
    """

    path: str = ""
    before: Source | None = None
    after: Source | None = None
    found: list[Diagnostic] = field(default_factory=list)
    known: tuple[Diagnostic, ...] = ()
    applied: tuple[Applied, ...] = ()
    errors: tuple[LintError, ...] = ()
    silenced: int = 0

    @property
    def changed(self) -> bool:
        """Whether a fix gave the file another text."""
        return self.before != self.after


def run(paths: Sequence[str], task: Task, watched: bool) -> Iterator[Outcome]:
    """The outcome of every path and every file below it; `watched` runs show their progress once they take long."""
    files = list(discover(paths, task.configuration.at))
    for file in _with_progress(files) if watched else files:
        yield (
            Outcome(file.path or "", errors=(file,))
            if isinstance(file, LintError)
            else _outcome(file, partial(read, file), task.configuration.of_file(file), task)
        )


def run_on_bytes(data: bytes, path: str, task: Task) -> Outcome:
    """The outcome of a file whose bytes came another way than from its path; nothing is written."""
    return _outcome(path, partial(source_of, data, path), task.configuration.of_file(path), replace(task, write=False))


def _outcome(path: str, load: Callable[[Settings], Source | None], settings: Settings, task: Task) -> Outcome:
    try:
        source = load(settings)
        if source is None:
            return Outcome(path)
        if task.fix:
            return _fixed(source, settings, task)
        found = lint(source, settings)
        news = task.known.news(source, found, settings, source)
        return Outcome(path, source, source, news, _rest(found, news))
    except LintError as error:
        return Outcome(path, errors=(error,))


def _fixed(source: Source, settings: Settings, task: Task) -> Outcome:
    def news(now: Source, found: list[Diagnostic]) -> list[Diagnostic]:
        return task.known.news(now, found, settings, source)

    fixed = fix(source, settings, task.unsafe, news, task.confirm)
    if task.write and fixed.source != source:
        write(source, fixed.source)
    left = news(fixed.source, fixed.remaining)
    return Outcome(source.path, source, fixed.source, left, _rest(fixed.remaining, left), fixed.applied, fixed.dropped)


def _rest(found: list[Diagnostic], news: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(each for each in found if each not in news)


def _with_progress(files: Sequence[str | LintError]) -> Iterator[str | LintError]:
    began = time.monotonic()
    quick = 0
    while quick < len(files) and time.monotonic() - began < PATIENCE:
        yield files[quick]
        quick += 1
    if quick == len(files):
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(files[quick:], "linting", total=len(files), completed=quick, console=console, transient=True)
