"""Lints the rows that may concern us, those of one repository as one program where they come together."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from adamw_lint.corpus.constructions import Built, about, built
from adamw_lint.corpus.records import FAILURE, FINDING, PROGRAM, SINGLE, Record
from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.engine import examined, sources_of
from adamw_lint.errors import LintError
from adamw_lint.limit import limited
from adamw_lint.pages import pages
from adamw_lint.read.asked import standing
from adamw_lint.read.source import Source
from adamw_lint.read.tabled import Tabled
from adamw_lint.read.unsaved import saved
from adamw_lint.settings import Settings
from adamw_lint.stated import knowing

MANUAL = "manual"

Key = tuple[str | None, str | None]  # a repository and a revision of it


class _Row(NamedTuple):
    """A row that is looked at: its number, and what stands in it beside the code."""

    number: int
    path: str
    repo: str | None
    revision: str | None
    year: int | None


def linted(rows: pa.Table, mask: pa.ChunkedArray, settings: Settings) -> Iterator[Record]:
    """What there is to say of the rows for which the mask is true, one repository after the other."""
    numbers = pc.indices_nonzero(mask)
    wanted: dict[Key | int, list[_Row]] = {}
    together = _together(rows, numbers)
    for row in _listed(rows, numbers):
        key = row.repo, row.revision
        wanted.setdefault(key if key in together else row.number, []).append(row)
    for where, some in wanted.items():
        files = together[where] if isinstance(where, tuple) else some
        held = Tabled({each.path: partial(_bytes, rows, each.number, each.path) for each in files})
        with standing(held):
            for row in some:
                yield from _said(row, rows, held, PROGRAM if len(files) > 1 else SINGLE, settings)


def _listed(rows: pa.Table, numbers: pa.Array) -> Iterator[_Row]:
    some = rows.select(["path", "repo", "revision", "year"]).take(numbers)
    every = zip(numbers.to_pylist(), *(column.to_pylist() for column in some.columns), strict=True)
    return (_Row(*each) for each in every)


def _together(rows: pa.Table, numbers: pa.Array) -> dict[Key, list[_Row]]:
    """All rows of each repository that has one to lint, where it has several rows."""
    repos = pc.unique(rows["repo"].take(numbers)).drop_null()
    if not len(repos):
        return {}
    found: dict[Key, list[_Row]] = {}
    for row in _listed(rows, pc.indices_nonzero(pc.is_in(rows["repo"], repos))):
        found.setdefault((row.repo, row.revision), []).append(row)
    return {key: files for key, files in found.items() if len(files) > 1}


def _bytes(rows: pa.Table, number: int, path: str) -> bytes:
    """The bytes of a row; a text counts as the file that it would be saved to."""
    content = rows["content"][number].as_py()
    if isinstance(content, bytes):
        return content
    data = saved(content or "", path)
    return data if data is not None else content.encode()


def _said(row: _Row, rows: pa.Table, held: Tabled, scope: str, settings: Settings) -> Iterator[Record]:
    """What is built and found in one row, its programs in turn, and what went wrong there."""
    for record in _records(_bytes(rows, row.number, row.path), held.at(row.path), settings):
        yield record._replace(repo=row.repo, path=row.path, revision=row.revision, year=row.year, scope=scope)


def _records(data: bytes, path: str, settings: Settings) -> Iterator[Record]:
    try:
        with limited(path, settings.time_limit):
            sources = sources_of(data, path, settings)
    except LintError as error:
        yield _failure(error)
        return
    for source in sources:
        try:
            with limited(path, settings.time_limit), knowing(settings.own):
                model, diagnostics = examined(source, settings)
                known = built(model)
        except LintError as error:
            yield _failure(error)
            continue
        yield from (_placed(each.record, source, each.named) for each in known)
        yield from (_placed(_finding(each, known), source, each.span) for each in diagnostics)


def _placed(record: Record, source: Source, span: Span) -> Record:
    place = source.place(span)
    return record._replace(line=place.here.line, column=place.here.column, cell=place.cell)


def _finding(found: Diagnostic, known: Sequence[Built]) -> Record:
    """A finding with what is known of the optimizer that it is about."""
    record = about(found, known) or Record(FINDING)
    return record._replace(
        record=FINDING,
        code=pages()[found.rule].code,
        name=found.rule,
        message=found.message,
        fix=found.fix.safety.value if found.fix is not None else MANUAL,
    )


def _failure(error: LintError) -> Record:
    steps = [step for step in error.place or () if isinstance(step, int)]
    line, column, *_ = [*steps, None, None]
    return Record(FAILURE, line=line, column=column, message=error.reason)
