"""The plugin does in flake8 itself what people expect of one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from installed import environment

BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
PLACE = "./train.py:3:43: ADW101"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    return project


def flake8(folder: Path, text: str, *options: str, stdin: bool = False) -> list[str]:
    """What flake8 says of a file, without what it says by itself."""
    (folder / "train.py").write_text("" if stdin else text, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "--isolated", *options]
    command += ["--stdin-display-name=./train.py", "-"] if stdin else ["."]
    env = environment(folder.parent / f"site{len(list(folder.parent.iterdir()))}")
    done = subprocess.run(command, cwd=folder, env=env, input=text, capture_output=True, encoding="utf-8", check=False)
    assert not done.stderr, done.stderr
    assert done.returncode == (1 if done.stdout else 0)
    return [line for line in done.stdout.splitlines() if re.match(r"\S+ (ADW|E9)", line)]


def test_what_is_found_is_told_at_its_place(folder: Path) -> None:
    (line,) = flake8(folder, BAD)
    assert line.startswith(f"{PLACE} `weight_decay=0.01` goes into Adam's gradient")
    assert line.endswith("(coupled-decay)")


def test_standard_input_is_linted(folder: Path) -> None:
    (line,) = flake8(folder, BAD, stdin=True)
    assert line.startswith(PLACE)


def test_several_processes_know_what_is_asked_for(folder: Path) -> None:
    for number in range(3):
        (folder / f"other{number}.py").write_text(BAD.replace("weight_decay=0.01", "weight_decay=1e-9"))
    told = flake8(folder, BAD, "--jobs=2", "--select=ADW402,ADW101")
    assert len(told) == 4


@pytest.mark.parametrize("options", [["--select=E9"], ["--extend-ignore=ADW1"], ["--per-file-ignores=train.py:ADW101"]])
def test_its_selection_decides(folder: Path, options: list[str]) -> None:
    assert flake8(folder, BAD, *options) == []


def test_a_rule_that_is_off_is_run_where_it_is_asked_for(folder: Path) -> None:
    text = "import torch\n\nopt = torch.optim.AdamW([weight], lr=1e-3)\n"
    assert flake8(folder, text) == flake8(folder, text, "--select=ADW") == []
    for words in ("ADW402", "ADW4", "E,ADW402"):
        (line,) = flake8(folder, text, f"--select={words}")
        assert "ADW402" in line


@pytest.mark.parametrize("comment", ["noqa", "noqa: ADW101", "noqa:ADW1", "adamw-lint: ignore[coupled-decay]"])
def test_comments_silence(folder: Path, comment: str) -> None:
    assert flake8(folder, BAD.replace("0.01)", f"0.01)  # {comment}")) == []


def test_what_silences_nothing_is_told_where_it_is_asked_for(folder: Path) -> None:
    text = BAD.replace("0.01)", "0.0)  # adamw-lint: ignore[coupled-decay]")
    assert flake8(folder, text) == []
    (line,) = flake8(folder, text, "--extend-select=ADW901")
    assert "ADW901" in line


def test_our_own_settings_count_as_well(folder: Path) -> None:
    settings = folder / "adamw-lint.toml"
    settings.write_text('[per-file-ignores]\n"train.py" = ["ADW1"]\n', encoding="utf-8")
    assert flake8(folder, BAD) == []
    settings.write_text('exclude = ["train.py"]\n', encoding="utf-8")
    assert flake8(folder, BAD) == []
    settings.write_text('selct = ["ADW1"]\n', encoding="utf-8")
    (line,) = flake8(folder, BAD)
    assert line.startswith("./train.py:1:1: ADW000")
    assert "`selct`" in line


def test_what_is_no_python_is_no_matter_of_ours(folder: Path) -> None:
    (line,) = flake8(folder, BAD + "x = (\n")
    assert "E999" in line
