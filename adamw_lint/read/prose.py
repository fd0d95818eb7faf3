"""The programs in Markdown and reStructuredText: blocks of code, joined where one goes on with the names of another."""

from functools import partial
from itertools import zip_longest

from adamw_lint.diagnostics import Span
from adamw_lint.read.fragments import joined
from adamw_lint.read.magics import blank, python_of
from adamw_lint.read.markup import Block, directives, fences
from adamw_lint.read.pieces import Piece, Pieces
from adamw_lint.read.prefilter import may_concern, may_matter
from adamw_lint.read.source import NEWLINE, Source
from adamw_lint.read.syntax import UNREADABLE, tree_of

_RESTRUCTURED = ".rst"
_SIGNS = (b"```", b"~~~", b"::", b">>>")


def programs(data: bytes, path: str) -> tuple[Source, ...]:
    """The programs of the blocks that may concern us; what is no Python is left out. Raises UnreadableError."""
    if not any(sign in data for sign in _SIGNS) or not may_matter(data):
        return ()
    file = Source.of_utf8(data, path)
    pieces = _pieces(file)
    found = (_program(pieces, numbers, file) for numbers in joined([piece.code for piece in pieces]))
    return tuple(each for each in found if may_concern(each.text.encode()))


def _program(pieces: list[Piece], numbers: tuple[int, ...], file: Source) -> Source:
    layout = Pieces(file, tuple(pieces[number] for number in numbers), partial(_again, numbers))
    return Source(file.path, layout.text, file.encoding, file.bom, layout)


def _again(numbers: tuple[int, ...], file: Source) -> Source | None:
    """The program of the blocks with these numbers; None where the file has fewer."""
    pieces = _pieces(file)
    return _program(pieces, numbers, file) if numbers[-1] < len(pieces) else None


def _pieces(file: Source) -> list[Piece]:
    blocks = directives(file) if file.path.lower().endswith(_RESTRUCTURED) else fences(file)
    return [_piece(block, file) for block in blocks]


def _piece(block: Block, file: Source) -> Piece:
    """A block as its author sees it: without what stands before each line."""
    ends = [NEWLINE.match(file.text, line.end) for line in block.lines[:-1]]
    parts = zip_longest(block.lines, (Span(*end.span()) for end in ends if end))
    offsets = [offset for some in parts for part in some if part for offset in range(part.start, part.end)]
    spans = [(offset, offset + 1) for offset in offsets]
    written = "".join(file.text[offset] for offset in offsets)
    code = python_of(written)
    if block.is_example and not _is_statement(code):
        code = blank(code)
    return Piece(written, code, spans, block.lines[0].start, str, block.lead)


def _is_statement(code: str) -> bool:
    """Whether a text is one statement, as the prompt of an interactive session wants it."""
    try:
        return len(tree_of(code).body) == 1
    except UNREADABLE:
        return False
