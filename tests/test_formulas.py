"""The formulas of tests/formulas.py, held against torch: the proofs rest on them, so they are proved first."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from formulas import Formula, Settings, Weights, adamw, deviation, float64, nadamw, radamw, trajectory

STEPS = 20
DECAYS = {"matrix": 0.1, "bias": 0.0}
DECOUPLED = {"decoupled_weight_decay": True}


def start() -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    draw = {"generator": random, "dtype": torch.float64}
    return {"matrix": torch.randn(4, 3, **draw), "bias": torch.randn(3, **draw)}  # type: ignore[call-overload]


def gradients(step: int, weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.sin(3 * weight + step) for name, weight in weights.items()}


def real(optimizer_class: Any, **options: Any) -> list[dict[str, torch.Tensor]]:
    weights = {name: torch.nn.Parameter(weight) for name, weight in start().items()}
    groups = [{"params": [weights[name]], "weight_decay": DECAYS[name]} for name in weights]
    optimizer = optimizer_class(groups, lr=1e-2, **options)
    found = [{name: weight.detach().clone() for name, weight in weights.items()}]
    for step in range(STEPS):
        for name, gradient in gradients(step, found[-1]).items():
            weights[name].grad = gradient
        optimizer.step()
        found.append({name: weight.detach().clone() for name, weight in weights.items()})
    return found


def furthest(formula: Formula, found: list[dict[str, torch.Tensor]]) -> float:
    settings = {name: Settings(rate=1e-2, decay=decay) for name, decay in DECAYS.items()}
    expected = trajectory(formula, start(), settings, gradients, STEPS)
    return max(deviation(*pair) for pair in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("formula", "optimizer", "options"),
    [
        (adamw, torch.optim.AdamW, {}),
        (adamw, torch.optim.Adam, DECOUPLED),
        (nadamw, torch.optim.NAdam, DECOUPLED),
        (radamw, torch.optim.RAdam, DECOUPLED),
    ],
)
def test_torch_follows_the_formula(formula: Formula, optimizer: Any, options: dict[str, bool]) -> None:
    with float64():
        assert furthest(formula, real(optimizer, **options)) <= 1e-12
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.parametrize(
    ("formula", "optimizer"),
    [(adamw, torch.optim.Adam), (nadamw, torch.optim.NAdam), (radamw, torch.optim.RAdam), (adamw, torch.optim.RAdam)],
)
def test_a_coupled_optimizer_does_not(formula: Formula, optimizer: Any) -> None:
    assert furthest(formula, real(optimizer)) > 1e-4


def test_with_gradients_of_zeros_a_weight_shrinks_by_its_own_decay_alone() -> None:
    settings = {name: Settings(rate=1e-2, decay=decay) for name, decay in DECAYS.items()}
    still = trajectory(adamw, start(), settings, lambda _, weights: {name: 0 * weights[name] for name in weights}, 1)
    torch.testing.assert_close(still[1]["matrix"], (1 - 1e-2 * 0.1) * still[0]["matrix"], rtol=0, atol=0)
    torch.testing.assert_close(still[1]["bias"], still[0]["bias"], rtol=0, atol=0)


def test_a_deviation_of_different_weights_is_refused() -> None:
    with pytest.raises(KeyError, match="bias"):
        deviation(start(), {"matrix": start()["matrix"]})
