"""Reads tar and zip archives, sdists and wheels among them, file by file and without unpacking them anywhere."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

import pyarrow as pa

from adamw_lint.corpus.columns import ROWS
from adamw_lint.corpus.inputs import Input, opened
from adamw_lint.corpus.tables import PIECE
from adamw_lint.errors import UnreadableError
from adamw_lint.read.documents import SUFFIXES
from adamw_lint.read.tabled import passed_over, plain, states_versions

MOST = 16_000_000  # bytes; a larger file is data
_EPOCH = 1980  # the year of a zip archive that has none
_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, pa.ArrowException),
    *(OSError, EOFError, NotImplementedError, RuntimeError, ValueError),
)  # RuntimeError: a password is needed


class File(NamedTuple):
    """A file of an archive or a repository; `data` is None where it is missing or too large."""

    path: str
    data: bytes | None
    year: int | None


def is_wanted(path: str) -> bool:
    """Whether a file is a program, settings, or states versions, and a walk would come by it."""
    return (path.lower().endswith(SUFFIXES) or states_versions(path)) and not passed_over(path)


def archive(source: Input) -> Iterator[pa.Table]:
    """The pieces of an archive; raises UnreadableError."""
    with opened(source.place) as file:
        members = _zipped(file) if source.place.lower().endswith((".zip", ".whl")) else _taped(file, source.place)
        try:
            yield from pieces(members, source.repo, None)
        except _BROKEN as error:
            raise UnreadableError(f"cannot be read: {error}", source.place) from error


def pieces(files: Iterable[File], repo: str, revision: str | None) -> Iterator[pa.Table]:
    """The files of one repository as tables, as many at once as there may be."""
    held: list[File] = []
    size = 0
    for each in files:
        if held and size + len(each.data or b"") > PIECE:
            yield _table(held, repo, revision)
            held, size = [], 0
        held.append(each)
        size += len(each.data or b"")
    if held:
        yield _table(held, repo, revision)


def _table(files: list[File], repo: str, revision: str | None) -> pa.Table:
    paths, contents, years = zip(*files, strict=True)
    length = len(files)
    columns = [contents, paths, [repo] * length, [revision] * length, years]
    return pa.table([pa.array(each, kind.type) for each, kind in zip(columns, ROWS, strict=True)], schema=ROWS)


def _zipped(file: IO[bytes]) -> Iterator[File]:
    with zipfile.ZipFile(file) as held:
        for each in held.infolist():
            path = plain(each.filename)
            if not each.is_dir() and is_wanted(path):
                yield File(path, held.read(each) if each.file_size <= MOST else None, _year(each.date_time[0]))


def _taped(file: IO[bytes], place: str) -> Iterator[File]:
    """The files of a tar archive, which is read once from its beginning to its end."""
    if place.lower().endswith(".zst"):
        file = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
    with tarfile.open(fileobj=file, mode="r|*") as held:
        for each in held:
            path = plain(each.name)
            if each.isreg() and is_wanted(path):
                data = held.extractfile(each) if each.size <= MOST else None
                yield File(path, data.read() if data else None, _year(_year_of(each.mtime)))


def _year(year: int) -> int | None:
    return year if year > _EPOCH else None


def _year_of(seconds: float) -> int:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).year
    except (ValueError, OverflowError, OSError):
        return 0
