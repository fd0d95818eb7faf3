"""The fixed specimen of TensorFlow, run by the real TensorFlow where it is installed: its updates are AdamW's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import examples
from trajectories import Weights, adamw, is_close

tensorflow = pytest.importorskip("tensorflow")

PAGE = Path(__file__).parent / "frameworks" / "tensorflow" / "l2-in-loss.md"
RATE, DECAY, STEPS = 1e-2, 0.1, 12
X = np.random.default_rng(2).normal(size=(8, 4))
Y = np.random.default_rng(3).normal(size=(8, 3)) * [1e-2, 1, 1e2]


def start() -> Weights:
    random = np.random.default_rng(0)
    return [random.normal(size=(4, 3)), random.normal(size=3)]


def run(code: str) -> Weights:
    model = tensorflow.keras.Sequential([tensorflow.keras.Input((4,)), tensorflow.keras.layers.Dense(3)])
    model.set_weights(start())
    names: dict[str, Any] = {"model": model}
    exec(code, names)
    for _ in range(STEPS):
        names["step"](X.astype("float32"), Y.astype("float32"))
    return [np.asarray(each) for each in model.get_weights()]


def formula() -> Weights:
    """AdamW on the mean square alone, a gradient at a time."""
    gradients: list[Weights] = []
    for _ in range(STEPS):
        weight, bias = adamw(start(), gradients, [DECAY, DECAY], RATE, epsilon=1e-7)
        error = 2 * (X @ weight + bias - Y) / Y.size
        gradients.append([X.T @ error, error.sum(axis=0)])
    return adamw(start(), gradients, [DECAY, DECAY], RATE, epsilon=1e-7)


def test_the_fixed_code_follows_the_formula() -> None:
    example = next(each for each in examples(PAGE.stem, PAGE) if each.fixed is not None)
    assert example.fixed is not None
    assert is_close(run(example.fixed.text), formula())
    assert not is_close(run(example.code), formula())
