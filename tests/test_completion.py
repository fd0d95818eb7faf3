"""A shell that asks what may come next is told: options, commands, rules, formats, optimizers and files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adamw_lint.options.output import FORMATS
from adamw_lint.rulebook import pages

PROJECT = Path(__file__).parent.parent
START = "import sys; sys.argv[0] = 'adamw-lint'; from adamw_lint.cli import main; main()"


def ask(shell: str, **variables: str) -> str:
    """What a command that was started by the script of a shell prints."""
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "_ADAMW_LINT_COMPLETE": shell, **variables}
    done = subprocess.run([sys.executable, "-c", START], env=env, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout


def bash(line: str) -> dict[str, str]:
    """What is offered for the last word of a line, with its kind."""
    words = line.split(" ")
    told = ask("bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    return {value: kind for kind, value in (each.split(",", 1) for each in told.splitlines())}


def test_options_are_completed_those_of_a_verb_by_the_verb() -> None:
    assert {"--fix", "--fix-only", "--fixable"} == set(bash("adamw-lint --fix"))
    assert {"--lr", "--decay", "--plot"} <= set(bash("adamw-lint measure --"))
    assert "--fix" not in bash("adamw-lint measure --")


def test_a_verb_or_a_file_comes_first_and_files_after_it() -> None:
    assert bash("adamw-lint ") == {"": "file"} | dict.fromkeys(
        ("rule", "optimizers", "measure", "corpus", "server"), "plain"
    )
    assert bash("adamw-lint corpus ") == {"": "file", "report": "plain"}
    assert bash("adamw-lint ru") == {"ru": "file", "rule": "plain"}
    assert bash("adamw-lint train.py ru") == {"ru": "file"}
    assert bash("adamw-lint --baseline ") == {"": "file"}


@pytest.mark.parametrize("line", ["rule ", "--select ", "--select=", "--fix --extend-select ", "--unfixable "])
def test_rules_are_completed_by_name_and_by_code(line: str) -> None:
    codes = {page.code for page in pages().values()}
    assert set(bash(f"adamw-lint {line}")) == {*pages(), *codes}


def test_rules_are_completed_behind_a_comma() -> None:
    assert set(bash("adamw-lint --select ADW101,text")) == {"ADW101,text-decay"}


def test_formats_and_optimizers_are_completed() -> None:
    assert set(bash("adamw-lint --format ")) == set(bash("adamw-lint --output ")) == set(FORMATS)
    assert set(bash("adamw-lint --output json")) == {"json", "json-lines"}
    assert "torch.optim.AdamW" in bash("adamw-lint optimizers torch.optim.A")
    assert set(bash("adamw-lint rule coupled-decay --lang ")) == {"en", "zh"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_one(shell: str, tmp_path: Path) -> None:
    script = tmp_path / f"script.{shell}"
    script.write_text(ask(f"{shell}_source"), encoding="utf-8")
    assert f"_ADAMW_LINT_COMPLETE={shell}_complete" in script.read_text(encoding="utf-8")
    if shutil.which(shell):
        subprocess.run([shell, "-n", str(script)], check=True)


def test_zsh_and_fish_are_told_what_a_rule_is_about() -> None:
    summary = pages()["coupled-decay"].summary
    assert summary in ask("zsh_complete", COMP_WORDS="adamw-lint rule coupled-d", COMP_CWORD="2")
    assert summary in ask("fish_complete", COMP_WORDS="adamw-lint rule ", COMP_CWORD="coupled-d")


def test_the_document_names_what_the_shells_are_told() -> None:
    text = (PROJECT / "docs" / "completion.md").read_text(encoding="utf-8")
    assert re.findall(r"_ADAMW_LINT_COMPLETE=(\w+)_source", text) == ["bash", "zsh", "fish"]
