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
