"""Runs the gradient transformations of optax; float64, which JAX is switched to while they run."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
import optax

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


_FAR = 1e30  # the loss, of which some take the rate where it is small


def optax_trial(build: Callable[[float, float], Any]) -> Trial:
    """The trial of a gradient transformation that `build(rate, decay)` returns."""

    @cache
    def compiled(rate: float, decay: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """What makes a state and what takes a step; to compile a step takes longer than to run it."""
        transformation = optax.with_extra_args_support(build(rate, decay))
        return transformation.init, jax.jit(partial(transformation.update, value=_FAR))

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        with jax.enable_x64(True):
            init, step = compiled(rate, decay)
            state = init(jax.numpy.asarray(weights[0]))
            updates = []
            for weight, gradient in zip(weights, gradients, strict=True):
                update, state = step(jax.numpy.asarray(gradient), state, jax.numpy.asarray(weight))
                updates.append(np.asarray(update))
            return np.stack(updates)

    return run
