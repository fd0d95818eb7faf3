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
from trajectories import Weights, adamw, is_close

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


def start() -> Weights:
    random = np.random.default_rng(0)
    return [random.normal(size=(4, 4)), random.normal(size=4)]


def gradients() -> list[Weights]:
    random = np.random.default_rng(1)
    return [[random.normal(size=(4, 4)), random.normal(size=4)] for _ in range(STEPS)]


def run(code: str) -> Weights:
    """A kernel and a bias after some steps of the transformation that the code calls `tx`."""
    names: dict[str, Any] = {}
    exec(code, names)
    params = tuple(map(jnp.asarray, start()))
    state = names["tx"].init(params)
    for step in gradients():
        updates, state = names["tx"].update(tuple(map(jnp.asarray, step)), state, params)
        params = optax.apply_updates(params, updates)
    return [np.asarray(each) for each in params]


@pytest.mark.parametrize("example", FIXED.values(), ids=FIXED)
def test_the_fixed_code_follows_the_formula(example: Example) -> None:
    assert example.fixed is not None
    wanted = adamw(start(), gradients(), [DECAY, 0.0 if "ndim" in example.fixed.text else DECAY], RATE)
    assert is_close(run(example.fixed.text), wanted)
    assert not is_close(run(example.code), wanted)
