"""The text of one file: how it was encoded, where its lines begin, and what stands on them."""

import io
import re
import tokenize
from bisect import bisect_right
from codecs import BOM_UTF8
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from adamw_lint.errors import UnreadableError

# Python ends a line here and nowhere else; str.splitlines also ends one at form feeds and Unicode separators.
NEWLINE = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Source:
    """A file as it was read: `text` keeps every newline as it stands on disk, without the byte order mark."""

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False

    @classmethod
    def of_text(cls, text: str, path: str = "<text>") -> "Source":
        """A source that never was a file."""
        return cls(path, text)

    @classmethod
    def of_bytes(cls, data: bytes, path: str) -> "Source":
        """The source that `data` encodes by its byte order mark or its PEP 263 cookie; raises UnreadableError."""
        try:
            encoding = _encoding(data)
            bom = encoding == "utf-8-sig"
            text = data.removeprefix(BOM_UTF8).decode("utf-8") if bom else data.decode(encoding)
            source = cls(path, text, "utf-8" if bom else encoding, bom)
            faithful = source.encode() == data
        except (SyntaxError, LookupError, ValueError) as error:
            raise UnreadableError(f"cannot be decoded: {error}", path) from error
        if not faithful:
            raise UnreadableError(f"cannot be decoded: {encoding} does not give these bytes back", path)
        return source

    def encode(self) -> bytes:
        """The bytes of the file; raises UnicodeEncodeError where a new text does not fit the encoding."""
        return (BOM_UTF8 if self.bom else b"") + self.text.encode(self.encoding)

    def with_text(self, text: str) -> "Source":
        """The same file with another text."""
        return replace(self, text=text)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(newline.end() for newline in NEWLINE.finditer(self.text))]

    @property
    def lines(self) -> int:
        """How many lines there are; after a last newline there is one more, an empty one."""
        return len(self._starts)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both from 1, the column in characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def start(self, line: int) -> int:
        """The offset at which a line (from 1) begins."""
        return self._starts[line - 1]

    def line(self, number: int) -> str:
        """The text of a line (from 1) without its newline."""
        end = self._starts[number] if number < self.lines else len(self.text)
        return self.text[self._starts[number - 1] : end].rstrip("\r\n")

    @cached_property
    def newline(self) -> str:
        """The newline that most lines end with, the system-independent one where there is none."""
        counted = Counter(NEWLINE.findall(self.text)).most_common(1)
        return counted[0][0] if counted else "\n"


def _encoding(data: bytes) -> str:
    # detect_encoding knows only \n, so a file of the old Mac kind would be one long line to it.
    head = data[:4096].replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data[:4096] else data
    return tokenize.detect_encoding(io.BytesIO(head).readline)[0]
