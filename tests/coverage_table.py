"""What is found and rewritten in each framework, by linting its specimens and a program for each of its facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pages import examples, only

from adamw_lint import rulebook
from adamw_lint.engine import lint
from adamw_lint.read.source import Source
from adamw_lint.rulebook import Coupling, Family
from adamw_lint.signatures import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adamw_lint.rulebook import Optimizer

FOLDER = Path(__file__).parent / "frameworks"
RULES = ("coupled-decay", "misplaced-decay", "l2-in-loss", "decayed-norms", "removed-adamw", "default-decay")
WITHOUT_TORCH = (
    *("jax", "keras", "mindspore", "mlx", "optax", "paddle", "paddle_fluid"),
    *("tensorflow", "tensorflow_addons", "tensorflow_contrib", "tf_keras", "tinygrad"),
)
STEP = """for x, y in loader:
    loss = criterion(model(x), y) + 0.05 * sum((p ** 2).sum() for p in model.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def table() -> str:
    """The table in Markdown: one row a framework, one column a rule."""
    codes = [rulebook.pages()[rule].code for rule in RULES]
    head = [f"| | {' | '.join(codes)} |", f"|---{'|---' * len(RULES)}|"]
    rows = (_row(stem) for stem in sorted(rulebook.frameworks()))
    return "\n".join([*head, *(row for row in rows if "rewritten" in row or "by hand" in row)]) + "\n"


def _row(stem: str) -> str:
    return f"| [{stem}]({stem}.toml) | {' | '.join(_cell(stem, rule) for rule in RULES)} |"


def _cell(stem: str, rule: str) -> str:
    page = FOLDER / stem / f"{rule}.md"
    if page.exists():
        return f"[{_said(rule, [each.code for each in examples(rule, page)])}](../../tests/frameworks/{stem}/{rule}.md)"
    return _said(rule, list(_programs(stem, rule)))


def _said(rule: str, programs: list[str]) -> str:
    found = [each for code in programs for each in lint(Source.of_text(code, "train.py"), only(rule))]
    return "rewritten" if any(each.fix for each in found) else "by hand" if found else ""


def _programs(stem: str, rule: str) -> Iterator[str]:
    """A program for each fact of a framework; none for a penalty where it is not written as torch writes it."""
    names = {each["name"] for each in rulebook.frameworks()[stem].get("optimizer", ())}
    is_penalty = rule == "l2-in-loss"
    for fact in rulebook.optimizers():
        if fact.name in names and not (is_penalty and (stem in WITHOUT_TORCH or fact.family is not Family.ADAM)):
            built = _built(fact, coupled=rule == "coupled-decay", decays=rule not in ("default-decay", "l2-in-loss"))
            lines = ["import torch", f"import {fact.name.rpartition('.')[0]}", "", f"optimizer = {built}", ""]
            yield "\n".join(lines) + STEP * is_penalty


def _built(fact: Optimizer, coupled: bool, decays: bool) -> str:
    """A call that builds the optimizer, decaying by 0.1 where it can, coupled where that is asked for and possible."""
    _, every, defaults = parameters(fact.signature)
    given = {name: "1e-3" for name in every if name not in defaults and name not in ("kwargs", "args")}
    if fact.parameters_argument is not None:
        given[fact.parameters_argument] = "model.parameters()"
    if fact.decay_argument is not None and decays:
        given[fact.decay_argument] = "0.1"
    if fact.switch is not None and coupled and fact.coupling is not Coupling.COUPLED:
        given[fact.switch] = "False"
    return f"{fact.name}({', '.join(f'{name}={value}' for name, value in given.items())})"
