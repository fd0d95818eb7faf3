"""The command as people run it: what it prints where, what it writes, and how it exits."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adamw_lint import __version__
from adamw_lint.checks import CHECKS
from adamw_lint.cli import main
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.model.module import Module
from adamw_lint.read import prose
from adamw_lint.read.listed import listed
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages

PROJECT = Path(__file__).parent.parent
BAD = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)\n"
CLEAN = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3)\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["--select", "ADW101", *words] if words[:1] != ("rule",) else words, input=stdin)


def plant(path: str, text: str = BAD) -> Path:
    Path(path).write_text(text, encoding="utf-8", newline="")
    return Path(path)


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (CLEAN, [], 0),
        (BAD, [], 1),
        (BAD, ["--exit-zero"], 0),
        (BAD, ["--ignore", "coupled-decay"], 0),
        (BAD, ["--no-cache", "-q"], 1),
        (BAD, ["--fix"], 0),
        (BAD, ["--diff"], 1),
        (BAD, ["--diff", "--exit-zero"], 0),
        (CLEAN, ["--diff"], 0),
        (BAD + "x = (\n", [], 2),
        (BAD + "x = (\n", ["--exit-zero"], 2),
        (BAD, ["--select", "ADW8"], 2),
        (BAD, ["--nonsense"], 2),
        (BAD, ["--extend-unsafe-fixes", "ADW101", "--fix"], 1),
        (BAD, ["--extend-unsafe-fixes", "ADW101", "--fix", "--unsafe-fixes"], 0),
    ],
)
def test_exit_codes(text: str, words: list[str], code: int) -> None:
    plant("train.py", text)
    assert run(*words).exit_code == code


def test_findings_are_told() -> None:
    plant("train.py")
    told = run()
    assert told.stdout.startswith("train.py:3:53 ADW101 coupled-decay  ")
    assert told.stdout.endswith("Found 1 finding in 1 file: 1 fixable with `adamw-lint --fix`.\n")
    assert told.stderr == ""
    assert "Found" not in run("--quiet").stdout


def test_clean_is_told() -> None:
    plant("train.py", CLEAN)
    assert run().stdout == "All clean (1 file).\n"
    assert run("-q").output == ""


@pytest.mark.parametrize("name", ["json", "github", "concise"])
def test_formats(name: str) -> None:
    plant("train.py")
    told = run("--format", name, "-q").stdout
    starts = {
        "json": "{",
        "github": "::group::train.py\n::error title=ADW101",
        "concise": "train.py:3:53 ADW101 coupled-decay  ",
    }
    assert told.startswith(starts[name])
    assert name != "json" or json.loads(told)["diagnostics"][0]["line"] == 3


def test_fix_writes_and_advises_even_if_quiet() -> None:
    path = plant("train.py", BAD.replace("\n", "\r\n"))
    told = run("--fix", "--quiet")
    assert path.read_bytes() == BAD.replace("Adam(", "AdamW(").replace("\n", "\r\n").encode()
    assert told.stdout == ""
    assert told.stderr.startswith("train.py:3:54: ")
    assert len(told.stderr.splitlines()) == 1
    again = run("--fix")
    assert (again.output, again.exit_code) == ("All clean (1 file).\n", 0)


def test_diff_writes_nothing_and_can_be_applied() -> None:
    path = plant("train.py")
    told = run("--diff")
    assert path.read_text() == BAD
    assert told.stderr == "Would fix 1 finding in 1 file.\n"
    subprocess.run(["git", "apply", "-p0"], input=told.stdout, text=True, check=True)
    assert path.read_text() == BAD.replace("Adam(", "AdamW(")


def test_one_broken_file_keeps_nothing_from_the_others() -> None:
    plant("a.py", "from torch.optim import Adam\nx = (\n")
    Path("b.py").write_bytes(b"Adam = '\xff'\n")
    plant("c.py")
    told = run("a.py", "b.py", "nowhere.py", "c.py", "--fix")
    errors = [line for line in told.stderr.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[1:3] for line in errors] == [
        ["a.py:2:5", "syntax error"],
        ["b.py", "cannot be decoded"],
        ["nowhere.py", "no such file or folder"],
    ]
    assert "AdamW" in Path("c.py").read_text()
    assert told.exit_code == 2


def test_a_crashing_check_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(module: Module) -> Iterator[Diagnostic]:
        raise KeyError("what\nnow")
        yield

    monkeypatch.setitem(CHECKS, "coupled-decay", crash)
    plant("a.py")
    told = run()
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert line.startswith("error: a.py: coupled-decay crashed (KeyError")
    assert "please report" in line


def test_what_the_parser_takes_for_another_text_is_one_clear_line() -> None:
    plant("a.py", "from transformers import AdamW\n(*a)=((),)\n(*a)=AdamW((),3)")
    told = run("--select", "ADW")
    assert told.exit_code == 2
    assert told.stderr == "error: a.py: LibCST takes it for another text\n"


def test_what_a_crash_was_about_does_not_flood_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of a table that lacks a node prints all of the program, if it can."""

    class Deep:
        def __repr__(self) -> str:
            raise RecursionError

    def crash(module: Module) -> Iterator[Diagnostic]:
        raise KeyError(Deep()) if "wd" in module.source.text else ValueError("word " * 10_000)
        yield

    monkeypatch.setitem(CHECKS, "coupled-decay", crash)
    plant("a.py", BAD.replace("0.01", "wd"))
    plant("b.py")
    told = run()
    assert told.exit_code == 2
    first, second = told.stderr.splitlines()
    assert first.startswith("error: a.py: coupled-decay crashed (KeyError: Deep)")
    assert second.startswith("error: b.py: coupled-decay crashed (ValueError: word word")
    assert len(second) < 1_000


