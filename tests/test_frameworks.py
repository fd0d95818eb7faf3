"""Every fact of rules/frameworks/torch.toml, held against the installed torch: what it says, and what it does."""

from __future__ import annotations

import inspect
import math
import pkgutil
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from adamw_lint import rulebook
from adamw_lint.measure import Measurement, Trial, measure, penalised, torch_trial, torch_trial_like
from adamw_lint.rulebook import Coupling, Family, Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterable

FACTS = [fact for fact in rulebook.optimizers() if fact.name.startswith("torch.optim.")]

# Without momentum SGD has no memory, and L2 and a decoupled decay are one and the same update.
MEMORY: dict[str, dict[str, Any]] = {"torch.optim.SGD": {"momentum": 0.9}}
WITHOUT_MEMORY = {"torch.optim.ASGD"}


def each(facts: Iterable[Optimizer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fact", [pytest.param(fact, id=fact.name) for fact in facts])


def load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def trial(fact: Optimizer, **settings: Any) -> Trial:
    def build(parameter: torch.nn.Parameter, rate: float, decay: float) -> torch.optim.Optimizer:
        decays = {} if fact.decay_argument is None else {fact.decay_argument: decay}
        optimizer: torch.optim.Optimizer = load(fact.name)(
            [parameter], **{fact.rate_argument: rate}, **decays, **settings
        )
        optimizer.register_step_pre_hook(prepare)
        return optimizer

    return torch_trial(build)


def prepare(optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Give the optimizers that insist on it what they want: a sparse gradient, or a closure."""
    parameter = optimizer.param_groups[0]["params"][0]
    if isinstance(optimizer, torch.optim.SparseAdam):
        places = torch.ones_like(parameter).nonzero().T
        parameter.grad = torch.sparse_coo_tensor(
            places, parameter.grad.flatten(), parameter.shape, check_invariants=True
        )
    if isinstance(optimizer, torch.optim.LBFGS):
        return (optimizer, lambda: torch.zeros(())), kwargs
    return args, kwargs


@cache
def measured(fact: Optimizer, *switched_on: str) -> Measurement:
    return measure(trial(fact, **MEMORY.get(fact.name, {}), **dict.fromkeys(switched_on, True)))


def assert_shrinks_every_weight_alike(found: Measurement) -> None:
    assert found.exponent == pytest.approx(0, abs=0.02)
    assert found.level == pytest.approx(1, abs=1e-3)
    assert found.rate_exponent == pytest.approx(1, abs=1e-3)
    assert found.echo == 0
    assert found.coupling is Coupling.DECOUPLED


# What the facts say


def test_the_facts_are_about_the_installed_version() -> None:
    assert rulebook.frameworks()["torch"]["version"] == torch.__version__.split("+")[0]


def test_every_optimizer_of_torch_is_a_fact() -> None:
    public = {name for name, value in vars(torch.optim).items() if is_optimizer(value)}
    assert sorted(fact.name for fact in FACTS) == sorted(f"torch.optim.{name}" for name in public)


def is_optimizer(value: object) -> bool:
    base = torch.optim.Optimizer
    return inspect.isclass(value) and issubclass(value, base) and value is not base


@each(FACTS)
def test_the_paths_are_all_by_which_it_is_imported(fact: Optimizer) -> None:
    modules = ["torch.optim", *(found.name for found in pkgutil.walk_packages(torch.optim.__path__, "torch.optim."))]
    wanted = load(fact.name)
    there = {
        f"{module}.{name}" for module in modules for name, it in vars(import_module(module)).items() if it is wanted
    }
    assert sorted(fact.paths) == sorted(there)


@each(FACTS)
def test_the_signature_is_the_constructors(fact: Optimizer) -> None:
    found = inspect.signature(load(fact.name))
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    plain = str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    assert fact.signature == plain.removeprefix("(").removesuffix(")")


@each(FACTS)
def test_the_arguments_are_the_constructors(fact: Optimizer) -> None:
    parameters = inspect.signature(load(fact.name)).parameters
    assert fact.rate_argument in parameters
    assert fact.decay_argument == ("weight_decay" if "weight_decay" in parameters else None)
    assert (fact.decay_argument is None) == (fact.coupling is Coupling.NONE)
    assert fact.switch == ("decoupled_weight_decay" if "decoupled_weight_decay" in parameters else None)
    assert fact.switch is None or parameters[fact.switch].default is False


@each(FACTS)
def test_the_default_is_the_constructors(fact: Optimizer) -> None:
    parameters = inspect.signature(load(fact.name)).parameters
    written = parameters[fact.decay_argument].default if fact.decay_argument else 0
    assert Decimal(fact.default) == Decimal(str(written))


@each(FACTS)
def test_the_source_is_the_file_that_defines_it(fact: Optimizer) -> None:
    package, path = fact.source.split(", ")
    assert package == f"torch {rulebook.frameworks()['torch']['version']}"
    assert load(fact.name).__init__.__code__.co_filename.endswith(f"/{path}")


@each(FACTS)
def test_a_switch_has_a_version_that_brought_it(fact: Optimizer) -> None:
    """The number itself was read in the wheels on either side: 2.0.1 and 2.1.0, 2.1.2 and 2.2.0, 2.6.0 and 2.7.0."""
    assert (fact.since is None) == (fact.switch is None)
    assert fact.since is None or version(fact.since) <= version(torch.__version__)


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("+")[0].split("."))


# What the optimizers do


@each(fact for fact in FACTS if fact.decay_argument and fact.name not in WITHOUT_MEMORY)
def test_the_coupling_is_the_measured_one(fact: Optimizer) -> None:
    assert measured(fact).coupling is fact.coupling


@each(fact for fact in FACTS if fact.coupling is Coupling.DECOUPLED)
def test_a_decoupled_decay_shrinks_every_weight_alike(fact: Optimizer) -> None:
    assert_shrinks_every_weight_alike(measured(fact))


@each(fact for fact in FACTS if fact.coupling is Coupling.COUPLED and fact.family is not Family.SGD)
def test_a_coupled_decay_is_divided_by_the_gradient(fact: Optimizer) -> None:
    found = measured(fact)
    assert found.exponent == pytest.approx(-1, abs=0.02)
    assert found.level > 0
    assert found.rate_exponent == pytest.approx(1, abs=1e-3)
    assert found.coupling is Coupling.COUPLED


@each(fact for fact in FACTS if fact.family is Family.SGD and fact.name not in WITHOUT_MEMORY)
def test_a_coupled_decay_without_adaptive_step_is_told_by_its_echo(fact: Optimizer) -> None:
    found = measured(fact)
    assert found.exponent == pytest.approx(0, abs=0.02)
    assert found.level == pytest.approx(1 / (1 - 0.9), rel=0.05)
    assert found.echo == pytest.approx(0.9, abs=0.01)
    assert found.coupling is fact.coupling is Coupling.COUPLED


@each(fact for fact in FACTS if fact.family is Family.SGD)
def test_without_memory_the_two_decays_are_the_same(fact: Optimizer) -> None:
    assert_shrinks_every_weight_alike(measure(trial(fact)))


@each(fact for fact in FACTS if fact.decay_argument)
def test_only_a_coupled_decay_is_multiplied_out_before_the_learning_rate(fact: Optimizer) -> None:
    """λθ, added to a gradient, overflows; ηλ does not. So they differ even where the two are the same update."""
    weights, gradients = np.full((1, 4, 4), 1e10), np.ones((1, 4, 4))
    finite = bool(np.isfinite(trial(fact)(1e-300, 1e300, weights, gradients)).all())
    assert finite == (fact.coupling is not Coupling.COUPLED)


@each(fact for fact in FACTS if fact.coupling is Coupling.NONE)
def test_without_decay_the_update_does_not_depend_on_the_weights(fact: Optimizer) -> None:
    assert fact.decay_argument is None
    assert is_blind_to_the_weights(fact)


@each(fact for fact in FACTS if fact.coupling is Coupling.DECOUPLED)
def test_with_a_decay_the_update_depends_on_the_weights(fact: Optimizer) -> None:
    assert not is_blind_to_the_weights(fact)


def is_blind_to_the_weights(fact: Optimizer) -> bool:
    random = np.random.default_rng(0)
    weights, gradients = random.normal(size=(10, 4, 4)), random.normal(size=(10, 4, 4))
    here, at_zero = (trial(fact)(1e-3, 0.1, where, gradients) for where in (weights, 0 * weights))
    return np.allclose(here, at_zero, rtol=1e-9, atol=1e-15)


@each(fact for fact in FACTS if fact.switch)
def test_the_switch_decouples(fact: Optimizer) -> None:
    assert fact.switch is not None
    assert_shrinks_every_weight_alike(measured(fact, fact.switch))


@each(fact for fact in FACTS if fact.replacement)
def test_the_replacement_is_the_same_optimizer_decoupled(fact: Optimizer) -> None:
    new = rulebook.optimizers_by_path()[fact.replacement or ""]
    assert_shrinks_every_weight_alike(measured(new))
    random = np.random.default_rng(0)
    weights, gradients = random.normal(size=(10, 4, 4)), random.normal(size=(10, 4, 4))
    np.testing.assert_array_equal(trial(new)(1e-3, 0, weights, gradients), trial(fact)(1e-3, 0, weights, gradients))


@each(fact for fact in FACTS if fact.replacement)
def test_the_replacement_takes_the_same_arguments_but_the_switch(fact: Optimizer) -> None:
    old, new = (inspect.signature(load(path)).parameters for path in (fact.name, fact.replacement or ""))
    assert old.keys() - new.keys() == {fact.switch}
    assert positional(old.values()) == positional(new.values())


def positional(parameters: Iterable[inspect.Parameter]) -> list[str]:
    return [parameter.name for parameter in parameters if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]


@each(FACTS)
def test_the_family_is_how_it_moves(fact: Optimizer) -> None:
    """Measured are sgd and adam; between adaptive and other, which no rule tells apart, the fact may choose."""
    growth, goes_on, coordinatewise = movement(fact)
    assert (growth == pytest.approx(1, abs=0.01)) == (fact.family is Family.SGD)
    assert (growth == pytest.approx(0, abs=0.01) and goes_on and coordinatewise) == (fact.family is Family.ADAM)


def movement(fact: Optimizer) -> tuple[float, bool, bool]:
    """The exponent of the update in the gradients' size, and whether a weight moves on when its gradient is zero, and
    without regard to the gradients of other weights."""
    random = np.random.default_rng(0)
    weights, gradients = np.ones((30, 4, 4)), random.normal(size=(30, 4, 4))
    gradients[-1] = 0
    shifted = gradients.copy()
    shifted[:, :2] *= -random.uniform(1, 10, size=(30, 2, 4))
    small, large, aside = (trial(fact)(1e-3, 0, weights, 1e4 * by) for by in (gradients, 100 * gradients, shifted))
    growth = math.log(np.abs(large[6:-1]).mean() / np.abs(small[6:-1]).mean(), 100)
    goes_on = bool(np.abs(large[-1]).mean() > 0.01 * np.abs(large[6:-1]).mean())
    return growth, goes_on, np.allclose(aside[:, 2:], small[:, 2:], rtol=1e-6, atol=0)


# How it is measured


def test_an_optimizer_is_measured_by_example() -> None:
    model = torch.nn.Linear(2, 2)
    coupled = torch.optim.NAdam(model.parameters(), lr=3e-4, weight_decay=0.01)
    decoupled = torch.optim.NAdam(model.parameters(), lr=3e-4, weight_decay=0.01, decoupled_weight_decay=True)
    assert measure(torch_trial_like(coupled)).exponent == pytest.approx(-1, abs=0.02)
    assert_shrinks_every_weight_alike(measure(torch_trial_like(decoupled)))


def test_a_penalty_in_the_loss_is_coupled_whatever_the_optimizer() -> None:
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(1))])
    found = measure(penalised(torch_trial_like(optimizer)))
    assert found.exponent == pytest.approx(-1, abs=0.02)
    assert found.coupling is Coupling.COUPLED


@pytest.mark.parametrize(
    ("factor", "coupling", "level"),
    [(lambda _, __: 0.0, Coupling.NONE, 0), (lambda _, λ: λ, Coupling.UNSCALED, 1000), (lambda η, λ: -η * λ, None, -1)],
)
def test_other_decays_are_told_apart(factor: Any, coupling: Coupling | None, level: float) -> None:
    found = measure(lambda rate, decay, weights, gradients: -factor(rate, decay) * weights - rate * gradients)
    assert found.level == pytest.approx(level, rel=1e-6)
    assert coupling in (None, found.coupling)
