"""What is found is taken as it is: written into a baseline, or silenced by a comment where it stands."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from adamw_lint.asked import Asked
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.configuration.merged import REASON
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import lint
from adamw_lint.errors import DefectError, LintError
from adamw_lint.fixes.fixed import Fixed
from adamw_lint.fixes.write import write
from adamw_lint.known.baseline import Baseline, Entry, Found
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome
from adamw_lint.settings import Settings
from adamw_lint.suppress.adding import silenced


def accepted(asked: Asked, configuration: Configuration, outcomes: list[Outcome]) -> tuple[list[Outcome], list[str]]:
    """What is left to tell after all that was asked for is accepted, and what there is to say about that.

    Raises LintError where nothing was written because it could not be.
    """
    known = asked.known
    if asked.fixing.fix_only:
        outcomes = [_untold(each) for each in outcomes]
    if known.add_ignore is not None:
        return add_ignores(configuration, outcomes, known.add_ignore), []
    if known.write_baseline is not None:
        if any(each.errors for each in outcomes):
            return outcomes, [f"{known.write_baseline} was not written, since not everything could be linted"]
        said = write_baseline(Path(known.write_baseline), outcomes)
        return [_untold(each) for each in outcomes], [said]
    if asked.fixing.diff or known.diff_base is not None:
        return outcomes, []  # what else is known was not looked for, or is there as it was
    return outcomes, list(stale(configuration, outcomes, known.prune_baseline))


def _untold(outcome: Outcome) -> Outcome:
    return outcome._replace(programs=tuple(replace(each, remaining=[]) for each in outcome.programs))


def write_baseline(path: Path, outcomes: Sequence[Outcome]) -> str:
    """Write a baseline of all that is found, and say so; raises BaselineError."""
    baseline = Baseline.of(path.absolute(), _found(outcomes))
    baseline.write()
    return f"Wrote {path}, which knows {_count(baseline.entries.total(), 'finding')}."


def stale(configuration: Configuration, outcomes: Sequence[Outcome], prune: bool) -> Iterator[str]:
    """What baselines know and what is found no more, in a line for each, and taken out of them if that is asked for."""
    settings = {each.path: configuration.of_file(each.path) for each in outcomes if each.path}
    paths = [each.baseline for each in (configuration.here, *settings.values()) if each.baseline is not None]
    for path in dict.fromkeys(paths):
        baseline = Baseline.read(path)
        mine = [each for each in outcomes if each.path and settings[each.path].baseline == path]
        linted = {each.path: settings[each.path].rules(each.path) for each in mine if not each.errors}
        if gone := baseline.stale(_found(mine), linted):
            if prune:
                baseline.without(gone).write()
            yield _told(path, gone, prune)


def _told(path: str, gone: Counter[Entry], pruned: bool) -> str:
    name = os.path.relpath(path)
    files = _count(len({entry[0] for entry in gone}), "file")
    if pruned:
        return f"{name}: {_count(gone.total(), 'entry')} in {files} taken out, since nothing is found there any more"
    return (
        f"{name}: {_count(gone.total(), 'entry')} in {files} stale; `--prune-baseline` takes out what is found no more"
    )


def _found(outcomes: Sequence[Outcome]) -> Found:
    programs = (program for outcome in outcomes for program in outcome.programs)
    return [(each.source, [*each.known, *each.remaining]) for each in programs]


def add_ignores(configuration: Configuration, outcomes: Sequence[Outcome], reason: str) -> list[Outcome]:
    """Write a comment for everything that is found, and tell what is left after it; raises LintError without harm."""
    if "\n" in reason or "\r" in reason:
        raise LintError("`--add-ignore`: a reason has one line")
    settings = {each.path: configuration.of_file(each.path) for each in outcomes if each.found}
    for path, each in settings.items():
        if REASON in each.rules(path) and not reason:
            raise LintError("a reason is required here, as in `--add-ignore='as published'`", path)
    return [_with_ignores(each, settings[each.path], reason) if each.found else each for each in outcomes]


def _with_ignores(outcome: Outcome, settings: Settings, reason: str) -> Outcome:
    """The outcome after comments were written into all programs of its file."""
    before, file = outcome.after, outcome.after
    if before is None or file is None:
        return outcome
    programs: list[Fixed] = []
    try:
        for program in outcome.programs:
            programs.append(_silent(replace(program, source=program.source.again(file)), settings, reason))
            file = programs[-1].source.file
        note = write(before, file) if file != before else None
    except LintError as error:
        return outcome._replace(errors=(*outcome.errors, error))
    told = tuple(replace(each, source=each.source.again(file)) for each in programs)
    left = outcome._replace(after=file, programs=told, note=note)
    return left._replace(silenced=len(outcome.found) - len(left.found))


def _silent(program: Fixed, settings: Settings, reason: str) -> Fixed:
    """A program with its comments; raises LintError where they would silence more or less than what was found."""
    found = [each for each in program.remaining if not pages()[each.rule].about_comments]
    if not found:
        return program
    new = silenced(program.source, found, reason)
    left = lint(new, settings)
    if _rules(left) != _rules([*program.known, *program.remaining]) - _rules(found):
        raise DefectError("the comments of `--add-ignore` were not written, since they would not be exact", new.path)
    return Fixed(new, (), [each for each in left if pages()[each.rule].about_comments], known=program.known)


def _rules(found: Sequence[Diagnostic]) -> Counter[str]:
    return Counter(each.rule for each in found)


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
