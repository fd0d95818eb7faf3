"""The results of a run as they are asked questions: what is built and found, and how many files there were."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adamw_lint.corpus import manifest
from adamw_lint.corpus.manifest import Aside
from adamw_lint.corpus.records import CONSTRUCTION, FAILURE, FILES, FINDING
from adamw_lint.corpus.work import part
from adamw_lint.errors import LintError, UnreadableError

_COUNTS = ("files", "candidates", "blank")
_PLACE = ["repo", "revision", "path"]


class Dataset(NamedTuple):
    """The results in a folder; `counts` holds a row for each repository, revision and year.

    `missing` says how many of the `partitions` are not there, `aside` which of them were set aside.
    """

    counts: pa.Table
    constructions: pa.Table
    findings: pa.Table
    failures: int
    partitions: int
    missing: int
    aside: tuple[Aside, ...]

    @classmethod
    def read(cls, folder: Path) -> "Dataset":
        """The results of a run, as far as it came; raises LintError where there are none."""
        made = manifest.read(folder)
        if made is None:
            raise LintError("holds no results of `adamw-lint corpus`", str(folder))
        paths = [part(folder, number) for number in range(len(made.partitions))]
        there = [path for path in paths if path.exists()]
        if not there:
            raise LintError("holds no results yet; the run that began here goes on with `--resume`", str(folder))
        tables = [_read(path) for path in there]
        kinds = {kind: pa.concat_tables(_of(each, kind) for each in tables) for kind in (CONSTRUCTION, FINDING)}
        failures = sum(_of(each, FAILURE).num_rows for each in tables)
        counts = pa.concat_tables(_counts(each) for each in tables)
        aside = tuple(manifest.read_aside(folder))
        missing = len(paths) - len(there)
        return cls(counts, kinds[CONSTRUCTION], kinds[FINDING], failures, len(paths), missing, aside)

    @classmethod
    def together(cls, folders: Sequence[Path]) -> "Dataset":
        """The results of several runs as if they were of one; raises LintError where one of them has none."""
        some = [cls.read(folder) for folder in folders]
        tables = (pa.concat_tables(each) for each in zip(*(each[:3] for each in some), strict=True))
        failures, partitions, missing = (sum(each) for each in zip(*(each[3:6] for each in some), strict=True))
        counts, constructions, findings = tables
        aside = tuple(aside for each in some for aside in each.aside)
        return cls(counts, constructions, findings, failures, partitions, missing, aside)

    def total(self, name: str) -> int:
        """How many files, candidates or blank rows there are."""
        return int(pc.sum(self.counts[name]).as_py() or 0)


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableError(f"cannot be read: {' '.join(str(error).split())}", str(path)) from error


def _of(table: pa.Table, kind: str) -> pa.Table:
    return table.filter(pc.equal(table["record"], kind))


def _counts(table: pa.Table) -> pa.Table:
    return _of(table, FILES).select(["repo", "revision", "year", *_COUNTS])


def places(table: pa.Table) -> int:
    """In how many files the rows stand."""
    return int(table.group_by(_PLACE).aggregate([]).num_rows)


def counted(table: pa.Table, *names: str) -> dict[tuple[object, ...], int]:
    """How many rows there are of each combination of some columns."""
    found = table.group_by(list(names), use_threads=False).aggregate([([], "count_all")])
    keys = zip(*(found[name].to_pylist() for name in names), strict=True)
    return dict(zip(keys, found["count_all"].to_pylist(), strict=True))
