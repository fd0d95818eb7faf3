"""Runs the optimizers of TensorFlow 1, of tf_keras and of TensorFlow Addons, without a graph; float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def tensorflow_trial(build: Callable[[float, float], Any]) -> Trial:
    """The trial of an optimizer that `build(rate, decay)` returns."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        variable = tensorflow.Variable(weights[0], dtype="float64", name="kernel")
        optimizer = build(rate, decay)
        steps = zip(weights, gradients, strict=True)
        return np.stack([_step(optimizer, variable, weight, gradient) for weight, gradient in steps])

    return run


def _step(optimizer: Any, variable: Any, weight: Array, gradient: Array) -> Array:
    variable.assign(weight)
    optimizer.apply_gradients([(tensorflow.constant(gradient, dtype="float64"), variable)])
    return np.asarray(variable.numpy() - weight)
