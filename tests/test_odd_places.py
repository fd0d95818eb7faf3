"""What only another system, a terminal, a broken folder or an unlucky moment brings about, module by module."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib.util
import io
import json
import multiprocessing
import signal
import sys
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import libcst
import pytest
from click.testing import CliRunner
from pages import only

from adamw_lint import catalogue, engine, explain, kept, limit, measuring, memory, store
from adamw_lint.cli import main
from adamw_lint.errors import DefectError, UnparsableError, UnreadableError
from adamw_lint.packed import _programs
from adamw_lint.read import declared, discover, syntax, unsaved
from adamw_lint.read.markup import fences
from adamw_lint.read.notebook import program_of
from adamw_lint.read.project import Project
from adamw_lint.read.prose import _is_statement
from adamw_lint.read.source import Source
from adamw_lint.read.tabled import Tabled

BAD = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)\n"
SETTINGS = only("coupled-decay")


@pytest.mark.parametrize(
    ("platform", "variable", "usual"),
    [
        ("linux", "XDG_CACHE_HOME", ".cache"),
        ("darwin", "", "Library/Caches"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
    ],
)
def test_each_system_has_its_folder_of_caches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str, usual: str
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store.user_folder() == str(tmp_path / usual / "adamw-lint")
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "mine"))
        assert store.user_folder() == str(tmp_path / "mine" / "adamw-lint")
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", "nowhere")
    assert store.user_folder() is None


class Circle:
    """What only the collector of garbage ends."""

    def __init__(self) -> None:
        self.own = self


def test_what_is_given_back_is_garbage_no_more() -> None:
    gc.disable()
    try:
        seen = weakref.ref(Circle())
        assert seen() is not None
        memory.give_back()
        assert seen() is None
    finally:
        gc.enable()


def test_the_collector_runs_late_until_a_file_is_parsed_and_as_a_host_has_it() -> None:
    before = gc.get_threshold()
    source = Source.of_text("import torch\n")
    try:
        gc.set_threshold(123, 4, 5)
        engine.lint(source, SETTINGS)
        assert gc.get_threshold() == (123, 4, 5)
        memory.collect_late()
        late = gc.get_threshold()[0]
        engine.lint(source, SETTINGS)
        assert 123 < gc.get_threshold()[0] < late
    finally:
        gc.set_threshold(*before)


def test_an_alarm_that_rings_too_late_is_not_heard() -> None:
    struck = threading.Event()
    with limit._alarm(60, struck):
        ring: Any = signal.getsignal(signal.SIGALRM)
        with pytest.raises(limit.TimeIsUp):
            ring()
    assert struck.is_set()
    struck.clear()
    ring()
    assert not struck.is_set()
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_a_timer_that_strikes_too_late_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    strikes: list[Any] = []

    def timer(_: float, strike: Any) -> Any:
        strikes.append(strike)
        return SimpleNamespace(daemon=False, start=lambda: None, cancel=lambda: None)

    monkeypatch.setattr(threading, "Timer", timer)
    struck = threading.Event()
    with limit._timer(60, struck):
        pass
    strikes[0]()
    assert not struck.is_set()


def test_a_process_that_looks_for_another_ends_where_the_limit_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda seconds, **_: done.append(seconds))
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", lambda: done.append("cancelled"))
    with limit.ended_by_force(4):
        assert done == []
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: object())
    with limit.ended_by_force(0):
        assert done == []
    with limit.ended_by_force(4):
        assert done == [7]
    assert done == [7, "cancelled"]


@pytest.mark.parametrize("error", [ValueError("null bytes"), RecursionError(), MemoryError()])
def test_a_text_that_python_cannot_judge_is_no_less_unparsable(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    source = Source.of_text(BAD + "opt = (\n", "a.py")
    with pytest.raises(UnparsableError, match=r"a\.py:4:7: syntax error: '\(' was never closed"):
        engine.lint(source, SETTINGS)

    def refused(_: str) -> None:
        raise error

    monkeypatch.setattr("adamw_lint.read.syntax.tree_of", refused)
    with pytest.raises(UnparsableError, match=r"^a.py:\d:\d: syntax error$"):
        engine.lint(source, SETTINGS)


def test_a_text_of_which_no_tree_is_valid_is_unparsable(monkeypatch: pytest.MonkeyPatch) -> None:
    def invalid(_: Source) -> None:
        raise libcst.CSTValidationError("Cannot concatenate string and bytes.")

    monkeypatch.setattr("adamw_lint.model.module.Module.of", invalid)
    with pytest.raises(UnparsableError, match=r"^a\.py:1:1: syntax error$"):
        engine.lint(Source.of_text(BAD, "a.py"), SETTINGS)


def test_what_breaks_while_a_file_is_read_is_our_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Source) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("adamw_lint.model.module.Module.of", broken)
    with pytest.raises(DefectError, match="reading the file"):
        engine.lint(Source.of_text(BAD, "a.py"), SETTINGS)


def test_a_parser_that_is_nowhere_has_no_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert kept._parser() != (0, 0)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert kept._parser() == (0, 0)


def test_a_file_that_changed_since_it_was_linted_is_not_told_of(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(BAD)
    with pytest.raises(UnreadableError, match="was changed while it was linted"):
        _programs(str(path), b"of another text", SETTINGS)


def test_a_text_that_is_too_long_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "MOST", len(BAD) - 1)
    with pytest.raises(MemoryError, match=f"a text of {len(BAD)} characters"):
        syntax.tree_of(BAD)
    assert len(syntax.tree_of(BAD[:-1]).body) == 2


def test_bytes_that_are_no_utf8_are_unreadable() -> None:
    assert Source.of_utf8(b"\xef\xbb\xbfa: 1", "a.yaml").bom
    with pytest.raises(UnreadableError, match=r"a\.yaml: cannot be decoded: 'utf-8' codec can't decode byte 0xff"):
        Source.of_utf8(b"a: \xff", "a.yaml")


def test_a_notebook_that_is_none_has_no_program() -> None:
    assert program_of(b"{") == ""
    assert program_of(json.dumps({"cells": [{"cell_type": "code", "source": ["a = 1"]}]}).encode()) == "a = 1"
    with pytest.raises(UnparsableError, match=r"a\.ipynb: not a notebook: Expecting"):
        engine.sources_of(b'{"cells": ["Adam(weight_decay=0.1)", ', "a.ipynb", SETTINGS)


@pytest.mark.parametrize(
    ("code", "is_one"), [("a = 1", True), ("a = 1\nb = 2", False), ("for x in", False), ("", False)]
)
def test_a_prompt_takes_one_statement(code: str, is_one: bool) -> None:
    assert _is_statement(code) is is_one


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("# coding: latin-1", "iso-8859-1"),
        ("# coding: klingon", "utf-8"),
        ("", "utf-8"),
        ("\n# coding: ascii", "ascii"),
    ],
)
def test_an_encoding_that_nobody_knows_is_none(head: str, encoding: str) -> None:
    assert unsaved._encoding(f"{head}\na = 1\n") == encoding
    assert unsaved.saved(f"{head}\na = 'ä'\n", "a.py") == (
        None if encoding == "ascii" else f"{head}\na = 'ä'\n".encode(encoding)
    )


def test_what_states_versions_and_is_gone_states_none(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("torch==1.4")
    assert declared._text(str(tmp_path / "requirements.txt")) == "torch==1.4"
    assert declared._text(str(tmp_path / "none.txt")) == ""


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text(BAD)

    def refused(_: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(discover, "listed", refused)
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 2
    assert f"error: {tmp_path}: cannot be read: Permission denied" in result.stderr.replace("\n", " ")


def test_a_gitignore_that_cannot_be_read_ignores_nothing(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("a.py\n")
    path = str(tmp_path / "a.py")
    assert discover._gitignore(str(tmp_path / "good"), str(tmp_path)).verdict(path, False) is True
    assert discover._gitignore(str(tmp_path / "none"), str(tmp_path)).verdict(path, False) is None


def test_a_file_of_a_project_that_is_gone_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text(BAD)
    project = Project.around(tmp_path / "a.py")
    assert project.says(tmp_path / "a.py") == BAD.encode()
    assert project.says(tmp_path / "none.py") == b""


def test_a_place_outside_of_a_table_is_nothing_there() -> None:
    table = Tabled({"a/b.py": lambda: b""})
    assert table.answer(("kind", table.at("a"))) == "folder"
    assert table.answer(("kind", "/elsewhere/a")) == ""
    assert table.answer(("requirements", "/elsewhere")) == ()
    with pytest.raises(FileNotFoundError):
        table.bytes_of("/elsewhere/a.py")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("> ```python\n> a = 1\n> ```\n", [1]),
        ("- x\n\n\t```python\n\ta = 1\n\t```\n", [1]),
        ("- x\n\n  ```python\n\ta = 1\n  ```\n", []),  # a tab, of which two columns are the item's
        (" ```python\n\tif a:\n ```\n", []),
    ],
)
def test_a_fence_is_read_where_its_lines_end_as_they_are_shown(text: str, lines: list[int]) -> None:
    assert [len(each.lines) for each in fences(Source.of_text(text, "a.md"))] == lines


class Terminal(io.StringIO):
    """Standard output that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_page_is_drawn_on_a_terminal() -> None:
    with contextlib.redirect_stdout(Terminal()) as drawn:
        explain._show("# A page\n\nwith *words* in it\n")
    assert "A page" in drawn.getvalue()
    assert "# A page" not in drawn.getvalue()
    assert "*words*" not in drawn.getvalue()


