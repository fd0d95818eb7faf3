"""Chains of optax: what each step does, and the fixed specimens, run and compared with AdamW's formula."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from pages import Example, examples

from adamw_lint.rulebook import frameworks

FOLDER = Path(__file__).parent / "frameworks" / "optax"
RATE, DECAY, STEPS = 1e-2, 0.1, 12
TABLES = frameworks()["optax"]["transformation"]
ADAPTIVE = [name for table in TABLES if table["does"] in ("adam", "adaptive") for name in table["names"]]
RULES = ("coupled-decay", "decayed-norms", "misplaced-decay")
FIXED = {str(each): each for rule in RULES for each in examples(rule, FOLDER / f"{rule}.md") if each.fixed is not None}


def load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def is_there(path: str) -> bool:
    """Whether the installed version has it; others may have had it elsewhere."""
    try:
        return callable(load(path))
    except (ImportError, AttributeError):
        return False


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["names"][0])
def test_a_step_is_there_by_one_of_its_names(table: dict[str, Any]) -> None:
    assert any(map(is_there, table["names"]))


def one_update(step: optax.GradientTransformation, gradient: float, weight: float, times: int = 1) -> float:
    params, grads = ({"w": jnp.full((3, 3), each)} for each in (weight, gradient))
    state = step.init(params)
    for _ in range(times):
        updates, state = step.update(grads, state, params)
    return float(np.asarray(updates["w"])[0, 0])


def test_a_decay_adds_itself_with_a_plus() -> None:
    assert one_update(optax.add_decayed_weights(DECAY), 2.0, 3.0) == pytest.approx(2 + DECAY * 3)


def test_a_rate_brings_the_minus_and_a_factor_does_not() -> None:
    assert one_update(optax.scale_by_learning_rate(RATE), 2.0, 3.0) == pytest.approx(-RATE * 2)
    assert one_update(optax.scale(RATE), 2.0, 3.0) == pytest.approx(RATE * 2)
    assert one_update(optax.scale_by_schedule(lambda _: RATE), 2.0, 3.0) == pytest.approx(RATE * 2)


@pytest.mark.parametrize("path", [path for path in ADAPTIVE if is_there(path)])
def test_an_adaptive_step_takes_the_size_out_and_leaves_the_sign(path: str) -> None:
    step = load(path)()
    small, large = (one_update(step, size, 1.0, times=10) for size in (1e2, 1e4))
    assert large == pytest.approx(small, rel=0.02)
    assert small > 0


def run(code: str) -> dict[str, np.ndarray]:
    """The parameters after some steps of the transformation that the code calls `tx`."""
    names: dict[str, Any] = {}
    exec(code, names)
    tx = names["tx"]
    random = np.random.default_rng(0)
    params = {"kernel": jnp.asarray(random.normal(size=(4, 4))), "bias": jnp.asarray(random.normal(size=4))}
    state = tx.init(params)
    for _ in range(STEPS):
        grads = {name: jnp.asarray(random.normal(size=params[name].shape)) for name in ("kernel", "bias")}
        updates, state = tx.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    return {name: np.asarray(value) for name, value in params.items()}


def formula(decays: dict[str, float]) -> dict[str, np.ndarray]:
    """AdamW of the paper, arXiv 1711.05101, algorithm 2, with the decay scaled by η."""
    random = np.random.default_rng(0)
    params = {"kernel": random.normal(size=(4, 4)), "bias": random.normal(size=4)}
    first = {name: np.zeros_like(value) for name, value in params.items()}
    second = {name: np.zeros_like(value) for name, value in params.items()}
    for step in range(1, STEPS + 1):
        grads = {name: random.normal(size=value.shape) for name, value in params.items()}
        for name, grad in grads.items():
            first[name] = 0.9 * first[name] + 0.1 * grad
            second[name] = 0.999 * second[name] + 0.001 * grad**2
            adaptive = (first[name] / (1 - 0.9**step)) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
            params[name] = (1 - RATE * decays[name]) * params[name] - RATE * adaptive
    return params


@pytest.mark.parametrize("example", FIXED.values(), ids=FIXED)
def test_the_fixed_code_follows_the_formula(example: Example) -> None:
    assert example.fixed is not None
    spares = "ndim" in example.fixed.text
    wanted = formula({"kernel": DECAY, "bias": 0.0 if spares else DECAY})
    before, after = run(example.code), run(example.fixed.text)
    assert all(np.allclose(after[name], wanted[name], rtol=1e-4, atol=1e-5) for name in wanted)
    assert not all(np.allclose(before[name], wanted[name], rtol=1e-4, atol=1e-5) for name in wanted)
