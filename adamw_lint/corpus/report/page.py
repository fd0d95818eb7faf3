"""The report as one page for a browser that loads nothing: every table, and bars where they say more."""

from collections.abc import Sequence
from pathlib import Path

from adamw_lint import __version__
from adamw_lint.corpus.report.plots import bars
from adamw_lint.corpus.report.sections import Section
from adamw_lint.report.web.elements import Markup, element, joined, prose

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(sections: Sequence[Section], title: str) -> str:
    """The page in ASCII, so that it is the same in whatever encoding it is written down."""
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", title),
        element("style", Markup(_STYLE.read_text(encoding="ascii"))),
    )
    body = element(
        "body",
        element("header", element("h1", title)),
        element("main", *map(_section, sections)),
        element("footer", f"adamw-lint {__version__}"),
    )
    document = f'<!DOCTYPE html>\n<html lang="en">\n{joined(head, body)}\n</html>\n'
    return document.encode("ascii", "xmlcharrefreplace").decode()


def _section(section: Section) -> Markup:
    heads = element("tr", *(element("th", head, scope="col") for head in section.heads))
    rows = (
        element("tr", element("th", name, scope="row"), *(element("td", cell) for cell in cells))
        for name, *cells in section.rows
    )
    return element(
        "section",
        element("h2", section.title),
        element("p", prose(section.note)) if section.note else "",
        bars(section.bars) if section.bars else "",
        element("table", element("thead", heads), element("tbody", *rows)),
    )
