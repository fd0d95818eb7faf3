"""The example training scripts show the three mistakes, train with them, and train as well once they are fixed."""

import json
import math
import runpy
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adamw_lint.cli import main

EXAMPLES = Path(__file__).parent.parent / "examples"
MISTAKES = {"cnn_l2.py": "l2-in-loss", "gnn.py": "coupled-decay", "transformer_lm.py": "decayed-norms"}


def adamw_lint(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(EXAMPLES, tmp_path_factory.mktemp("fixed") / "examples")
    assert adamw_lint("--fix", "--unsafe-fixes", folder).exit_code == 0
    return folder


def test_each_example_shows_its_mistake_and_no_other() -> None:
    result = adamw_lint("--format", "json", EXAMPLES)
    found = [(Path(each["path"]).name, each["name"]) for each in json.loads(result.stdout)["diagnostics"]]
    assert found == sorted(MISTAKES.items())
    assert {path.name for path in EXAMPLES.iterdir() if path.is_file()} == set(MISTAKES)


def test_fixing_leaves_nothing_and_a_second_run_changes_nothing(fixed: Path) -> None:
    before = {path: path.read_bytes() for path in fixed.glob("*.py")}
    assert all(before[fixed / name] != (EXAMPLES / name).read_bytes() for name in MISTAKES)
    assert adamw_lint("--fix", "--unsafe-fixes", fixed).exit_code == 0
    assert before == {path: path.read_bytes() for path in fixed.glob("*.py")}


def test_what_only_served_the_penalty_is_gone(fixed: Path) -> None:
    assert "penalty" in (EXAMPLES / "cnn_l2.py").read_text(encoding="utf-8").split('"""', 2)[2]
    assert "penalty" not in (fixed / "cnn_l2.py").read_text(encoding="utf-8").split('"""', 2)[2]


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("version", ["as written", "fixed"])
def test_an_example_trains(name: str, version: str, fixed: Path) -> None:
    folder = EXAMPLES if version == "as written" else fixed
    losses = runpy.run_path(str(folder / name))["train"]()
    assert all(map(math.isfinite, losses))
    assert losses[-1] < losses[0] / 2
