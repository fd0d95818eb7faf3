"""The functions for programs give what the command line gives, and importing the package costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from pages import Block, blocks

import adamw_lint
from adamw_lint import Diagnostic, Finding, LintError, fix, lint

PROJECT = Path(__file__).parent.parent
BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
FIXED = BAD.replace("Adam(", "AdamW(")
SNIPPETS = [each for each in blocks(PROJECT / "docs" / "api.md") if each.info == "python run"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda block: str(block.lines[0]))
def test_what_the_page_shows_is_true(snippet: Block) -> None:
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(snippet.text)))
    exec(compile(snippet.text, "docs/api.md", "exec"), {})


def test_a_file_is_read_and_not_written(folder: Path) -> None:
    path = folder / "train.py"
    path.write_text(BAD)
    (found,) = lint(path)
    assert isinstance(found, Finding)
    assert isinstance(found.diagnostic, Diagnostic)
    assert (found.place.file.line, found.place.file.column) == (3, 43)
    assert fix(path).text == FIXED
    assert path.read_text() == BAD


def test_a_text_with_nothing_to_fix_is_given_back(folder: Path) -> None:
    path = folder / "train.py"
    path.write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    assert fix(path).text == "# coding: latin-1\nx = 'é'\n"


def test_the_settings_of_the_folder_count_and_others_go_over_them(folder: Path) -> None:
    (folder / "adamw-lint.toml").write_text('ignore = ["ADW1"]\n')
    assert lint("train.py", BAD) == []
    assert fix("train.py", BAD).text == BAD
    assert len(lint("train.py", BAD, settings={"extend-select": ["ADW101"]})) == 1


def test_what_was_written_meanwhile_is_read(folder: Path) -> None:
    (folder / "setup.py").touch()
    code = "from optim import Best\n\nopt = Best([weight], lr=1e-3, weight_decay=0.01)\n"
    for name, expected in (("SGD", 0), ("Adam", 1), ("SGD", 0)):
        (folder / "optim.py").write_text(f"from torch.optim import {name} as Best\n")
        assert len(lint("train.py", code)) == expected


def test_an_unsafe_fix_is_made_where_it_is_asked_for() -> None:
    code = BAD + 'opt.load_state_dict(torch.load("old.pt"))\n'
    assert fix("train.py", code).text == code
    assert [each.name for each in fix("train.py", code).remaining] == ["coupled-decay"]
    assert "AdamW(" in fix("train.py", code, unsafe=True).text


@pytest.mark.parametrize(
    ("path", "text", "settings", "said"),
    [
        ("nowhere.py", None, {}, "nowhere.py: cannot be read"),
        ("train.py", BAD + "(\n", {}, "train.py:4:1: syntax error"),
        ("train.py", "# coding: latin-1\nx = '🦜'\n", {}, "train.py: does not fit the encoding"),
        ("train.py", BAD, {"selct": ["ADW1"]}, "settings: there is no key `selct`"),
    ],
)
def test_what_cannot_be_done_is_one_clear_error(
    path: str, text: str | None, settings: dict[str, list[str]], said: str
) -> None:
    for ask in (lint, fix):
        with pytest.raises(LintError) as raised:
            ask(path, text, settings=settings)
        assert said in str(raised.value)
        assert "\n" not in str(raised.value)


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, adamw_lint; print(sorted(n for n in sys.modules if n.split('.')[0] in %r))"
    names = ("adamw_lint", "libcst", "rich", "click", "yaml", "pathspec")
    done = subprocess.run(
        [sys.executable, "-c", code % (names,)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['adamw_lint']\n"


def test_the_names_are_what_they_say_whatever_was_imported_before() -> None:
    code = "import adamw_lint.engine; from adamw_lint import fix; fix('a.py', '')"
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
    assert all(getattr(adamw_lint, name).__module__.startswith("adamw_lint.") for name in adamw_lint.__all__)
    with pytest.raises(AttributeError):
        _ = adamw_lint.nothing


def test_a_program_that_uses_it_is_checked_against_its_types(folder: Path) -> None:
    (folder / "mine.py").write_text(
        "from adamw_lint import fix, lint\n"
        "line: int = lint('train.py')[0].place.file.line\n"
        "text: str = fix('train.py', unsafe=True).text\n"
        "wrong: int = fix('train.py').text\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(folder / "mine.py")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "mine.py:4: error" in done.stdout
    assert "Found 1 error" in done.stdout
