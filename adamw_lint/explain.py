"""`adamw-lint rule`: what a rule finds and why it matters, as its page tells it."""

import sys

import click

from adamw_lint.errors import instead
from adamw_lint.pages import Page, pages


@click.command("rule", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False)
def rule(name: str | None) -> None:
    """Show the page of a rule, named as coupled-decay or ADW101, or list them all."""
    if name is None:
        click.echo("\n".join(_row(page) for page in pages().values()))
    else:
        _show(_page(name))


def _row(page: Page) -> str:
    width = max(len(name) for name in pages())
    return f"{page.code}  {page.name:<{width}}  {page.summary}{'' if page.default else ' (off unless selected)'}"


def _page(name: str) -> Page:
    by_name = {**{page.code: page for page in pages().values()}, **pages()}
    if page := by_name.get(name) or by_name.get(name.upper()):
        return page
    raise click.UsageError(f"there is no rule `{name}`{instead(name, list(by_name))}")


def _show(page: Page) -> None:
    if not sys.stdout.isatty():
        click.echo(page.text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(100, Console().width)).print(Markdown(page.text))
