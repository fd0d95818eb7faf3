"""AdamW's formula in NumPy, step by step, to hold the optimizers of any library against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

Weights = list[np.ndarray]


def adamw(
    start: Iterable[np.ndarray],
    gradients: Iterable[Sequence[np.ndarray]],
    decays: Sequence[float],
    rate: float,
    epsilon: float = 1e-8,
) -> Weights:
    """The weights after the steps that `gradients` lists: arXiv 1711.05101, algorithm 2, the decay scaled by η.

    `start`, each entry of `gradients` and `decays` go together, one for each weight, in shapes of their own.
    """
    weights = [np.array(each) for each in start]
    first, second = ([np.zeros_like(each) for each in weights] for _ in range(2))
    for count, step in enumerate(gradients, 1):
        for index, grad in enumerate(step):
            first[index] = 0.9 * first[index] + 0.1 * grad
            second[index] = 0.999 * second[index] + 0.001 * grad**2
            adaptive = first[index] / (1 - 0.9**count) / (np.sqrt(second[index] / (1 - 0.999**count)) + epsilon)
            weights[index] = (1 - rate * decays[index]) * weights[index] - rate * adaptive
    return weights


def is_close(found: Weights, wanted: Weights) -> bool:
    """Whether weights agree as far as 32 bits and a dozen steps let them."""
    return all(np.allclose(a, b, rtol=1e-4, atol=2e-5) for a, b in zip(found, wanted, strict=True))
