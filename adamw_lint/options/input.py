"""The options about what is read."""

from typing import NamedTuple

import click

from adamw_lint.options.sections import option, words


class Input(NamedTuple):
    """Where the code comes from."""

    stdin_filename: str | None = option("--stdin-filename", metavar="PATH", help="The name of what is read from `-`.")
    files_from: str | None = option(
        "--files-from", metavar="FILE", help="Lint the paths in this list too (`-`: of standard input)."
    )
    watch: bool = option("--watch", is_flag=True, help="Lint again whenever a file changes, until Ctrl-C.")
    no_cache: bool = option("--no-cache", is_flag=True, help="Look at every file anew, remember nothing.")
    cache_dir: str | None = option(
        "--cache-dir", metavar="FOLDER", envvar="ADAMW_LINT_CACHE_DIR", help="Where to remember what was seen."
    )
    jobs: int | None = option(
        "--jobs", type=click.IntRange(1), metavar="N", help="Processes at most (default: one a core, where it pays)."
    )
    time_limit: float | None = option(
        "--time-limit",
        type=click.FloatRange(0),
        metavar="SECONDS",
        help="The most for a file (default: 60, 0: any).",
    )
    config: tuple[str, ...] = option(
        "--config",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="Settings: this file, or one more in the words of TOML.",
    )
    isolated: bool = option("--isolated", is_flag=True, help="Read no file of settings, use no plug-in.")
    exclude: tuple[str, ...] = option(
        "--exclude", multiple=True, callback=words, metavar="PATTERNS", help="Do not lint these."
    )
    extend_exclude: tuple[str, ...] = option(
        "--extend-exclude", multiple=True, callback=words, metavar="PATTERNS", help="Do not lint these either."
    )
    force_exclude: bool = option("--force-exclude", is_flag=True, help="Exclude files that are named in PATHS too.")
