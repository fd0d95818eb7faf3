"""Runs the optimizers of torch and of what is built on it; float64."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from adamw_lint.measure.protocol import Array, Trial

if TYPE_CHECKING:
    from collections.abc import Callable


def torch_trial(
    build: Callable[[torch.nn.Parameter, float, float], torch.optim.Optimizer],
    moved: str | None = None,
    with_copies: bool = True,
) -> Trial:
    """The trial of a torch optimizer; `build(parameter, rate, decay)` constructs it over one 2-D float64 parameter.

    Where its state holds copies of the weights, from which the next step is taken, they are set anew with the weights,
    unless `with_copies` is false. `moved` names one of them whose updates are wanted, not those of the weights.
    """

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        parameter = torch.nn.Parameter(torch.from_numpy(weights[0].copy()))
        copies = _copies(build, parameter) if with_copies else ()
        optimizer = build(parameter, rate, decay)
        step = _stepping(optimizer)
        updates = []
        for weight, gradient in zip(weights, gradients, strict=True):
            _put(parameter, optimizer, copies, weight, gradient)
            step()
            after = parameter if moved is None else _state(optimizer, parameter)[moved]
            updates.append(after.detach().numpy() - weight)
        return np.stack(updates)

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


_STILL = 1e-30  # a rate at which nothing moves, and which every constructor takes


def _copies(build: Callable[..., torch.optim.Optimizer], like: torch.nn.Parameter) -> tuple[str, ...]:
    """The names in the state of what begins as a copy of the weights, which a step without effect leaves as it is."""
    parameter = torch.nn.Parameter(torch.linspace(0.5, 1.5, like.numel(), dtype=like.dtype).reshape(like.shape))
    optimizer = build(parameter, _STILL, 0.0)
    parameter.grad = torch.ones_like(parameter)
    _stepping(optimizer)()
    state = _state(optimizer, parameter).items()
    plain = ((name, value) for name, value in state if type(value) is torch.Tensor and value.numel() == like.numel())
    return tuple(name for name, value in plain if torch.equal(value.reshape(like.shape), parameter.detach()))


def _stepping(optimizer: torch.optim.Optimizer) -> Callable[[], object]:
    """What takes a step: in training, where that is to be said, and with a closure where it is needed."""
    getattr(optimizer, "train", lambda: None)()
    closure = inspect.signature(type(optimizer).step).parameters.get("closure")
    if closure is None or closure.default is not inspect.Parameter.empty:
        return optimizer.step
    return partial(optimizer.step, lambda: torch.zeros(()))


def _state(optimizer: torch.optim.Optimizer, parameter: torch.nn.Parameter) -> dict[str, Any]:
    return dict(optimizer.state.get(parameter, {}))


def _put(
    parameter: torch.nn.Parameter,
    optimizer: torch.optim.Optimizer,
    copies: tuple[str, ...],
    weight: Array,
    gradient: Array,
) -> None:
    """Set the weights, and what are copies of them, and give them a gradient."""
    state = _state(optimizer, parameter)
    kept = [state[name] for name in copies if name in state]
    whole = [copy for copy in kept if copy.numel() == weight.size]  # a copy of zeros may be kept as a number
    with torch.no_grad():
        for tensor in (parameter, *whole):
            tensor.copy_(torch.from_numpy(weight).reshape(tensor.shape))
    parameter.grad = torch.from_numpy(gradient.copy())