def test_a_crashing_reader_is_one_clear_line_and_keeps_no_other_file_from_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(data: bytes, path: str) -> tuple[Source, ...]:
        raise KeyError("what\nnow")

    monkeypatch.setattr(prose, "programs", crash)
    plant("a.md")
    plant("b.py")
    told = run()
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert line.startswith("error: a.md: reading the file crashed (KeyError")
    assert "b.py" in told.stdout


def test_a_fix_that_would_do_harm_leaves_the_file_and_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = CHECKS["coupled-decay"]

    def careless(module: Module) -> Iterator[Diagnostic]:
        for found in sound(module):
            assert found.fix is not None
            edits = tuple(each._replace(text=each.text + "(") for each in found.fix.edits)
            yield replace(found, fix=replace(found.fix, edits=edits))

    monkeypatch.setitem(CHECKS, "coupled-decay", careless)
    plant("a.py")
    told = run("--fix")
    assert told.exit_code == 2
    (line,) = (line for line in told.stderr.splitlines() if line.startswith("error: "))
    assert line.startswith("error: a.py:3:53: the fix of coupled-decay was dropped: syntax error: ")
    assert "please report" in line
    assert Path("a.py").read_text() == BAD


def test_standard_input() -> None:
    told = run("-", "--stdin-filename", "src/x.py", "--format", "concise", stdin=BAD)
    assert told.stdout.startswith("src/x.py:3:53 ADW101")
    assert told.exit_code == 1


@pytest.mark.parametrize(
    ("text", "fixed"), [(BAD, BAD.replace("Adam(", "AdamW(")), (CLEAN, CLEAN), ("x = 1", "x = 1"), ("Adam(", "Adam(")]
)
def test_standard_input_comes_back_fixed(text: str, fixed: str, folder: Path) -> None:
    told = run("-", "--fix", stdin=text.replace("\n", "\r\n").encode())
    assert told.stdout_bytes == fixed.replace("\n", "\r\n").encode()
    assert list(folder.iterdir()) == []


def test_standard_input_stands_alone() -> None:
    assert run("-", "a.py", stdin=BAD).stderr == "error: `-` (standard input) goes with no other path\n"


@pytest.mark.parametrize("separator", ["\n", "\0", "\r\n"])
def test_files_from_a_list(separator: str, folder: Path) -> None:
    plant("a.py")
    plant("b é.py")
    plant("c.py")
    (folder / "list").write_text(separator.join(["a.py", "b é.py", "", "nowhere.py"]) + separator, encoding="utf-8")
    told = run("--files-from", "list", "--format", "concise")
    assert [line.split(":")[0] for line in told.stdout.splitlines()[:2]] == ["a.py", "b é.py"]
    assert told.stderr == "error: nowhere.py: no such file or folder\n"
    assert run("c.py", "--files-from", "list").stdout.count("ADW101") == 3
    assert run("--files-from", "-", stdin=(folder / "list").read_bytes()).stdout.count("ADW101") == 2


def test_a_list_that_is_empty_or_missing() -> None:
    plant("a.py")
    assert run("--files-from", "-", stdin="").stdout == "All clean (0 files).\n"
    told = run("--files-from", "nowhere")
    assert told.stderr == "error: nowhere: the list of files cannot be read: No such file or directory\n"
    assert told.exit_code == 2
    assert "goes with no other path" in run("-", "--files-from", "-", stdin="a.py").stderr


def test_a_list_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamw_lint.read.listed._CHUNK", 5)
    plant("a.py")
    plant("x\ny.py")
    assert run("--files-from", "-", stdin=b"a.py\0x\ny.py").stdout.count("ADW101") == 2
    endless = type("Endless", (), {"read": lambda _, size: b"a.py\n"})()
    monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": endless})())
    assert list(islice(listed("-"), 3)) == ["a.py"] * 3


def test_settings_of_the_project_count() -> None:
    plant("train.py")
    plant("pyproject.toml", '[tool.adamw-lint.per-file-ignores]\n"train.py" = ["ADW101"]\n')
    assert run().exit_code == 0
    plant("pyproject.toml", "[tool.adamw-lint]\nexclud = []\n")
    assert "error: " in run().stderr
    assert "did you mean `exclude`?" in run().stderr


def test_rule_lists_and_shows_pages() -> None:
    listed = run("rule").stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [[page.code, page.name] for page in pages().values()]
    assert run("rule", "ADW101").stdout == run("rule", "coupled-decay").stdout == pages()["coupled-decay"].text
    unknown = run("rule", "coupled-decai")
    assert "did you mean `coupled-decay`?" in unknown.stderr
    assert unknown.exit_code == 2


def test_a_path_named_like_the_verb() -> None:
    plant("rule")
    assert CliRunner().invoke(main, ["./rule", "--select=ADW101"]).exit_code == 1


def test_version_and_help() -> None:
    assert run("--version").stdout == f"adamw-lint {__version__}\n"
    told = run("--help").stdout
    assert [told.index(f"\n{title}:\n") for title in ("Commands", "Fixing", "Rules", "Output", "Input", "Other")]
    assert len(told.splitlines()) < 90


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["rule"], ["."]])
def test_starting_imports_nothing_heavy(words: list[str]) -> None:
    plant("a.py", "import torch\n")
    code = "import sys; from adamw_lint.cli import main; main(sys.argv[1:], standalone_mode=False)"
    probe = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {code}"
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    told = subprocess.run([sys.executable, "-c", probe, *words], env=env, capture_output=True, text=True, check=True)
    assert "adamw_lint.cli" in told.stderr
    loaded = set(told.stderr.split())
    assert not {"libcst", "rich", "torch"} & loaded
    assert words != ["--version"] or not {"adamw_lint.rulebook", "adamw_lint.diagnostics", "pathspec"} & loaded
