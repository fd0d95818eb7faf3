"""The fixed code of every example is run with the real optimizer, and its update is the formula's.

An example is executed with a `model` in its hands; the optimizers that it leaves behind are stepped by gradients of our
own. What each parameter's decay should be is read off the optimizers of the code *before* the fix: the same λ, but
decoupled, and none for what has fewer than two dimensions where the example decays everything. Whole training scripts
prove the penalties: before the fix they leave the formula's trajectory, after it they follow it.
"""

from __future__ import annotations

from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from formulas import Formula, Settings, adamw, deviation, float64, nadamw, radamw, trajectory
from pages import ON, examples, rewritten
from specimens import COUPLED, NORMS
from torch import Tensor, nn

from adamw_lint.measure import measure, penalised
from adamw_lint.measure.with_torch import torch_trial_like

STEPS = 8
FORMULAS: dict[type[torch.optim.Optimizer], Formula] = {
    torch.optim.Adam: adamw,
    torch.optim.AdamW: adamw,
    torch.optim.NAdam: nadamw,
    torch.optim.RAdam: radamw,
}
RULES = ("coupled-decay", "decayed-norms")
PROVED = {str(each): (each.rule, each.code) for rule in RULES for each in examples(rule) if each.fixed}
PROVED |= {str(each): (each.rule, each.code) for each in COUPLED + NORMS if each.safety}
COUPLED_CODE = {name: code for name, (rule, code) in PROVED.items() if rule == "coupled-decay"}


class Part(nn.Module):
    """Layers of every kind that matters: matrices, biases, norms, an embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 4)
        self.linear = nn.Linear(4, 4)
        self.norm = nn.LayerNorm(4)
        self.group_norm = nn.GroupNorm(2, 4)
        self.convolution = nn.Conv1d(4, 2, 3)
        for parameter in self.parameters():
            nn.init.normal_(parameter)

    @property
    def weights(self) -> list[nn.Parameter]:
        return [parameter for parameter in self.parameters() if parameter.ndim >= 2]

    @property
    def rest(self) -> list[nn.Parameter]:
        return [parameter for parameter in self.parameters() if parameter.ndim < 2]


class Model(Part):
    """A model with the parts that the examples speak of."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone, self.head, self.generator, self.critic = Part(), Part(), Part(), Part()


class Run:
    """What executing a text leaves behind: the model, and the optimizers built for it."""

    def __init__(self, code: str) -> None:
        with float64():
            torch.manual_seed(0)
            self.model = Model()
            args = SimpleNamespace(lr=1e-2, wd=0.05, name="adam", resume=None)
            space: dict[str, Any] = {"model": self.model, "args": args, "__name__": "example"}
            exec(compile(code, "train.py", "exec"), space)
        built = [value for value in space.values() if isinstance(value, torch.optim.Optimizer)]
        self.optimizers: list[torch.optim.Optimizer] = built
        self.names = {parameter: name for name, parameter in self.model.named_parameters()}
        assert self.optimizers, "the example builds no optimizer"

    def groups(self) -> list[dict[str, tuple[type, dict[str, Any]]]]:
        """For each optimizer, its class and the group of each parameter, by name."""
        return [self._groups(optimizer) for optimizer in self.optimizers]

    def _groups(self, optimizer: torch.optim.Optimizer) -> dict[str, tuple[type, dict[str, Any]]]:
        rows = [(self.names[p], (type(optimizer), group)) for group in optimizer.param_groups for p in group["params"]]
        assert len(rows) == len(dict(rows)), "a parameter is in two groups"
        return dict(rows)

    def weights(self, names: dict[str, Any]) -> dict[str, Tensor]:
        return {name: p.detach().clone() for name, p in self.model.named_parameters() if name in names}

    def step(self, optimizer: torch.optim.Optimizer, gradients: dict[str, Tensor]) -> None:
        for parameter, name in self.names.items():
            if name in gradients:
                parameter.grad = gradients[name].clone()
        with float64():
            optimizer.step()


def wanted_settings(group: dict[str, Any], decay: float) -> Settings:
    """What the formula is to be given for a parameter of a group."""
    beta1, beta2 = group["betas"]
    return Settings(group["lr"], decay, beta1, beta2, group["eps"])


def expected_decay(group: dict[str, Any], weight: Tensor, spared: bool) -> float:
    """λ of one parameter after all fixes, from the group that it was in before."""
    return 0.0 if spared and weight.ndim < 2 else float(group["weight_decay"])


