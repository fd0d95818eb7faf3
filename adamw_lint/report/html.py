"""One page for a browser that loads nothing: the findings, their code and fixes, how many of what, and the rules."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from adamw_lint import __version__
from adamw_lint.diagnostics import Safety
from adamw_lint.report.finding import Failure, Finding, everything
from adamw_lint.report.web.elements import Markup, element, escaped, joined, prose
from adamw_lint.report.web.findings import by_file, failed, statistics
from adamw_lint.report.web.rules import rules
from adamw_lint.run import Outcome

FOLDER = Path(__file__).parent / "web"


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """The page in ASCII, so that it is the same in whatever encoding it is written down."""
    outcomes = list(outcomes)
    found, failures = everything(outcomes)
    looked = sum(outcome.after is not None for outcome in outcomes)
    page = joined(_head(found, failures), _body(found, failures, looked))
    document = f'<!DOCTYPE html>\n<html lang="en">\n{page}\n</html>\n'
    yield document.encode("ascii", "xmlcharrefreplace").decode()


def _head(found: Sequence[Finding], failures: Sequence[Failure]) -> Markup:
    style, script = _asset("report.css"), _asset("report.js")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"
    return element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}; form-action \'none\'">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", f"adamw-lint: {_said(len(found), 'finding')}"),
        element("style", style),
        element("script", script),
    )


def _asset(name: str) -> Markup:
    return Markup((FOLDER / name).read_text(encoding="ascii"))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _body(found: Sequence[Finding], failures: Sequence[Failure], looked: int) -> Markup:
    sections = [
        ("findings", "Findings", joined(_filter(found), by_file(found)) if found else None),
        ("errors", "Errors", failed(failures) if failures else None),
        ("statistics", "Statistics", statistics(found) if found else None),
        ("rules", "Rules", rules(sorted({each.name for each in found})) if found else None),
    ]
    shown = [(name, title, content) for name, title, content in sections if content is not None]
    links = [element("a", title, href=f"#{name}") for name, title, _ in shown]
    return element(
        "body",
        element(
            "header",
            element("h1", "adamw-lint"),
            element("p", prose(_summary(found, failures, looked)), class_="summary"),
            element("nav", *links, aria_label="Parts of this page") if links else "",
        ),
        element("main", *(_section(*each) for each in shown)),
        element("footer", prose(f"adamw-lint {__version__}. `adamw-lint rule NAME` shows a rule in the terminal.")),
    )


def _section(name: str, title: str, content: Markup) -> Markup:
    return element("section", element("h2", title), content, id=name)


def _summary(found: Sequence[Finding], failures: Sequence[Failure], looked: int) -> str:
    missed = f" {_said(len(failures), 'error')}: not everything could be linted." if failures else ""
    if not found:
        return f"No findings.{missed}" if failures else f"All clean: {_said(looked, 'file')}."
    files = len({each.path for each in found})
    safe, unsafe = (
        sum(1 for each in found if each.fix and each.fix.safety is safety) for safety in (Safety.SAFE, Safety.UNSAFE)
    )
    fixable = [f"{safe} fixable with `adamw-lint --fix`"] if safe else []
    more = [f"{unsafe} with `--fix --unsafe-fixes`"] if unsafe else []
    return ", ".join([f"{_said(len(found), 'finding')} in {_said(files, 'file')}", *fixable, *more]) + "." + missed


def _filter(found: Sequence[Finding]) -> Markup:
    """What narrows the list; it is hidden until the script that it needs has begun."""
    names = sorted({(each.code, each.name) for each in found})
    options = [element("option", f"{code} {name}", value=name) for code, name in names]
    return element(
        "form",
        element("label", "Search ", Markup('<input type="search" name="text" autocomplete="off">')),
        element("label", "Rule ", element("select", element("option", "all", value=""), *options, name="rule")),
        element("label", Markup('<input type="checkbox" name="fixable">'), " with a fix only"),
        element("output", escaped(""), name="shown", aria_live="polite"),
        hidden=True,
        id="filter",
    )


def _said(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
