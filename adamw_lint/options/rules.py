"""The options that choose rules."""

from typing import NamedTuple

from adamw_lint.options.sections import option, words


class Rules(NamedTuple):
    """What to look for."""

    select: tuple[str, ...] = option(
        "--select", multiple=True, callback=words, metavar="RULES", help="Look for these only."
    )
    extend_select: tuple[str, ...] = option(
        "--extend-select", multiple=True, callback=words, metavar="RULES", help="Look for these as well."
    )
    ignore: tuple[str, ...] = option(
        "--ignore", multiple=True, callback=words, metavar="RULES", help="Do not look for these."
    )
