"""Fixes that are asked for one by one, runs that only fix, and runs that never end."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adamw_lint.cli import main

PROJECT = Path(__file__).parent.parent
FIRST = "import torch\n\none = torch.optim.Adam(w, lr=0.1, weight_decay=0.01)\n"
BAD = FIRST + "two = torch.optim.Adam(w, lr=0.1, weight_decay=0.02)\n"
NORMS = "import torch\n\nopt = torch.optim.AdamW(model.parameters(), lr=0.1)\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fixed(text: str, *names: str) -> str:
    for name in names:
        text = re.sub(rf"({name} = torch.optim.)Adam\(", r"\1AdamW(", text)
    return text


def run(*words: str, text: str = BAD) -> Result:
    Path("a.py").write_text(text)
    return CliRunner().invoke(main, ["--select", "ADW101,ADW301", *words])


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (BAD, ["--fix", "--exit-non-zero-on-fix"], 1),
        (BAD, ["--fix", "--exit-non-zero-on-fix", "--exit-zero"], 1),
        (BAD, ["--fix-only"], 0),
        (BAD, ["--fix-only", "--exit-non-zero-on-fix"], 1),
        (BAD, ["--fix-only", "--unfixable", "ADW101"], 0),
        (BAD, ["--fix-only", "--diff"], 1),
        ("x = 1\n", ["--fix", "--exit-non-zero-on-fix"], 0),
        (BAD + "y = (\n", ["--fix-only"], 2),
    ],
)
def test_exit_codes(text: str, words: list[str], code: int) -> None:
    assert run(*words, text=text).exit_code == code


def test_fixing_only_tells_nothing_of_what_remains() -> None:
    told = run("--fix-only", "--extend-unsafe-fixes", "ADW301", text=BAD + NORMS)
    assert told.stdout == "Fixed 2 findings.\n"
    assert Path("a.py").read_text() == fixed(BAD, "one", "two") + NORMS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--interactive"], "asks on a terminal, and this is none"),
        (["--interactive", "--diff"], "`--interactive` writes, and `--diff` does not"),
        (["--interactive", "-"], "which cannot be `-` as well"),
        (["--watch", "-"], "`--watch` watches files"),
        (["--fix", "--write-baseline", "x"], "take what is found as it is, and fix nothing"),
        (["--diff", "--add-ignore"], "take what is found as it is, and fix nothing"),
        (["-", "--add-ignore"], "`-` (standard input) is none"),
        (["--watch", "--add-ignore"], "`--watch` goes with nothing that asks or accepts"),
        (["--write-baseline", "x", "--add-ignore"], "one of `--write-baseline` and `--add-ignore`"),
    ],
)
def test_what_does_not_go_together_is_said(words: list[str], message: str) -> None:
    told = run(*words)
    assert told.exit_code == 2
    assert message in told.stderr
    assert Path("a.py").read_text() == BAD


LIMIT = 100  # seconds that a step may take on a busy machine


class Terminal:
    """The linter in a terminal of its own."""

    def __init__(self, *words: str) -> None:
        child, self.screen = pty.fork()
        if child == 0:
            os.environ["PYTHONPATH"] = str(PROJECT)
            os.environ["TERM"] = "xterm-256color"
            command = [sys.executable, "-m", "adamw_lint", "--select", "ADW101,ADW301", *words]
            os.execv(sys.executable, command)
        self.child = child
        self.told = ""

    def until(self, words: str) -> str:
        """All that was told until the words came, since they came last."""
        limit = time.monotonic() + LIMIT
        while words not in self.told:
            assert time.monotonic() < limit, self.told
            if not select.select([self.screen], [], [], 1)[0]:
                continue
            try:
                self.told += os.read(self.screen, 4096).decode()
            except OSError as error:
                raise AssertionError(self.told) from error
        before, _, self.told = self.told.partition(words)
        return before

    def press(self, key: str) -> None:
        """A line of input; Ctrl-C needs no end of it."""
        os.write(self.screen, (key if key == "\x03" else f"{key}\n").encode())

    def end(self) -> tuple[int, str]:
        """The exit code, and what was told until the end."""
        limit = time.monotonic() + LIMIT
        while True:
            assert time.monotonic() < limit, self.told
            if not select.select([self.screen], [], [], 1)[0]:
                continue
            try:
                self.told += os.read(self.screen, 4096).decode()
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1]), self.told


QUESTION = "[q]uit: "


@pytest.mark.parametrize(
    ("keys", "names", "code"),
    [("yy", ["one", "two"], 0), ("yn", ["one"], 1), ("ny", ["two"], 1), ("a", ["one", "two"], 0), ("q", [], 1)],
)
def test_each_fix_is_asked_for(keys: str, names: list[str], code: int) -> None:
    Path("a.py").write_text(BAD)
    terminal = Terminal("--interactive")
    for number, key in enumerate(keys):
        shown = terminal.until(QUESTION)
        assert "\x1b[31m-" in shown, "a coloured difference"
        assert f"+{'one' if number == 0 else 'two'} = torch.optim.AdamW(" in shown
        terminal.press(key)
    assert terminal.end()[0] == code
    assert Path("a.py").read_text() == fixed(BAD, *names)


def test_what_is_no_answer_is_asked_again() -> None:
    Path("a.py").write_text(FIRST)
    terminal = Terminal("--interactive")
    terminal.until(QUESTION)
    terminal.press("what?")
    terminal.until(QUESTION)
    terminal.press("Yes")
    assert terminal.end()[0] == 0
    assert Path("a.py").read_text() == fixed(FIRST, "one")


def test_an_answer_for_all_holds_for_other_files_too() -> None:
    for name in ("a.py", "b.py", "c.py"):
        Path(name).write_text(FIRST)
    terminal = Terminal("--interactive")
    terminal.until(QUESTION)
    terminal.press("n")
    terminal.until(QUESTION)
    terminal.press("a")
    assert terminal.end()[0] == 1
    assert [Path(name).read_text() == FIRST for name in ("a.py", "b.py", "c.py")] == [True, False, False]


def test_ctrl_c_at_a_question_leaves_what_was_there() -> None:
    Path("a.py").write_text(BAD)
    terminal = Terminal("--interactive")
    terminal.until(QUESTION)
    terminal.press("\x03")
    code, told = terminal.end()
    assert code != 0
    assert "Traceback" not in told
    assert Path("a.py").read_text() == BAD


def test_watching_lints_again_after_a_change_and_ends_with_ctrl_c() -> None:
    Path("a.py").write_text(FIRST)
    terminal = Terminal("--watch", ".")
    terminal.until("Found 1 finding")
    Path("b.py").write_text(FIRST)
    terminal.until("Found 2 findings")
    Path("a.py").write_text(fixed(FIRST, "one"))
    terminal.until("Found 1 finding")
    Path("adamw-lint.toml").write_text("selct = []\n")
    terminal.until("there is no key `selct`")
    Path("adamw-lint.toml").write_text('exclude = ["b.py"]\n')
    terminal.until("All clean")
    terminal.press("\x03")
    code, told = terminal.end()
    assert code == 0
    assert "Traceback" not in told


def test_watching_follows_what_other_files_say() -> None:
    Path("lab.py").write_text("from torch.optim import Adam as Ours\n")
    Path("a.py").write_text("from lab import Ours\n\nopt = Ours(w, weight_decay=0.01)\n")
    terminal = Terminal("--watch", ".")
    terminal.until("Found 1 finding")
    Path("lab.py").write_text("from torch.optim import SGD as Ours\n")
    terminal.until("All clean")
    terminal.press("\x03")
    assert terminal.end()[0] == 0


def test_watching_without_a_terminal_ends_with_an_interrupt() -> None:
    Path("a.py").write_text(FIRST)
    command = [sys.executable, "-m", "adamw_lint", "--watch", "--select", "ADW101", "."]
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        while "Found 1 finding" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
