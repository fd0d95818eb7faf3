"""Optimizers written by hand are run before and after their fix: κ is −1 and then 0, and the update is AdamW's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from pages import examples, rewritten
from specimens import STEPS

from adamw_lint.measure import Array, Trial, measure
from adamw_lint.measure.with_torch import torch_trial
from adamw_lint.rulebook import Coupling

WRITTEN = {str(each): each.code for each in STEPS if each.safety}
WRITTEN |= {str(each): each.code for each in examples("coupled-step") if each.fixed}
SETTINGS = {"beta1": 0.9, "beta2": 0.999}


def trial(code: str) -> Trial:
    """One run of the optimizer that a text leaves behind: a class of torch, a function of lists, a class of NumPy."""
    space: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "train.py", "exec"), space)
    built = [value for value in space.values() if isinstance(value, type) and value.__module__ == "example"]
    if not built:
        return of_lists(space["written"])
    if issubclass(built[0], torch.optim.Optimizer):
        return torch_trial(lambda parameter, rate, decay: built[0]([parameter], lr=rate, weight_decay=decay))
    return of_arrays(built[0])


def of_lists(step: Any) -> Trial:
    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        m, v = torch.zeros(weights[0].shape, dtype=torch.float64), torch.zeros(weights[0].shape, dtype=torch.float64)
        updates = []
        for weight, gradient in zip(weights, gradients, strict=True):
            p = torch.from_numpy(weight.copy())
            step([p], [torch.from_numpy(gradient.copy())], [m], [v], rate, weight_decay=decay, **SETTINGS)
            updates.append(p.numpy() - weight)
        return np.stack(updates)

    return run


def of_arrays(cls: Any) -> Trial:
    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        optimizer = cls()
        vars(optimizer).update(SETTINGS, lr=rate, decay=decay, m=0, v=0)
        updates = []
        for weight, gradient in zip(weights, gradients, strict=True):
            w = weight.copy()
            optimizer.update(w, gradient)
            updates.append(w - weight)
        return np.stack(updates)

    return run


@pytest.mark.parametrize("name", WRITTEN)
def test_before_the_fix_the_decay_is_divided_by_the_gradient(name: str) -> None:
    found = measure(trial(WRITTEN[name]))
    assert found.exponent == pytest.approx(-1, abs=0.02)
    assert found.coupling is Coupling.COUPLED


@pytest.mark.parametrize("name", WRITTEN)
def test_after_the_fix_every_weight_shrinks_by_the_same_factor(name: str) -> None:
    found = measure(trial(rewritten(WRITTEN[name], "coupled-step")))
    assert found.exponent == pytest.approx(0, abs=0.001)
    assert found.level == pytest.approx(1, abs=0.001)
    assert found.coupling is Coupling.DECOUPLED
