"""A file that takes too long is told in one line, in whatever process or thread it is, and harms no other file."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from struck import struck

from adamw_lint import engine, limit, looking
from adamw_lint.api import lint
from adamw_lint.cli import main
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.errors import LintError
from adamw_lint.limit import OverdueError, TimeIsUp, limited
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

BAD = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)\n"
LINE = "error: b.py: not linted: it took longer than the 1 s of `time-limit`\n"
real = engine.lint


def busy() -> None:
    """Never ends, in Python."""
    while True:
        time.monotonic()


def stuck() -> None:
    """Never ends, in a library that lets no other thread run and hears no alarm, as a parser that hangs."""
    import ctypes

    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    while True:
        ctypes.PyDLL(None).sleep(1)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Three files with a mistake, of which the one in the middle takes forever, in the way that is asked for."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py", "c.py"):
        Path(name).write_text(BAD)
    lint("a.py")  # what the first look of a process takes is not to count

    def hangs(how: Callable[[], None]) -> None:
        def lint(source: Source, settings: Settings) -> list[Diagnostic]:
            if source.path == "b.py":
                how()
            return real(source, settings)

        monkeypatch.setattr(engine, "lint", lint)

    return hangs


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["--no-cache", "--time-limit", "1", "--format", "concise", *arguments, "."])


@pytest.mark.parametrize("has_alarm", [True, False])
def test_time_is_up(has_alarm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "_has_alarm", lambda: has_alarm)
    said = r"train\.py: not linted: it took longer than the 0\.1 s of `time-limit`"
    with pytest.raises(OverdueError, match=said), limited("train.py", 0.1):
        busy()
    time.sleep(0.2)  # nothing comes after


@pytest.mark.parametrize("has_alarm", [True, False])
def test_what_is_quick_enough_is_not_disturbed(has_alarm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "_has_alarm", lambda: has_alarm)
    for _ in range(100):
        with limited("train.py", 0.2):
            pass
    time.sleep(0.4)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_without_a_limit_nothing_is_set() -> None:
    with limited("train.py", 0):
        assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_no_handler_of_errors_keeps_it_from_ending() -> None:
    def tolerant() -> None:
        while True:
            try:
                busy()
            except Exception:
                continue

    with pytest.raises(OverdueError), limited("train.py", 0.1):
        tolerant()


@pytest.mark.parametrize("has_alarm", [True, False])
@pytest.mark.parametrize("fault", [KeyError, None])
def test_what_is_cut_short_may_fail_or_hush_it_up_on_its_way_out(
    fault: type[Exception] | None, has_alarm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a library's context manager whose end does not find what its begin had no time to note."""

    @contextmanager
    def careless() -> Iterator[None]:
        try:
            yield
        except TimeIsUp:
            if fault is not None:
                raise fault from None

    def told() -> LintError | None:
        try:
            with careless():
                busy()
        except KeyError as error:
            return LintError(str(error))
        return None

    monkeypatch.setattr(limit, "_has_alarm", lambda: has_alarm)
    with pytest.raises(OverdueError), limited("train.py", 0.1):
        told()
    with pytest.raises(OverdueError), limited("train.py", 0.1), careless():
        busy()


def test_who_interrupts_is_heard_whatever_the_time() -> None:
    def interrupted() -> None:
        try:
            busy()
        finally:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), limited("train.py", 0.1):
        interrupted()


def test_the_alarm_of_another_is_left_alone() -> None:
    rang: list[int] = []
    signal.signal(signal.SIGALRM, lambda number, _: rang.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(OverdueError), limited("train.py", 0.3):
            busy()
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert rang


def test_in_another_thread_time_is_up_as_well() -> None:
    came: list[str] = []

    def work() -> None:
        try:
            with limited("train.py", 0.1):
                busy()
        except LintError as error:
            came.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert came == ["train.py: not linted: it took longer than the 0.1 s of `time-limit`"]


def test_the_others_are_linted(slow: Callable[[Callable[[], None]], None]) -> None:
    slow(busy)
    done = run()
    assert done.exit_code == 2
    assert LINE in done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines() if "ADW101" in line] == ["a.py", "c.py"]


def test_the_others_are_fixed(slow: Callable[[Callable[[], None]], None]) -> None:
    slow(busy)
    done = run("--fix")
    assert done.exit_code == 2
    assert LINE in done.stderr
    assert ["AdamW" in Path(name).read_text() for name in ("a.py", "b.py", "c.py")] == [True, False, True]


def test_what_only_a_fix_takes_too_long_for_keeps_its_text(
    slow: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fix(source: Source, *_: Any) -> None:
        busy()

    monkeypatch.setattr(engine, "fix", fix)
    done = run("--fix")
    assert done.exit_code == 2
    assert done.stderr.count("it took longer than the 1 s") == 3
    assert Path("a.py").read_text() == BAD


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process begins as a copy of this one")
def test_a_parser_that_hangs_is_ended_with_its_process(
    slow: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(stuck)
    monkeypatch.setattr(looking, "_WORTH_PARSING", 1)
    done = run("--jobs", "2")
    assert done.exit_code == 2
    assert LINE in done.stderr
    assert done.stdout.count("ADW101") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process begins as a copy of this one")
def test_a_large_file_has_a_process_of_its_own(
    slow: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(stuck)
    monkeypatch.setattr(looking, "_ALONE", len(BAD) + 1)
    Path("b.py").write_text(BAD + "\n" * 10)
    done = run("--jobs", "1")
    assert done.exit_code == 2
    assert LINE in done.stderr
    assert done.stdout.count("ADW101") == 2


def test_what_took_too_long_is_not_remembered(slow: Callable[[Callable[[], None]], None], tmp_path: Path) -> None:
    slow(busy)
    cached: Sequence[str] = ["--cache-dir", str(tmp_path / "kept"), "--time-limit", "1", "."]
    assert CliRunner().invoke(main, cached).exit_code == 2
    slow(lambda: None)
    assert CliRunner().invoke(main, cached).exit_code == 1


def test_programs_have_the_limit_too(slow: Callable[[Callable[[], None]], None]) -> None:
    slow(busy)
    with pytest.raises(OverdueError):
        lint("b.py", settings={"time-limit": 0.2})


@pytest.mark.parametrize("value", ["-1", "true", "'1'", "nan", "inf"])
def test_a_limit_that_is_none_is_refused(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("adamw-lint.toml").write_text(f"time-limit = {value}\n")
    done = CliRunner().invoke(main, ["."])
    assert done.exit_code == 2
    assert "`time-limit` must be a number of seconds, 0 or more" in done.stderr


def test_time_is_up_is_no_error() -> None:
    assert not issubclass(TimeIsUp, Exception)


GROUPS = """import re
import torch

decayed = [p for n, p in model.named_parameters() if not re.search("(.|.|.)*!", n)]
spared = [p for n, p in model.named_parameters() if re.search("(.|.|.)*!", n)]
opt = torch.optim.AdamW([{"params": decayed}, {"params": spared, "weight_decay": 0}], lr=1e-3)
"""


def test_an_expression_of_the_user_that_takes_forever_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.py").write_text(GROUPS)
    Path("c.py").write_text(BAD)
    done = run()
    assert LINE in done.stderr
    assert "c.py:3" in done.stdout


def test_a_lint_that_is_cut_short_anywhere_leaves_no_trace(tmp_path: Path) -> None:
    """`python tests/struck.py` tries many more."""
    tally = struck(tmp_path, 20, seed=1)
    assert tally.faults == []
    assert tally.struck
