"""Spans of a program and changes of its text in the words of the language server protocol."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from lsprotocol import types
from pygls.workspace import PositionCodec

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.apply import edited
from adamw_lint.read.place import Region
from adamw_lint.read.source import Source
from adamw_lint.server.documents import Document, Part, lines, texts

Changes = Iterator[tuple[Part, list[types.TextEdit]]]


@dataclass(frozen=True, slots=True)
class Places:
    """The places in one document, counted in the units that the editor asked for."""

    document: Document
    codec: PositionCodec

    def location(self, source: Source, span: Span) -> types.Location:
        """Where a span of one of the document's programs is shown."""
        place = source.place(span)
        part = self.document.part(place.cell)
        # A notebook may be open as the text that its file is.
        return types.Location(part.uri, self._range(part, place.here if self.document.is_notebook else place.file))

    def edits(self, source: Source, edits: Sequence[Edit]) -> Changes:
        """Edits of a program as edits of what is shown; raises LintError where the file cannot take them."""
        if self.document.is_notebook:
            yield from self.rewritten(edited(source, edits).file)
            return
        part = self.document.parts[0]
        yield (
            part,
            [
                types.TextEdit(self._range(part, source.file.region(each.span)), each.text)
                for each in source.file_edits(edits)
            ],
        )

    def rewritten(self, file: Source) -> Changes:
        """What turns the parts of the document into those of another text of its file."""
        for part, new in zip(self.document.parts, texts(file, self.document), strict=True):
            if (old := part.text.text) != new:
                change = _changed(old, new)
                yield part, [types.TextEdit(self._range(part, part.text.region(change.span)), change.text)]

    def _range(self, part: Part, region: Region) -> types.Range:
        return types.Range(
            self._position(part, region.line, region.column), self._position(part, region.end_line, region.end_column)
        )

    def _position(self, part: Part, line: int, column: int) -> types.Position:
        """A position from lines and columns in characters, both from 1."""
        before = part.text.line(line)[: column - 1]
        return types.Position(line - 1, self.codec.client_num_units(before))


def _changed(old: str, new: str) -> Edit:
    """One edit between two texts that leaves alone the lines with which both begin and end."""
    before, after = lines(old), lines(new)
    first = _alike(before, after)
    last = min(_alike(before[::-1], after[::-1]), len(before) - first, len(after) - first)
    start, end = len("".join(before[:first])), len("".join(before[: len(before) - last]))
    return Edit(Span(start, end), "".join(after[first : len(after) - last]))


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines are the same from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))
