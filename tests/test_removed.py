"""What builds the successor of a removed class trains as the old one did: both are run on the same gradients.

The libraries are not installed; a class with the formula and the signature of theirs stands in for them.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import torch
from formulas import deviation, float64
from pages import only, project, rewritten, source_of
from specimens import DEFAULTS, REMOVED
from test_proofs import STEPS, Run

from adamw_lint.engine import lint
from adamw_lint.read.declared import declares_only_older
from adamw_lint.read.source import Source
from adamw_lint.rulebook import optimizers

if TYPE_CHECKING:
    from pathlib import Path

GONE = [fact for fact in optimizers() if fact.removed or fact.ended]
BUILT = {str(each): each.code for each in REMOVED if each.safety and "never" not in each.row}
FIXED = {str(each): each.code for each in DEFAULTS if each.safety}
EPS = 1e-6


class OldAdamW(torch.optim.Optimizer):
    """AdamW as transformers 4.49 has it: the decay comes after the step, and ε before the bias is corrected."""

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = EPS,
        weight_decay: float = 0.0,
        correct_bias: bool = True,
        no_deprecation_warning: bool = False,
    ) -> None:
        assert correct_bias
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            (beta1, beta2), rate = group["betas"], group["lr"]
            for p in group["params"]:
                state = self.state[p]
                step = state["step"] = state.get("step", 0) + 1
                first = state["first"] = beta1 * state.get("first", 0) + (1 - beta1) * p.grad
                second = state["second"] = beta2 * state.get("second", 0) + (1 - beta2) * p.grad**2
                size = rate * (1 - beta2**step) ** 0.5 / (1 - beta1**step)
                p -= size * first / (second.sqrt() + group["eps"])
                p -= rate * group["weight_decay"] * p


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries that still have the class."""
    for name in ("transformers", "transformers.optimization", "pytorch_transformers"):
        library: Any = ModuleType(name)
        library.AdamW, library.get_scheduler, library.get_linear_schedule_with_warmup = OldAdamW, None, None
        library.__all__ = ["AdamW"]
        monkeypatch.setitem(sys.modules, name, library)
    sys.modules["transformers"].optimization = sys.modules["transformers.optimization"]  # type: ignore[attr-defined]


def settings(run: Run) -> list[list[tuple[Any, ...]]]:
    keys = ("lr", "betas", "eps", "weight_decay")
    return [[tuple(group[key] for key in keys) for group in built.param_groups] for built in run.optimizers]


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("name", BUILT)
def test_the_successor_has_the_settings_of_the_old_class_and_goes_its_way(name: str) -> None:
    before, after = Run(BUILT[name]), Run(rewritten(BUILT[name], "removed-adamw"))
    assert {type(each) for each in before.optimizers} == {OldAdamW}
    assert {type(each) for each in after.optimizers} == {torch.optim.AdamW}
    assert settings(before) == settings(after)
    old, new = moved(before), moved(after)
    start = before_any_step(before)
    assert deviation(old, new) < 1e-6
    assert deviation(old, start) > 1e-3


def before_any_step(run: Run) -> dict[str, torch.Tensor]:
    with float64():
        torch.manual_seed(0)
        fresh = type(run.model)()
    return {name: p.detach() for name, p in fresh.named_parameters()}


def moved(run: Run) -> dict[str, torch.Tensor]:
    """The weights after some steps of every optimizer, with gradients that are large beside ε."""
    torch.manual_seed(1)
    for _ in range(STEPS):
        gradients = {name: torch.randn_like(p) for name, p in run.model.named_parameters()}
        gradients = {name: each + each.sign() for name, each in gradients.items()}
        for optimizer in run.optimizers:
            run.step(optimizer, gradients)
    return {name: p.detach() for name, p in run.model.named_parameters()}


@pytest.mark.parametrize(
    ("other", "is_fixed"),
    [
        ("from train import AdamW\nopt = AdamW([])\n", False),
        ("from train import *\nopt = AdamW([])\n", False),
        ("def build():\n    from train import AdamW as Optimizer\n    return Optimizer([])\n", False),
        ("import train\nopt = train.AdamW([])\n", False),
        ("import train\nprint(train.AutoModel, 'AdamW')\n", True),
        ("from train import AutoModel\nprint('AdamW')\n", True),
        ("from train import AutoModel\n", True),
        ("from data.train import AdamW\n", True),
    ],
)
def test_a_name_stays_where_another_file_imports_it_from_here(other: str, is_fixed: bool) -> None:
    code = "from transformers import AdamW, AutoModel\n"
    with project({"train.py": code, "run.py": other, "data/train.py": "AdamW = None\n"}):
        (found,) = lint(source_of(code, "train.py"), only("removed-adamw"))
    assert (found.fix is not None) is is_fixed
    assert ("`run.py` imports `AdamW` from here" in found.help) is not is_fixed


@pytest.mark.parametrize("name", FIXED)
def test_a_default_that_is_written_out_changes_nothing(name: str) -> None:
    before, after = Run(FIXED[name]), Run(rewritten(FIXED[name], "default-decay"))
    assert settings(before) == settings(after)
    assert deviation(moved(before), moved(after)) == 0


@pytest.mark.parametrize("fact", GONE, ids=lambda fact: fact.name)
def test_what_is_gone_has_a_successor_and_says_since_when(fact: Any) -> None:
    assert fact.successor in {each.name for each in optimizers()}
    assert bool(fact.removed) != bool(fact.ended)
    assert all(name in fact.signature for name in fact.immaterial)


@pytest.mark.parametrize(
    ("text", "is_older"),
    [
        ("transformers==4.20.1", True),
        ("transformers[torch] == 4.30", True),
        ("transformers>=4.0,<4.50", True),
        ("transformers<=4.49.0", True),
        ("transformers~=4.30.0", True),
        ('transformers = "4.20.0"', True),
        ('transformers = "^3.1"', True),
        ("  - transformers=4.20.1=py_0", True),
        ("transformers", False),
        ("transformers>=4.0", False),
        ("transformers<5", False),
        ("transformers~=4.30", False),
        ('transformers = "^4.20"', False),
        ("transformers==4.50.0", False),
        ("transformers!=4.30", False),
        ("transformers==4.20\ntransformers==5.1", False),
        ("simple-transformers==1.0\ntransformers-interpret==0.1", False),
        ('"transformers>=4.20", "torch<2"', False),
    ],
)
def test_a_project_may_declare_that_it_has_the_class(text: str, is_older: bool, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text(text)
    assert declares_only_older(str(tmp_path / "train.py"), "transformers", "4.50") == is_older


def test_a_decay_that_is_decoupled_may_vanish() -> None:
    code = "import torch\nopt = torch.optim.Adam(model.weights, lr=1e-3, weight_decay=1e-5)\n"
    fixed = rewritten(code, "coupled-decay", "vanishing-decay")
    assert "AdamW" in fixed
    assert [each.rule for each in lint(Source.of_text(fixed), only("vanishing-decay"))] == ["vanishing-decay"]
