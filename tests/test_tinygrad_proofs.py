"""The fixed specimens of tinygrad, run by the real tinygrad where it is installed: their updates are AdamW's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import Example, examples
from trajectories import Weights, adamw, is_close

tinygrad = pytest.importorskip("tinygrad")

FOLDER = Path(__file__).parent / "frameworks" / "tinygrad"
RATE, DECAY, STEPS = 1e-2, 0.1, 5
X = np.random.default_rng(2).normal(size=(8, 4))
Y = np.random.default_rng(3).normal(size=(8, 3)) * [1e-2, 1, 1e2]


def fixed(rule: str) -> Example:
    """The first example of a rule, which needs nothing but the model."""
    return next(each for each in examples(rule, FOLDER / f"{rule}.md") if each.fixed is not None)


def start() -> Weights:
    random = np.random.default_rng(0)
    return [random.normal(size=(3, 4)), random.normal(size=3)]


def tensor(each: np.ndarray) -> Any:
    return tinygrad.Tensor(each.astype("float32"))


def run(code: str) -> Weights:
    """The weights of a linear layer that was trained on a mean square, with the step of the script if it has one."""
    model = tinygrad.nn.Linear(4, 3)
    model.weight.assign(tensor(start()[0])).realize()
    model.bias.assign(tensor(start()[1])).realize()
    names: dict[str, Any] = {"model": model}
    exec(code, names)
    with tinygrad.Tensor.train() if hasattr(tinygrad.Tensor, "train") else tinygrad.helpers.Context(TRAINING=1):
        for _ in range(STEPS):
            if "step" in names:
                names["step"](tensor(X), tensor(Y))
                continue
            names["optimizer"].zero_grad()
            (model(tensor(X)) - tensor(Y)).square().mean().backward()
            names["optimizer"].step()
    return [model.weight.numpy(), model.bias.numpy()]


def formula(decays: list[float]) -> Weights:
    """AdamW on the mean square alone, a gradient at a time."""
    gradients: list[Weights] = []
    for _ in range(STEPS):
        weight, bias = adamw(start(), gradients, decays, RATE)
        error = 2 * (X @ weight.T + bias - Y) / Y.size
        gradients.append([error.T @ X, error.sum(axis=0)])
    return adamw(start(), gradients, decays, RATE)


@pytest.mark.parametrize(("rule", "decays"), [("decayed-norms", [DECAY, 0.0]), ("l2-in-loss", [DECAY, DECAY])])
def test_the_fixed_code_follows_the_formula(rule: str, decays: list[float]) -> None:
    example = fixed(rule)
    assert example.fixed is not None
    assert is_close(run(example.fixed.text), formula(decays))
    assert not is_close(run(example.code), formula(decays))
