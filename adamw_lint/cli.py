"""The command line: options become settings and a task, outcomes become a report and an exit code."""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click

from adamw_lint import __version__
from adamw_lint.catalogue import catalogue
from adamw_lint.errors import LintError
from adamw_lint.explain import rule
from adamw_lint.measuring import measuring
from adamw_lint.options import Front, option, words
from adamw_lint.report import diff as difference
from adamw_lint.report.screen import printable, show
from adamw_lint.report.summary import advice, prospect, summary
from adamw_lint.run import Outcome, Task, run, run_on_bytes
from adamw_lint.settings import load

STDIN = "-"
TEXT_FORMATS = ("full", "concise")
DATA_FORMATS = ("json", "github")
CLEAN, FINDINGS, ERROR = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Output:
    """How the outcomes are told."""

    format: str
    quiet: bool
    diff: bool
    rewritten: bool  # standard input was fixed: its text has standard output for itself


@click.command(
    "adamw-lint",
    cls=Front,
    verbs=[rule, catalogue, measuring],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit code: 0 nothing found, 1 findings, 2 something could not be linted.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@option("Fixing", "--fix", is_flag=True, help="Apply the safe fixes.")
@option("Fixing", "--unsafe-fixes", "unsafe", is_flag=True, help="Apply the unsafe ones too.")
@option("Fixing", "--diff", is_flag=True, help="Show what would be fixed and write nothing.")
@option("Fixing", "--extend-safe-fixes", multiple=True, callback=words, metavar="RULES", help="Take these as safe.")
@option("Fixing", "--extend-unsafe-fixes", multiple=True, callback=words, metavar="RULES", help="Take these as unsafe.")
@option("Rules", "--select", multiple=True, callback=words, metavar="RULES", help="Look for these only.")
@option("Rules", "--extend-select", multiple=True, callback=words, metavar="RULES", help="Look for these as well.")
@option("Rules", "--ignore", multiple=True, callback=words, metavar="RULES", help="Do not look for these.")
@option(
    "Output",
    "--format",
    "format_",
    type=click.Choice([*TEXT_FORMATS, *DATA_FORMATS]),
    default="full",
    help="How findings are told.",
)
@option("Output", "-q", "--quiet", is_flag=True, help="No summary and no progress bar.")
@option("Output", "--exit-zero", is_flag=True, help="Exit with 0 even if something is found.")
@option("Input", "--stdin-filename", metavar="PATH", help="The name of what is read from `-`.")
@option("Input", "--no-cache", is_flag=True, help="Look at every file anew.")
@click.version_option(__version__, prog_name="adamw-lint", message="%(prog)s %(version)s")
def main(
    paths: tuple[str, ...],
    fix: bool,
    unsafe: bool,
    diff: bool,
    format_: str,
    quiet: bool,
    exit_zero: bool,
    stdin_filename: str | None,
    no_cache: bool,
    **flags: Sequence[str],
) -> None:
    """Find weight decay that goes through Adam's adaptive step, in the files and folders PATHS (default: here).

    RULES are codes (ADW101), beginnings of codes (ADW1) or names (coupled-decay), several by comma.
    """
    _never_fail_to_print()
    output = _Output(format_, quiet, diff, rewritten=fix and not diff and STDIN in paths)
    try:
        settings = load(Path.cwd(), {key.replace("_", "-"): value for key, value in flags.items()})
        task = Task(settings, fix or diff, unsafe, write=not diff)
        outcomes = _outcomes(paths or (".",), stdin_filename, task, watched=not quiet and sys.stderr.isatty())
    except LintError as error:
        raise SystemExit(_fail([error])) from None
    _tell(outcomes, output)
    raise SystemExit(_exit_code(outcomes, diff, exit_zero))


def _outcomes(paths: Sequence[str], stdin_filename: str | None, task: Task, watched: bool) -> list[Outcome]:
    if STDIN not in paths:
        return list(run(paths, task, watched))
    if len(paths) > 1:
        raise LintError("`-` (standard input) goes with no other path")
    data = sys.stdin.buffer.read()
    outcome = run_on_bytes(data, stdin_filename or STDIN, task)
    if task.write and task.fix:  # even where nothing could be fixed: whoever filters a text through us gets it back
        sys.stdout.buffer.write(outcome.after.encode() if outcome.after else data)
    return [outcome]


def _tell(outcomes: list[Outcome], output: _Output) -> None:
    if output.diff:
        _tell_diff(outcomes)
    else:
        _tell_findings(outcomes, output)
    sys.stdout.flush()
    _fail([error for outcome in outcomes for error in outcome.errors])
    if not output.diff:
        show(advice(outcomes), sys.stderr)
    elif not output.quiet:
        show([prospect(outcomes)], sys.stderr)


def _tell_findings(outcomes: list[Outcome], output: _Output) -> None:
    stream = sys.stderr if output.rewritten else sys.stdout
    linted = [(each.source, each.remaining) for outcome in outcomes for each in outcome.programs if each.remaining]
    report = import_module(f"adamw_lint.report.{output.format}").report
    if output.format in DATA_FORMATS:
        stream.writelines(report(linted))
        return
    show(report(linted), stream)
    if not output.quiet:
        show([summary(outcomes)], stream)


def _tell_diff(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.before is None or outcome.after is None or not outcome.changed:
            continue
        if sys.stdout.isatty():
            show(difference.screen(outcome.before, outcome.after), sys.stdout)
        else:
            sys.stdout.buffer.write(difference.report(outcome.before, outcome.after))


def _fail(errors: Sequence[LintError]) -> int:
    show(([("error:", "bold red"), (f" {printable(str(error))}", "")] for error in errors), sys.stderr)
    return ERROR


def _exit_code(outcomes: list[Outcome], diff: bool, exit_zero: bool) -> int:
    if any(outcome.errors for outcome in outcomes):
        return ERROR
    remains = any(outcome.changed if diff else outcome.found for outcome in outcomes)
    return FINDINGS if remains and not exit_zero else CLEAN


def _never_fail_to_print() -> None:
    """An old code page or a path that is not UTF-8 must not end the run: what cannot be printed is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