@pytest.mark.parametrize("name", PROVED)
def test_the_fixed_update_is_the_formula(name: str) -> None:
    _, code = PROVED[name]
    before, after = Run(code), Run(rewritten(code, *ON))
    for index, old in enumerate(before.groups()):
        optimizer = after.optimizers[index]
        start = after.weights(old)
        gradients = [{name: torch.randn_like(weight) for name, weight in start.items()} for _ in range(STEPS)]
        found = [start]
        for step in gradients:
            after.step(optimizer, step)
            found.append(after.weights(old))
        spared = any(p.ndim < 2 for p in before.optimizers[index].param_groups[0]["params"])
        settings = {
            name: wanted_settings(group, expected_decay(group, start[name], spared)) for name, (_, group) in old.items()
        }
        formula = FORMULAS[next(iter(old.values()))[0]]
        wanted = trajectory(formula, start, settings, lambda step, _: gradients[step], STEPS)  # noqa: B023
        assert all(deviation(one, other) <= 1e-12 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("name", PROVED)
def test_without_a_gradient_only_the_decay_moves_a_weight(name: str) -> None:
    before, after = Run(PROVED[name][1]), Run(rewritten(PROVED[name][1], *ON))
    for index, old in enumerate(before.groups()):
        start = after.weights(old)
        after.step(after.optimizers[index], {name: torch.zeros_like(weight) for name, weight in start.items()})
        spared = any(p.ndim < 2 for p in before.optimizers[index].param_groups[0]["params"])
        for name_, weight in after.weights(old).items():
            group = old[name_][1]
            decay = expected_decay(group, weight, spared)
            assert torch.equal(weight, start[name_] * (1 - group["lr"] * decay))


@pytest.mark.parametrize("name", PROVED)
def test_every_parameter_is_in_just_the_optimizers_that_it_was_in(name: str) -> None:
    _, code = PROVED[name]
    before, after = Run(code), Run(rewritten(code, *ON))
    assert [set(groups) for groups in before.groups()] == [set(groups) for groups in after.groups()]


@pytest.mark.parametrize("name", COUPLED_CODE)
def test_the_coupling_exponent_goes_from_minus_one_to_zero(name: str) -> None:
    code = COUPLED_CODE[name]
    assert exponents(Run(code)) == pytest.approx(-1, abs=0.02)
    assert exponents(Run(rewritten(code, "coupled-decay"))) == pytest.approx(0, abs=0.02)


def exponents(run: Run) -> Any:
    """κ of every group that decays, as an array to be compared with one number."""
    found = [
        measure(torch_trial_like(optimizer, index)).exponent
        for optimizer in run.optimizers
        for index, group in enumerate(optimizer.param_groups)
        if group["weight_decay"]
    ]
    assert found
    return torch.tensor(found).numpy()


PENALTIES = {
    "summed in a loop": """
        reg = 0.0
        for p in model.parameters():
            reg = reg + p.pow(2).sum()
        loss = loss_of(model(x)) + 0.05 * reg
    """,
    "halved": "loss = loss_of(model(x)) + 0.1 / 2 * sum((p ** 2).sum() for p in model.parameters())",
    "a statement of its own": """
        loss = loss_of(model(x))
        loss += 0.05 * sum(p.norm() ** 2 for p in model.parameters())
    """,
    "on top of a coupled decay": "loss = loss_of(model(x)) + 0.03 * sum(p.pow(2).sum() for p in model.parameters())",
}
FACTOR = 0.1  # λ of each of them, with the optimizer's own


def training(name: str) -> str:
    """A whole training script with one of the penalties."""
    own = ", weight_decay=0.04" if "coupled" in name else ""
    body = indent(dedent(PENALTIES[name]).strip(), "    ")
    head = (
        f"import torch\nopt = torch.optim.Adam(model.parameters(), lr=1e-2{own})\nfor x in data:\n    opt.zero_grad()"
    )
    return f"{head}\n{body}\n    loss.backward()\n    opt.step()\n"


def trained(code: str) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
    """The weights that a training script ends with, and the formula's trajectory from where it began."""
    with float64():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 2))
        data = list(torch.randn(STEPS, 6, 4))
    start = {name: weight.detach().clone() for name, weight in model.named_parameters()}

    def loss_of(output: Tensor) -> Tensor:
        return output.sin().pow(3).sum()

    def gradients(step: int, weights: Any) -> dict[str, Tensor]:
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        loss_of(torch.func.functional_call(model, leaves, (data[step],))).backward()  # type: ignore[no-untyped-call]
        return {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}

    settings = {name: Settings(1e-2, FACTOR if weight.ndim >= 2 else 0.0) for name, weight in start.items()}
    wanted = [dict(step) for step in trajectory(adamw, start, settings, gradients, STEPS)]
    exec(compile(code, "train.py", "exec"), {"model": model, "data": data, "loss_of": loss_of})
    return {name: weight.detach() for name, weight in model.named_parameters()}, wanted


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_leaves_the_formula_and_its_fix_follows_it(name: str) -> None:
    code = training(name)
    before, wanted = trained(code)
    assert deviation(before, wanted[-1]) > 1e-4
    after, wanted = trained(rewritten(code, *ON))
    assert deviation(after, wanted[-1]) <= 1e-12


def test_a_penalty_has_the_coupling_exponent_of_a_coupled_decay() -> None:
    run = Run("import torch\nopt = torch.optim.AdamW(model.parameters(), lr=1e-3)")
    trial = penalised(torch_trial_like(run.optimizers[0]))
    assert measure(trial).exponent == pytest.approx(-1, abs=0.02)
