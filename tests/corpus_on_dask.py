"""The same corpus on a Dask cluster: workers die there, and what is found is what one process finds.

    pytest tests/corpus_on_dask.py

It is not collected with the other tests: on a busy machine a cluster now and then does not come to itself again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adamw_lint.cli import main

pytest.importorskip("pyarrow", reason="needs the extra `corpus`")
distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
import psutil  # noqa: E402  # comes with distributed
from corpora import POISON, asked, parquet, poisoned, told  # noqa: E402

from adamw_lint.corpus import on_dask  # noqa: E402
from adamw_lint.corpus.identity import identity  # noqa: E402
from adamw_lint.corpus.manifest import Aside  # noqa: E402
from adamw_lint.corpus.on_dask import cluster  # noqa: E402
from adamw_lint.corpus.running import carried_out, prepared  # noqa: E402
from adamw_lint.corpus.work import work  # noqa: E402
from adamw_lint.errors import LintError  # noqa: E402


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table that is cut into a partition a row."""
    monkeypatch.setattr("adamw_lint.corpus.partitions._ROWS", 1)
    return parquet(tmp_path / "a.parquet", group=1)


def workers() -> Iterator[psutil.Process]:
    """The processes in which this one's workers run."""
    for each in psutil.Process().children(recursive=True):
        if "spawn_main" in " ".join(each.cmdline()):
            yield each


def test_what_dies_on_the_cluster_costs_nothing_but_what_is_set_aside(place: Path, tmp_path: Path) -> None:
    one = prepared(asked(tmp_path / "one", place))
    for job in one.jobs:
        if job.number != POISON:
            work(job)
    out = tmp_path / "dask"
    run = prepared(asked(out, place))
    aside = []
    with cluster("local:3") as (engine, dashboard):
        assert engine.workers == 3
        assert dashboard.startswith("http://")
        for done, outcome in enumerate(carried_out(run, out, engine, poisoned)):
            if done == 0:
                os.kill(next(workers()).pid, signal.SIGKILL)
            aside += [outcome] if isinstance(outcome, Aside) else []
    assert [(each.number, each.reason) for each in aside] == [(POISON, "working on it ended the process twice")]
    assert told(out) == told(tmp_path / "one")
    assert len(told(out)) > len(run.jobs)


def test_the_command_runs_on_a_cluster_of_its_own(place: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["corpus", str(place), "--out", str(tmp_path / "out"), "--dask", "local:1"])
    assert done.exit_code == 0, done.output
    assert "dashboard: http://" in done.output
    assert "8 of 8 partitions are done" in done.output


def test_workers_with_another_linter_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = type("Client", (), {"run": lambda _, do: {"tcp://worker:1": do()._replace(version="9")}})()
    with pytest.raises(LintError, match="the worker tcp://worker:1 has another linter than is here: version 9 instead"):
        on_dask._compare(client)
    assert identity().unlike(identity()) == ""


def test_a_cluster_that_is_not_there_is_a_mistake_of_the_user(place: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_dask, "_PATIENCE", 1)
        done = CliRunner().invoke(main, ["corpus", str(place), "--out", str(tmp_path / "o"), "--dask", "127.0.0.1:9"])
    assert done.exit_code == 2
    assert "error: --dask 127.0.0.1:9: no scheduler answers there: " in done.output
