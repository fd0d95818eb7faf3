"""Runs the gradient transformations of optax; float64, which JAX is switched to while they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def optax_trial(build: Callable[[float, float], Any]) -> Trial:
    """The trial of a gradient transformation that `build(rate, decay)` returns."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        with jax.enable_x64(True):
            transformation = build(rate, decay)
            state = transformation.init(jax.numpy.asarray(weights[0]))
            step = jax.jit(transformation.update)
            updates = []
            for weight, gradient in zip(weights, gradients, strict=True):
                update, state = step(jax.numpy.asarray(gradient), state, jax.numpy.asarray(weight))
                updates.append(np.asarray(update))
            return np.stack(updates)

    return run
