"""The options about findings that are known already."""

from typing import NamedTuple

from adamw_lint.options.sections import option


class Known(NamedTuple):
    """What is found and taken as it is."""

    heading = "Known findings"  # type: ignore[misc]  # of the help, no field

    baseline: str | None = option("--baseline", metavar="FILE", help="Do not report what this file knows.")
    write_baseline: str | None = option("--write-baseline", metavar="FILE", help="Let it know all that is found.")
    prune_baseline: bool = option("--prune-baseline", is_flag=True, help="Take out of it what is found no more.")
    diff_base: str | None = option(
        "--diff-base", metavar="REV", help="Report what stands on lines changed since this revision of git."
    )
    add_ignore: str | None = option(
        "--add-ignore",
        is_flag=False,
        flag_value="",
        metavar="[=REASON]",
        help="Silence all that is found by comments in the code.",
    )
