"""Runs the optimizers of torch and of what is built on it; float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def torch_trial(build: Callable[[torch.nn.Parameter, float, float], torch.optim.Optimizer]) -> Trial:
    """The trial of a torch optimizer; `build(parameter, rate, decay)` constructs it over one 2-D float64 parameter."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        parameter = torch.nn.Parameter(torch.from_numpy(weights[0].copy()))
        optimizer = build(parameter, rate, decay)
        steps = zip(weights, gradients, strict=True)
        return np.stack([_step(optimizer, parameter, weight, gradient) for weight, gradient in steps])

    return run


def torch_trial_like(optimizer: torch.optim.Optimizer, group: int = 0) -> Trial:
    """The trial of a torch optimizer of the same class, with the settings of one of its parameter groups.

    In the group the learning rate and the decay are taken to be called `lr` and `weight_decay`, and what the class was
    given beside its groups is its default again. Raises KeyError where the group has no such decay.
    """
    settings = {key: value for key, value in optimizer.param_groups[group].items() if key != "params"}
    _ = settings["weight_decay"]
    construct: Callable[..., torch.optim.Optimizer] = type(optimizer)
    return torch_trial(
        lambda parameter, rate, decay: construct(
            [{**settings, "params": [parameter], "lr": rate, "weight_decay": decay}]
        )
    )


def _step(optimizer: torch.optim.Optimizer, parameter: torch.nn.Parameter, weight: Array, gradient: Array) -> Array:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(weight))
    parameter.grad = torch.from_numpy(gradient.copy())
    optimizer.step()
    return np.asarray(parameter.detach().numpy() - weight)
