"""Every fact of rules/frameworks, held against the library where it is installed: what it says, and what it does."""

from __future__ import annotations

import inspect
import math
import pkgutil
import re
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from libraries import HELD, LIBRARIES, PRESENT, dotted_names, imported, is_present, load

from adamw_lint import rulebook
from adamw_lint.measure import COARSE, Measurement, Trial, measure, penalised, protocol
from adamw_lint.measure.protocol import STEPS, WARM_UP
from adamw_lint.measure.with_torch import torch_trial, torch_trial_like
from adamw_lint.rulebook import Coupling, Family, Optimizer, Wrapper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from libraries import Library

FACTS = rulebook.optimizers()
TORCH = [fact for fact in FACTS if fact.name.startswith("torch.")]

DIVIDING = (Family.ADAM, Family.ADAPTIVE)  # weight by weight, by the size of its own gradients
COUPLED = [fact for fact in HELD if fact.coupling is Coupling.COUPLED]

# Without momentum SGD has no memory, and L2 and a decoupled decay are one and the same update.
MEMORY: dict[str, dict[str, Any]] = {
    "torch.optim.SGD": {"momentum": 0.9},
    "fastai.optimizer.SGD": {"mom": 0.9},
    "pytorch_optimizer.SGDW": {"momentum": 0.9},
}
WITHOUT_MEMORY = {"torch.optim.ASGD", "schedulefree.SGDScheduleFree", "schedulefree.SGDScheduleFreeClosure"}
# Adafactor chooses its own learning rate where it is not told that there is one; Prodigy multiplies it by a factor that
# it learns, which stays where it begins as long as the weights stay in one place. BertAdam clips the gradient before.
# So does DAdaptAdam. MADGRAD with momentum, and GrokFastAdamW unless it is told not to, step by a part of their rate.
# AdamP and SGDP decay less where they think that a weight's scale is without effect, and Lamb and Lars have a ratio of
# trust.
OWN: dict[str, dict[str, Any]] = {
    "transformers.Adafactor": {"scale_parameter": False, "relative_step": False},
    "prodigyopt.Prodigy": {"d0": 1.0},
    "pytorch_pretrained_bert.BertAdam": {"max_grad_norm": -1},
    "timm.optim.AdamP": {"delta": 0.0},
    "timm.optim.SGDP": {"delta": 0.0},
    "timm.optim.Lamb": {"trust_clip": True},
    "timm.optim.Lars": {"always_adapt": True},
    "timm.optim.MADGRAD": {"momentum": 0.0},
    "pytorch_optimizer.DAdaptAdam": {"d0": 1.0},
    "pytorch_optimizer.GrokFastAdamW": {"normalize_lr": False},
    "pytorch_optimizer.MADGRAD": {"momentum": 0.0, "eps": 1e-12},
}
# What takes the steps, where the weights are an average of it.
MOVED = {"schedulefree": "z"}
# What steps by signs hears nothing of a decay that is much smaller than the gradient.
SWITCHED_OFF = dict.fromkeys(("EmoFact", "EmoLynx", "Grams", "Lion", "SignSGD"), (Coupling.NONE,))
# What computes in float32 whatever the weights are.
FLOAT32 = {"bitsandbytes", "torchao"}


