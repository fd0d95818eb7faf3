"""The decoupled updates written out as their papers state them, in plain float64 tensors.

The proofs compare real optimizers with these formulas, so nothing here may call `torch.optim`. Every formula has the
shape `formula(weight, gradient, memory, settings) -> (weight, memory)` for one tensor, and changes no argument;
`trajectory` steps a whole dict of weights, each with its own settings, so that a spared weight has `decay=0.0`.
All begin with the decoupled decay of Loshchilov & Hutter, arXiv 1711.05101, Algorithm 2, scaled by the learning rate:

    θ ← (1 − ηλ) θ         and then the adaptive step, which is taken from a gradient that knows nothing of λ
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch
from torch import Tensor

Weights: TypeAlias = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Settings:
    """The hyperparameters of one weight: η, λ, β₁, β₂, ε and, for the Nesterov formula, ψ of the momentum schedule."""

    rate: float
    decay: float
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    momentum_decay: float = 4e-3


@dataclass(frozen=True, slots=True)
class Memory:
    """What a formula remembers of one weight: the step t, the moments m and v, and the product of the momenta."""

    step: int
    first: Tensor
    second: Tensor
    momenta: float = 1.0

    def after(self, gradient: Tensor, settings: Settings) -> Memory:
        """m_t = β₁ m + (1 − β₁) g and v_t = β₂ v + (1 − β₂) g² (Kingma & Ba, arXiv 1412.6980, Algorithm 1)."""
        first = settings.beta1 * self.first + (1 - settings.beta1) * gradient
        second = settings.beta2 * self.second + (1 - settings.beta2) * gradient**2
        return replace(self, step=self.step + 1, first=first, second=second)


Formula: TypeAlias = Callable[[Tensor, Tensor, Memory, Settings], tuple[Tensor, Memory]]


def adamw(weight: Tensor, gradient: Tensor, memory: Memory, settings: Settings) -> tuple[Tensor, Memory]:
    """θ_{t+1} = (1 − ηλ) θ_t − η m̂_t / (√v̂_t + ε), as DESIGN §1 and arXiv 1711.05101, Algorithm 2, state it."""
    now = memory.after(gradient, settings)
    first = now.first / (1 - settings.beta1**now.step)
    second = now.second / (1 - settings.beta2**now.step)
    step = settings.rate * first / (second.sqrt() + settings.epsilon)
    return _shrunk(weight, settings) - step, now


def nadamw(weight: Tensor, gradient: Tensor, memory: Memory, settings: Settings) -> tuple[Tensor, Memory]:
    """The same with Nesterov's momentum (Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop 2016).

    μ_t = β₁ (1 − ½ · 0.96^{tψ});  m̄_t = (1 − μ_t) g_t / (1 − Π_{i≤t} μ_i) + μ_{t+1} m_t / (1 − Π_{i≤t+1} μ_i)

    torch keeps Π μ_i in its default dtype whatever the weights' is, so it follows this to 1e-12 under `float64()` only,
    and to about 1e-10 in single precision.
    """
    now = memory.after(gradient, settings)
    momentum, following = _momentum(now.step, settings), _momentum(now.step + 1, settings)
    momenta = memory.momenta * momentum
    first = (1 - momentum) * gradient / (1 - momenta) + following * now.first / (1 - momenta * following)
    second = now.second / (1 - settings.beta2**now.step)
    step = settings.rate * first / (second.sqrt() + settings.epsilon)
    return _shrunk(weight, settings) - step, replace(now, momenta=momenta)


def radamw(weight: Tensor, gradient: Tensor, memory: Memory, settings: Settings) -> tuple[Tensor, Memory]:
    """The same with the rectified variance (Liu et al., arXiv 1908.03265, Algorithm 2).

    Two choices are torch's and its documentation states them: the variance counts as tractable from ρ_t > 5, where
    the paper has 4, and ε is added to √v before the bias of v is corrected. Until then the step is η m̂_t.
    """
    now = memory.after(gradient, settings)
    first = now.first / (1 - settings.beta1**now.step)
    unbias = 1 - settings.beta2**now.step
    longest = 2 / (1 - settings.beta2) - 1
    length = longest - 2 * now.step * settings.beta2**now.step / unbias
    if length <= 5:
        return _shrunk(weight, settings) - settings.rate * first, now
    rectified = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
    step = settings.rate * rectified * first * unbias**0.5 / (now.second.sqrt() + settings.epsilon)
    return _shrunk(weight, settings) - step, now


def trajectory(
    formula: Formula,
    weights: Weights,
    settings: Mapping[str, Settings],
    gradients: Callable[[int, Weights], Weights],
    steps: int,
) -> list[dict[str, Tensor]]:
    """The weights before the first step and after each of `steps`: a list of steps + 1 dicts of float64 tensors.

    `gradients(step, weights)` gives the gradient of every weight, step from 0. It may evaluate a model at `weights`, or
    read gradients that were recorded. Raises KeyError where a weight has no settings or no gradient.
    """
    found = [{name: weight.detach().to(torch.float64).clone() for name, weight in weights.items()}]
    memories = {
        name: Memory(0, torch.zeros_like(weight), torch.zeros_like(weight)) for name, weight in found[0].items()
    }
    for step in range(steps):
        given = gradients(step, found[-1])
        taken = {
            name: formula(weight, given[name].detach().to(torch.float64), memories[name], settings[name])
            for name, weight in found[-1].items()
        }
        found.append({name: weight for name, (weight, _) in taken.items()})
        memories = {name: memory for name, (_, memory) in taken.items()}
    return found


@contextmanager
def float64() -> Iterator[None]:
    """Within it torch builds models, and keeps the scalars of its optimizers, in double precision."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def deviation(found: Weights, expected: Weights) -> float:
    """max |Δ| / max |θ| over all weights, which the proofs hold to 1e-12; raises KeyError where the names differ."""
    if found.keys() != expected.keys():
        raise KeyError(f"not the same weights: {sorted(found.keys() ^ expected.keys())}")
    furthest = max(float((found[name] - expected[name]).abs().max()) for name in expected)
    return furthest / max(float(weight.abs().max()) for weight in expected.values())


def _shrunk(weight: Tensor, settings: Settings) -> Tensor:
    return (1 - settings.rate * settings.decay) * weight


def _momentum(step: int, settings: Settings) -> float:
    return float(settings.beta1 * (1 - 0.5 * 0.96 ** (step * settings.momentum_decay)))
