"""What the page of a rule says, in short: why it matters, below the first finding of it."""

import re
import textwrap
from collections.abc import Iterable, Iterator

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.pages import pages
from adamw_lint.read.source import Source
from adamw_lint.report.screen import Line

WIDTH = 110

_WITHIN = re.compile(r"\[([^\[\]]+)\]\((?!https?:)[^()]*\)")


def section(rule: str, title: str) -> list[str]:
    """The paragraphs under one heading of a page, each on one line."""
    _, _, after = pages()[rule].text.partition(f"## {title}\n")
    paragraphs = re.split(r"\n\s*\n", unlinked(after.partition("\n## ")[0]).strip())
    return [" ".join(paragraph.split()) for paragraph in paragraphs]


def each_finding(linted: Iterable[tuple[Source, list[Diagnostic]]]) -> Iterator[tuple[Source, Diagnostic, bool]]:
    """The findings of every source, and whether each is the first of its rule."""
    seen: set[str] = set()
    for source, found in linted:
        for diagnostic in found:
            yield source, diagnostic, diagnostic.rule not in seen
            seen.add(diagnostic.rule)


def explanation(rule: str) -> Iterator[Line]:
    """Why the rule matters, as the page says it, below a finding."""
    for paragraph in section(rule, "Why it matters"):
        yield from ([(f"  │ {line}", "blue")] for line in textwrap.wrap(paragraph, WIDTH))
        yield [("  │", "blue")]
    yield [(f"  └ `adamw-lint rule {rule}` says more", "blue")]


def unlinked(text: str) -> str:
    """A text of Markdown in which links to other files of the rulebook are words."""
    return _WITHIN.sub(r"\1", text)
