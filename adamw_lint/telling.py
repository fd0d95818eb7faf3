"""What a run tells: each report to standard output or to its file, then the summary, the errors and the advice."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TextIO

from adamw_lint.errors import LintError
from adamw_lint.options.output import TEXT_FORMATS, Output, Target
from adamw_lint.report.screen import plain, printable, show
from adamw_lint.report.summary import advice, fixes, pointer, prospect, summary
from adamw_lint.run import Outcome


def tell(outcomes: Sequence[Outcome], count: int, output: Output, diff: bool, stream: TextIO) -> list[LintError]:
    """Tell everything and return what went wrong; `stream` is where findings go that go to no file.

    `count` says how many files were looked at, of which the `outcomes` are those that there is something to tell of.

    Files come first, so that a reader that hangs up on standard output (`| head`) costs no report.
    """
    unwritten = [error for each in output.reports if each.path for error in _write(outcomes, output, each)]
    if diff:
        _tell_diff(outcomes)
    else:
        _tell_findings(outcomes, count, output, stream)
    sys.stdout.flush()
    errors = [*(error for outcome in outcomes for error in outcome.errors), *unwritten]
    complain(errors)
    if diff:
        _tell_prospect(outcomes, output)
    else:
        show(advice(outcomes), sys.stderr)
    return errors


def complain(errors: Sequence[LintError]) -> None:
    """A line on standard error for each."""
    show(([("error:", "bold red"), (f" {printable(str(error))}", "")] for error in errors), sys.stderr)


def _tell_findings(outcomes: Sequence[Outcome], count: int, output: Output, stream: TextIO) -> None:
    name = next((each.format for each in output.reports if each.path is None), None)
    if name is not None and name not in TEXT_FORMATS:
        stream.writelines(_data("statistics" if output.statistics else name, outcomes))
        stream = sys.stderr  # whatever people are told as well
    elif output.statistics:
        show(import_module("adamw_lint.report.statistics").screen(outcomes), stream)
    elif name and any(outcome.found for outcome in outcomes):
        show(_text(name, outcomes, output.explain), stream)
    if output.show_fixes:
        show(fixes(outcomes), stream)
    if output.quiet or name not in (None, *TEXT_FORMATS):
        return
    if name == "full" and not (output.explain or output.statistics):
        show(pointer(outcomes), stream)
    show([summary(outcomes, count)], stream)


def _tell_prospect(outcomes: Sequence[Outcome], output: Output) -> None:
    if output.show_fixes:
        show(fixes(outcomes), sys.stderr)
    if not output.quiet:
        show([prospect(outcomes)], sys.stderr)


def _data(name: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    lines: Iterator[str] = import_module(f"adamw_lint.report.{name.replace('-', '_')}").report(outcomes)
    return lines


def _text(name: str, outcomes: Sequence[Outcome], explain: bool) -> Iterator[list[tuple[str, str]]]:
    linted = ((each.source, each.remaining) for outcome in outcomes for each in outcome.programs if each.remaining)
    lines: Iterator[list[tuple[str, str]]] = import_module(f"adamw_lint.report.{name}").report(linted, explain=explain)
    return lines


def _write(outcomes: Sequence[Outcome], output: Output, target: Target) -> Iterator[LintError]:
    """Write one report, whole or not at all; yields the error where that is impossible."""
    from pathlib import Path

    from adamw_lint.fixes.write import put

    assert target.path
    if target.format in TEXT_FORMATS:
        text = "".join(plain(line) + "\n" for line in _text(target.format, outcomes, output.explain))
    else:
        text = "".join(_data(target.format, outcomes))
    data = text.encode("utf-8", "backslashreplace")
    try:
        path = Path(target.path).resolve()
        if path.exists() and not path.is_file():  # a pipe or a terminal
            path.write_bytes(data)
        else:
            put(path, data)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, before Python 3.13
        reason = getattr(error, "strerror", None) or error
        yield LintError(f"the {target.format} report cannot be written: {reason}", target.path)


def _tell_diff(outcomes: Sequence[Outcome]) -> None:
    from adamw_lint.report import diff as difference

    for outcome in outcomes:
        if outcome.before is None or outcome.after is None or not outcome.changed:
            continue
        if sys.stdout.isatty():
            show(difference.screen(outcome.before, outcome.after), sys.stdout)
        else:
            sys.stdout.buffer.write(difference.report(outcome.before, outcome.after))