def test_the_optimizers_are_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with contextlib.redirect_stdout(Terminal()) as drawn:
        catalogue.catalogue.main([], standalone_mode=False)
    assert "switch or replacement" in drawn.getvalue()
    (row,) = (line for line in drawn.getvalue().split("\n") if line.strip().startswith("lion_pytorch.Lion "))
    assert row.split() == ["lion_pytorch.Lion", "decoupled", "weight_decay=0", "[3]", "run"]


def test_an_optimizer_without_any_decay_has_an_empty_row() -> None:
    result = SimpleNamespace(level=0)
    each: Any = SimpleNamespace(name="Quux", verdict="no decay", agreement="as stated", result=result)
    assert measuring._row(each) == ("Quux", "", "", "0", "", "", "no decay", "as stated")


def test_a_reason_has_one_line_and_a_file_without_findings_keeps_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(BAD)
    result = CliRunner().invoke(main, ["--add-ignore=as published\nand so on", str(path)])
    assert (result.exit_code, path.read_text()) == (2, BAD)
    assert "a reason has one line" in result.stderr
    unused = BAD.replace("Adam(", "AdamW(").replace("0.01)", "0.01)  # adamw-lint: ignore[coupled-decay]")
    path.write_text(unused)
    words = ["--add-ignore", "--select", "unused-ignore,coupled-decay", str(path)]
    assert CliRunner().invoke(main, words).exit_code == 1
    assert path.read_text() == unused


def test_a_module_whose_package_is_missing_is_not_there() -> None:
    if importlib.util.find_spec("pygls") is not None:
        from adamw_lint.server.command import _is_there

        assert _is_there("pygls.lsp.server")
        assert not _is_there("pygls.none")
        assert not _is_there("nowhere.at.all")
