"""The facts about optimizers that torch does not run, held against their libraries: what they say, and what they do."""

from __future__ import annotations

import inspect
import re
from decimal import Decimal
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from libraries import OTHERS, load

from adamw_lint import rulebook
from adamw_lint.measure import COARSE, Measurement, Trial, measure
from adamw_lint.measure.protocol import STEPS, WARM_UP
from adamw_lint.rulebook import Coupling, Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adamw_lint.rulebook import Optimizer


# Adafactor chooses its own learning rate where it is not told that there is one; a momentum has no default.
OWN: dict[str, dict[str, Any]] = {
    "keras.optimizers.Adafactor": {"relative_step": False},
    "mlx.optimizers.Adafactor": {"relative_step": False},
    "optax.contrib.dadapt_adamw": {"estim_lr0": 1.0},
    "optax.contrib.prodigy": {"estim_lr0": 1.0},
    "tensorflow.compat.v1.train.MomentumOptimizer": {"momentum": 0.9},
}
# What multiplies its rate, and so the decay, by the corrections of both moments.
CORRECTING = ("optax.contrib.dadapt_adamw", "optax.contrib.prodigy")
OLDER = ("tensorflow.train.",)  # where only older versions of a library had the classes
FLOAT32 = {"mindspore"}  # what computes in float32 whatever the weights are


def each(facts: Iterable[Optimizer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fact", [pytest.param(fact, id=fact.name) for fact in facts])


def trial(fact: Optimizer) -> Trial:
    """What runs the fact's optimizer: built from the rate and the decay, and the parameter where it is given one."""
    runner = getattr(import_module(f"adamw_lint.measure.with_{OTHERS[fact]}"), f"{OTHERS[fact]}_trial")

    def build(*given: Any) -> Any:
        *parameter, rate, decay = given
        arguments = {fact.rate_argument: rate}
        if fact.parameters_argument is not None:
            arguments[fact.parameters_argument] = parameter
        if fact.decay_argument is not None:
            arguments[fact.decay_argument] = decay
        return load(fact.name)(**arguments, **OWN.get(fact.name, {}))

    return runner(build)  # type: ignore[no-any-return]


@cache
def measured(fact: Optimizer) -> Measurement:
    return measure(trial(fact), rate=1.0, scales=COARSE) if OTHERS[fact] in FLOAT32 else measure(trial(fact))


def simple(default: Any) -> bool:
    """Whether a default can be written out; functions and types cannot."""
    return default is None or isinstance(default, (int, float, str, tuple))


def parameters(fact: Optimizer) -> Mapping[str, inspect.Parameter]:
    """The parameters of the constructor, also where decorators hide them."""
    subject = load(fact.name)
    found = inspect.signature(subject).parameters
    if list(found) == ["args", "kwargs"]:
        found = inspect.signature(undecorated(subject.__init__)).parameters
    return {name: parameter for name, parameter in found.items() if name != "self"}


def undecorated(function: Any) -> Any:
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    inner = next((each for each in cells if inspect.isfunction(each)), None)
    return function if inner is None else undecorated(inner)


@each(OTHERS)
def test_the_signature_is_the_functions(fact: Optimizer) -> None:
    stated = inspect.signature(eval(f"lambda {fact.signature}: 0")).parameters
    real = parameters(fact)
    assert list(stated) == list(real)
    for name, parameter in real.items():
        assert stated[name].kind is parameter.kind
        if simple(parameter.default) and not hasattr(parameter.default, "value"):
            assert stated[name].default == parameter.default


@each(OTHERS)
def test_the_paths_lead_to_it(fact: Optimizer) -> None:
    own = fact.name.partition(".")[0]  # other libraries have some of the classes too
    here = (path for path in fact.paths if path.partition(".")[0] == own and not path.startswith(OLDER))
    paths = [path for path in here if is_module(path.rpartition(".")[0])]
    assert all(load(path) is load(fact.name) or fact.name.startswith("optax.n") for path in paths)


def is_plain(fact: Optimizer) -> bool:
    """Whether it is gradient descent: without memory, λθ in the gradient is the same update as a decay beside it."""
    return fact.family is Family.SGD and fact.coupling is Coupling.COUPLED


@each(OTHERS)
def test_the_source_is_the_file_that_defines_it(fact: Optimizer) -> None:
    found = load(fact.name)
    defined = inspect.unwrap(found.func if isinstance(found, partial) else found)
    assert inspect.getfile(defined).endswith("/" + fact.source.split(", ")[-1])


def is_module(path: str) -> bool:
    """Whether a module is there; older versions of a library may have had it."""
    try:
        return find_spec(path) is not None or hasattr(import_module(path.rpartition(".")[0]), path.rpartition(".")[2])
    except ModuleNotFoundError:
        return False


@each(OTHERS)
def test_the_default_is_the_functions(fact: Optimizer) -> None:
    real = parameters(fact)
    written = real[fact.decay_argument].default if fact.decay_argument else 0
    assert Decimal(fact.default) == Decimal(str(0 if written in (None, inspect.Parameter.empty) else written))
    assert fact.decay_argument is not None or not any(re.search(r"weight_decay$", name) for name in real)
    assert fact.exclusion_argument is None or fact.exclusion_argument in real


@each(fact for fact in OTHERS if fact.decay_argument and not is_plain(fact))
def test_the_coupling_is_the_measured_one(fact: Optimizer) -> None:
    assert measured(fact).coupling is fact.coupling


@each(fact for fact in OTHERS if fact.coupling is Coupling.DECOUPLED and fact.family is Family.ADAM)
def test_a_decoupled_decay_shrinks_every_weight_alike(fact: Optimizer) -> None:
    found = measured(fact)
    assert found.exponent == pytest.approx(0, abs=0.02)
    assert found.level == pytest.approx(corrected() if fact.name in CORRECTING else 1, abs=1e-3)
    assert found.rate_exponent == pytest.approx(1, abs=1e-3)


def corrected() -> float:
    """√(1 − β₂ᵗ) / (1 − β₁ᵗ), on average over the steps that are measured."""
    steps = np.arange(WARM_UP, STEPS) + 1
    return float(np.mean(np.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)))


@each(fact for fact in OTHERS if fact.coupling is Coupling.COUPLED and fact.family is Family.ADAM)
def test_a_coupled_decay_is_divided_by_the_gradient(fact: Optimizer) -> None:
    assert measured(fact).exponent == pytest.approx(-1, abs=0.02)


@each(fact for fact in OTHERS if fact.coupling is Coupling.NONE)
def test_without_decay_the_update_does_not_depend_on_the_weights(fact: Optimizer) -> None:
    random = np.random.default_rng(0)
    weights, gradients = random.normal(size=(10, 4, 4)), random.normal(size=(10, 4, 4))
    here, there = (trial(fact)(1e-3, 0.1, where, gradients) for where in (weights, 2 * weights))
    assert fact.decay_argument is None
    np.testing.assert_allclose(here, there, rtol=1e-6, atol=1e-12)


@each(fact for fact in OTHERS if fact.replacement)
def test_the_replacement_is_the_same_optimizer_decoupled(fact: Optimizer) -> None:
    new = rulebook.optimizers_by_path()[fact.replacement or ""]
    assert measured(new).coupling is Coupling.DECOUPLED
    random = np.random.default_rng(0)
    weights, gradients = random.normal(size=(10, 4, 4)), random.normal(size=(10, 4, 4))
    here, there = (trial(each)(1e-3, 0, weights, gradients) for each in (new, fact))
    np.testing.assert_allclose(here, there, rtol=1e-3 if OTHERS[fact] in FLOAT32 else 1e-7)
