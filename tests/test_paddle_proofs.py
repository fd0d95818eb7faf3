"""The fixed specimens of Paddle, run by the real Paddle where it is installed: their updates are AdamW's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import Example, examples
from trajectories import Weights, adamw, is_close

paddle = pytest.importorskip("paddle")

FOLDER = Path(__file__).parent / "frameworks" / "paddle"
RULES = ("coupled-decay", "decayed-norms")
FIXED = {str(each): each for rule in RULES for each in examples(rule, FOLDER / f"{rule}.md") if each.fixed is not None}
RATE, DECAY, STEPS = 1e-2, 0.1, 12


def start() -> Weights:
    random = np.random.default_rng(0)
    return [random.normal(size=shape) for shape in ((4, 3), (3,), (3,), (3,))]  # a matrix, its bias, a norm's two


def gradients() -> list[Weights]:
    random = np.random.default_rng(1)
    return [[random.normal(size=each.shape) for each in start()] for _ in range(STEPS)]


def run(code: str) -> Weights:
    model = paddle.nn.Sequential(paddle.nn.Linear(4, 3), paddle.nn.LayerNorm(3))
    parameters = model.parameters()
    for parameter, value in zip(parameters, start(), strict=True):
        parameter.set_value(value.astype("float32"))
    names: dict[str, Any] = {"model": model}
    exec(code, names)
    for step in gradients():
        pairs = zip(parameters, step, strict=True)
        loss = sum((parameter * paddle.to_tensor(grad.astype("float32"))).sum() for parameter, grad in pairs)
        loss.backward()
        names["optimizer"].step()
        names["optimizer"].clear_grad()
    return [parameter.numpy() for parameter in parameters]


def formula(spares: bool) -> Weights:
    decays = [0.0 if spares and each.ndim < 2 else DECAY for each in start()]
    return adamw(start(), gradients(), decays, RATE)


@pytest.mark.parametrize("example", FIXED.values(), ids=FIXED)
def test_the_fixed_code_follows_the_formula(example: Example) -> None:
    assert example.fixed is not None
    wanted = formula(spares="ndim" in example.fixed.text)
    assert is_close(run(example.fixed.text), wanted)
    assert not is_close(run(example.code), wanted)


X = np.random.default_rng(2).normal(size=(8, 4))
Y = np.random.default_rng(3).normal(size=(8, 3)) * [1e-2, 1, 1e2]


def penalised(code: str) -> Weights:
    """A matrix and its bias after some steps of the script's own on a mean square."""
    model = paddle.nn.Linear(4, 3)
    for parameter, value in zip(model.parameters(), start(), strict=False):
        parameter.set_value(value.astype("float32"))
    names: dict[str, Any] = {"model": model}
    exec(code, names)
    for _ in range(STEPS):
        names["step"](*(paddle.to_tensor(each.astype("float32")) for each in (X, Y)))
    return [parameter.numpy() for parameter in model.parameters()]


def decayed() -> Weights:
    """AdamW on the mean square alone, a gradient at a time."""
    gradients: list[Weights] = []
    for _ in range(STEPS):
        weight, bias = adamw(start()[:2], gradients, [DECAY, DECAY], RATE)
        error = 2 * (X @ weight + bias - Y) / Y.size
        gradients.append([X.T @ error, error.sum(axis=0)])
    return adamw(start()[:2], gradients, [DECAY, DECAY], RATE)


def test_a_penalty_that_was_moved_decays_decoupled() -> None:
    example = next(each for each in examples("l2-in-loss", FOLDER / "l2-in-loss.md") if each.fixed is not None)
    assert example.fixed is not None
    assert is_close(penalised(example.fixed.text), decayed())
    assert not is_close(penalised(example.code), decayed())
