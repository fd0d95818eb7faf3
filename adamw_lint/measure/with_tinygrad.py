"""Runs the optimizers of tinygrad; float64."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from tinygrad import Context, Tensor, TinyJit, dtypes

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ.setdefault("OPTIM_DTYPE", "float64")  # what the state is kept in, read when the first optimizer is built


def tinygrad_trial(build: Callable[[Any, float, float], Any]) -> Trial:
    """The trial of an optimizer; `build(parameter, rate, decay)` constructs it over one 2-D float64 parameter."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        parameter = Tensor(weights[0], dtype=dtypes.float64).realize()
        step = TinyJit(_step(build(parameter, rate, decay), parameter))  # traced anew, a step takes six times as long
        steps = zip(_tensors(weights), _tensors(gradients), strict=True)
        with Context(TRAINING=1):
            return np.stack([step(weight, gradient).numpy() for weight, gradient in steps])

    return run


def _tensors(arrays: Array) -> list[Any]:
    return [Tensor(array, dtype=dtypes.float64).realize() for array in arrays]


def _step(optimizer: Any, parameter: Any) -> Callable[[Any, Any], Any]:
    def step(weight: Any, gradient: Any) -> Any:
        parameter.assign(weight).realize()
        parameter.grad = gradient
        optimizer.step()
        return (parameter - weight).realize()

    return step
