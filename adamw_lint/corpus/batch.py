"""For engines of one's own: a batch of files in, a batch of what is built and found there out."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.corpus.columns import Columns, rows
from adamw_lint.corpus.programs import linted
from adamw_lint.corpus.records import FILES, SCHEMA, filled, table
from adamw_lint.corpus.sieve import concerning
from adamw_lint.settings import Settings
from adamw_lint.stated import knowing

__all__ = ["SCHEMA", "lint_batch"]

Batch = TypeVar("Batch", pa.RecordBatch, pa.Table)

_REPOSITORY = ["repo", "revision", "year"]


def lint_batch(
    batch: Batch,
    *,
    content: str = "content",
    path: str | None = None,
    repo: str | None = None,
    commit: str | None = None,
    date: str | None = None,
    settings: str = "",
) -> Batch:
    """What is built and found in the files of a batch, by the columns of `SCHEMA`.

    The arguments name columns, as the options of `adamw-lint corpus` do; for a table instead of a batch there is a
    table. `settings` is a text of TOML with keys of `[tool.adamw-lint]`; files of settings are not looked for. Rows of
    one repository that come in one batch are linted as one program. Nothing is kept from one batch for the next, so
    that they can be worked on anywhere and in any order.

    Raises LintError where a column is not there or the settings make no sense.
    """
    given = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
    names = Columns(content, path, repo, commit, date).of(given.column_names, "batch")
    found = looked_at(rows(given, names, "row ", 0), _settings(settings)).combine_chunks()
    if given is batch:
        return found
    return found.to_batches()[0] if found.num_rows else pa.RecordBatch.from_pylist([], SCHEMA)


@lru_cache(maxsize=4)
def _settings(text: str) -> Settings:
    import tomllib

    return everywhere(tomllib.loads(text))


def everywhere(flags: Mapping[str, Any]) -> Settings:
    """Settings that count for files which stand nowhere; raises SettingsError."""
    return Configuration.of(flags=flags, isolated=True).here._replace(root=os.sep)


def looked_at(files: pa.Table, settings: Settings) -> pa.Table:
    """What is built and found in a table with the columns of `ROWS`, behind how many files there were."""
    with knowing(settings.own):
        mask = concerning(files)
    found = table(linted(files, mask, settings))
    return pa.concat_tables([_counted(files, mask), found])


def _counted(files: pa.Table, mask: pa.ChunkedArray) -> pa.Table:
    """How many files there are of each repository, how many were read, and how many have no text."""
    ones = {
        "files": pc.is_valid(files["content"]).cast(pa.int64()),
        "candidates": mask.cast(pa.int64()),
        "blank": pc.is_null(files["content"]).cast(pa.int64()),
    }
    keyed = pa.table({**{name: files[name] for name in _REPOSITORY}, **ones})
    counted = keyed.group_by(_REPOSITORY, use_threads=False).aggregate([(name, "sum") for name in ones])
    columns = {name: counted[name] for name in _REPOSITORY}
    columns |= {name: counted[f"{name}_sum"] for name in ones}
    record = pa.chunked_array([pa.repeat(FILES, counted.num_rows)])
    return filled({"record": record, **columns}, counted.num_rows)
