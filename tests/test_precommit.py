"""The hooks as pre-commit runs them: cloned, installed from a local wheelhouse, and run on a scratch repository."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from wheelhouse import pack

PROJECT = Path(__file__).parent.parent
BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
CONFIG = """\
repos:
- repo: {repository}
  rev: {revision}
  hooks:
  - id: {hook}
    language_version: {python}
"""

pytestmark = pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="pre-commit clones a git repository")


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit_all(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "everything", "--no-verify")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds this project as it stands in the checkout, committed or not."""
    folder = tmp_path_factory.mktemp("hooks")
    for path in git(PROJECT, "ls-files", "-co", "--exclude-standard", "-z").split("\0"):
        if (PROJECT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / path, folder / path)
    commit_all(folder)
    return folder


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which pip and virtualenv find all they need on this machine."""
    wheels = pack(tmp_path_factory.mktemp("wheelhouse"), "click", "hatchling", "libcst", "pathspec", "pyyaml", "rich")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PIP_", "PYTHON"))},
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    }


def run_hook(hook: str, folder: Path, hooks: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    config = CONFIG.format(repository=hooks, revision=git(hooks, "rev-parse", "HEAD"), hook=hook, python=sys.executable)
    (folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    commit_all(folder)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("hook", ["adamw-lint", "adamw-lint-fix"])
def test_hooks(hook: str, tmp_path: Path, hooks: Path, offline: dict[str, str]) -> None:
    train = tmp_path / "train.py"
    train.write_text(BAD)
    (tmp_path / "notes.txt").write_text(BAD)
    (tmp_path / "README.md").write_text(f"# Adam\n\n```python\n{BAD}```\n")
    notebook = tmp_path / "train.ipynb"
    notebook.write_text(json.dumps({"cells": [{"cell_type": "code", "source": BAD}]}))
    fixes = hook.endswith("-fix")

    first = run_hook(hook, tmp_path, hooks, offline)
    assert first.returncode == 1, first.stdout
    assert ("files were modified by this hook" if fixes else "train.py:3:43 ADW101 coupled-decay") in first.stdout
    assert train.read_text() == (BAD.replace("Adam(", "AdamW(") if fixes else BAD)
    for path in (notebook, tmp_path / "README.md"):
        assert ("AdamW(" in path.read_text()) is fixes
        assert f"{path.name}:" in first.stdout

    for path in (notebook, tmp_path / "README.md"):
        path.write_text(path.read_text().replace("Adam(", "AdamW("))
    train.write_text(BAD.replace("Adam(", "AdamW("))
    (tmp_path / "more.py").touch()
    second = run_hook(hook, tmp_path, hooks, offline)
    assert second.returncode == 0, second.stdout


def test_looking_is_shown_before_fixing() -> None:
    shown = (PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert [line for line in shown.splitlines() if "id:" in line] == ["- id: adamw-lint", "- id: adamw-lint-fix"]


def test_the_hooks_respect_what_is_excluded() -> None:
    shown = (PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entries = [line for line in shown.splitlines() if "entry:" in line]
    assert entries
    assert all("--force-exclude" in line for line in entries)
