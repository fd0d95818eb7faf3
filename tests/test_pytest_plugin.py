"""`pytest --adamw-lint` lints the files that it collects, and costs nothing where it is not asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from installed import environment

BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
# pytest-asyncio warns where it is not set up.
OPTIONS = "[pytest]\naddopts = --strict-markers -p no:cacheprovider -p no:asyncio\n"
FOUND = "train.py:3:43 ADW101 coupled-decay"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text(OPTIONS)
    (project / "train.py").write_text(BAD)
    (project / "test_it.py").write_text("def test_it() -> None:\n    pass\n")
    return project


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    env = environment(folder.parent / f"site{len(list(folder.parent.iterdir()))}")
    command = [sys.executable, "-m", "pytest", "-q", *options]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False)


def test_findings_fail_their_file_and_no_other(folder: Path) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": BAD}]
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (folder / "pages.md").write_text(f"```python\n{BAD}```\n")
    done = run(folder, "--adamw-lint")
    assert done.returncode == 1
    assert "2 failed, 2 passed" in done.stdout
    assert FOUND in done.stdout
    assert "a.ipynb:cell 0:3:43 ADW101 coupled-decay" in done.stdout
    assert "Traceback" not in done.stdout


def test_nothing_of_the_linter_is_imported_where_it_is_not_asked_for(folder: Path) -> None:
    (folder / "test_it.py").write_text(
        "import sys\n\n\ndef test_it() -> None:\n"
        "    ours = {name for name in sys.modules if name.startswith('adamw_lint')}\n"
        "    assert ours == {'adamw_lint', 'adamw_lint.hosts', 'adamw_lint.hosts.pytest'}\n"
    )
    done = run(folder)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_the_marker_chooses(folder: Path) -> None:
    assert "1 passed, 2 deselected" in run(folder, "--adamw-lint", "-m", "not adamw_lint").stdout
    assert "1 failed, 1 passed, 1 deselected" in run(folder, "--adamw-lint", "-m", "adamw_lint").stdout


def test_settings_and_comments_count(folder: Path) -> None:
    settings = folder / "adamw-lint.toml"
    settings.write_text('exclude = ["train.py"]\n')
    assert "2 passed" in run(folder, "--adamw-lint").stdout
    settings.write_text('[per-file-ignores]\n"train.py" = ["ADW1"]\n')
    assert "3 passed" in run(folder, "--adamw-lint").stdout
    settings.write_text('selct = ["ADW1"]\n')
    done = run(folder, "--adamw-lint")
    assert done.returncode == 1
    assert "`selct`" in done.stdout
    assert "Traceback" not in done.stdout


def test_what_cannot_be_linted_fails(folder: Path) -> None:
    (folder / "train.py").write_text(BAD + "x = (\n")
    done = run(folder, "--adamw-lint")
    assert done.returncode == 1
    assert "error: train.py:4:5: syntax error" in done.stdout


def test_several_processes_share_the_work(folder: Path) -> None:
    assert "1 failed, 2 passed" in run(folder, "--adamw-lint", "-n", "2").stdout
