"""Parses with LibCST: piece by piece, and without what it does for trees which programs put together."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import libcst as cst

from adamw_lint.read.syntax import UNREADABLE, tree_of

# While LibCST's parser reads a text it takes some 300 bytes for each character, ten times what it leaves.
_LARGE = 80_000  # characters from which on a text is read in pieces
_PIECE = 16_000  # characters at least
_CHECK = cst.CSTNode.__post_init__
_LAYOUT = ("SimpleWhitespace", "TrailingWhitespace", "Newline", "Comma", "AssignEqual")
_KINDS = {name: getattr(cst, name) for name in _LAYOUT}
_SHARED = 512  # nodes of a kind among which one that is alike is looked for


def parsed(text: str) -> cst.Module:
    """The tree of a text; raises libcst.ParserSyntaxError."""
    with _unchecked():
        return (_piecewise(text) if len(text) > _LARGE else None) or cst.parse_module(text)


def _piecewise(text: str) -> cst.Module | None:
    """The tree of a text that is read in pieces; None where that cannot be, as where a piece is wrong."""
    pieces = list(_pieces(text))
    try:
        return _joined([cst.parse_module(piece) for piece in pieces]) if len(pieces) > 1 else None
    except cst.ParserSyntaxError:  # whose place is one in the piece
        return None


def _pieces(text: str) -> Iterator[str]:
    """The text, cut between statements of the module where no comment could belong to either; whole where in doubt."""
    lines = text.split("\n")
    done = number = size = 0
    for end in _ends(text):
        size += sum(map(len, lines[number:end]))
        number = end
        if size >= _PIECE and _is_free(lines, end):
            yield "".join(f"{line}\n" for line in lines[done:end])
            done, size = end, 0
    yield "\n".join(lines[done:])


def _ends(text: str) -> list[int]:
    """How many lines there are up to the end of each statement of a module after which others follow."""
    if "\r" in text or "\f" in text:  # where Python and LibCST end lines elsewhere than here
        return []
    try:
        body = tree_of(text).body
    except UNREADABLE:
        return []
    return [node.end_lineno for node in body if node.end_lineno and node.end_lineno < body[-1].lineno]


def _is_free(lines: list[str], end: int) -> bool:
    """Whether the first line after a statement that says something does so at the margin."""
    following = next((line for line in lines[end:] if line.strip()), "")
    return following[:1] not in ("", " ", "\t", "\\")


def _joined(pieces: list[cst.Module]) -> cst.Module | None:
    """The module of which these are the pieces; None where they are indented in more than one way."""
    indented = [piece for piece in pieces if any(isinstance(each, cst.BaseCompoundStatement) for each in piece.body)]
    indents = {piece.default_indent for piece in indented}
    if len(indents) > 1:
        return None
    body = list(pieces[0].body)
    for piece in pieces[1:]:
        first, *rest = piece.body
        body += [first.with_changes(leading_lines=[*piece.header, *first.leading_lines]), *rest]
    return pieces[0].with_changes(
        body=body,
        footer=pieces[-1].footer,
        default_indent=(indented or pieces)[0].default_indent,
        has_trailing_newline=pieces[-1].has_trailing_newline,
    )


@contextmanager
def _unchecked() -> Iterator[None]:
    """Inside, nodes are taken to be valid, as those of the parser are: to check each one is a fifth of the parse.

    Spaces and commas that are alike are one node: they are half of a tree, and nobody asks where one of them stands.
    """
    try:
        cst.CSTNode.__post_init__ = lambda self: None  # type: ignore[method-assign]
        for name, kind in _KINDS.items():
            setattr(cst, name, lru_cache(_SHARED)(kind))
        yield
    finally:
        cst.CSTNode.__post_init__ = _CHECK  # type: ignore[method-assign]
        for name, kind in _KINDS.items():
            setattr(cst, name, kind)
