"""The fixed specimens of Keras, run by the real Keras: their updates are AdamW's, and before the fix they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from pages import Example, examples
from trajectories import Weights, adamw, is_close

FOLDER = Path(__file__).parent / "frameworks" / "keras"
RULES = ("decayed-norms", "l2-in-loss")
FIXED = {str(each): each for rule in RULES for each in examples(rule, FOLDER / f"{rule}.md") if each.fixed is not None}
DECAY, STEPS = 0.1, 12
SPARED = ("bias", "gamma", "beta")


def gradients(start: Weights) -> list[Weights]:
    random = np.random.default_rng(1)
    return [[random.normal(size=each.shape) for each in start] for _ in range(STEPS)]


def built(code: str) -> tuple[Any, Any]:
    names: dict[str, Any] = {}
    exec(code, names)
    return names["model"], names["model"].optimizer


def start(model: Any) -> Weights:
    """Weights of the same random sizes for every variable, none of them zero."""
    random = np.random.default_rng(0)
    return [random.normal(size=tuple(each.shape)) for each in model.trainable_variables]


def run(model: Any, optimizer: Any) -> Weights:
    """The weights after some steps, each gradient with that of the variable's own penalty."""
    variables = model.trainable_variables
    for variable, value in zip(variables, start(model), strict=True):
        variable.assign(value)
    for step in gradients(start(model)):
        penalised = [2 * float(each.regularizer.l2) if each.regularizer else 0.0 for each in variables]
        now = [np.asarray(keras.ops.convert_to_numpy(each)) for each in variables]
        full = [grad + factor * weight for grad, factor, weight in zip(step, penalised, now, strict=True)]
        optimizer.apply([keras.ops.convert_to_tensor(each, "float32") for each in full], variables)
    return [np.asarray(keras.ops.convert_to_numpy(each)) for each in variables]


def formula(model: Any, rate: float, spares: bool) -> Weights:
    decays = [0.0 if spares and each.name in SPARED else DECAY for each in model.trainable_variables]
    return adamw(start(model), gradients(start(model)), decays, rate, epsilon=1e-7)


@pytest.mark.parametrize("example", FIXED.values(), ids=FIXED)
def test_the_fixed_code_follows_the_formula(example: Example) -> None:
    assert example.fixed is not None
    model, optimizer = built(example.fixed.text)
    wanted = formula(model, float(optimizer.learning_rate), spares="exclude_from" in example.fixed.text)
    assert is_close(run(model, optimizer), wanted)
    assert not is_close(run(*built(example.code)), wanted)
