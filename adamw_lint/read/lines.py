"""How a source is laid out: its comments, its logical lines, and where a line can bear a comment at its end."""

import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from adamw_lint.diagnostics import Span
from adamw_lint.read.source import PYTHON, Source

_LAYOUT = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)
_OPEN = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "TSTRING_START", -1)  # since Python 3.12, 3.14
_CLOSE = getattr(tokenize, "FSTRING_END", -1), getattr(tokenize, "TSTRING_END", -1)
_UNREADABLE = (tokenize.TokenError, SyntaxError, ValueError)


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, from its `#` to the end of its line; `is_alone` where nothing else stands on the line."""

    span: Span
    line: int
    text: str
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A logical line: its first and last line, its tokens without layout, and the definitions that it stands in."""

    first: int
    last: int
    code: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """The comments and logical lines of a source in order, and the lines that end where a token may."""

    comments: tuple[Comment, ...]
    statements: tuple[Statement, ...]
    open_ends: frozenset[int]

    def around(self, line: int) -> Statement | None:
        """The logical line that a line belongs to."""
        return next((each for each in self.statements if each.first <= line <= each.last), None)

    def after(self, line: int) -> Statement | None:
        """The first logical line that begins after a line."""
        return next((each for each in self.statements if each.first > line), None)


def lines_of(source: Source) -> Lines:
    """The lines of a source; after the first thing that is no token every line stands for itself, and `#` counts."""
    return _lines(source.text) if source.language == PYTHON else _lines_of_settings(source)


def _lines_of_settings(source: Source) -> Lines:
    """The lines of a file of settings, each for itself; none bears a comment at its end from which a text goes on."""
    from adamw_lint.read.settings_file import comment_places, unbroken

    places = [source.position(place) for place in comment_places(source)]
    found = [_comment(source, line, column - 1) for line, column in places]
    lines = range(1, source.lines + 1)
    statements = [Statement(line, line, " ".join(source.line(line).split())) for line in lines]
    return Lines(tuple(found), tuple(each for each in statements if each.code), frozenset(unbroken(source)))


@lru_cache(maxsize=8)
def _lines(text: str) -> Lines:
    source = Source.of_text(text)
    tokens = list(_tokens(source))
    reached = max((token.end[0] for token in tokens), default=0) if not _is_whole(tokens) else source.lines
    rest = range(reached + 1, source.lines + 1)
    guessed = [_comment(source, line, column) for line in rest if (column := source.line(line).find("#")) >= 0]
    found = [_comment(source, *token.start) for token in tokens if token.type == tokenize.COMMENT]
    lines = [Statement(line, line, " ".join(source.line(line).split())) for line in rest if source.line(line).strip()]
    return Lines((*found, *guessed), (*_statements(source, tokens), *lines), frozenset(_open_ends(tokens)))


def comments(source: Source) -> tuple[Comment, ...]:
    """The comments of a source in order."""
    return lines_of(source).comments


def _tokens(source: Source) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(_readline(source))
    except _UNREADABLE:
        return


def _readline(source: Source) -> Callable[[], str]:
    return (source.line(number) + "\n" for number in range(1, source.lines + 1)).__next__


def _is_whole(tokens: list[tokenize.TokenInfo]) -> bool:
    return bool(tokens) and tokens[-1].type == tokenize.ENDMARKER


def _comment(source: Source, line: int, column: int) -> Comment:
    text = source.line(line)[column:]
    start = source.start(line) + column
    return Comment(Span(start, start + len(text)), line, text, not source.line(line)[:column].strip())


def _open_ends(tokens: list[tokenize.TokenInfo]) -> Iterator[int]:
    depth = 0
    for token in tokens:
        depth += (token.type in _OPEN) - (token.type in _CLOSE)
        if depth == 0 and token.type in (tokenize.NL, tokenize.NEWLINE):
            yield token.start[0]


def _statements(source: Source, tokens: list[tokenize.TokenInfo]) -> Iterator[Statement]:
    within: list[str] = []
    pending = ""
    line: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.type == tokenize.INDENT:
            within.append(pending)
        elif token.type == tokenize.DEDENT:
            within.pop()
        elif token.type == tokenize.NEWLINE:
            if line:
                yield Statement(line[0].start[0], token.start[0], _code(source, line), tuple(filter(None, within)))
            pending, line = _defined(line), []
        elif token.type not in _LAYOUT:
            line.append(token)


def _defined(line: list[tokenize.TokenInfo]) -> str:
    words = [token.string for token in line[:3]]
    words = words[1:] if words[:1] == ["async"] else words
    return words[1] if len(words) > 1 and words[0] in ("def", "class") else ""


def _code(source: Source, line: list[tokenize.TokenInfo]) -> str:
    """The tokens of a logical line as formatters leave them: no trailing commas, double quotes."""
    words = list(_words(source, line))
    kept = [
        word for word, after in zip(words, [*words[1:], ""], strict=True) if word != "," or after not in (")", "]", "}")
    ]
    return " ".join(kept)


def _words(source: Source, line: list[tokenize.TokenInfo]) -> Iterator[str]:
    """Each token, a formatted string as one, for older Pythons have a single token for it."""
    depth, began = 0, 0
    for token in line:
        start, end = (source.start(row) + column for row, column in (token.start, token.end))
        began = start if depth == 0 else began
        depth += (token.type in _OPEN) - (token.type in _CLOSE)
        if depth == 0:
            yield _quoted(source.text[began:end])


def _quoted(word: str) -> str:
    is_plain = word[:1] == "'" and word[:3] != "'''" and '"' not in word
    return f'"{word[1:-1]}"' if is_plain else word
