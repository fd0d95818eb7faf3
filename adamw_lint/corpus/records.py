"""What the output holds: one row for each finding and construction, and how many files were looked at beside them."""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

VERSION = 1  # changes when a column changes its meaning or goes

FILES, CONSTRUCTION, FINDING, FAILURE = "files", "construction", "finding", "failure"
PROGRAM, SINGLE = "program", "file"  # what a row was linted with: the rows of its repository, or nothing else


class Record(NamedTuple):
    """One row of the output; docs/corpus.md says of each column what it is."""

    record: str
    repo: str | None = None
    path: str | None = None
    revision: str | None = None
    year: int | None = None
    scope: str | None = None
    code: str | None = None
    name: str | None = None
    line: int | None = None
    column: int | None = None
    cell: int | None = None
    message: str | None = None
    optimizer: str | None = None
    framework: str | None = None
    family: str | None = None
    kind: str | None = None
    decay_written: str | None = None
    decay: float | None = None
    is_default: bool | None = None
    is_excluding: bool | None = None
    fix: str | None = None
    files: int | None = None
    candidates: int | None = None
    blank: int | None = None


_INTEGERS = {"year": pa.int16(), "line": pa.int32(), "column": pa.int32(), "cell": pa.int32()}
_COUNTS = {name: pa.int64() for name in ("files", "candidates", "blank")}
_OTHERS = {"decay": pa.float64(), "is_default": pa.bool_(), "is_excluding": pa.bool_(), **_INTEGERS, **_COUNTS}

SCHEMA = pa.schema(
    [pa.field(name, _OTHERS.get(name, pa.string()), nullable=name != "record") for name in Record._fields],
    metadata={"adamw-lint.schema": str(VERSION)},
)


def table(records: Iterable[Record]) -> pa.Table:
    """Records as Arrow has them."""
    rows = list(records)
    columns = zip(*rows, strict=True) if rows else ([] for _ in SCHEMA)
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def filled(columns: dict[str, pa.ChunkedArray], length: int) -> pa.Table:
    """Rows of which some columns are known already, the others null."""
    every = [columns.get(field.name, pa.nulls(length, field.type)) for field in SCHEMA]
    return pa.table([each.cast(field.type) for each, field in zip(every, SCHEMA, strict=True)], schema=SCHEMA)
