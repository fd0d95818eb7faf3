"""Findings as a person reads them: the code, with marks under what proves the claim, and what to do."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adamw_lint.diagnostics import Diagnostic, Safety, Span
from adamw_lint.read.source import Source
from adamw_lint.report.gist import each_finding, explanation
from adamw_lint.report.screen import Line, head, printable

WIDTH = 160  # cells of code, beyond which a line is cropped around its marks
SHOWN = 4  # lines of one span that are shown; of a longer one the first and the last
CONTEXT = 24  # cells kept to the left of the first mark of a cropped line
# Each takes one cell: Latin, Greek and the punctuation that we write; what may be wider is asked of rich.
NARROW = re.compile(r"[ -~\u00ae-\u02ff\u0370-\u03ff\u2010-\u2027\u2030-\u205e]*")
COMMAND = {Safety.SAFE: "adamw-lint --fix", Safety.UNSAFE: "adamw-lint --fix --unsafe-fixes"}


@dataclass(frozen=True, slots=True)
class _Mark:
    """An underline in columns of one line (from 0), with the text of a label beside it."""

    start: int
    end: int
    sign: str
    style: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text at a cell of a row below the code."""

    cell: int
    text: str
    style: str

    @property
    def end(self) -> int:
        return self.cell + _cells(self.text)


def report(
    linted: Iterable[tuple[Source, list[Diagnostic]]], width: int = WIDTH, explain: bool = False
) -> Iterator[Line]:
    """The findings of every source, an empty line after each; `explain` adds why a rule matters to its first."""
    for source, diagnostic, is_first in each_finding(linted):
        yield from picture(source, diagnostic, width)
        if explain and is_first:
            yield from explanation(diagnostic.rule)
        yield []


def picture(source: Source, diagnostic: Diagnostic, width: int = WIDTH) -> Iterator[Line]:
    """One finding, as DESIGN §9 draws it."""
    yield head(source, diagnostic)
    yield from frame(source, diagnostic, width)
    yield [("  help:", "bold cyan"), (f" {printable(diagnostic.help)}", "")]
    if fix := diagnostic.fix:
        yield [("  fix:", "bold green"), (f" `{COMMAND[fix.safety]}` will {printable(fix.title)}", "")]


def frame(source: Source, diagnostic: Diagnostic, width: int = WIDTH) -> Iterator[Line]:
    """The lines of code that a finding is about, with marks and labels below them."""
    marks = _marks(source, diagnostic)
    gutters = {number: source.gutter(number) for number in marks}
    digits = max(5, *map(len, gutters.values()))
    for number in sorted(marks):
        if not marks[number]:
            yield [(f"{'⋮':>{digits}}", "blue")]
            continue
        code, rows = _annotated(source.line(number), marks[number], width)
        yield [(f"{gutters[number]:>{digits}} │ ", "blue"), (code, "")]
        for row in rows:
            yield [(f"{'':>{digits}} │ ", "blue"), *row]


def _marks(source: Source, diagnostic: Diagnostic) -> dict[int, list[_Mark]]:
    """The marks of every line that is shown; a line without any stands for what a long span leaves out."""
    marks: dict[int, list[_Mark]] = {}
    covered = list(_lines(source, diagnostic.span))
    for index, (line, start, end) in enumerate(covered):
        if len(covered) <= SHOWN or index < SHOWN - 1 or index == len(covered) - 1:
            marks.setdefault(line, []).append(_Mark(start, end, "^", "bold red"))
        elif index == SHOWN - 1:
            marks.setdefault(line, [])
    for label in diagnostic.labels:
        line, start, end = next(_lines(source, label.span))
        marks.setdefault(line, []).append(_Mark(start, end, "‾", "cyan", printable(label.text)))
    return marks


def _lines(source: Source, span: Span) -> Iterator[tuple[int, int, int]]:
    """Each line that a span covers, with the columns (from 0) between its first and last visible character."""
    first, last = source.position(span.start)[0], source.position(max(span.start, span.end - 1))[0]
    for number in range(first, last + 1):
        text, offset = source.line(number), source.start(number)
        start = max(span.start - offset, len(text) - len(text.lstrip()))
        end = min(span.end - offset, len(text.rstrip()))
        if end > start or first == last:
            yield number, start, max(end, start + 1)


def _annotated(text: str, marks: list[_Mark], width: int) -> tuple[str, list[Line]]:
    """A line of code as it is shown, and the rows below it."""
    left, right = _window(text, marks[0], width)
    code = "…" * (left > 0) + printable(text[left:right]) + "…" * (right < len(text))
    pieces = [_underline(text, mark, left) for mark in marks if mark.start < right and mark.end > left]
    texts = [mark.text for mark in marks if mark.start < right and mark.end > left]
    return code, [_row(row) for row in _rows(pieces, texts)]


def _window(text: str, mark: _Mark, width: int) -> tuple[int, int]:
    """Which characters of a line are shown: all, or as many as fit around a mark."""
    if len(text) * 2 <= width or _cells(printable(text)) <= width:
        return 0, len(text)
    left = 0 if _cells(printable(text[: mark.end])) < width else max(0, mark.start - CONTEXT)
    right = left
    room = width - 2
    while right < len(text) and (room := room - _cells(printable(text[right]))) >= 0:
        right += 1
    return left, right


def _underline(text: str, mark: _Mark, left: int) -> _Piece:
    start = max(mark.start, left)
    cell = _cells(printable(text[left:start])) + (left > 0)
    return _Piece(cell, mark.sign * max(1, _cells(printable(text[start : mark.end]))), mark.style)


def _rows(underlines: list[_Piece], texts: list[str]) -> list[list[_Piece]]:
    """The underlines in one row, each text beside its own where there is room, else in a row of its own below."""
    first: list[_Piece] = []
    for underline in underlines:
        if not any(_collide(underline, other) for other in first):
            first.append(underline)
    below: list[list[_Piece]] = []
    for underline, text in sorted(zip(underlines, texts, strict=True), key=lambda each: -each[0].cell):
        beside = _Piece(underline.end + 1, text, underline.style)
        if text and underline in first and _fits(beside, first):
            first.append(beside)
        elif text:
            below.append([_Piece(underline.cell, text, underline.style)])
    return [first, *below]


def _fits(text: _Piece, underlines: list[_Piece]) -> bool:
    return not any(text.cell < other.end and other.cell < text.end + 2 for other in underlines)


def _collide(one: _Piece, other: _Piece) -> bool:
    return one.cell < other.end and other.cell < one.end


def _row(pieces: list[_Piece]) -> Line:
    line: Line = []
    reached = 0
    for piece in sorted(pieces, key=lambda each: each.cell):
        line += [(" " * (piece.cell - reached), ""), (piece.text, piece.style)]
        reached = piece.end
    return line


def _cells(text: str) -> int:
    if NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
