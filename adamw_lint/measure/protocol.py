"""Runs an optimizer and measures how its weight decay acts: through the adaptive step, beside it, or not at all.

Needs numpy, which the linter itself does not.

The idea, in one formula: a decay λ moves a weight θ, whose gradient has the size |g|, in one step by

    η · λ · θ · level · |g|^κ        η the learning rate, level and κ numbers that characterise the optimizer

and the *coupling exponent* κ is what arXiv 1711.05101 argues about: 0 where every weight shrinks by the same factor,
−1 where the decay is divided by the size of the gradient. κ does not tell everything: plain gradient descent that
adds λθ to its gradient has κ = 0 too. So three more numbers are measured: `level`; how the decay grows with the
learning rate; and its `echo`, what is left of the decay in the optimizer's state once the weights are zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from adamw_lint.rulebook import Coupling

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

RATE = 1e-3
DECAY = 0.1
SCALES = tuple(10.0**exponent for exponent in range(2, 9))
COARSE = tuple(10.0 ** (exponent / 2) for exponent in range(2, 9))
STEPS = 60
WARM_UP = 20
SHAPE = (16, 16)
TOLERANCE = 0.02


class Trial(Protocol):
    """One run of a fresh optimizer, in any framework: all that is to be written to measure another one."""

    def __call__(self, rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        """Take a step from each of `weights` with each of `gradients` and return the updates θ_after − θ_before.

        All three arrays are float64 of shape (steps, rows, columns). Before each step the weights are set anew, while
        the optimizer's state is kept. `rate` is η and `decay` λ.
        """


@dataclass(frozen=True, slots=True)
class Measurement:
    """How a decay acts; every number is without unit.

    `exponent` is κ; `level` the strength relative to ηλθ for gradients of size 1, negative where weights grow;
    `rate_exponent` is 1 where twice the learning rate decays twice as fast and 0 where it makes no difference; `echo`
    the part of the decay's effect that comes back a step after the weights were set to zero. A decay without any
    effect has a level of 0, and its exponents are NaN.
    """

    exponent: float
    level: float
    rate_exponent: float
    echo: float

    @property
    def coupling(self) -> Coupling:
        """The word for these numbers, each taken as reached within `TOLERANCE`.

        An optimizer without memory (no momentum, no moments) is called decoupled even if it adds λθ to its gradient:
        the two are then one and the same update, and no measurement can tell them apart.
        """
        if self.level == 0:
            return Coupling.NONE
        if abs(self.exponent) > TOLERANCE or self.echo > TOLERANCE:
            return Coupling.COUPLED
        return Coupling.DECOUPLED if abs(self.rate_exponent - 1) <= TOLERANCE else Coupling.UNSCALED


def measure(trial: Trial, rate: float = RATE, decay: float = DECAY, scales: Sequence[float] = SCALES) -> Measurement:
    """Measure how the decay of an optimizer acts, at the learning rate `rate` and twice that, and at the decay `decay`.

    What computes in float32 has no room for all of `SCALES`, and next to a weight its steps at a rate of 0.001 are lost
    in rounding: it is measured at `COARSE` scales and a rate of 1. Raises whatever the trial raises.
    """
    shrinks = [shrink(trial, rate, decay, scale) for scale in scales]
    exponent, level = power_law([scale * decay for scale in scales], [by / (rate * decay) for by in shrinks])
    middle = len(scales) // 2
    doubled = shrink(trial, 2 * rate, decay, scales[middle])
    return Measurement(exponent, level, _doublings(shrinks[middle], doubled), echo(trial, rate, decay, scales[middle]))


def coupling_exponent(trial: Trial, rate: float = RATE, decay: float = DECAY) -> float:
    """κ: the slope of log(shrink) over log(size of the gradient), from 10² to 10⁸ times the size of λθ.

    NaN where the decay has no effect.
    """
    shrinks = [shrink(trial, rate, decay, scale) for scale in SCALES]
    return power_law(SCALES, shrinks)[0]


def shrink(trial: Trial, rate: float, decay: float, scale: float) -> float:
    """By how much the decay moves weights of mean size 1 towards zero in one step.

    The gradients have the size scale · λ|θ| and random signs: with constant ones an adaptive step is ±η whatever the
    decay adds to them. The mean is over all weights and over the steps after the first `WARM_UP`.
    """
    weights, gradients = _walk(decay, scale)
    effect = _effect(trial, rate, decay, weights, gradients)
    return float(-np.mean((effect * np.sign(weights))[WARM_UP:]))


def echo(trial: Trial, rate: float, decay: float, scale: float) -> float:
    """What is left of the decay's effect one step after the weights, and with them λθ, were set to zero.

    Relative to the effect a step before; 0 where it was none. It is exactly 0 for a decay that acts beside the
    gradient, and 0.9 for one that is averaged in a momentum of 0.9.
    """
    weights, gradients = _walk(decay, scale)
    weights[-1] = 0
    sizes = np.abs(_effect(trial, rate, decay, weights, gradients)).mean(axis=(1, 2))
    return float(sizes[-1] / sizes[-2]) if sizes[-2] else 0.0


def power_law(sizes: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The exponent and the factor of value = factor · size^exponent, fitted by least squares to the logarithms.

    The factor has the sign of the values' sum. (NaN, 0) where a value is zero: there is nothing to fit.
    """
    if not all(values):
        return math.nan, 0.0
    slope, intercept = np.polyfit(np.log(sizes), np.log(np.abs(values)), 1)
    return float(slope), math.copysign(math.exp(intercept), math.fsum(values))


def penalised(trial: Trial) -> Trial:
    """The same optimizer without its own decay, given a loss with the penalty λ/2·‖θ‖², whose gradient is λθ."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        return trial(rate, 0.0, weights, gradients + decay * weights)

    return run


def _walk(decay: float, scale: float) -> tuple[Array, Array]:
    """The same weights for every step, |θ| from 0.5 to 1.5 with a mean of 1, and gradients ±scale · λ|θ|."""
    random = np.random.default_rng(0)
    sizes = random.uniform(0.5, 1.5, SHAPE)
    weights = sizes / sizes.mean() * random.choice((-1.0, 1.0), SHAPE)
    signs = random.choice((-1.0, 1.0), (STEPS, *SHAPE))
    return np.tile(weights, (STEPS, 1, 1)), signs * scale * decay * np.abs(weights)


def _effect(trial: Trial, rate: float, decay: float, weights: Array, gradients: Array) -> Array:
    return trial(rate, decay, weights, gradients) - trial(rate, 0.0, weights, gradients)


def _doublings(before: float, after: float) -> float:
    return math.log2(after / before) if before * after > 0 else math.nan