def each(facts: Iterable[Optimizer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fact", [pytest.param(fact, id=fact.name) for fact in facts])


@pytest.fixture(autouse=True)
def _eager() -> Iterator[None]:
    """What would be compiled is the same uncompiled, and asks for no compiler."""
    with torch.compiler.set_stance("force_eager"):
        yield


def trial(fact: Optimizer, moved: str | None = None, with_copies: bool = True, **settings: Any) -> Trial:
    def build(parameter: torch.nn.Parameter, rate: float, decay: float) -> torch.optim.Optimizer:
        decays = {} if fact.decay_argument is None else {fact.decay_argument: decay}
        optimizer: torch.optim.Optimizer = load(fact.name)(
            [parameter], **{fact.rate_argument: rate}, **decays, **OWN.get(fact.name, {}), **settings
        )
        if fact.name == "torch.optim.SparseAdam":
            optimizer.register_step_pre_hook(make_sparse)
        return optimizer

    return torch_trial(build, moved, with_copies)


def make_sparse(optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    parameter = optimizer.param_groups[0]["params"][0]
    places = torch.ones_like(parameter).nonzero().T
    parameter.grad = torch.sparse_coo_tensor(places, parameter.grad.flatten(), parameter.shape, check_invariants=True)


@cache
def measured(fact: Optimizer, switched: bool | None = None) -> Measurement:
    switch = {} if switched is None or fact.switch is None else {fact.switch: switched}
    return measured_as_it_computes(fact, **MEMORY.get(fact.name, {}), **switch)


def measured_as_it_computes(fact: Optimizer, **settings: Any) -> Measurement:
    run = trial(fact, moved=MOVED.get(library(fact)), **settings)
    return measure(run, rate=1.0, scales=COARSE) if library(fact) in FLOAT32 else measure(run)


def library(fact: Optimizer) -> str:
    return fact.name.partition(".")[0]


def assert_shrinks_every_weight_alike(found: Measurement, level: float = 1) -> None:
    assert found.exponent == pytest.approx(0, abs=0.02)
    assert found.level == pytest.approx(level, abs=1e-3)
    assert found.rate_exponent == pytest.approx(1, abs=1e-3)
    assert found.echo == pytest.approx(0, abs=1e-3)  # not quite 0 where the decay comes after the step
    assert found.coupling is Coupling.DECOUPLED


def assert_is_divided_by_the_gradient(found: Measurement) -> None:
    assert found.exponent == pytest.approx(-1, abs=0.02)
    assert found.level > 0
    assert found.rate_exponent == pytest.approx(1, abs=1e-3)
    assert found.coupling is Coupling.COUPLED


# What the facts say, whether or not there is a library to hold them against


@each(FACTS)
def test_a_fact_agrees_with_itself(fact: Optimizer) -> None:
    signature = inspect.signature(eval(f"lambda {fact.signature}: 0"))  # plain defaults, written by us
    assert fact.rate_argument in signature.parameters
    assert (fact.decay_argument is None) == (fact.coupling is Coupling.NONE)
    written = signature.parameters[fact.decay_argument].default if fact.decay_argument else 0
    is_number = isinstance(written, (int, float))  # Paddle and Keras write None, TensorFlow Addons nothing
    assert Decimal(fact.default) == Decimal(str(written) if is_number else "0")
    if fact.switch:
        assert signature.parameters[fact.switch].default is (fact.coupling is Coupling.DECOUPLED)


@each(FACTS)
def test_a_fact_that_was_read_names_the_lines(fact: Optimizer) -> None:
    assert fact.proof in ("run", "read")
    assert (fact.proof == "read") == bool(re.search(r"\.(cu|cpp|py):\d+", fact.source))


def test_a_path_leads_to_one_fact() -> None:
    paths = [path for fact in FACTS for path in fact.paths] + list(rulebook.wrappers_by_path())
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("wrapper", rulebook.wrappers_by_path().values(), ids=rulebook.wrappers_by_path())
def test_a_wrapper_knows_what_it_builds(wrapper: Wrapper) -> None:
    assert wrapper.wraps or wrapper.default
    assert wrapper.default is None or wrapper.default in rulebook.optimizers_by_path()


# What the libraries say


@pytest.mark.parametrize("library", [each for each in LIBRARIES if each.is_run and each.installed], ids=str)
def test_the_facts_are_about_the_installed_version(library: Library) -> None:
    assert library.installed == library.version


def test_every_optimizer_of_torch_is_a_fact() -> None:
    public = {name for name, value in vars(torch.optim).items() if is_optimizer(value)}
    assert sorted(fact.name for fact in TORCH) == sorted(f"torch.optim.{name}" for name in public)


def is_optimizer(value: object) -> bool:
    base = torch.optim.Optimizer
    return inspect.isclass(value) and issubclass(value, base) and value is not base


@each(PRESENT)
def test_the_paths_are_all_by_which_it_is_imported(fact: Optimizer) -> None:
    home = imported(fact.name.rpartition(".")[0])
    modules = {home.__name__, load(fact.name).__module__}
    if hasattr(home, "__path__") and home.__name__.endswith(".optim"):
        modules |= {found.name for found in pkgutil.walk_packages(home.__path__, f"{home.__name__}.")}
    wanted = load(fact.name)
    there = {f"{module}.{name}" for module in modules for name in dotted_names(module, wanted)}
    assert there <= set(fact.paths)
    assert all(load(path) is wanted for path in fact.paths)


def plain_signature(callable_: Any) -> str:
    found = inspect.signature(callable_)
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    plain = str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    plain = re.sub(r"=<function \S*<lambda> at \w+>", "=...", plain)
    written = re.sub("=<required parameter>|=inf", lambda found: {"=inf": "=float('inf')"}.get(found[0], ""), plain)
    return written.removeprefix("(").removesuffix(")")


@each(PRESENT)
def test_the_signature_is_the_constructors(fact: Optimizer) -> None:
    assert fact.signature == plain_signature(load(fact.name))


@each(PRESENT)
def test_the_arguments_are_the_constructors(fact: Optimizer) -> None:
    parameters = inspect.signature(load(fact.name)).parameters
    assert fact.decay_argument == next((name for name in ("weight_decay", "wd") if name in parameters), None)


@each(TORCH)
def test_every_switch_of_torch_is_a_fact(fact: Optimizer) -> None:
    parameters = inspect.signature(load(fact.name)).parameters
    assert fact.switch == ("decoupled_weight_decay" if "decoupled_weight_decay" in parameters else None)


@each(PRESENT)
def test_the_source_is_the_file_that_defines_it(fact: Optimizer) -> None:
    library = next(each for each in LIBRARIES if fact in each.facts)
    package, *places = fact.source.split(", ")
    assert package == f"{library.name} {library.version}"
    file, _, lines = places[-1].partition(":")
    subject = load(fact.name)
    code = (subject.__init__ if inspect.isclass(subject) else subject).__code__
    assert code.co_filename.endswith(f"/{file}")
    assert not lines or int(lines.rpartition(":")[2]) == code.co_firstlineno  # the constructor's comes last


@each(TORCH)
def test_a_switch_has_a_version_that_brought_it(fact: Optimizer) -> None:
    """The number itself was read in the wheels on either side: 2.0.1 and 2.1.0, 2.1.2 and 2.2.0, 2.6.0 and 2.7.0."""
    assert (fact.since is None) == (fact.switch is None)
    assert fact.since is None or version(fact.since) <= version(torch.__version__)


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("+")[0].split("."))


# What the optimizers do


@each(fact for fact in HELD if fact.decay_argument and fact.name not in WITHOUT_MEMORY)
def test_the_coupling_is_the_measured_one(fact: Optimizer) -> None:
    assert measured(fact).coupling is fact.coupling


@each(fact for fact in HELD if fact.coupling is Coupling.DECOUPLED)
def test_a_decoupled_decay_shrinks_every_weight_alike(fact: Optimizer) -> None:
    assert_shrinks_every_weight_alike(measured(fact), warmed_up(fact))


def warmed_up(fact: Optimizer) -> float:
    """What the optimizer multiplies its rate by, on average over the steps that are measured, where it says so."""
    if library(fact) not in MOVED:
        return 1
    parameter = torch.nn.Parameter(torch.ones(1))
    parameter.grad = torch.ones(1)
    optimizer = load(fact.name)([parameter], **{fact.rate_argument: 1.0})
    getattr(optimizer, "train", lambda: None)()
    factors = []
    for _ in range(STEPS):
        optimizer.step(lambda: 0.0)
        factors.append(optimizer.param_groups[0].get("scheduled_lr", 1.0))
    return float(np.mean(factors[WARM_UP:]))


@each(fact for fact in HELD if "8bit" in fact.name and "min_8bit_size" in fact.signature)
def test_a_state_of_eight_bits_makes_no_difference(fact: Optimizer) -> None:
    """Small tensors keep a state of 32 bits unless they are told not to."""
    found = measured_as_it_computes(fact, min_8bit_size=1)
    assert found.exponent == pytest.approx(-1 if fact.coupling is Coupling.COUPLED else 0, abs=0.02)
    assert found.coupling is fact.coupling


@each(fact for fact in HELD if library(fact) == "torchao")
def test_a_state_of_few_bits_makes_no_difference_to_speak_of(fact: Optimizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tensors keep a state of 32 bits here too, but are not told otherwise."""
    monkeypatch.setattr(protocol, "SHAPE", (64, 64))
    found = measured_as_it_computes(fact)
    assert found.exponent == pytest.approx(-1 if fact.coupling is Coupling.COUPLED else 0, abs=0.05)
    assert found.coupling is fact.coupling


@each(fact for fact in COUPLED if fact.family in DIVIDING)
def test_a_coupled_decay_is_divided_by_the_gradient(fact: Optimizer) -> None:
    assert_is_divided_by_the_gradient(measured(fact))


@each(fact for fact in COUPLED if fact.family is Family.SGD and fact.name not in WITHOUT_MEMORY)
def test_a_coupled_decay_without_adaptive_step_is_told_by_its_echo(fact: Optimizer) -> None:
    found = measured(fact)
    assert found.exponent == pytest.approx(0, abs=0.02)
    assert found.level == pytest.approx(1 / (1 - 0.9), rel=0.05)
    assert found.echo == pytest.approx(0.9, abs=0.01)
    assert found.coupling is fact.coupling is Coupling.COUPLED


@each(fact for fact in HELD if fact.family is Family.SGD)
def test_without_memory_the_two_decays_are_the_same(fact: Optimizer) -> None:
    assert_shrinks_every_weight_alike(measured_as_it_computes(fact))


@each(fact for fact in TORCH if fact.decay_argument)
def test_only_a_coupled_decay_is_multiplied_out_before_the_learning_rate(fact: Optimizer) -> None:
    """λθ, added to a gradient, overflows; ηλ does not. So they differ even where the two are the same update."""
    weights, gradients = np.full((1, 4, 4), 1e10), np.ones((1, 4, 4))
    finite = bool(np.isfinite(trial(fact)(1e-300, 1e300, weights, gradients)).all())
    assert finite == (fact.coupling is not Coupling.COUPLED)


@each(fact for fact in HELD if fact.coupling is Coupling.NONE)
def test_without_decay_the_update_does_not_depend_on_the_weights(fact: Optimizer) -> None:
    assert fact.decay_argument is None
    assert is_blind_to_the_weights(fact)


@each(fact for fact in HELD if fact.coupling is Coupling.DECOUPLED)
def test_with_a_decay_the_update_depends_on_the_weights(fact: Optimizer) -> None:
    assert not is_blind_to_the_weights(fact)


def is_blind_to_the_weights(fact: Optimizer) -> bool:
    random = np.random.default_rng(0)
    weights, gradients = random.normal(size=(10, 4, 4)), random.normal(size=(10, 4, 4))
    here, at_zero = (trial(fact)(1e-3, 0.1, where, gradients) for where in (weights, 0 * weights))
    return np.allclose(here, at_zero, rtol=1e-9, atol=1e-15)


@each(fact for fact in HELD if fact.switch)
def test_the_switch_decouples_and_couples(fact: Optimizer) -> None:
    assert_shrinks_every_weight_alike(measured(fact, switched=True))
    coupled = measured(fact, switched=False)
    assert coupled.coupling in SWITCHED_OFF.get(fact.short_name, (Coupling.COUPLED,))
    if fact.family in DIVIDING and coupled.coupling is Coupling.COUPLED:
        assert_is_divided_by_the_gradient(coupled)


@each(fact for fact in HELD if fact.replacement)
def test_the_replacement_is_the_same_optimizer_decoupled(fact: Optimizer) -> None:
    new = rulebook.optimizers_by_path()[fact.replacement or ""]
    assert_shrinks_every_weight_alike(measured(new))
    random = np.random.default_rng(0)
    weights, gradients = random.normal(size=(10, 4, 4)), random.normal(size=(10, 4, 4))
    np.testing.assert_array_equal(trial(new)(1e-3, 0, weights, gradients), trial(fact)(1e-3, 0, weights, gradients))


@each(fact for fact in HELD if fact.replacement)
def test_the_replacement_takes_the_same_arguments_but_the_switch(fact: Optimizer) -> None:
    old, new = (inspect.signature(load(path)).parameters for path in (fact.name, fact.replacement or ""))
    assert old.keys() - new.keys() == ({fact.switch} if fact.switch else set())
    assert positional(old.values()) == positional(new.values())


def positional(parameters: Iterable[inspect.Parameter]) -> list[str]:
    return [parameter.name for parameter in parameters if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]


@each(HELD)
def test_the_family_is_how_it_moves(fact: Optimizer) -> None:
    """Measured are sgd and adam; between adaptive and other, which no rule tells apart, the fact may choose."""
    growth, goes_on, coordinatewise, graded = movement(fact)
    is_adams = growth == pytest.approx(0, abs=0.01) and goes_on and coordinatewise and graded
    assert (growth == pytest.approx(1, abs=0.01)) == (fact.family is Family.SGD)
    assert is_adams == (fact.family is Family.ADAM)


def movement(fact: Optimizer) -> tuple[float, bool, bool, bool]:
    """The exponent of the update in the gradients' size, and whether a weight moves on when its gradient is zero,
    without regard to the gradients of other weights, and by more than a sign."""
    random = np.random.default_rng(0)
    weights, gradients = np.ones((30, 4, 4)), random.normal(size=(30, 4, 4))
    gradients[-1] = 0
    shifted = gradients.copy()
    shifted[:, :2] *= -random.uniform(1, 10, size=(30, 2, 4))
    run = trial(fact, with_copies=False)
    small, large, aside = (run(1e-3, 0, weights, 1e4 * by) for by in (gradients, 100 * gradients, shifted))
    growth = math.log(np.abs(large[6:-1]).mean() / np.abs(small[6:-1]).mean(), 100)
    goes_on = bool(np.abs(large[-1]).mean() > 0.01 * np.abs(large[6:-1]).mean())
    graded = not np.allclose(np.abs(small[6:-1]), np.abs(small[6, 0, 0]), rtol=1e-3)
    return growth, goes_on, np.allclose(aside[:, 2:], small[:, 2:], rtol=1e-5, atol=0), graded


# What the wrappers build


WRAPPERS = list(dict.fromkeys(rulebook.wrappers_by_path().values()))


@pytest.mark.parametrize("wrapper", [each for each in WRAPPERS if is_present(each.name)], ids=lambda each: each.name)
def test_a_wrapper_has_the_paths_and_the_signature_that_are_stated(wrapper: Wrapper) -> None:
    assert all(load(path) is load(wrapper.name) for path in wrapper.aliases)
    written = plain_signature(load(wrapper.name))
    assert re.sub(r"<(?:class '[\w.]*\.(\w+)'|function (\w+) at \w+)>", r"\1\2", written) == wrapper.signature


RUNS = {
    f"{library}.learner.Learner.{name}": signature
    for library, runs in rulebook.words("runs").items()
    for name, signature in runs.items()
}


@pytest.mark.parametrize("path", [path for path in RUNS if is_present(path)])
def test_what_trains_with_it_takes_the_decay_where_that_is_stated(path: str) -> None:
    """The decay is handed to the optimizer in place of the one that the Learner was made with."""
    module, _, method = path.rpartition(".")
    found = inspect.signature(getattr(load(module), method)).parameters
    stated = inspect.signature(eval(f"lambda self, {RUNS[path]}: 0")).parameters
    assert {name: each.kind for name, each in stated.items()} == {name: each.kind for name, each in found.items()}


def test_a_sharded_optimizer_builds_the_class_with_the_arguments_that_it_is_handed(tmp_path: Path) -> None:
    from torch import distributed

    distributed.init_process_group("gloo", init_method=(tmp_path / "store").as_uri(), rank=0, world_size=1)
    try:
        built = load("torch.distributed.optim.ZeroRedundancyOptimizer")(
            [torch.nn.Parameter(torch.ones(1))], optimizer_class=torch.optim.Adam, lr=0.5, weight_decay=0.25
        )
        assert type(built.optim) is torch.optim.Adam
        assert (built.param_groups[0]["lr"], built.param_groups[0]["weight_decay"]) == (0.5, 0.25)
    finally:
        distributed.destroy_process_group()


@pytest.mark.skipif(not is_present("mup."), reason="mup is not installed")
def test_mup_builds_adam_unless_it_is_handed_another_class() -> None:
    mup = import_module("mup")
    model = torch.nn.Linear(2, 2)
    mup.set_base_shapes(model, None)
    decay = {"lr": 0.5, "weight_decay": 0.25}
    assert type(mup.MuAdam(model.parameters(), **decay)) is torch.optim.Adam
    assert type(mup.MuAdam(model.parameters(), impl=torch.optim.NAdam, **decay)) is torch.optim.NAdam
    assert type(mup.MuAdamW(model.parameters(), **decay)) is torch.optim.AdamW
    assert {group["weight_decay"] for group in mup.MuAdam(model.parameters(), **decay).param_groups} == {0.25}


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
