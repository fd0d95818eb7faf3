"""Runs the optimizers of MLX on the CPU; float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mlx.core
import numpy as np

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def mlx_trial(build: Callable[[float, float], Any]) -> Trial:
    """The trial of an optimizer that `build(rate, decay)` returns."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        with mlx.core.stream(mlx.core.cpu):
            optimizer = build(rate, decay)
            steps = zip(weights, gradients, strict=True)
            return np.stack([_step(optimizer, weight, gradient) for weight, gradient in steps])

    return run


def _step(optimizer: Any, weight: Array, gradient: Array) -> Array:
    before, slope = (mlx.core.array(each, dtype=mlx.core.float64) for each in (weight, gradient))
    after = optimizer.apply_gradients({"weight": slope}, {"weight": before})["weight"]
    mlx.core.eval(after, optimizer.state)
    return np.asarray(after) - weight
