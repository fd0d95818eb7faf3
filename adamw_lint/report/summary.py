"""The last lines of a run: how much was found and fixed, and what whoever trains has to know about every fixed site."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adamw_lint.pages import pages
from adamw_lint.report.screen import Line, printable, shown, where
from adamw_lint.run import Outcome

if TYPE_CHECKING:
    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.fixes.fixed import Applied
    from adamw_lint.read.source import Source


def summary(outcomes: Sequence[Outcome], count: int) -> Line:
    """One sentence about the whole run, which has looked at so many files."""
    found = [diagnostic for outcome in outcomes for diagnostic in outcome.found]
    fixed = sum(len(outcome.applied) for outcome in outcomes)
    if silenced := sum(outcome.silenced for outcome in outcomes):
        files = sum(outcome.silenced > 0 for outcome in outcomes)
        remaining = f", {len(found)} {'remains' if len(found) == 1 else 'remain'}" if found else ""
        return [(f"Silenced {_count(silenced, 'finding')} in {_count(files, 'file')}{remaining}.", "bold")]
    if any(outcome.errors for outcome in outcomes) and not found and not fixed:
        return [("No findings, but not everything could be linted.", "bold")]
    if not found and not fixed:
        return [(f"All clean ({_count(count, 'file')}).", "bold green")]
    if fixed:
        remaining = f", {len(found)} {'remains' if len(found) == 1 else 'remain'}" if found else ""
        return [(f"Fixed {_count(fixed, 'finding')}{remaining}", "bold"), *_fixable(found)]
    files = sum(bool(outcome.found) for outcome in outcomes)
    return [(f"Found {_count(len(found), 'finding')} in {_count(files, 'file')}", "bold"), *_fixable(found)]


def prospect(outcomes: Sequence[Outcome]) -> Line:
    """One sentence about what `--fix` would do."""
    fixed = sum(len(outcome.applied) for outcome in outcomes)
    files = sum(outcome.changed for outcome in outcomes)
    return [
        (f"Would fix {_count(fixed, 'finding')} in {_count(files, 'file')}." if fixed else "Nothing to fix.", "bold")
    ]


def advice(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """A line for every site that was rewritten, because its weights decay in another way from now on, and each note."""
    for outcome in (each for each in outcomes if each.programs):
        for source, applied in _in_order(outcome):
            if applied.diagnostic.fix and applied.diagnostic.fix.advice:
                place = f"{shown(str(source.place(applied.span)))}: "
                yield [(place, "bold"), (printable(applied.diagnostic.fix.advice), "yellow")]
        if outcome.note and outcome.after:
            yield [(f"{shown(outcome.after.path)}: ", "bold"), (outcome.note, "yellow")]


def pointer(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """Where to read on, said once."""
    rules = sorted({diagnostic.rule for outcome in outcomes for diagnostic in outcome.found})
    if rules:
        name = rules[0] if len(rules) == 1 else "NAME"
        yield [(f"`adamw-lint rule {name}` says why, and what to do.", "dim")]


def fixes(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """A line for every fix that was made, at its place in the new text."""
    for source, applied in (each for outcome in outcomes for each in _in_order(outcome)):
        diagnostic = applied.diagnostic
        if diagnostic.fix:
            yield [
                *where(source.place(applied.span)),
                (pages()[diagnostic.rule].code, "bold green"),
                (f" {diagnostic.rule}  ", "bold"),
                (f"fix: {printable(diagnostic.fix.title)}", ""),
            ]


def _in_order(outcome: Outcome) -> "list[tuple[Source, Applied]]":
    """What was fixed in a file, by its place there now."""
    return sorted(outcome.applied, key=lambda each: each[0].in_file(each[1].span))


def _fixable(found: "Sequence[Diagnostic]") -> Line:
    from adamw_lint.diagnostics import Safety

    safe, unsafe = (
        sum(1 for each in found if each.fix and each.fix.safety is safety) for safety in (Safety.SAFE, Safety.UNSAFE)
    )
    if safe and unsafe:
        return [(f": {safe} fixable with `adamw-lint --fix`, {unsafe} more with `--unsafe-fixes`.", "")]
    if safe:
        return [(f": {safe} fixable with `adamw-lint --fix`.", "")]
    return [(f": {unsafe} fixable with `adamw-lint --fix --unsafe-fixes`." if unsafe else ".", "")]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
