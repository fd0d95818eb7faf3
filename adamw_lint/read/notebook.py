"""The program that the code cells of a notebook are, one after the other, each character at its place in the JSON."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from json.decoder import scanstring  # type: ignore[attr-defined]  # the stubs know only what is documented
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

from adamw_lint.errors import UnparsableError
from adamw_lint.read.magics import python_of, written_by
from adamw_lint.read.pieces import Piece, Pieces
from adamw_lint.read.prefilter import may_concern, may_matter
from adamw_lint.read.source import Source
from adamw_lint.read.syntax import refuse_too_long

Quote = Callable[[str], str]

_PYTHON = ("python", "ipython")
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)  # one character each


def programs(data: bytes, path: str) -> tuple[Source, ...]:
    """The program of all cells that run, and one for each file of Python that cells write, if they may concern us.

    Raises UnreadableError, or UnparsableError where a notebook that names an optimizer is no JSON, or too long.
    """
    try:
        cells = list(_cells(json.loads(data)))
    except (ValueError, RecursionError) as error:
        if may_matter(data):
            raise UnparsableError(f"not a notebook: {error}", path) from error
        return ()
    texts = _texts(cells).values()
    if not any(may_concern(text.encode(errors="replace")) for text in texts):
        return ()
    for text in texts:
        refuse_too_long(text, path)
    return tuple(_located(Source.of_utf8(data, path)).values())


def program_of(data: bytes) -> str:
    """The text of the cells that run, as other files of the program see it; empty where the bytes are no notebook."""
    try:
        cells = [cell for cell in _cells(json.loads(data)) if cell.file is None]
    except (ValueError, RecursionError):
        return ""
    return "\n".join(python_of(cell.text) for cell in cells)


def text_of(data: bytes) -> str:
    """What the code cells of a notebook say, in whatever language; empty where the bytes are no notebook."""
    try:
        return "\n".join(cell.text for cell in _cells(json.loads(data)))
    except (ValueError, RecursionError):
        return ""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A code cell: its number among all cells, its source, one text or several, and the file that it writes."""

    number: int
    source: str | Sequence[str]

    @property
    def lines(self) -> Sequence[str]:
        return [self.source] if isinstance(self.source, str) else self.source

    @property
    def text(self) -> str:
        return "".join(self.lines)

    @property
    def file(self) -> str | None:
        return written_by(self.text)


def _cells(notebook: Any) -> Iterator[_Cell]:
    """The code cells of a notebook of Python, also of the older format in which they stand on worksheets."""
    if not isinstance(notebook, dict) or not _is_python(notebook.get("metadata")):
        return
    sheets = notebook.get("worksheets") or [notebook]
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
    for number, cell in enumerate(cell for cells in lists if isinstance(cells, list) for cell in cells):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code" or not _speaks_python(cell):
            continue
        source: Any = cell.get("source", cell.get("input"))
        is_lines = isinstance(source, list) and source and all(isinstance(line, str) for line in source)
        if is_lines or isinstance(source, str):
            yield _Cell(number, source)


def _is_python(metadata: Any) -> bool:
    kernel, language = (_table(metadata).get(key) for key in ("kernelspec", "language_info"))
    said = _table(language).get("name") or _table(kernel).get("language") or _PYTHON[0]
    return str(said).lower().startswith(_PYTHON)


def _speaks_python(cell: dict[str, Any]) -> bool:
    """False where an editor, or the older format, gives a cell another language than the notebook's."""
    editor = _table(_table(cell.get("metadata")).get("vscode")).get("languageId")
    return str(editor or cell.get("language") or _PYTHON[0]).lower().startswith(_PYTHON)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _by_file(cells: list[_Cell]) -> dict[str, list[_Cell]]:
    """The cells of each program: those that run by the empty name, those that are written by that of their file."""
    named = [(cell.file or "", cell) for cell in cells]
    return {name: [cell for other, cell in named if other == name] for name in dict.fromkeys(name for name, _ in named)}


def _texts(cells: list[_Cell]) -> dict[str, str]:
    return {name: "\n".join(cell.text for cell in some) for name, some in _by_file(cells).items()}


class _Literal(str):
    """A text of the JSON that knows where between its quotation marks it stands."""

    start: int
    end: int


def _literal(text: str, start: int, strict: bool) -> tuple[_Literal, int]:
    value, after = scanstring(text, start, strict)
    literal = _Literal(value)
    literal.start, literal.end = start, after - 1
    return literal, after


class _Decoder(json.JSONDecoder):
    """The decoder of the json module, whose texts keep their places."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string = _literal
        self.scan_once = py_make_scanner(self)  # the one in C takes no other function for strings


def _located(file: Source) -> dict[str, Source]:
    """The programs of a notebook by the file that their cells write, the one that runs by an empty name."""
    try:
        cells = list(_cells(_Decoder().decode(file.text)))
    except (ValueError, RecursionError) as error:
        raise UnparsableError(f"not a notebook: {error}", file.path) from error
    quote = partial(_quoted, ascii_only=file.text.isascii() and "\\u" in file.text)
    found = {}
    for name, some in _by_file(cells).items():
        pieces = tuple(_piece(cell, file.text, quote) for cell in some)
        layout = Pieces(file, pieces, partial(_find, name))
        found[name] = Source(file.path, layout.text, file.encoding, file.bom, layout)
    return found


def _find(name: str, file: Source) -> Source | None:
    return _located(file).get(name)


def _piece(cell: _Cell, text: str, quote: Quote) -> Piece:
    literals = [literal for literal in cell.lines if isinstance(literal, _Literal)]
    spans = [span for literal in literals for span in _spans(literal, text)]
    last = literals[-1].start - 1
    glue = '",' + text[len(text[:last].rstrip()) : last] + '"' if isinstance(cell.source, list) else ""
    return Piece(cell.text, python_of(cell.text), spans, literals[0].start, quote, glue, cell.number)


def _spans(literal: _Literal, text: str) -> Iterator[tuple[int, int]]:
    """Where each character of a text stands in the file."""
    if literal.end - literal.start == len(literal):
        return zip(range(literal.start, literal.end), range(literal.start + 1, literal.end + 1), strict=True)
    return (found.span() for found in _ESCAPE.finditer(text, literal.start, literal.end))


def _quoted(text: str, ascii_only: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]
