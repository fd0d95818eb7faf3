"""Works on one partition: reads it piece by piece, lints it, and puts one file of Parquet where all of them stand."""

import os
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adamw_lint.corpus.columns import Columns
from adamw_lint.corpus.partitions import Partition
from adamw_lint.corpus.records import SCHEMA
from adamw_lint.errors import UnwritableError
from adamw_lint.settings import Settings


class Job(NamedTuple):
    """What a worker needs to know: which partition, under which number, and the folder that everybody writes into."""

    number: int
    partition: Partition
    columns: Columns
    settings: Settings
    folder: str


class Done(NamedTuple):
    """What was done: how many files were looked at."""

    number: int
    files: int


def work(job: Job) -> Done:
    """Write the file of a partition, in one step, so that it is there as a whole or not at all; raises LintError."""
    from adamw_lint.corpus.batch import looked_at  # whoever only hands out jobs does without LibCST

    path = part(Path(job.folder), job.number)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    files = 0
    try:
        with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
            for piece in job.partition.pieces(job.columns):
                found = looked_at(piece, job.settings)
                files += pc.sum(found["files"]).as_py() or 0
                writer.write_table(found)
                del piece, found
                pa.default_memory_pool().release_unused()
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UnwritableError(f"cannot be written: {error.strerror or error}", str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return Done(job.number, files)


def part(folder: Path, number: int) -> Path:
    """The file of the partition with a number."""
    return folder / f"part-{number:06d}.parquet"
