"""The comments of a source, and which findings they ask to be silent about."""

import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.pages import pages
from adamw_lint.read.source import Source

NOQA = re.compile(r"#\s*noqa\b(?P<colon>\s*:)?(?P<codes>[\s,]*[A-Z]+[0-9]*(?:[\s,]+[A-Z]+[0-9]*)*)?", re.IGNORECASE)
IGNORE = re.compile(r"#\s*adamw-lint:\s*ignore\[(?P<rules>[^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, from its `#` to the end of its line."""

    span: Span
    line: int
    text: str


def comments(source: Source) -> Iterator[Comment]:
    """The comments of a source in order; after the first thing that is no token, every `#` counts as one."""
    reached = 0
    try:
        for token in tokenize.generate_tokens(_readline(source)):
            reached = token.end[0]
            if token.type == tokenize.COMMENT:
                yield _comment(source, token.start[0], token.start[1])
    except (tokenize.TokenError, SyntaxError, ValueError):
        for number in range(reached + 1, source.lines + 1):
            if (column := source.line(number).find("#")) >= 0:
                yield _comment(source, number, column)


def _readline(source: Source) -> Callable[[], str]:
    return (source.line(number) + "\n" for number in range(1, source.lines + 1)).__next__


def _comment(source: Source, line: int, column: int) -> Comment:
    text = source.line(line)[column:]
    start = source.start(line) + column
    return Comment(Span(start, start + len(text)), line, text)


def audible(source: Source, found: list[Diagnostic]) -> list[Diagnostic]:
    """The findings that no comment on a line of their primary span silences."""
    if not found:
        return []
    by_line: dict[int, str] = {comment.line: comment.text for comment in comments(source)}
    return [diagnostic for diagnostic in found if not _silenced(source, diagnostic, by_line)]


def _silenced(source: Source, diagnostic: Diagnostic, by_line: dict[int, str]) -> bool:
    first = source.position(diagnostic.span.start)[0]
    last = source.position(max(diagnostic.span.start, diagnostic.span.end - 1))[0]
    return any(_silences(by_line[line], diagnostic.rule) for line in range(first, last + 1) if line in by_line)


def _silences(comment: str, rule: str) -> bool:
    code = pages()[rule].code
    named = [name.strip() for match in IGNORE.finditer(comment) for name in match["rules"].split(",")]
    return rule in named or code in named or any(_noqa(match, code) for match in NOQA.finditer(comment))


def _noqa(match: re.Match[str], code: str) -> bool:
    if match["colon"] is None:
        return True
    family = code.rstrip("0123456789")
    written = re.split(r"[\s,]+", (match["codes"] or "").strip(" \t,").upper())
    return any(word.startswith(family) and code.startswith(word) for word in written)
