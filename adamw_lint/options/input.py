"""The options about what is read."""

from dataclasses import dataclass

from adamw_lint.options.sections import option


@dataclass(frozen=True, slots=True)
class Input:
    """Where the code comes from."""

    stdin_filename: str | None = option("--stdin-filename", metavar="PATH", help="The name of what is read from `-`.")
    files_from: str | None = option(
        "--files-from", metavar="FILE", help="Lint the paths in this list too (`-`: of standard input)."
    )
    no_cache: bool = option("--no-cache", is_flag=True, help="Look at every file anew.")
