"""Runs the optimizers of Keras 3; float64, for which the JAX backend has to be told beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def keras_trial(build: Callable[[float, float], Any]) -> Trial:
    """The trial of an optimizer that `build(rate, decay)` returns."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        before = keras.config.floatx()
        keras.config.set_floatx("float64")
        try:
            variable = keras.Variable(weights[0], dtype="float64", name="kernel")
            optimizer = build(rate, decay)
            optimizer.build([variable])
            steps = zip(weights, gradients, strict=True)
            return np.stack([_step(optimizer, variable, weight, gradient) for weight, gradient in steps])
        finally:
            keras.config.set_floatx(before)

    return run


def _step(optimizer: Any, variable: Any, weight: Array, gradient: Array) -> Array:
    variable.assign(weight)
    optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")])
    return np.asarray(keras.ops.convert_to_numpy(variable) - weight)
