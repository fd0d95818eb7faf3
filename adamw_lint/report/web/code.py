"""Code on a page: coloured by what its words are, framed with marks, or as the difference that a fix makes."""

import difflib
from collections.abc import Iterator
from functools import cache
from typing import Any

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.fixes.apply import edits_of, rewrite
from adamw_lint.read.source import Source
from adamw_lint.report.full import frame
from adamw_lint.report.web.elements import Markup, element, escaped, joined

CONTEXT = 2  # lines around a change
MARKS = {"bold red": "mark", "cyan": "label", "blue": "gutter"}  # the styles of a frame, as classes
WORDS = {"Keyword": "k", "Literal.String": "s", "Literal.Number": "n", "Comment": "c", "Name.Builtin": "b"}
SIGNS = {"+": "ins", "-": "del"}


def coloured(code: str) -> Markup:
    """Python with its words in the colours of the page."""
    lexer, names = _lexer()
    return joined(*(_word(str(kind), text, names) for kind, text in lexer.get_tokens(code)))


@cache
def _lexer() -> tuple[Any, dict[str, str]]:
    from pygments.lexers.python import PythonLexer

    return PythonLexer(stripnl=False, ensurenl=False), {f"Token.{name}": short for name, short in WORDS.items()}


def _word(kind: str, text: str, names: dict[str, str]) -> Markup:
    short = next((short for name, short in names.items() if kind.startswith(name)), None)
    return element("span", text, class_=short) if short and text.strip() else escaped(text)


def framed(source: Source, diagnostic: Diagnostic) -> Markup:
    """The lines that a finding is about, as the terminal shows them."""
    lines = [joined(*(_piece(text, style) for text, style in line), "\n") for line in frame(source, diagnostic)]
    return element("pre", *lines, class_="code", tabindex=0)


def _piece(text: str, style: str) -> Markup:
    if style in MARKS:
        return element("span", text, class_=MARKS[style])
    return coloured(text) if text.strip() else escaped(text)


def difference(source: Source, diagnostic: Diagnostic) -> Markup:
    """What the fix of a finding changes, line by line."""
    edits = edits_of([diagnostic])
    first, last = source.position(edits[0].span.start)[0], source.position(max(edit.span.end for edit in edits))[0]
    start = source.start(max(1, first - CONTEXT))
    end = source.start(last + CONTEXT + 1) if last + CONTEXT < source.lines else len(source.text)
    new = rewrite(source.text, edits)
    lines = _changes(source.text[start:end], new[start : len(new) - len(source.text) + end])
    return element("pre", element("code", *lines), class_="code diff", tabindex=0)


def _changes(old: str, new: str) -> Iterator[Markup]:
    before, after = (text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n") for text in (old, new))
    lines = list(difflib.unified_diff(before, after, n=CONTEXT, lineterm=""))[2:]
    for number, line in enumerate(lines):
        if line.startswith("@@"):
            yield element("span", "⋮\n", class_="gutter") if number else escaped("")
        elif tag := SIGNS.get(line[0]):
            yield element(tag, element("span", line[0], class_="sign"), " ", coloured(line[1:]), "\n")
        else:
            yield joined("  ", coloured(line[1:]), "\n")
