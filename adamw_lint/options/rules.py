"""The options that choose rules."""

from dataclasses import dataclass

from adamw_lint.options.sections import option, words


@dataclass(frozen=True, slots=True)
class Rules:
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
