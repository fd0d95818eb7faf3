"""The findings of one file as plain data, for the cache and for other processes, and findings again from the data."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety, Span
from adamw_lint.errors import DefectError, LintError, UnparsableError, UnreadableError
from adamw_lint.looks import Packed, digest_of
from adamw_lint.read.place import Layout, Place, Region
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

_ERRORS: dict[str, type[LintError]] = {each.__name__: each for each in (LintError, UnparsableError, UnreadableError)}


class Remembered(Source):
    """A program whose file is read only where more is asked for than the places that its findings speak of."""

    def __init__(self, path: str, places: dict[Span, Place], real: Callable[[], Source]) -> None:
        """`real` reads the program itself; it raises UnreadableError where that is no longer what was linted."""
        for name, value in (("path", path), ("places", places), ("real", real)):
            object.__setattr__(self, name, value)

    places: dict[Span, Place]
    real: Callable[[], Source]

    @property
    def text(self) -> str:
        """The text of the program."""
        return self.real().text

    @property
    def encoding(self) -> str:
        """The encoding of the file."""
        return self.real().encoding

    @property
    def bom(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self.real().bom

    @property
    def language(self) -> str:
        """What the program is written in."""
        return self.real().language

    @property
    def layout(self) -> Layout | None:
        """How the program lies in its file."""
        return self.real().layout

    def with_text(self, text: str) -> Source:
        """The same file with another text."""
        return self.real().with_text(text)

    @property
    def starts(self) -> list[int]:
        """The offsets at which the lines begin."""
        return self.real().starts

    def place(self, span: Span) -> Place:
        """Where a span stands, which is known of all that a finding speaks of."""
        return self.places.get(span) or self.real().place(span)


@lru_cache(maxsize=2)
def _programs(path: str, digest: bytes, settings: Settings) -> tuple[Source, ...]:
    """The programs of a file, for as long as one finding after the other is told; no run holds all of them."""
    from adamw_lint.engine import bytes_of, sources_of

    data = bytes_of(path)
    if digest_of(data) != digest:
        raise UnreadableError("was changed while it was linted", path)
    return sources_of(data, path, settings)


def pack(number: int, source: Source, found: Sequence[Diagnostic]) -> Packed:
    """The findings of one program of a file, the one of that number, as plain data."""
    spans = sorted({span for each in found for span in _spans(each)})
    return number, tuple(map(_row, found)), tuple(_place_row(span, source.place(span)) for span in spans)


def unpack(path: str, digest: bytes, packed: Packed, settings: Settings) -> tuple[Source, list[Diagnostic]]:
    """The findings again, and the program that they stand in."""
    number, rows, places = packed
    known = dict(_place(path, row) for row in places)
    real = partial(_program, path, digest, settings, number)
    return Remembered(path, known, real), [_diagnostic(row) for row in rows]


def remembered(path: str, digest: bytes, settings: Settings) -> Source:
    """The whole of a file that was looked at."""
    return Remembered(path, {}, lambda: _programs(path, digest, settings)[0].file)


def _program(path: str, digest: bytes, settings: Settings, number: int) -> Source:
    return _programs(path, digest, settings)[number]


def _place_row(span: Span, place: Place) -> Packed:
    here, file = ((each.line, each.column, each.end_line, each.end_column) for each in (place.here, place.file))
    return span.start, span.end, here, None if file == here else file, place.cell


def _place(path: str, row: Packed) -> tuple[Span, Place]:
    start, end, here, file, cell = row
    return Span(start, end), Place(path, Region(*here), Region(*(file or here)), cell)


def pack_error(error: LintError) -> Packed:
    """What went wrong as plain data."""
    return type(error).__name__, error.reason, error.path, error.place


def unpack_error(packed: Packed) -> LintError:
    """What went wrong again; a mistake of our own has its words already."""
    name, reason, path, place = packed
    kind = LintError if name == DefectError.__name__ else _ERRORS.get(name, LintError)
    return kind(reason, path, place)


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    yield diagnostic.span
    yield from (label.span for label in diagnostic.labels)
    yield from (edit.span for edit in (diagnostic.fix.edits if diagnostic.fix else ()))


def _row(each: Diagnostic) -> Packed:
    labels = tuple((label.span.start, label.span.end, label.text) for label in each.labels)
    return each.rule, each.span.start, each.span.end, each.message, each.help, labels, each.fix and _fix_row(each.fix)


def _fix_row(fix: Fix) -> Packed:
    edits = tuple((edit.span.start, edit.span.end, edit.text) for edit in fix.edits)
    return fix.title, edits, fix.safety.value, tuple(fix.uncovers), fix.advice


def _diagnostic(row: Packed) -> Diagnostic:
    rule, start, end, message, said, labels, fix = row
    marks = tuple(Label(Span(start, end), text) for start, end, text in labels)
    return Diagnostic(rule, Span(start, end), message, said, marks, _fix(fix) if fix else None)


def _fix(row: Packed) -> Fix:
    title, edits, safety, uncovers, advice = row
    rewritten = tuple(Edit(Span(start, end), text) for start, end, text in edits)
    return Fix(title, rewritten, Safety(safety), uncovers, advice)
