"""`adamw-lint rule`: what a rule finds and why it matters, as its page tells it."""

import sys

import click

from adamw_lint.errors import instead
from adamw_lint.options import completing
from adamw_lint.pages import Page, pages
from adamw_lint.translations import ENGLISH, languages, translation


def _language(_: click.Context, __: click.Parameter, given: str) -> str:
    if given not in languages():
        raise click.BadParameter(f"no page is written in `{given}`; there is {' and '.join(languages())}")
    return given


@click.command("rule", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False, shell_complete=completing.rules)
@click.option(
    "--lang",
    default=ENGLISH,
    callback=_language,
    shell_complete=completing.languages,
    help="The language: en, or zh for Chinese.",
)
def rule(name: str | None, lang: str) -> None:
    """Show the page of a rule, named as coupled-decay or ADW101, or list them all."""
    if name is None:
        _list(lang)
    else:
        _show(_text(_page(name), lang))


def _list(lang: str) -> None:
    told = {name: translation(name, lang) for name in pages()}
    for name, page in pages().items():
        click.echo(_row(page, each.summary if (each := told[name]) else page.summary))
    missing = sum(each is None for each in told.values())
    if lang != ENGLISH and missing:
        click.echo(f"{missing} of {len(told)} rules are not translated into {lang}", err=True)


def _row(page: Page, summary: str) -> str:
    width = max(len(name) for name in pages())
    said = ["off unless selected"] * (not page.default) + [f"of {page.plugin}"] * (page.plugin is not None)
    return f"{page.code}  {page.name:<{width}}  {summary}" + f" ({', '.join(said)})" * bool(said)


def _page(name: str) -> Page:
    by_name = {**{page.code: page for page in pages().values()}, **pages()}
    if page := by_name.get(name) or by_name.get(name.upper()):
        return page
    raise click.UsageError(f"there is no rule `{name}`{instead(name, list(by_name))}")


def _text(page: Page, lang: str) -> str:
    if lang == ENGLISH:
        return page.text
    if told := translation(page.name, lang):
        return told.text
    click.echo(f"{page.name} is not translated into {lang}; this is its page in English", err=True)
    return page.text


def _show(text: str) -> None:
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(100, Console().width)).print(Markdown(text))
