"""The options about what is read."""

from dataclasses import dataclass

import click

from adamw_lint.options.sections import option


@dataclass(frozen=True, slots=True)
class Input:
    """Where the code comes from."""

    stdin_filename: str | None = option("--stdin-filename", metavar="PATH", help="The name of what is read from `-`.")
    no_cache: bool = option("--no-cache", is_flag=True, help="Look at every file anew, remember nothing.")
    cache_dir: str | None = option(
        "--cache-dir", metavar="FOLDER", envvar="ADAMW_LINT_CACHE_DIR", help="Where to remember what was seen."
    )
    jobs: int | None = option(
        "--jobs", type=click.IntRange(1), metavar="N", help="Processes at most (default: one a core, where it pays)."
    )
