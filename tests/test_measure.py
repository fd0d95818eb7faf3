"""`adamw-lint measure`: what it tells of real optimizers, what it draws, and what it says where it cannot."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adamw_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PICTURE = ["torch.optim.SGD", "torch.optim.AdamW", "torch.optim.Adam"]
MINE = """
import torch

class Mine(torch.optim.AdamW):
    pass

class Broken(torch.optim.AdamW):
    def step(self, closure=None):
        raise RuntimeError("no step today")

class Wild(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.data.fill_(float("nan") if group["weight_decay"] else 0.0)

class Infinite(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.data.mul_(float("inf"))

class Leaving(torch.optim.SGD):
    def step(self, closure=None):
        raise SystemExit(7)

def nothing():
    return 1
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["measure", *arguments])


def rows(*arguments: str) -> list[dict[str, object]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "verdict", "exponent"),
    [
        ("torch.optim.Adam", "coupled", -1),
        ("torch.optim.AdamW", "decoupled", 0),
        ("torch.optim.SGD(momentum=0.9)", "coupled, harmless", 0),
        ("torch.optim.NAdam(decoupled_weight_decay=True)", "decoupled", 0),
        ("optax.adamw", "decoupled", 0),
        ("optax:lion", "decoupled", 0),
        ("keras.optimizers.Adam", "decoupled", 0),
    ],
)
def test_what_an_optimizer_does(name: str, verdict: str, exponent: float) -> None:
    (row,) = rows(name)
    assert row["verdict"] == verdict
    assert row["exponent"] == pytest.approx(exponent, abs=0.02)
    assert row["horizon"] == pytest.approx(100_000)


@pytest.mark.parametrize("name", ["torch.optim.SparseAdam", "optax.adam"])
def test_an_optimizer_without_decay(name: str) -> None:
    result = run(name, "--json")
    if result.exit_code:  # this one takes sparse gradients only
        assert "cannot be run" in result.stderr
        return
    (row,) = json.loads(result.stdout)
    assert (row["verdict"], row["level"], row["exponent"]) == ("none", 0, None)


def test_the_table_says_what_the_catalogue_says() -> None:
    result = run("torch.optim.Adam", "torch.optim.AdamW", "torch.optim.SGD", "--lr", "1e-2", "--decay", "0.1")
    assert result.exit_code == 0
    assert result.stdout.count("agrees") == 3
    assert "1,000" in result.stdout
    assert "██████████" in result.stdout


def test_a_class_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ownlab.py").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    (row,) = rows("ownlab:Mine")
    assert (row["verdict"], row["catalogue"]) == ("decoupled", None)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.Adam", "nowhere.Adam: cannot be imported: ModuleNotFoundError"),
        ("torch.optim.Nope", "torch.optim.Nope: cannot be imported: AttributeError"),
        ("Adam", "Adam: write the module too, as in `mylab.optim:MyClass`"),
        ("torch.optim.Adam(lr=f())", "plain values only"),
        ("torch.optim.Adam(foo=1)", "cannot be run: TypeError"),
        ("ownlab2:Broken", "cannot be run: RuntimeError: no step today"),
        ("ownlab2:Wild", "diverges at lr=0.001: measure it with a smaller --lr"),
        ("ownlab2:Infinite", "diverges at lr=0.001: measure it with a smaller --lr"),
        ("ownlab2:Leaving", "cannot be run: SystemExit: 7"),
        ("ownlab3:Mine", "cannot be imported: SystemExit: 2"),
        ("ownlab2:nothing", "has no learning rate"),
        ("torch.nn.Linear", "has no learning rate"),
    ],
)
def test_what_cannot_be_measured_gets_a_line_and_the_others_still_run(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ownlab2.py").write_text(MINE)
    (tmp_path / "ownlab3.py").write_text("raise SystemExit(2)")
    monkeypatch.chdir(tmp_path)
    result = run(name, "torch.optim.AdamW", "--json")
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert [row["name"] for row in json.loads(result.stdout)] == ["torch.optim.AdamW"]


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_picture_is_the_same_for_the_same_numbers(suffix: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for path in paths:
        assert run("torch.optim.Adam", "--plot", str(path)).exit_code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].stat().st_size > 1000


def test_the_picture_of_the_readme_is_what_the_command_draws(tmp_path: Path) -> None:
    from test_readme import PROJECT

    again = tmp_path / "again.svg"
    assert run(*PICTURE, "--plot", str(again)).exit_code == 0
    drawn = (PROJECT / "docs" / "decay.svg").read_text(encoding="utf-8")
    assert again.read_text(encoding="utf-8") == drawn, (
        f"run `adamw-lint measure {' '.join(PICTURE)} --plot docs/decay.svg`"
    )


def test_a_picture_has_to_be_one_of_two_kinds(tmp_path: Path) -> None:
    result = run("torch.optim.Adam", "--plot", str(tmp_path / "a.pdf"))
    assert result.exit_code == 2
    assert "must end in .svg or .png" in result.output


def test_what_is_missing_is_said_and_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module, said in {"drawing": "drawing needs matplotlib", "subjects": "measuring needs numpy"}.items():
        monkeypatch.setitem(sys.modules, f"adamw_lint.measure.{module}", None)
        result = run("torch.optim.SGD", "--plot", str(tmp_path / "a.svg"))
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_picture_that_cannot_be_written_gets_a_line(tmp_path: Path) -> None:
    result = run("torch.optim.SGD", "--plot", str(tmp_path / "nowhere" / "decay.svg"))
    assert result.exit_code == 2
    assert "decay.svg` cannot be written: No such file or directory" in result.stderr


@pytest.mark.parametrize("option", ["--lr", "--decay"])
@pytest.mark.parametrize("value", ["0", "-1", "nan"])
def test_a_rate_and_a_decay_are_more_than_nothing(option: str, value: str) -> None:
    result = run("torch.optim.SGD", option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.stderr
