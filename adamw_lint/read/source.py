"""The text of one program: how its file was encoded, where its lines begin, and what stands on them."""

import io
import re
import tokenize
from bisect import bisect_right
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.errors import UnreadableError
from adamw_lint.read.place import Layout, Place, Region

# Python ends a line here and nowhere else; str.splitlines also ends one at form feeds and Unicode separators.
NEWLINE = re.compile(r"\r\n|\n|\r")
PYTHON = "python"


@dataclass(frozen=True)
class Source:
    """A program as it was read: `text` keeps every newline as it stands on disk, without the byte order mark.

    Most files are one program. Where a file holds other things as well, `layout` says how the program lies in it. A
    file of settings is one whose `language` is another.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    layout: Layout | None = field(default=None, compare=False)
    language: str = PYTHON

    @classmethod
    def of_text(cls, text: str, path: str = "<text>", language: str = PYTHON) -> "Source":
        """A source that never was a file."""
        return cls(path, text, language=language)

    @classmethod
    def of_bytes(cls, data: bytes, path: str, language: str = PYTHON) -> "Source":
        """The source that `data` encodes by its byte order mark or its PEP 263 cookie; raises UnreadableError."""
        try:
            encoding = _encoding(data)
            bom = encoding == "utf-8-sig"
            text = data.removeprefix(BOM_UTF8).decode("utf-8") if bom else data.decode(encoding)
            source = cls(path, text, "utf-8" if bom else encoding, bom, language=language)
            faithful = source.encode() == data
        except (SyntaxError, LookupError, ValueError) as error:
            raise UnreadableError(f"cannot be decoded: {error}", path) from error
        if not faithful:
            raise UnreadableError(f"cannot be decoded: {encoding} does not give these bytes back", path)
        return source

    @classmethod
    def of_utf8(cls, data: bytes, path: str) -> "Source":
        """The source that `data` encodes, whatever a cookie of Python in it says; raises UnreadableError."""
        try:
            return cls(path, data.removeprefix(BOM_UTF8).decode(), bom=data.startswith(BOM_UTF8))
        except UnicodeDecodeError as error:
            raise UnreadableError(f"cannot be decoded: {error}", path) from error

    def encode(self) -> bytes:
        """The bytes of the file; raises UnicodeEncodeError where a new text does not fit the encoding."""
        if self.layout is not None:
            return self.layout.file.encode()
        return (BOM_UTF8 if self.bom else b"") + self.text.encode(self.encoding)

    def with_text(self, text: str) -> "Source":
        """The same file with another text."""
        return replace(self, text=text)

    @property
    def file(self) -> "Source":
        """The whole file, which most programs are themselves."""
        return self if self.layout is None else self.layout.file

    def again(self, file: "Source") -> "Source":
        """The same program of another text of its file; raises UnreadableError where that has it no more."""
        found = file if self.layout is None else self.layout.again(file)
        if found is None:
            raise UnreadableError("a program of the file is lost", self.path)
        return found

    def in_file(self, span: Span) -> Span:
        """A span of this text as one of the file's."""
        return span if self.layout is None else self.layout.in_file(span)

    def file_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Edits of this text as edits of the file's; raises LintError where they leave the program."""
        return list(edits) if self.layout is None else self.layout.file_edits(edits)

    def place(self, span: Span) -> Place:
        """Where a span stands, for a person and for a program."""
        file = self.file.region(self.in_file(span))
        region = self.region(span)
        cell = self.layout.cell(region.line) if self.layout is not None else None
        if cell is None:
            return Place(self.path, file, file)
        number, first = cell
        here = Region(region.line - first + 1, region.column, region.end_line - first + 1, region.end_column)
        return Place(self.path, here, file, number)

    def gutter(self, line: int) -> str:
        """What a person calls a line of this text: its number, or its cell and the number there."""
        if self.layout is None:
            return str(line)
        place = self.place(Span(self.start(line), self.start(line)))
        return str(place.here.line) if place.cell is None else f"cell {place.cell}:{place.here.line}"

    def region(self, span: Span) -> Region:
        """The lines and columns of a span of this text."""
        return Region(*self.position(span.start), *self.position(span.end))

    @cached_property
    def starts(self) -> list[int]:
        """The offsets at which the lines begin."""
        return [0, *(newline.end() for newline in NEWLINE.finditer(self.text))]

    @property
    def lines(self) -> int:
        """How many lines there are; after a last newline there is one more, an empty one."""
        return len(self.starts)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both from 1, the column in characters."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def start(self, line: int) -> int:
        """The offset at which a line (from 1) begins."""
        return self.starts[line - 1]

    def line(self, number: int) -> str:
        """The text of a line (from 1) without its newline."""
        end = self.starts[number] if number < self.lines else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    @cached_property
    def newline(self) -> str:
        """The newline that most lines end with, the system-independent one where there is none."""
        counted = Counter(NEWLINE.findall(self.text)).most_common(1)
        return counted[0][0] if counted else "\n"


def _encoding(data: bytes) -> str:
    # detect_encoding knows only \n, so a file of the old Mac kind would be one long line to it.
    head = data[:4096].replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data[:4096] else data
    return tokenize.detect_encoding(io.BytesIO(head).readline)[0]
