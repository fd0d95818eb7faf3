"""The comments that ask for silence, taken apart: what each names, where, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from adamw_lint.diagnostics import Span
from adamw_lint.pages import families
from adamw_lint.read.lines import Comment, lines_of
from adamw_lint.read.source import Source


class Word(StrEnum):
    """What a comment asks for: silence on a line, from here on, until here, in the file, or in words of flake8."""

    IGNORE = "ignore"
    DISABLE = "disable"
    ENABLE = "enable"
    IGNORE_FILE = "ignore-file"
    NOQA = "noqa"


# A reason ends where another comment begins; the number of an issue, as in #12, is none.
OURS = re.compile(
    r"#\s*adamw-lint:\s*(?P<word>[\w-]*)(?:\s*\[(?P<names>[^\]]*)(?P<closed>\]?))?(?P<reason>(?:\s*+(?:[^\s#]|#(?!\D)))*+)"
)
NOQA = re.compile(r"#\s*noqa\b(?!-)(?P<colon>\s*:)?", re.IGNORECASE)
CODE = re.compile(r"(?<![\s,])[\s,]*+(?P<code>(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*+)(?![\w-])")
OTHERS = re.compile(
    r"(?<!\s)\s*+#\s*(?:noqa|type:|adamw-lint:|fmt:|isort:|mypy:|pragma|pylint|pyright|ruff)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Name:
    """A word by which a comment names rules, those of another tool perhaps."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Directive:
    """One request: `span` begins at its `#` and ends with its reason; `names` is None where it has no list of them."""

    comment: Comment
    word: str
    span: Span
    names: tuple[Name, ...] | None
    listed: Span
    reason: str

    @property
    def ours(self) -> tuple[Name, ...]:
        """The names that are meant for this linter."""
        if self.word != Word.NOQA:
            return self.names or ()
        return tuple(each for each in self.names or () if each.text.upper().startswith(tuple(families())))


def directives(source: Source) -> Iterator[Directive]:
    """Every request of a source in the order of the text."""
    if "noqa" not in source.text.lower() and "adamw-lint" not in source.text:
        return
    for comment in lines_of(source).comments:
        found = [*_ours(comment), *_noqa(comment)]
        yield from sorted(found, key=lambda each: each.span)


def _ours(comment: Comment) -> Iterator[Directive]:
    for match in OURS.finditer(comment.text):
        start = comment.span.start
        listed = match["names"] if match["closed"] else None
        names = None if listed is None else tuple(_split(listed, start + match.start("names")))
        end = start + match.start("reason") + len(match["reason"].rstrip())
        inside = (
            Span(start + match.start("names"), start + match.end("names")) if listed is not None else Span(end, end)
        )
        reason = match["reason"].strip(" \t:-–—")
        yield Directive(comment, match["word"], Span(start + match.start(), end), names, inside, reason)


def _split(text: str, offset: int) -> Iterator[Name]:
    for match in re.finditer(r"[^,\s][^,]*", text):
        word = match[0].rstrip()
        yield Name(word, Span(offset + match.start(), offset + match.start() + len(word)))


def _noqa(comment: Comment) -> Iterator[Directive]:
    for match in NOQA.finditer(comment.text):
        names = list(_codes(comment, match.end())) if match["colon"] is not None else None
        end = names[-1].span.end if names else comment.span.start + match.end()
        rest = comment.text[end - comment.span.start :]
        reason = rest[: other.start()] if (other := OTHERS.search(rest)) else rest
        inside = Span(names[0].span.start, end) if names else Span(end, end)
        start = comment.span.start + match.start()
        listed = tuple(names) if names is not None else None
        yield Directive(comment, Word.NOQA, Span(start, end), listed, inside, reason.strip(" \t:-–—#"))


def _codes(comment: Comment, place: int) -> Iterator[Name]:
    """The codes of a list; the first word that looks like none begins the reason."""
    while match := CODE.match(comment.text, place):
        code = match["code"]
        if not (code[-1].isdigit() or code.isupper() or code.upper() in families()):
            return
        start = comment.span.start + match.start("code")
        yield Name(code, Span(start, start + len(code)))
        place = match.end()
