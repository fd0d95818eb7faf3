"""A program in pieces of a larger file, such as the cells of a notebook: what stands where, and how it is edited."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.errors import LintError
from adamw_lint.read.source import NEWLINE, Source


@dataclass(frozen=True)
class Piece:
    """A part of a program: `written` as its author sees it, `code` of the same length without what is no Python.

    `spans` holds where in the file each character stands; an empty piece stands at `edge`. `quote` gives a text in the
    notation of the file, where `glue` stands between a newline and the next line of the piece.
    """

    written: str
    code: str
    spans: Sequence[tuple[int, int]]
    edge: int
    quote: Callable[[str], str]
    glue: str
    cell: int | None = None

    def span(self, start: int, end: int) -> Span:
        """The part of the file in which the characters from `start` to `end` stand; beyond the last is its end."""
        inside = self.spans[start:end]
        if inside:
            return Span(inside[0][0], inside[-1][1])
        at = self.spans[start][0] if start < len(self.spans) else self._end
        return Span(at, at)

    @property
    def _end(self) -> int:
        return self.spans[-1][1] if self.spans else self.edge

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Replace the characters from `start` to `end`, which lie in the piece."""
        first, last = self.span(start, start).start, self._end
        if end < len(self.spans):
            last = self.spans[end][0]  # a line goes with what glues it to the next
        elif not text and start and self.written[start - 1] in "\r\n":
            first = self.spans[start - 1][1]  # no empty line is left behind at the end
        return Edit(Span(first, last), self._glued(text, is_end=end == len(self.spans)))

    def _glued(self, text: str, is_end: bool) -> str:
        quoted, reached = [], 0
        for newline in NEWLINE.finditer(text):
            quoted.append(self.quote(text[reached : newline.end()]))
            reached = newline.end()
            quoted.append("" if is_end and reached == len(text) else self.glue)
        return "".join([*quoted, self.quote(text[reached:])])


@dataclass(frozen=True)
class Pieces:
    """The layout of a program of pieces; `find` gives the same program of another text of the file."""

    file: Source
    pieces: tuple[Piece, ...]
    find: Callable[[Source], Source | None]

    @cached_property
    def text(self) -> str:
        """The program. Every piece is ended, and an empty line after it takes what is put behind its last line."""
        return "".join(self._parts)

    @cached_property
    def _parts(self) -> list[str]:
        newline = next((found[0] for piece in self.pieces if (found := NEWLINE.search(piece.written))), "\n")
        return [piece.code + newline * 2 for piece in self.pieces]

    @cached_property
    def _begins(self) -> list[int]:
        return [0, *accumulate(map(len, self._parts))][:-1]

    @cached_property
    def _lines(self) -> list[int]:
        """The line of the program that opens each piece."""
        return [1, *accumulate((len(NEWLINE.findall(part)) for part in self._parts), initial=1)][1:-1]

    def _at(self, offset: int) -> tuple[int, int]:
        """Which piece an offset is in, and where in it."""
        index = bisect_right(self._begins, offset) - 1
        return index, offset - self._begins[index]

    def in_file(self, span: Span) -> Span:
        """The part of the file's text that a span of the program stands for."""
        first, start = self._at(span.start)
        last, end = self._at(max(span.start, span.end - 1))
        found = self.pieces[first].span(start, start + span.end - span.start)
        return found if last == first else Span(found.start, self.pieces[last].span(end, end + 1).end)

    def cell(self, line: int) -> tuple[int, int] | None:
        """The cell in which a line of the program stands and the line that opens it; None without cells."""
        index = bisect_right(self._lines, line) - 1
        number = self.pieces[index].cell
        return None if number is None else (number, self._lines[index])

    def file_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """The same edits on the file's text, in its own notation; raises LintError where one leaves its piece."""
        return sorted((self._edit(edit) for edit in edits), key=lambda edit: edit.span)

    def _edit(self, edit: Edit) -> Edit:
        index, start = self._at(edit.span.start)
        piece, whole = self.pieces[index], self._parts[index]
        end, text = start + edit.span.end - edit.span.start, edit.text
        while end > len(piece.code) and start and _turns(whole[start - 1], whole[start:end], text):
            start, end, text = start - 1, end - 1, whole[start - 1] + text[:-1] if text else text
        if end > len(piece.code):
            raise LintError("an edit leaves the piece of the file in which it begins")
        if piece.code[start:end] != piece.written[start:end]:
            raise LintError("an edit removes a line that is no Python")
        return piece.edit(start, end, text)

    def again(self, file: Source) -> Source | None:
        """The same program of another text of the file; None where it is gone."""
        return self.find(file)


def _turns(before: str, removed: str, text: str) -> bool:
    """Whether an edit says the same one character further to the left."""
    return (not removed or removed[-1] == before) and (not text or text[-1] == before)
