"""The command line: options become settings and a task, outcomes become a report and an exit code."""

import io
import sys
from collections.abc import Sequence
from typing import Any

import click

from adamw_lint import __version__
from adamw_lint.asked import SECTIONS, Asked
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.errors import LintError
from adamw_lint.kept import keeping
from adamw_lint.looking import Means
from adamw_lint.options.front import Front, leaving, paths_or_verbs
from adamw_lint.options.sections import declared
from adamw_lint.plugged.installed import isolated
from adamw_lint.read.listed import STDIN
from adamw_lint.report.screen import show
from adamw_lint.run import Outcome, run, run_on_bytes
from adamw_lint.store import user_folder
from adamw_lint.telling import complain, tell

CLEAN, FINDINGS, ERROR = 0, 1, 2


@click.command(
    "adamw-lint",
    cls=Front,
    verbs={
        "rule": "adamw_lint.explain:rule",
        "optimizers": "adamw_lint.catalogue:catalogue",
        "measure": "adamw_lint.measuring:measuring",
        "corpus": "adamw_lint.corpus.command:corpus",
        "server": "adamw_lint.server.command:serving",
    },
    epilog="Exit code: 0 nothing found, 1 findings, 2 something could not be linted.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...", shell_complete=paths_or_verbs)
@declared(*SECTIONS)
@leaving("--version", told=lambda _: f"adamw-lint {__version__}", about="Show the version and exit.")
@leaving("-h", "--help", told=lambda context: context.get_help(), about="Show this message and exit.")
def main(paths: tuple[str, ...], **given: Any) -> None:
    """Find weight decay that goes through Adam's adaptive step, in the files and folders PATHS (default: here).

    RULES are codes (ADW101), beginnings of codes (ADW1) or names (coupled-decay), several by comma.
    """
    _never_fail_to_print()
    try:
        asked = Asked.of(paths, given)
    except LintError as error:
        raise SystemExit(_fail(error)) from None
    with keeping(_cache_folder(asked)), isolated(asked.input.isolated):
        raise SystemExit(_watch(asked) if asked.input.watch else _once(asked))


def _cache_folder(asked: Asked) -> str | None:
    return None if asked.input.no_cache else asked.input.cache_dir or user_folder()


def _watch(asked: Asked) -> int:
    from adamw_lint.watching import watch

    def again() -> None:
        if sys.stdout.isatty():
            click.clear()
        _once(asked)

    try:
        watch(list(asked.named), asked.configuration, again)
    except KeyboardInterrupt:
        return CLEAN


def _once(asked: Asked) -> int:
    try:
        reports = asked.output.reports
        configuration = asked.configuration()
        if asked.output.show_settings or asked.output.show_files:
            return _show(asked, configuration)
        if asked.fixing.diff and any(report.path for report in reports):
            raise LintError("`--diff` shows the changes themselves, so it writes no report to a file")
        every, notes = _judged(asked, configuration, _outcomes(asked, configuration))
        outcomes = [each for each in every if each.after is not None or each.errors]  # what there is to tell of
        stream = sys.stderr if asked.is_filter else sys.stdout
        errors = tell(outcomes, len(every), asked.output, asked.fixing.diff, stream)
    except LintError as error:
        return _fail(error)
    show(([(note, "yellow")] for note in notes), sys.stderr)
    return ERROR if errors else _exit_code(outcomes, asked)


def _show(asked: Asked, configuration: Configuration) -> int:
    from adamw_lint.showing import show_files, show_settings

    return show_settings(configuration.here) if asked.output.show_settings else show_files(asked.named, configuration)


def _judged(asked: Asked, configuration: Configuration, outcomes: list[Outcome]) -> tuple[list[Outcome], Sequence[str]]:
    """What is left to tell of what is found, and what else there is to say."""
    if not (asked.accepts or asked.fixing.fix_only or configuration.baselines):
        return outcomes, ()
    from adamw_lint.accepting import accepted

    return accepted(asked, configuration, outcomes)


def _outcomes(asked: Asked, configuration: Configuration) -> list[Outcome]:
    task = asked.task(configuration, watched=not asked.output.quiet and sys.stderr.isatty())
    if STDIN not in asked.paths:
        return list(run(asked.named, task, Means.of(configuration.here, asked.input.jobs, _cache_folder(asked))))
    data = sys.stdin.buffer.read()
    outcome = run_on_bytes(data, asked.input.stdin_filename or STDIN, task)
    if asked.is_filter:  # even where nothing could be fixed: whoever filters a text through us gets it back
        sys.stdout.buffer.write(outcome.after.encode() if outcome.after else data)
    return [outcome]


def _fail(error: LintError) -> int:
    complain([error])
    return ERROR


def _exit_code(outcomes: list[Outcome], asked: Asked) -> int:
    if asked.fixing.exit_non_zero_on_fix and any(outcome.applied for outcome in outcomes):
        return FINDINGS
    remains = any(outcome.changed if asked.fixing.diff else outcome.found for outcome in outcomes)
    return FINDINGS if remains and not asked.output.exit_zero else CLEAN


def _never_fail_to_print() -> None:
    """An old code page or a path that is not UTF-8 must not end the run: what cannot be printed is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
