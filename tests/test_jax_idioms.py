"""The specimens of flax, haiku and equinox, run where these are installed: the fixed ones follow AdamW's formula."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pages import examples
from trajectories import Weights, adamw, is_close

if TYPE_CHECKING:
    from collections.abc import Callable

jax = pytest.importorskip("jax")

PAGE = Path(__file__).parent / "frameworks" / "jax" / "l2-in-loss.md"
RATE, DECAY, STEPS = 1e-2, 0.1, 12  # the gradient of 0.05 ‖θ‖² is 2 · 0.05 · θ
X = np.asarray([[1.0, 0.1], [0.3, -2.0], [0.5, 0.7]])
Y = np.asarray([[0.2], [-1.0], [30.0]])


def start() -> Weights:
    return [np.asarray([[0.5], [-0.8]]), np.asarray([0.3])]


def linen(space: dict[str, Any]) -> Weights:
    kernel, bias = map(jax.numpy.asarray, start())
    state = space["state"].replace(params={"kernel": kernel, "bias": bias})
    for _ in range(STEPS):
        state = space["step"](state, X, Y)
    return [state.params["kernel"], state.params["bias"]]


def nnx(space: dict[str, Any]) -> Weights:
    model, (kernel, bias) = space["model"], map(jax.numpy.asarray, start())
    model.kernel[...], model.bias[...] = kernel, bias
    for _ in range(STEPS):
        space["step"](model, space["optimizer"], X, Y)
    return [model.kernel[...], model.bias[...]]


def haiku(space: dict[str, Any]) -> Weights:
    kernel, bias = map(jax.numpy.asarray, start())
    params = {"linear": {"w": kernel, "b": bias}}
    state = space["optimizer"].init(params)
    for _ in range(STEPS):
        params, state = space["step"](params, state, X, Y)
    return [params["linear"]["w"], params["linear"]["b"]]


def equinox(space: dict[str, Any]) -> Weights:
    eqx, (kernel, bias) = space["eqx"], map(jax.numpy.asarray, start())
    model = eqx.nn.Linear(2, 1, key=jax.random.key(0))
    model = eqx.tree_at(lambda each: (each.weight, each.bias), model, (kernel.T, bias))
    state = space["optimizer"].init(eqx.filter(model, eqx.is_array))
    for _ in range(STEPS):
        model, state = space["step"](model, state, X, Y)
    return [model.weight.T, model.bias]


def formula() -> Weights:
    """AdamW on the mean square alone, a gradient at a time."""
    gradients: list[Weights] = []
    for _ in range(STEPS):
        weight, bias = adamw(start(), gradients, [DECAY, DECAY], RATE, epsilon=1e-8)
        error = 2 * (X @ weight + bias - Y) / Y.size
        gradients.append([X.T @ error, error.sum(axis=0)])
    return adamw(start(), gradients, [DECAY, DECAY], RATE, epsilon=1e-8)


IDIOMS = {"flax.linen": linen, "flax.nnx": nnx, "haiku": haiku, "equinox": equinox}


@pytest.mark.parametrize(("library", "run", "index"), [(*each, at) for at, each in enumerate(IDIOMS.items())])
def test_the_fixed_code_follows_the_formula(library: str, run: Callable[[dict[str, Any]], Weights], index: int) -> None:
    pytest.importorskip(library)
    example = list(examples(PAGE.stem, PAGE))[index]
    assert example.fixed is not None
    before, after = (dict[str, Any]() for _ in range(2))
    exec(example.code, before)
    exec(example.fixed.text, after)
    assert is_close(run(after), formula())
    assert not is_close(run(before), formula())
