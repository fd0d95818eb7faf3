"""Penalties in the losses of JAX: what is found in each form, and that the fixed code follows AdamW's formula."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pages import Example, examples, refresh, reported, rewritten

RULE = "l2-in-loss"
PAGE = Path(__file__).parent / "frameworks" / "optax" / f"{RULE}.md"
if os.environ.get("UPDATE_PAGES"):
    refresh(RULE, PAGE)
EXAMPLES = list(examples(RULE, PAGE))
RATE, STEPS = 1e-2, 20


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_what_it_says(example: Example) -> None:
    source, found = example.found(RULE)
    assert [source.position(each.span.start)[0] for each in found] == example.expected
    assert example.report
    assert reported(example) == example.report.text
    assert rewritten(example.code, RULE) == (example.fixed.text if example.fixed else example.code)


X = np.asarray([[1.0, 0.1], [0.3, -2.0], [0.5, 0.7]])
Y = np.asarray([[0.2], [-1.0], [30.0]])
START = {"w": jnp.asarray([[0.5], [-0.8]]), "b": jnp.asarray([0.3])}


def trained(code: str) -> Any:
    """The parameters after some steps of the script."""
    space: dict[str, Any] = {}
    exec(compile(code, "train.py", "exec"), space)
    params, state = START, space["optimizer"].init(START)
    for _ in range(STEPS):
        params, state, _ = space["step"](params, state, X, Y)
    return params


def expected(decay: float) -> dict[str, np.ndarray]:
    """AdamW's formula, in numpy, on the mean square alone."""
    theta = {name: np.asarray(each, np.float64) for name, each in START.items()}
    first = {name: np.zeros_like(each) for name, each in theta.items()}
    second = {name: np.zeros_like(each) for name, each in theta.items()}
    for t in range(1, STEPS + 1):
        error = 2 * (X @ theta["w"] + theta["b"] - Y) / len(Y)
        gradient = {"w": X.T @ error, "b": error.sum(axis=0)}
        for name, g in gradient.items():
            first[name] = 0.9 * first[name] + 0.1 * g
            second[name] = 0.999 * second[name] + 0.001 * g**2
            step = first[name] / (1 - 0.9**t) / (np.sqrt(second[name] / (1 - 0.999**t)) + 1e-8)
            theta[name] = theta[name] - RATE * (step + decay * theta[name])
    return theta


def deviation(one: Any, other: Any) -> float:
    return max(float(np.abs(np.asarray(one[name]) - np.asarray(other[name])).max()) for name in ("w", "b"))


RUN = [EXAMPLES[0], next(each for each in EXAMPLES if "scale_by_adam" in each.code and each.fixed is not None)]


@pytest.mark.parametrize("example", RUN, ids=["an optimizer", "a chain"])
def test_the_fixed_script_follows_the_formula_and_the_penalised_one_does_not(example: Example) -> None:
    code = example.code.replace("1e-3", "0.5")  # a λ that shows in a few steps
    with jax.experimental.enable_x64() if hasattr(jax.experimental, "enable_x64") else jax.enable_x64(True):
        assert deviation(trained(code), expected(1.0)) > 1e-3
        assert deviation(trained(rewritten(code, RULE)), expected(1.0)) < 1e-5
