"""The fixed specimens of MLX, run by the real MLX where it is installed: their updates are AdamW's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import Example, examples
from trajectories import Weights, adamw, is_close

mx = pytest.importorskip("mlx.core")
nn = pytest.importorskip("mlx.nn")

FOLDER = Path(__file__).parent / "frameworks" / "mlx"
RATE, DECAY, STEPS = 1e-2, 0.1, 12
NAMES = ("weight", "bias")


def fixed(rule: str) -> Example:
    """The first example of a rule, which defines what the tests call."""
    return next(each for each in examples(rule, FOLDER / f"{rule}.md") if each.fixed is not None)


def start() -> Weights:
    random = np.random.default_rng(0)
    return [random.normal(size=(3, 4)), random.normal(size=3)]


def linear() -> Any:
    model = nn.Linear(4, 3)
    model.update({name: mx.array(each.astype("float32")) for name, each in zip(NAMES, start(), strict=True)})
    return model


def weights(model: Any) -> Weights:
    return [np.array(model[name]) for name in NAMES]


def defined(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def spared(code: str, gradients: list[Weights]) -> Weights:
    model, names = linear(), defined(code)
    for step in gradients:
        names["step"](model, {name: mx.array(each.astype("float32")) for name, each in zip(NAMES, step, strict=True)})
    return weights(model)


def test_an_optimizer_of_their_own_spares_biases() -> None:
    example, random = fixed("decayed-norms"), np.random.default_rng(1)
    gradients = [[random.normal(size=each.shape) for each in start()] for _ in range(STEPS)]
    wanted = adamw(start(), gradients, [DECAY, 0.0], RATE)
    assert example.fixed is not None
    assert is_close(spared(example.fixed.text, gradients), wanted)
    assert not is_close(spared(example.code, gradients), wanted)


X = np.random.default_rng(2).normal(size=(8, 4))
Y = np.random.default_rng(3).normal(size=(8, 3)) * [1e-2, 1, 1e2]


def penalised(code: str) -> Weights:
    model, names = linear(), defined(code)
    for _ in range(STEPS):
        names["step"](model, mx.array(X.astype("float32")), mx.array(Y.astype("float32")))
    return weights(model)


def formula() -> Weights:
    """AdamW on the mean square alone, a gradient at a time."""
    gradients: list[Weights] = []
    for _ in range(STEPS):
        weight, bias = adamw(start(), gradients, [DECAY, DECAY], RATE)
        error = 2 * (X @ weight.T + bias - Y) / Y.size
        gradients.append([error.T @ X, error.sum(axis=0)])
    return adamw(start(), gradients, [DECAY, DECAY], RATE)


def test_a_penalty_that_was_moved_decays_decoupled() -> None:
    example = fixed("l2-in-loss")
    assert example.fixed is not None
    assert is_close(penalised(example.fixed.text), formula())
    assert not is_close(penalised(example.code), formula())
