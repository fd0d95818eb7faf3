"""Cuts the inputs into partitions that are worked on one by one, each small enough to be done again if need be."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa

from adamw_lint.corpus.archives import archive
from adamw_lint.corpus.columns import Columns
from adamw_lint.corpus.inputs import Input, Kind, opened
from adamw_lint.corpus.repositories import repository
from adamw_lint.corpus.tables import Groups, is_packed, lines, lines_columns, parquet, parquet_of, rows_before

_ROWS = 20_000  # rows that a partition of a table has, unless one row group has more
_BYTES = 64_000_000  # bytes that it has


class Partition(NamedTuple):
    """A part of an input, from `start` to `end`: row groups of Parquet, bytes of JSON-lines; else all of it.

    `first` is the number of its first row, `rows` how many there are; both are None where nobody has counted them.
    """

    source: Input
    start: int = 0
    end: int | None = None
    first: int | None = None
    rows: int | None = None

    def pieces(self, columns: Columns) -> Iterator[pa.Table]:
        """Its rows, as many at once as there may be; raises LintError."""
        kind, place = self.source.kind, self.source.place
        if kind is Kind.PARQUET:
            assert self.end is not None
            return parquet(place, columns, (self.start, self.end), self.first or 0)
        if kind is Kind.LINES:
            return lines(place, columns, (self.start, self.end))
        return archive(self.source) if kind is Kind.ARCHIVE else repository(self.source)

    @property
    def told(self) -> str:
        """Which rows of which input these are, for somebody who looks for them there."""
        place = self.source.place
        if self.first is not None and self.rows is not None:
            return f"{place}: rows {self.first} to {self.first + self.rows - 1}"
        if self.source.kind is Kind.LINES and self.end is not None:
            begin = rows_before(place, self.start)
            return f"{place}: rows {begin} to {max(rows_before(place, self.end) - 1, begin)}"
        return f"{place}: all rows"


def partitions(found: Iterable[Input], columns: Columns) -> Iterator[Partition]:
    """The partitions of all inputs; raises LintError where a column is not there or a table cannot be read."""
    for each in found:
        if each.kind is Kind.PARQUET:
            names, groups = parquet_of(each.place)
            columns.of(names, each.place)
            yield from _of_groups(each, groups)
        elif each.kind is Kind.LINES:
            names = lines_columns(each.place)
            if names:
                columns.of(names, each.place)
                yield from _of_bytes(each)
        else:
            yield Partition(each)


def _of_groups(source: Input, groups: Groups) -> Iterator[Partition]:
    start, first = 0, 0
    rows = size = 0
    for index, (more, bytes_) in enumerate(groups):
        if index > start and (rows + more > _ROWS or size + bytes_ > _BYTES):
            yield Partition(source, start, index, first, rows)
            start, first, rows, size = index, first + rows, 0, 0
        rows, size = rows + more, size + bytes_
    if rows:
        yield Partition(source, start, len(groups), first, rows)


def _of_bytes(source: Input) -> Iterator[Partition]:
    if is_packed(source.place):
        yield Partition(source)
        return
    ends = _ends(source.place)
    yield from (Partition(source, start, end) for start, end in zip([0, *ends], ends, strict=False))


def _ends(place: str) -> Sequence[int]:
    with opened(place) as file:
        size = file.seek(0, 2)
    return [*range(_BYTES, size, _BYTES), size]
