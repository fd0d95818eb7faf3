"""A defaults list of Hydra: what one file gives to an optimizer that another one names, held to what Hydra composes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf
from pages import blocks, only

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import lint, read
from adamw_lint.read.project import forget
from adamw_lint.settings import Settings

PROJECT = Path(__file__).parent.parent
COUPLED = only("coupled-decay")
ADAM = "_target_: torch.optim.Adam\nlr: 1e-3\n"
SGD = "_target_: torch.optim.SGD\nlr: 1e-3\n"
MODEL = "_target_: lab.Net\noptimizer:\n  _target_: torch.optim.Adam\n  lr: 1e-3\n"
LIST = "defaults:\n  - optimizer: adam\n"


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    return tmp_path / "conf"


def plant(conf: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (conf / name).parent.mkdir(parents=True, exist_ok=True)
        (conf / name).write_text(text, encoding="utf-8")
    forget()


def found(conf: Path, name: str, settings: Settings = COUPLED) -> list[tuple[str, Diagnostic]]:
    """What is found in a file, each with the text of its place."""
    told = []
    for source in read(str((conf / name).relative_to(Path.cwd())), settings):
        told += [(source.text[each.span.start : each.span.end], each) for each in lint(source, settings)]
    return told


def composed(conf: Path, *overrides: str) -> dict[str, Any]:
    """What Hydra makes of config.yaml."""
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(conf), version_base=None):
        whole = OmegaConf.to_container(compose("config", list(overrides)))
    assert isinstance(whole, dict)
    return {str(key): value for key, value in whole.items()}


def reach(whole: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        whole = whole[key]
    return whole


# The files, the one that is linted, how Hydra is asked for it, and the keys of the optimizer in what Hydra composes.
CASES: dict[str, tuple[dict[str, str], str, tuple[str, ...], tuple[str, ...]]] = {
    "of a group": (
        {"optimizer/adam.yaml": ADAM, "config.yaml": f"{LIST}  - _self_\noptimizer:\n  weight_decay: 0.1\n"},
        "config.yaml",
        (),
        ("optimizer",),
    ),
    "of a group, itself not in the list": (
        {"optimizer/adam.yaml": ADAM, "config.yaml": f"{LIST}optimizer:\n  weight_decay: 0.1\n"},
        "config.yaml",
        (),
        ("optimizer",),
    ),
    "before a group that says nothing of it": (
        {
            "optimizer/adam.yaml": ADAM,
            "config.yaml": "defaults:\n  - _self_\n  - optimizer: adam\noptimizer:\n  weight_decay: 0.1\n",
        },
        "config.yaml",
        (),
        ("optimizer",),
    ),
    "an experiment": (
        {
            "model/net.yaml": MODEL,
            "config.yaml": "defaults:\n  - _self_\n  - model: net\n  - experiment: null\n",
            "experiment/decay.yaml": "# @package _global_\n\ndefaults:\n  - override /model: net\n\n"
            "model:\n  optimizer:\n    weight_decay: 0.1\n",
        },
        "experiment/decay.yaml",
        ("experiment=decay",),
        ("model", "optimizer"),
    ),
    "another file of its folder": (
        {
            "model/net.yaml": MODEL,
            "model/big.yaml": "defaults:\n  - net\n\noptimizer:\n  weight_decay: 0.1\n",
            "config.yaml": "defaults:\n  - _self_\n  - model: big\n",
        },
        "model/big.yaml",
        (),
        ("model", "optimizer"),
    ),
    "a group below its own": (
        {
            "model/optimizer/adam.yaml": ADAM,
            "model/big.yaml": "defaults:\n  - optimizer: adam\n  - _self_\n\noptimizer:\n  weight_decay: 0.1\n",
            "config.yaml": "defaults:\n  - _self_\n  - model: big\n",
        },
        "model/big.yaml",
        (),
        ("model", "optimizer"),
    ),
    "a group under keys of another name": (
        {
            "optimizer/adam.yaml": ADAM,
            "config.yaml": "defaults:\n  - optimizer@net.critic: adam\n  - _self_\n"
            "net:\n  critic:\n    weight_decay: 0.1\n",
        },
        "config.yaml",
        (),
        ("net", "critic"),
    ),
    "a group of the root under keys of a group": (
        {
            "optimizer/adam.yaml": ADAM,
            "model/big.yaml": "defaults:\n  - /optimizer@critic: adam\n  - _self_\ncritic:\n  weight_decay: 0.1\n",
            "config.yaml": "defaults:\n  - _self_\n  - model: big\n",
        },
        "model/big.yaml",
        (),
        ("model", "critic"),
    ),
    "an experiment that chooses under keys of another name": (
        {
            "optimizer/sgd.yaml": SGD,
            "optimizer/adam.yaml": ADAM,
            "config.yaml": "defaults:\n  - optimizer@critic: sgd\n  - _self_\n  - experiment: null\n",
            "experiment/decay.yaml": "# @package _global_\n\ndefaults:\n  - override /optimizer@critic: adam\n\n"
            "critic:\n  weight_decay: 0.1\n",
        },
        "experiment/decay.yaml",
        ("experiment=decay",),
        ("critic",),
    ),
}


@pytest.mark.parametrize(("files", "name", "overrides", "keys"), CASES.values(), ids=CASES)
def test_a_decay_that_hydra_hands_to_an_adam_of_another_file_is_found(
    files: dict[str, str], name: str, overrides: tuple[str, ...], keys: tuple[str, ...], conf: Path
) -> None:
    plant(conf, files)
    optimizer = reach(composed(conf, *overrides), *keys)
    assert (optimizer["_target_"], optimizer["weight_decay"]) == ("torch.optim.Adam", 0.1)
    ((text, each),) = found(conf, name)
    assert text == "weight_decay: 0.1"
    assert each.fix is None
    assert "by hand, because the class is named in `conf/" in each.help
    (label,) = each.labels
    assert label.text == "builds a coupled Adam"
    plant(conf, {path: text.replace("torch.optim.Adam", "torch.optim.AdamW") for path, text in files.items()})
    assert found(conf, name) == []


HEAD = f"{LIST}  - _self_\n"
SILENT = {
    "another optimizer": {"optimizer/adam.yaml": SGD, "config.yaml": f"{HEAD}optimizer:\n  weight_decay: 0.1\n"},
    "a zero": {"optimizer/adam.yaml": ADAM, "config.yaml": f"{HEAD}optimizer:\n  weight_decay: 0\n"},
    "another table": {"optimizer/adam.yaml": ADAM, "config.yaml": f"{HEAD}other:\n  weight_decay: 0.1\n"},
    "no such file": {"config.yaml": f"{HEAD}optimizer:\n  weight_decay: 0.1\n"},
    "what goes over it": {
        "optimizer/adam.yaml": ADAM + "weight_decay: 0\n",
        "config.yaml": "defaults:\n  - _self_\n  - optimizer: adam\noptimizer:\n  weight_decay: 0.1\n",
    },
    "a package": {
        "optimizer/adam.yaml": f"# @package elsewhere\n{ADAM}",
        "config.yaml": f"{HEAD}optimizer:\n  weight_decay: 0.1\n",
    },
    "a package in the list": {
        "optimizer/adam.yaml": ADAM,
        "config.yaml": "defaults:\n  - optimizer@elsewhere: adam\n  - _self_\noptimizer:\n  weight_decay: 0.1\n",
    },
    "a name that is put together": {
        "optimizer/adam.yaml": ADAM,
        "config.yaml": "defaults:\n  - optimizer: ${name}\nname: adam\noptimizer:\n  weight_decay: 0.1\n",
    },
    "a class of its own": {
        "optimizer/adam.yaml": ADAM,
        "config.yaml": f"{HEAD}optimizer:\n  _target_: torch.optim.AdamW\n  weight_decay: 0.1\n",
    },
    "two files for one place": {
        "optimizer/adam.yaml": ADAM,
        "optimizer/sgd.yaml": SGD,
        "config.yaml": f"{LIST}  - optimizer: sgd\n  - _self_\noptimizer:\n  weight_decay: 0.1\n",
    },
    "no list of Hydra": {
        "optimizer/adam.yaml": ADAM,
        "config.yaml": "defaults: {optimizer: adam}\noptimizer:\n  weight_decay: 0.1\n",
    },
    "a file that is no YAML": {
        "optimizer/adam.yaml": "{% x %}",
        "config.yaml": f"{HEAD}optimizer:\n  weight_decay: 1\n",
    },
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_what_is_not_plain_is_left_alone(files: dict[str, str], conf: Path) -> None:
    plant(conf, files)
    assert found(conf, "config.yaml") == []


def test_the_document_shows_one(conf: Path) -> None:
    _, shown = (each.text for each in blocks(PROJECT / "docs" / "configs.md") if each.info == "yaml")
    plant(conf, {"experiment/strong.yaml": shown.split("\n", 1)[1], "model/net.yaml": MODEL})
    assert [text for text, _ in found(conf, "experiment/strong.yaml")] == ["weight_decay: 0.1"]


def test_a_decay_of_the_other_file_is_its_own_finding(conf: Path) -> None:
    plant(conf, {"optimizer/adam.yaml": ADAM + "weight_decay: 0.2\n", "config.yaml": f"{HEAD}optimizer:\n  lr: 0.1\n"})
    assert found(conf, "config.yaml") == []
    ((text, each),) = found(conf, "optimizer/adam.yaml")
    assert text == "weight_decay: 0.2"
    assert each.fix is not None


def test_a_switch_of_either_file_counts(conf: Path) -> None:
    nadam = "_target_: torch.optim.NAdam\n"
    own = f"{HEAD}optimizer:\n  weight_decay: 0.1\n"
    plant(conf, {"optimizer/adam.yaml": nadam, "config.yaml": own})
    assert len(found(conf, "config.yaml")) == 1
    plant(conf, {"optimizer/adam.yaml": nadam + "decoupled_weight_decay: true\n"})
    assert found(conf, "config.yaml") == []
    plant(conf, {"config.yaml": own + "  decoupled_weight_decay: false\n"})
    assert len(found(conf, "config.yaml")) == 1


def test_what_is_remembered_goes_with_the_other_file(conf: Path) -> None:
    from click.testing import CliRunner

    from adamw_lint.cli import main

    plant(conf, {"optimizer/adam.yaml": ADAM, "config.yaml": f"{HEAD}optimizer:\n  weight_decay: 0.1\n"})

    def run() -> int:
        return CliRunner().invoke(main, ["--cache-dir", "cache", "--format", "concise", "conf/config.yaml"]).exit_code

    assert [run(), run()] == [1, 1]
    plant(conf, {"optimizer/adam.yaml": ADAM.replace("Adam", "AdamW")})
    assert run() == 0
