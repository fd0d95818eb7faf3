"""The report for a terminal, or as Markdown for a page that somebody writes."""

import sys
from collections.abc import Iterable, Iterator

from adamw_lint.corpus.report.sections import Section


def show(sections: Iterable[Section]) -> None:
    """Print the tables."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False)
    for each in sections:
        table = Table(title=each.title, title_justify="left", title_style="bold", box=None, header_style="dim")
        for index, head in enumerate(each.heads):
            table.add_column(head, justify="right" if index else "left")
        for row in each.rows:
            table.add_row(*row)
        console.print(table)
        if each.note:
            console.print(each.note, style="dim")
        console.print()


def markdown(sections: Iterable[Section]) -> Iterator[str]:
    """The lines of the same tables in Markdown."""
    for each in sections:
        yield from (f"### {each.title}", "")
        yield from (f"| {' | '.join(row)} |" for row in (each.heads, _rule(len(each.heads)), *each.rows))
        yield from ("", each.note, "") if each.note else ("",)


def _rule(columns: int) -> tuple[str, ...]:
    return (":---", *["---:"] * (columns - 1))
