"""The options about what a run tells, and by which exit code."""

from dataclasses import dataclass

import click

from adamw_lint.options.sections import option

TEXT_FORMATS = ("full", "concise")
DATA_FORMATS = ("json", "github")


@dataclass(frozen=True, slots=True)
class Output:
    """How the outcomes are told."""

    format: str = option(
        "--format", type=click.Choice([*TEXT_FORMATS, *DATA_FORMATS]), default="full", help="How findings are told."
    )
    quiet: bool = option("-q", "--quiet", is_flag=True, help="No summary and no progress bar.")
    exit_zero: bool = option("--exit-zero", is_flag=True, help="Exit with 0 even if something is found.")
