"""The options about what a run tells, in which form and where, and by which exit code."""

from typing import NamedTuple

import click

from adamw_lint.errors import LintError, instead
from adamw_lint.options.sections import option

TEXT_FORMATS = ("full", "concise")
DATA_FORMATS = ("json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson", "azure", "html")
FORMATS = (*TEXT_FORMATS, *DATA_FORMATS)


class Target(NamedTuple):
    """One report: its format, and the file that it goes to, None for standard output."""

    format: str
    path: str | None = None


def _targets(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Target, ...]:
    return tuple(map(_target, values))


def _target(value: str) -> Target:
    name, colon, path = value.partition(":")
    if name not in FORMATS:
        raise click.BadParameter(f"there is no format `{name}`{instead(name, FORMATS)}")
    if colon and not path:
        raise click.BadParameter(f"`{value}` names no file; write `{name}` for standard output")
    return Target(name, path or None)


class Output(NamedTuple):
    """How the outcomes are told."""

    format: str | None = option(
        "--format", type=click.Choice(FORMATS), metavar="FORMAT", help=f"How findings are told: {', '.join(FORMATS)}."
    )
    targets: tuple[Target, ...] = option(
        "--output",
        multiple=True,
        callback=_targets,
        metavar="FORMAT[:PATH]",
        help="The same, into a file if it has a path; several at once.",
    )
    statistics: bool = option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
    explain: bool = option("--explain", is_flag=True, help="Say below the first finding of a rule why it matters.")
    show_fixes: bool = option("--show-fixes", is_flag=True, help="List what was fixed.")
    show_files: bool = option("--show-files", is_flag=True, help="List the files that would be linted, and stop.")
    show_settings: bool = option("--show-settings", is_flag=True, help="Show the settings in force, and stop.")
    quiet: bool = option("-q", "--quiet", is_flag=True, help="No summary and no progress bar.")
    exit_zero: bool = option("--exit-zero", is_flag=True, help="Exit with 0 even if something is found.")

    @property
    def reports(self) -> tuple[Target, ...]:
        """What is told where, at most one of it on standard output; raises LintError where the options do not agree."""
        wanted = (*((Target(self.format),) if self.format else ()), *self.targets) or (Target("full"),)
        on_screen = [each.format for each in wanted if each.path is None]
        files = [each.path for each in wanted if each.path]
        if len(on_screen) > 1:
            both = " and ".join(on_screen[:2])
            raise LintError(f"standard output takes one format, not {both}; write `{on_screen[1]}:PATH` for a file")
        if twice := next((path for path in files if files.count(path) > 1), None):
            raise LintError("two formats are to be written to this file", twice)
        if self.explain and not any(each.format in TEXT_FORMATS for each in wanted):
            raise LintError(f"`--explain` goes with the formats {' and '.join(TEXT_FORMATS)}")
        if self.statistics and not {*on_screen} <= {*TEXT_FORMATS, "json"}:
            raise LintError(
                f"`--statistics` goes with the formats {', '.join(TEXT_FORMATS)} and json on standard output"
            )
        return wanted
