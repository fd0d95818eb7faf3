"""What a shell may offer for a value of the command line, by the word that the help has for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # no run but that of a completing shell needs it
    from click.shell_completion import CompletionItem

    Offers = list[CompletionItem[str]]


def rules(_: click.Context, __: click.Parameter, incomplete: str) -> Offers:
    """Names and codes of rules, behind those that are written already where several go by comma."""
    from adamw_lint.errors import PluginError
    from adamw_lint.pages import pages

    try:
        pages()
    except PluginError:  # a line among what is offered would be taken for an offer
        return []
    before, comma, word = incomplete.rpartition(",")
    said = [(name, f"{page.code} {page.summary}") for name, page in pages().items()]
    said += [(page.code, f"{name}: {page.summary}") for name, page in pages().items()]
    return [_item(before + comma + each, help=about) for each, about in said if each.startswith(word)]


def formats(_: click.Context, __: click.Parameter, incomplete: str) -> Offers:
    """The formats of a report."""
    from adamw_lint.options.output import FORMATS

    return _of(FORMATS, incomplete)


def optimizers(_: click.Context, __: click.Parameter, incomplete: str) -> Offers:
    """The optimizers of which something is known."""
    from adamw_lint.rulebook import optimizers as known

    return _of(sorted({each.name for each in known()}), incomplete)


def languages(_: click.Context, __: click.Parameter, incomplete: str) -> Offers:
    """The languages in which there are pages."""
    from adamw_lint.translations import languages as known

    return _of(known(), incomplete)


def files(_: click.Context, __: click.Parameter, incomplete: str) -> Offers:
    """What the shell itself knows of files."""
    return [_item(incomplete, type="file")]


def _of(words: Iterable[str], incomplete: str) -> Offers:
    return [_item(word) for word in words if word.startswith(incomplete)]


def _item(word: str, **about: str) -> CompletionItem[str]:
    from click.shell_completion import CompletionItem

    return CompletionItem(word, **about)


OFFERED: dict[str, Callable[[click.Context, click.Parameter, str], Offers]] = {
    "FILE": files,
    "FILE|KEY=VALUE": files,
    "FORMAT[:PATH]": formats,
    "PATH": files,
    "PATTERNS": files,
    "RULES": rules,
}
