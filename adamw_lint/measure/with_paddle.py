"""Runs the optimizers of Paddle; float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import paddle

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def paddle_trial(build: Callable[[Any, float, float], Any]) -> Trial:
    """The trial of an optimizer; `build(parameter, rate, decay)` constructs it over one 2-D float64 parameter."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        paddle.set_device("cpu")
        parameter = paddle.create_parameter(list(weights[0].shape), "float64")
        parameter.set_value(weights[0])
        optimizer = build(parameter, rate, decay)
        steps = zip(weights, gradients, strict=True)
        return np.stack([_step(optimizer, parameter, weight, gradient) for weight, gradient in steps])

    return run


def _step(optimizer: Any, parameter: Any, weight: Array, gradient: Array) -> Array:
    parameter.set_value(weight)
    parameter.clear_gradient()
    (parameter * paddle.to_tensor(gradient)).sum().backward()
    optimizer.step()
    return np.asarray(parameter.numpy() - weight)
