"""One run over many files: each is read, linted, perhaps fixed, and none keeps the others from their turn."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import fix, lint, read, sources_of
from adamw_lint.errors import LintError
from adamw_lint.fixes.claim import sweep
from adamw_lint.fixes.rounds import Applied, Confirm, Fixed, always
from adamw_lint.fixes.write import write
from adamw_lint.known.known import Known
from adamw_lint.read.discover import discover, is_barred
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
    """What became of one file: the whole of it before and after, each of its programs, and what went wrong."""

    before: Source | None = None
    after: Source | None = None
    programs: tuple[Fixed, ...] = ()
    errors: tuple[LintError, ...] = ()
    note: str | None = None  # what whoever has the file written should know
    silenced: int = 0
    path: str = ""

    @property
    def changed(self) -> bool:
        """Whether a fix gave the file another text."""
        return self.before != self.after

    @property
    def found(self) -> list[Diagnostic]:
        """What remains in all of the file."""
        return [each for program in self.programs for each in program.remaining]

    @property
    def applied(self) -> list[tuple[Source, Applied]]:
        """What was fixed, each with the program that it was fixed in, as that is now."""
        return [(program.source, each) for program in self.programs for each in program.applied]


def run(paths: Iterable[str], task: Task, watched: bool) -> Iterator[Outcome]:
    """The outcome of every path and every file below it; `watched` runs show their progress once they take long."""
    files = list(files_of(paths, task.configuration))
    if task.fix and task.write:
        for folder in {Path(file).parent for file in files if isinstance(file, str)}:
            sweep(folder)
    for file in _with_progress(files) if watched else files:
        yield (
            Outcome(path=file.path or "", errors=(file,))
            if isinstance(file, LintError)
            else _outcome(file, partial(read, file), task)
        )


def files_of(paths: Iterable[str], configuration: Configuration) -> Iterator[str | LintError]:
    """The files that a run over the paths looks into, and an error for each path that cannot be read."""
    return discover(paths, configuration.at)


def run_on_bytes(data: bytes, path: str, task: Task) -> Outcome:
    """The outcome of a file whose bytes came another way than from its path; nothing is written."""
    if is_barred(Path(path).resolve(), task.configuration.at):
        return Outcome(path=path)
    return _outcome(path, partial(sources_of, data, path), replace(task, write=False))


def _outcome(path: str, load: Callable[[Settings], tuple[Source, ...]], task: Task) -> Outcome:
    settings = task.configuration.of_file(path)
    try:
        sources = load(settings)
    except LintError as error:
        return Outcome(path=path, errors=(error,))
    if not sources:
        return Outcome(path=path)
    outcome = _linted(path, sources, settings, task)
    try:
        if task.write and outcome.before and outcome.after and outcome.changed:
            return replace(outcome, note=write(outcome.before, outcome.after))
    except LintError as error:
        return Outcome(path=path, errors=(*outcome.errors, error))
    return outcome


def _linted(path: str, sources: Sequence[Source], settings: Settings, task: Task) -> Outcome:
    """Lint, and perhaps fix, the programs of one file, each where the fixes of those before it have left it."""
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


def _finished(source: Source, settings: Settings, task: Task, before: Sequence[Fixed]) -> Fixed:
    news = task.known.judge(source, settings, [(each.source, each.known) for each in before])
    if task.fix:
        done = fix(source, settings, task.unsafe, news, task.confirm)
    else:
        done = Fixed(source, (), lint(source, settings))
    left = news(done.source, done.remaining)
    return replace(done, remaining=left, known=tuple(each for each in done.remaining if each not in left))


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
