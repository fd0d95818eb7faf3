"""Runs the optimizers of MindSpore on the CPU; float32, which is all that their kernels know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mindspore
import numpy as np

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def mindspore_trial(build: Callable[[Any, float, float], Any]) -> Trial:
    """The trial of an optimizer; `build(parameter, rate, decay)` constructs it over one 2-D float32 parameter."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        mindspore.set_device("CPU")
        parameter = mindspore.Parameter(_tensor(weights[0]), name="weight")
        optimizer = build(parameter, rate, decay)
        steps = zip(weights, gradients, strict=True)
        return np.stack([_step(optimizer, parameter, weight, gradient) for weight, gradient in steps])

    return run


def _step(optimizer: Any, parameter: Any, weight: Array, gradient: Array) -> Array:
    mindspore.ops.assign(parameter, _tensor(weight))
    optimizer((_tensor(gradient),))
    return np.asarray(parameter.asnumpy() - weight.astype(np.float32), dtype=np.float64)


def _tensor(array: Array) -> Any:
    return mindspore.Tensor(array, mindspore.float32)
