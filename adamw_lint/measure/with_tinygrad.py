"""Runs the optimizers of tinygrad; float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from tinygrad import Context, Tensor, dtypes

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def tinygrad_trial(build: Callable[[Any, float, float], Any]) -> Trial:
    """The trial of an optimizer; `build(parameter, rate, decay)` constructs it over one 2-D float64 parameter."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        parameter = Tensor(weights[0], dtype=dtypes.float64).realize()
        optimizer = build(parameter, rate, decay)
        steps = zip(weights, gradients, strict=True)
        return np.stack([_step(optimizer, parameter, weight, gradient) for weight, gradient in steps])

    return run


def _step(optimizer: Any, parameter: Any, weight: Array, gradient: Array) -> Array:
    parameter.assign(Tensor(weight, dtype=dtypes.float64)).realize()
    parameter.grad = Tensor(gradient, dtype=dtypes.float64)
    with Context(TRAINING=1):
        optimizer.step()
    return np.asarray(parameter.numpy() - weight)
