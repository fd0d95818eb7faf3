"""The fixed specimens of TensorFlow, run by the real TensorFlow where it is installed: their updates are AdamW's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from libraries import READABLE
from pages import examples
from trajectories import Weights, adamw, is_close

tensorflow = pytest.importorskip("tensorflow")

PAGE = Path(__file__).parent / "frameworks" / "tensorflow" / "l2-in-loss.md"
RATE, DECAY, STEPS = 1e-2, 0.1, 12
X = np.random.default_rng(2).normal(size=(8, 4))
Y = np.random.default_rng(3).normal(size=(8, 3)) * [1e-2, 1, 1e2]


def start() -> Weights:
    random = np.random.default_rng(0)
    return [random.normal(size=(4, 3)), random.normal(size=3)]


def run(code: str) -> Weights:
    model = tensorflow.keras.Sequential([tensorflow.keras.Input((4,)), tensorflow.keras.layers.Dense(3)])
    model.set_weights(start())
    names: dict[str, Any] = {"model": model}
    exec(code, names)
    for _ in range(STEPS):
        names["step"](X.astype("float32"), Y.astype("float32"))
    return [np.asarray(each) for each in model.get_weights()]


def formula() -> Weights:
    """AdamW on the mean square alone, a gradient at a time."""
    gradients: list[Weights] = []
    for _ in range(STEPS):
        weight, bias = adamw(start(), gradients, [DECAY, DECAY], RATE, epsilon=1e-7)
        error = 2 * (X @ weight + bias - Y) / Y.size
        gradients.append([X.T @ error, error.sum(axis=0)])
    return adamw(start(), gradients, [DECAY, DECAY], RATE, epsilon=1e-7)


def test_the_fixed_code_follows_the_formula() -> None:
    example = next(each for each in examples(PAGE.stem, PAGE) if each.fixed is not None)
    assert example.fixed is not None
    assert is_close(run(example.fixed.text), formula())
    assert not is_close(run(example.code), formula())


TF_KERAS = PAGE.parent.parent / "tf_keras" / "l2-in-loss.md"


def fitted(code: str) -> Weights:
    names: dict[str, Any] = {}
    exec(code, names)
    names["model"].set_weights(start())
    for _ in range(STEPS):
        names["model"].train_on_batch(X, Y)
    return [np.asarray(each) for each in names["model"].get_weights()]


def test_what_is_fixed_of_an_added_loss_follows_the_formula() -> None:
    pytest.importorskip("tf_keras")
    added = [
        each for each in examples(TF_KERAS.stem, TF_KERAS) if "add_loss(" in each.code and "Adam(1e-2)" in each.code
    ]
    assert added[0].fixed is not None
    assert is_close(fitted(added[0].fixed.text), formula())
    assert not is_close(fitted(added[0].code), formula())


# tf.contrib, which no TensorFlow of today has: the file that defines its AdamW is run with the one that is installed

CONTRIB = next((fact for fact in READABLE if fact.name == "tensorflow.contrib.opt.AdamWOptimizer"), None)


@pytest.fixture(scope="module")
def contrib() -> Any:
    """The class, from the file that its fact names."""
    if CONTRIB is None:
        pytest.skip("the wheel of TensorFlow 1 is not unpacked in ADAMW_LINT_SOURCES")
    file = CONTRIB.source.split(", ")[1].split(":")[0]
    text = READABLE[CONTRIB].text(file)
    text = text.replace("from tensorflow.contrib.opt.python.training import shampoo", "")
    text = re.sub(r"\nclass ShampooWOptimizer.*", "", re.sub(r"@tf_export\(.*\)", "", text), flags=re.DOTALL)
    names: dict[str, Any] = {"__name__": "weight_decay_optimizers"}
    exec(text, names)
    return names["AdamWOptimizer"]


def stepped(optimizer: Any, step: str) -> tuple[float, float]:
    """A weight of a matrix and one of a bias, both 1 and without gradient, after a step."""
    v1 = tensorflow.compat.v1
    with tensorflow.Graph().as_default(), v1.Session() as session:
        kernel, bias = (v1.get_variable(name, initializer=np.ones(shape)) for name, shape in (("k", (2, 2)), ("b", 2)))
        loss = 0.0 * tensorflow.reduce_sum(kernel) + 0.0 * tensorflow.reduce_sum(bias)
        names = {
            "tf": v1,
            "optimizer": optimizer(0.1, learning_rate=1e-3),
            "loss": loss,
            "kernels": [kernel],
            "step": None,
        }
        run = eval(step, names)
        session.run(v1.global_variables_initializer())
        session.run(run)
        return float(session.run(kernel)[0, 0]), float(session.run(bias)[0])


def test_the_decay_of_contrib_is_not_scaled_by_the_rate(contrib: Any) -> None:
    assert stepped(contrib, "optimizer.minimize(loss)") == pytest.approx((0.9, 0.9))


def test_minimize_forgets_what_is_to_decay(contrib: Any) -> None:
    assert stepped(contrib, "optimizer.minimize(loss, decay_var_list=kernels)") == pytest.approx((0.9, 0.9))


@pytest.mark.parametrize("index", [0, 1])
def test_the_fixed_step_spares_biases(contrib: Any, index: int) -> None:
    page = PAGE.parent.parent / "tensorflow_contrib" / "decayed-norms.md"
    example = list(examples(page.stem, page))[index]
    assert example.fixed is not None
    before, after = (text.rpartition("train_op = ")[2] for text in (example.code, example.fixed.text))
    assert stepped(contrib, before) == pytest.approx((0.9, 0.9))
    assert stepped(contrib, after) == pytest.approx((0.9, 1.0))
