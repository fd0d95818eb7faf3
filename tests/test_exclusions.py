"""The fixed exclusions are run with the real torch: before the fix norms or biases decay, after it weights alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from pages import rewritten
from specimens import UNMATCHED, Specimen
from torch import nn

PROVED = [specimen for specimen in UNMATCHED if specimen.safety]


def decayed(code: str) -> tuple[set[str], set[str]]:
    """The names of the parameters that decay, and of those that do not, once a program has run."""
    space: dict[str, Any] = {"args": SimpleNamespace(resume=None), "__name__": "example"}
    exec(compile(code, "train.py", "exec"), space)
    names = {parameter: name for name, parameter in space["model"].named_parameters()}
    found: tuple[set[str], set[str]] = (set(), set())
    for group in space["opt"].param_groups:
        found[group["weight_decay"] == 0].update(names[parameter] for parameter in group["params"])
    assert set(names.values()) == found[0] | found[1]
    return found


def to_spare(code: str) -> set[str]:
    """The biases and norm scales of a program's model."""
    space: dict[str, Any] = {"args": SimpleNamespace(resume=None), "__name__": "example"}
    exec(compile(code, "train.py", "exec"), space)
    model: nn.Module = space["model"]
    norms = {name for name, module in model.named_modules() if "Norm" in type(module).__name__}
    names = [name for name, _ in model.named_parameters()]
    return {name for name in names if "bias" in name or name.rpartition(".")[0] in norms}


@pytest.mark.parametrize("specimen", PROVED, ids=str)
def test_the_fixed_groups_spare_just_the_norms_and_biases(specimen: Specimen) -> None:
    torch.manual_seed(0)
    before, _ = decayed(specimen.code)
    wanted = to_spare(specimen.code)
    assert before & wanted
    after, spared = decayed(rewritten(specimen.code, specimen.rule))
    assert spared == wanted
    assert after.isdisjoint(wanted)
    assert after
