"""The command line: options become settings and a task, outcomes become a report and an exit code."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from adamw_lint import __version__
from adamw_lint.errors import LintError
from adamw_lint.kept import keeping
from adamw_lint.looking import Means
from adamw_lint.options.fixing import Fixing
from adamw_lint.options.front import Front
from adamw_lint.options.input import Input
from adamw_lint.options.output import Output
from adamw_lint.options.rules import Rules
from adamw_lint.options.sections import declared, taken
from adamw_lint.run import Outcome, Task, run, run_on_bytes
from adamw_lint.settings import load
from adamw_lint.store import user_folder
from adamw_lint.telling import complain, tell

STDIN = "-"
FLAGS = ("select", "extend_select", "ignore", "extend_safe_fixes", "extend_unsafe_fixes")  # settings, as in a file
CLEAN, FINDINGS, ERROR = 0, 1, 2


@click.command(
    "adamw-lint",
    cls=Front,
    verbs={
        "rule": "adamw_lint.explain:rule",
        "optimizers": "adamw_lint.catalogue:catalogue",
        "measure": "adamw_lint.measuring:measuring",
    },
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit code: 0 nothing found, 1 findings, 2 something could not be linted.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@declared(Fixing, Rules, Output, Input)
@click.version_option(__version__, prog_name="adamw-lint", message="%(prog)s %(version)s")
def main(paths: tuple[str, ...], **given: Any) -> None:
    """Find weight decay that goes through Adam's adaptive step, in the files and folders PATHS (default: here).

    RULES are codes (ADW101), beginnings of codes (ADW1) or names (coupled-decay), several by comma.
    """
    _never_fail_to_print()
    fixing, output, input_ = taken(Fixing, given), taken(Output, given), taken(Input, given)
    flags = {key.replace("_", "-"): given[key] for key in FLAGS}
    folder = None if input_.no_cache else input_.cache_dir or user_folder()
    with keeping(folder):
        try:
            reports = output.reports
            settings = load(Path.cwd(), flags)
            if output.show_settings or output.show_files:
                from adamw_lint.showing import show_files, show_settings

                raise SystemExit(
                    show_settings(settings) if output.show_settings else show_files(paths or (".",), settings)
                )
            if fixing.diff and any(report.path for report in reports):
                raise LintError("`--diff` shows the changes themselves, so it writes no report to a file")
            watched = not output.quiet and sys.stderr.isatty()
            task = Task(settings, fixing.fix or fixing.diff, fixing.unsafe, not fixing.diff, watched)
            means = Means.of(settings, input_.jobs, folder)
            outcomes = _outcomes(paths or (".",), input_.stdin_filename, task, means)
            rewritten = fixing.fix and not fixing.diff and STDIN in paths  # then the new text has stdout for itself
            errors = tell(outcomes, output, fixing.diff, sys.stderr if rewritten else sys.stdout)
        except LintError as error:
            complain([error])
            raise SystemExit(ERROR) from None
    raise SystemExit(ERROR if errors else _exit_code(outcomes, fixing.diff, output.exit_zero))


def _outcomes(paths: Sequence[str], stdin_filename: str | None, task: Task, means: Means) -> list[Outcome]:
    if STDIN not in paths:
        return list(run(paths, task, means))
    if len(paths) > 1:
        raise LintError("`-` (standard input) goes with no other path")
    data = sys.stdin.buffer.read()
    outcome = run_on_bytes(data, stdin_filename or STDIN, task)
    if task.write and task.fix:  # even where nothing could be fixed: whoever filters a text through us gets it back
        sys.stdout.buffer.write(outcome.after.encode() if outcome.after else data)
    return [outcome]


def _exit_code(outcomes: list[Outcome], diff: bool, exit_zero: bool) -> int:
    remains = any(outcome.changed if diff else outcome.found for outcome in outcomes)
    return FINDINGS if remains and not exit_zero else CLEAN


def _never_fail_to_print() -> None:
    """An old code page or a path that is not UTF-8 must not end the run: what cannot be printed is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
