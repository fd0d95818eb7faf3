"""What takes real notebooks through the linter sees what it is meant to see."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from real_notebooks import changed_more, judge

BAD = "import torch\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
NOTEBOOK = {"cells": [{"cell_type": "code", "source": BAD, "outputs": ["\u00e9"]}], "metadata": {}, "nbformat": 4}


def test_the_notebooks_of_a_commit_are_judged_and_the_repository_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "train.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    (tmp_path / "plain.ipynb").write_text('{"cells": []}')
    (tmp_path / "README.md").write_text(f"```python\n{BAD}```\n")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all", "--no-verify"]):
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "plain.ipynb").write_text("not committed")
    command = [sys.executable, str(Path(__file__).with_name("real_notebooks.py")), f"{tmp_path}@HEAD"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 notebooks, 0 with code that is no Python, 1 findings, 1 rewritten, 0 faults" in done.stdout
    tally = judge(f"{tmp_path}@HEAD")
    assert (tally.notebooks, tally.rewritten, tally.unreadable, tally.faults) == (2, 1, 0, [])
    assert dict(tally.findings) == {"coupled-decay": 1}
    assert json.loads((tmp_path / "a" / "train.ipynb").read_text(encoding="utf-8")) == NOTEBOOK


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (json.dumps(NOTEBOOK).replace("Adam(", "AdamW("), None),
        (
            json.dumps(NOTEBOOK).replace("Adam(", "AdamW(").replace('"nbformat"', ' "nbformat"'),
            "changes more than code",
        ),
        (json.dumps(NOTEBOOK, ensure_ascii=False).replace("Adam(", "AdamW("), "changes more than code"),
        (json.dumps(NOTEBOOK).replace("Adam(", "AdamW(")[:-1], "is no JSON any more"),
    ],
)
def test_a_byte_that_is_no_code_is_seen(after: str, said: str | None) -> None:
    path = Path("train.ipynb")
    found = list(changed_more({path: json.dumps(NOTEBOOK).encode()}, {path: after.encode()}))
    assert found == ([(path, said)] if said else [])
