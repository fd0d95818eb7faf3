"""Looks that other processes take: told in order, and none lost with a process that dies."""

import os
import signal
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from adamw_lint import looking
from adamw_lint.cache import Cache
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.looking import Means, look_at_all, told
from adamw_lint.looks import Look
from adamw_lint.run import Task, run
from adamw_lint.settings import File, Settings, load
from adamw_lint.workers import looks, processes, singly

BAD = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    for number in range(100):
        Path(f"m{number:03}.py").write_text(BAD if number % 7 == 0 else "import torch\n")
    Path("m001.py").write_bytes(b"# Adam \xff\n")
    Path("m050.py").write_text("from torch.optim import Adam\nx = (\n")
    return load(tmp_path, {})


def deadly(files: Sequence[File], look_all: partial[list[Look]]) -> list[Look]:
    """Looks at the files, unless one of them is such that its process dies."""
    if any(path in ("m014.py", "m080.py") for path, _ in files):
        os.kill(os.getpid(), signal.SIGKILL)
    found: list[Look] = look_all(files)
    return found


def alone(settings: Settings) -> list[tuple[str, Look]]:
    return list(told([(path.name, settings) for path in sorted(Path().glob("*.py"))], Means()))


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_looks_are_the_same_in_whichever_process(jobs: int, settings: Settings) -> None:
    expected = alone(settings)
    look_all = partial(look_at_all, folder=None)
    assert list(looks([(path, settings) for path, _ in expected], look_all, jobs, processes)) == expected


def test_fewer_files_are_handed_over_towards_the_end(settings: Settings) -> None:
    handed: list[int] = []

    def look_all(files: Sequence[File]) -> list[Look]:
        handed.append(len(files))
        return [Look(None, b"")] * len(files)

    files = [(f"m{number}.py", settings) for number in range(1000)]
    assert [path for path, _ in looks(files, look_all, 2, ThreadPoolExecutor)] == [path for path, _ in files]
    assert max(handed) == 32
    assert sorted(handed)[:16] == [1] * 16  # none waits long for the other
    handed.clear()
    assert len(list(looks(files[:20], look_all, 2, ThreadPoolExecutor))) == 20
    assert max(handed) == 1


def test_long_files_are_handed_over_first_and_told_in_their_place(settings: Settings) -> None:
    handed: list[str] = []

    def look_all(files: Sequence[File]) -> list[Look]:
        handed.extend(path for path, _ in files)
        return [Look(None, path.encode()) for path, _ in files]

    for name in ("m030.py", "m090.py"):
        Path(name).write_text("import torch\n" * 10_000)
    paths = [*(path.name for path in sorted(Path().glob("*.py"))), "missing.py"]
    found = list(looks([(path, settings) for path in paths], look_all, 1, ThreadPoolExecutor))
    assert handed[:2] == ["m030.py", "m090.py"]
    assert found == [(path, Look(None, path.encode())) for path in paths]


def test_another_executor_can_be_plugged_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def threads(jobs: int) -> Executor:
        asked.append(jobs)
        return ThreadPoolExecutor(1)

    monkeypatch.setattr(looking, "_WORTH_PARSING", 100)
    task = Task(Configuration.everywhere(settings))
    outcomes = list(run(["."], task, Means(jobs=5, pool=threads)))
    assert asked == [5]
    assert [len(each.found) for each in outcomes] == [len(each.found) for each in run(["."], task, Means())]


def test_processes_are_started_only_where_they_pay(settings: Settings) -> None:
    def none(jobs: int) -> Executor:
        raise AssertionError("a process was started")

    task = Task(Configuration.everywhere(settings))
    assert sum(len(each.found) for each in run(["."], task, Means(jobs=8, pool=none))) == 15


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that nobody survives")
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("alone", [True, False])
def test_processes_that_are_done_are_waited_for(whole: bool, alone: bool, settings: Settings) -> None:
    waits: list[bool] = []

    class Threads(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            waits.append(wait)
            super().shutdown(wait, cancel_futures=cancel_futures)

    look_all = partial(look_at_all, folder=None)
    files = [(f"m{number:03}.py", settings) for number in range(3)]
    found = singly(files, look_all, Threads) if alone else looks(files, look_all, 1, Threads)
    next(found)
    list(found) if whole else found.close()  # type: ignore[attr-defined]
    assert (True in waits) is whole


@pytest.mark.parametrize("is_warm", [False, True])
def test_processes_are_waited_for_where_looks_are_remembered(
    is_warm: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    waits: list[bool] = []

    class Threads(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            waits.append(wait)
            super().shutdown(wait, cancel_futures=cancel_futures)

    monkeypatch.setattr(looking, "_WORTH_PARSING", 100)
    folder = str(tmp_path_factory.mktemp("cache"))
    files = [(path.name, settings) for path in sorted(Path().glob("*.py"))]
    some = files[: len(files) // 2 if is_warm else 0]
    list(told(some, Means(Cache(folder, settings), 1, folder=folder)))
    assert len(list(told(files, Means(Cache(folder, settings), 2, Threads, folder)))) == len(files)
    assert waits[0]


def test_a_process_that_dies_takes_no_other_file_along(settings: Settings) -> None:
    expected = alone(settings)
    look_all = partial(deadly, look_all=partial(look_at_all, folder=None))
    found = list(looks([(path, settings) for path, _ in expected], look_all, 2, processes))
    assert [path for path, _ in found] == [path for path, _ in expected]
    killed = {path: look for path, look in found if (path, look) not in expected}
    assert set(killed) == {"m014.py", "m080.py"}
    for path, look in killed.items():
        ((_, reason, where, _),) = look.errors
        assert where == path
        assert "please report it" in reason
