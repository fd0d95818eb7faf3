"""What docs/corpus.md shows of engines of one's own runs there, and finds what the command finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pages import blocks

pytest.importorskip("pyarrow", reason="needs the extra `corpus`")
import pyarrow.dataset as ds
from corpora import parquet

from adamw_lint.corpus.batch import SCHEMA, lint_batch

PROJECT = Path(__file__).parent.parent
SNIPPETS = [block.text for block in blocks(PROJECT / "docs" / "corpus.md") if block.info == "python"]


def snippet(engine: str) -> str:
    (found,) = (text for text in SNIPPETS if f"import {engine}\n" in text or f"from {engine}" in text)
    return found


def comparable(table: Any) -> list[dict[str, Any]]:
    kept = [row for row in table.to_pylist() if row["record"] != "files"]
    return sorted(kept, key=lambda row: [str(row[name]) for name in SCHEMA.names])


@pytest.mark.parametrize(
    ("engine", "out"), [("ray", "found-by-ray"), ("pyspark", "found-by-spark"), ("polars", "found-by-polars.parquet")]
)
def test_a_snippet_runs_and_finds_the_same(engine: str, out: str, tmp_path: Path) -> None:
    pytest.importorskip(engine, reason="needs the extra `engines`")
    if engine == "pyspark" and shutil.which("java") is None:
        pytest.skip("Spark needs a Java")
    (tmp_path / "shards").mkdir()
    place = parquet(tmp_path / "shards" / "a.parquet", group=100)
    (tmp_path / "snippet.py").write_text(snippet(engine))
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable}  # else Spark's workers are whatever `python3` is
    done = subprocess.run(
        [sys.executable, "snippet.py"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = ds.dataset(tmp_path / out, format="parquet", exclude_invalid_files=True).to_table()
    expected = lint_batch(ds.dataset(place).to_table())
    assert set(SCHEMA.names) <= set(found.schema.names)
    assert comparable(found.select(SCHEMA.names)) == comparable(expected)
    assert [row["record"] for row in comparable(expected)].count("finding") == 2


@pytest.mark.parametrize(
    "kind", ["string", "large_string", "string_view", "binary", "large_binary", "binary_view", "dictionary"]
)
def test_a_text_may_be_laid_out_in_any_way(kind: str, tmp_path: Path) -> None:
    import pyarrow as pa

    table = ds.dataset(parquet(tmp_path / "a.parquet")).to_table()
    kinds = {"dictionary": pa.dictionary(pa.int32(), pa.string())}
    column = table["content"].cast(kinds.get(kind) or getattr(pa, kind)())
    other = table.set_column(table.column_names.index("content"), "content", column)
    assert comparable(lint_batch(other)) == comparable(lint_batch(table))
