"""Reads Parquet and JSON-lines, piece by piece, so that memory does not grow with the files."""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq

from adamw_lint.corpus.columns import Columns, rows
from adamw_lint.corpus.inputs import opened
from adamw_lint.errors import UnreadableError

PIECE = 32_000_000  # bytes of code that are held at once
_ROWS = 2_000  # rows that are decoded at once
_BUFFER = 1 << 20  # bytes

Groups = list[tuple[int, int]]  # the rows of each row group, and the bytes that their columns take once decoded


def parquet_of(place: str) -> tuple[list[str], Groups]:
    """The columns and row groups of a Parquet file; raises UnreadableError."""
    with opened(place) as file, _known(place):
        metadata = pq.ParquetFile(file).metadata
        every = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        return metadata.schema.to_arrow_schema().names, [(each.num_rows, each.total_byte_size) for each in every]


def parquet(place: str, columns: Columns, groups: tuple[int, int], first: int) -> Iterator[pa.Table]:
    """The pieces of some row groups, whose first row has the number `first`; raises UnreadableError."""
    with opened(place) as file, _known(place):
        read = pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER)
        names = columns.of(read.schema_arrow.names, place)
        wanted = list(dict.fromkeys(names.values()))
        batches = read.iter_batches(_ROWS, list(range(*groups)), wanted, use_threads=False)
        for table in _pieces(pa.Table.from_batches([batch]) for batch in batches):
            yield rows(table, names, f"{_last(place)}#", first)
            first += table.num_rows


def lines_columns(place: str) -> list[str]:
    """The keys of the first line of a file of JSON-lines; none where it has no line."""
    with _unpacked(place) as file, _known(place):
        line = next((line for line in file if line.strip()), b"")
        if not line:
            return []
        found = json.loads(line)
        if not isinstance(found, dict):
            raise UnreadableError("its first line is no object of JSON", place)
        return list(found)


def is_packed(place: str) -> bool:
    """Whether a file is compressed, so that it can only be read from its beginning."""
    return place.lower().endswith((".gz", ".zst"))


def lines(place: str, columns: Columns, span: tuple[int, int | None]) -> Iterator[pa.Table]:
    """The pieces of the lines that begin in a range of bytes; raises UnreadableError."""
    start, end = span
    names = columns.of(lines_columns(place), place)
    with _unpacked(place) as file, _known(place):
        number = 0
        for block in _blocks(file, start, end):
            table = _parsed(block, sorted(set(names.values())))
            yield rows(table, names, f"{_last(place)}#{start}+", number)
            number += table.num_rows


def rows_before(place: str, byte: int) -> int:
    """How many lines begin before a byte of a file that is not compressed."""
    with opened(place) as file:
        counted, left = 0, byte
        while left > 0 and (block := file.read(min(left, _BUFFER))):
            counted += block.count(b"\n")
            left -= len(block)
        return counted


@contextmanager
def _known(place: str) -> Iterator[None]:
    """Inside, what goes wrong with a file is told as the error of this linter that it is."""
    try:
        yield
    except (pa.ArrowException, OSError, EOFError, ValueError) as error:
        raise UnreadableError(f"cannot be read: {' '.join(str(error).split())[:200]}", place) from error


def _last(place: str) -> str:
    return place.replace("\\", "/").rpartition("/")[2]


def _pieces(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows, as many at once as there may be."""
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        if held and size + table.nbytes > PIECE:
            yield pa.concat_tables(held)
            held, size = [], 0
        held.append(table)
        size += table.nbytes
    if held:
        yield pa.concat_tables(held)


def _unpacked(place: str) -> IO[bytes]:
    file = opened(place)
    if place.lower().endswith(".gz"):
        return gzip.open(file, "rb")  # type: ignore[return-value]
    if place.lower().endswith(".zst"):
        return io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd"), _BUFFER)
    return file


def _blocks(file: IO[bytes], start: int, end: int | None) -> Iterator[bytes]:
    """Whole lines, as many at once as there may be; a line belongs to where it begins."""
    position = start
    if start:
        file.seek(start - 1)
        position += len(file.readline()) - 1
    while end is None or position < end:
        block = file.read(PIECE if end is None else min(PIECE, end - position))
        if not block:
            return
        if not block.endswith(b"\n"):
            block += file.readline()
        position += len(block)
        yield block


def _parsed(block: bytes, names: list[str]) -> pa.Table:
    """The texts in some keys of each line; a line that is no object has none."""
    schema = pa.schema([(name, pa.string()) for name in names])
    try:
        return pj.read_json(
            pa.BufferReader(block),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(block) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except pa.ArrowInvalid:
        found = [_object(line) for line in block.split(b"\n") if line.strip()]
        return pa.table([[_text(each.get(name)) for each in found] for name in names], schema=schema)


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    """A text, or a number as one; nothing that UTF-8 could not say."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else None
    return text if text is None or text.isascii() else text.encode(errors="replace").decode()
