"""The same corpus on a Dask cluster: workers die there, and what is found is what one process finds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adamw_lint.cli import main

pytest.importorskip("pyarrow", reason="needs the extra `corpus`")
distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
import dask  # noqa: E402  # comes with distributed
import psutil  # noqa: E402  # and so does this
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
    """The processes in which this one's workers run, but for those that end while they are asked."""
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # a zombie is one of them
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


class Deadly:
    """A result that ends the worker that holds it, as soon as somebody asks for it."""

    def __reduce__(self) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


def lost(seen: Path) -> Deadly:
    """Be done, lose what was found, and end the process when asked to do it again."""
    if seen.exists():
        os.kill(os.getpid(), signal.SIGKILL)
    seen.touch()
    return Deadly()


def test_what_is_lost_with_its_worker_after_it_was_done_is_told(tmp_path: Path) -> None:
    with cluster("local:1") as (engine, _):
        done = engine.executor(1).submit(lost, tmp_path / "seen")
        assert isinstance(done.exception(timeout=100), engine.deaths)


def test_a_partition_waits_for_a_worker_as_long_as_it_takes(place: Path, tmp_path: Path) -> None:
    run = prepared(asked(tmp_path / "out", place))
    hasty = dask.config.set({"distributed.deploy.lost-worker-timeout": "10ms"})  # it gives a worker up after that
    with hasty, cluster("local:1") as (engine, _):
        found = [each for each in carried_out(run, tmp_path / "out", engine, poisoned) if isinstance(each, Aside)]
    assert [each.number for each in found] == [POISON]


def test_a_cluster_whose_workers_do_not_come_back_ends_the_run(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(on_dask._SETTINGS, "distributed.scheduler.no-workers-timeout", "1ms")
    run = prepared(asked(tmp_path / "out", place))
    gone = pytest.raises(LintError, match="the cluster is gone; the same command with `--resume` goes on")
    with cluster("local:1") as (engine, _), gone:
        list(carried_out(run, tmp_path / "out", engine, poisoned))


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
