"""Loops that decay by hand are run: κ before and after the fix, AdamW's trajectory, and two decays at once."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from formulas import deviation
from pages import ON, rewritten
from test_by_hand import PARAMETERS
from test_proofs import trained

from adamw_lint.measure import Array, Trial, measure
from adamw_lint.rulebook import Coupling

BODIES = {
    "each in place": "for p in model.parameters():\n        p.grad.add_(p, alpha={wd})",
    "each assigned": "for p in model.parameters():\n        p.grad = p.grad + {wd} * p.data",
    "the groups": (
        "for group in opt.param_groups:\n        for p in group['params']:\n"
        "            if p.grad is None:\n                continue\n            p.grad.data.add_(p.data, alpha={wd})"
    ),
    "lists": (
        "grads = [p.grad for p in model.parameters()]\n"
        "    torch._foreach_add_(grads, [p for p in model.parameters()], alpha={wd})"
    ),
}
LOOP = """\
import torch
wd, lr = settings.wd, settings.lr
opt = torch.optim.Adam(model.parameters(), lr=lr)
for x in data:
    opt.zero_grad()
    (model.weight * x).sum().backward()
    {body}
    opt.step()
"""
TRAINING = """\
import torch
opt = torch.optim.Adam(model.parameters(), lr=1e-2{own})
for x in data:
    opt.zero_grad()
    loss_of(model(x)).backward()
    {body}
    opt.step()
"""


def loop(name: str) -> str:
    return LOOP.replace("{body}", BODIES[name].replace("{wd}", "wd"))


def trial(code: str) -> Trial:
    """One run of a training loop with gradients that are given, θ put back after every step."""

    def run(rate: float, decay: float, weights: Array, gradients: Array) -> Array:
        model = torch.nn.Module()
        theta = torch.nn.Parameter(torch.from_numpy(weights[0].copy()))
        model.weight = theta
        updates: list[Array] = []

        def data() -> Iterator[torch.Tensor]:
            for weight, gradient in zip(weights, gradients, strict=True):
                theta.data.copy_(torch.from_numpy(weight))
                yield torch.from_numpy(gradient.copy())
                updates.append(theta.detach().numpy() - weight)

        space: dict[str, Any] = {"model": model, "data": data(), "settings": SimpleNamespace(wd=decay, lr=rate)}
        exec(compile(code, "train.py", "exec"), space)
        return np.stack(updates)

    return run


@pytest.mark.parametrize("name", BODIES)
def test_the_exponent_is_one_of_a_coupled_decay_before_the_fix_and_of_a_decoupled_one_after_it(name: str) -> None:
    before, after = (measure(trial(code)) for code in (loop(name), rewritten(loop(name), "decay-in-gradient")))
    assert before.exponent == pytest.approx(-1, abs=0.02)
    assert before.coupling is Coupling.COUPLED
    assert after.exponent == pytest.approx(0, abs=0.001)
    assert after.level == pytest.approx(1, abs=0.001)
    assert after.coupling is Coupling.DECOUPLED


@pytest.mark.parametrize("own", ["", ", weight_decay=0.04"], ids=["no decay of its own", "a coupled decay of its own"])
@pytest.mark.parametrize("name", BODIES)
def test_the_loop_leaves_the_formula_and_its_fix_follows_it(name: str, own: str) -> None:
    by_hand = BODIES[name].replace("{wd}", "0.06" if own else "0.1")
    code = TRAINING.replace("{body}", by_hand).replace("{own}", own)
    before, wanted = trained(code)
    assert deviation(before, wanted[-1]) > 1e-4
    after, wanted = trained(rewritten(code, *ON))
    assert deviation(after, wanted[-1]) <= 1e-12


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name not in ("one layer", "weights only", "numbers")])
def test_two_decays_shrink_a_weight_by_the_product_of_both_factors(name: str) -> None:
    layer = torch.nn.Linear(4, 2).double()
    start = {key: weight.detach().clone() for key, weight in layer.named_parameters()}
    optimizer = torch.optim.AdamW(layer.parameters(), lr=1e-3, weight_decay=0.3)
    for weight in layer.parameters():
        weight.grad = torch.zeros_like(weight)
    with torch.no_grad():
        space = {"torch": torch, "model": layer, "params": list(layer.parameters()), "optimizer": optimizer}
        exec(PARAMETERS[name].replace(".add_(-wd * lr, p.data)", ".add_(p.data, alpha=-wd * lr)"), {**space, **RATES})
    optimizer.step()
    by_hand = 1 - (RATES["wd"] if name == "without the learning rate" else RATES["lr"] * RATES["wd"])
    for key, weight in layer.named_parameters():
        torch.testing.assert_close(weight.detach(), start[key] * by_hand * (1 - 1e-3 * 0.3), rtol=1e-12, atol=0)


RATES = {"lr": 1e-3, "wd": 1e-2}
