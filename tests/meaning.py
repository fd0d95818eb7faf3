"""Writes random training scripts with a mistake in them, fixes them, and runs them against what a correct AdamW does.

    python tests/meaning.py 2000 7    # so many scripts, and a seed by which others are drawn

A script is a model, an optimizer built in one of the ways that people have, and a loop. With it comes what its writer
meant: the decay of each parameter. A reference trains the same model from the same start with the same optimizer but no
decay, and shrinks each parameter by (1 − ηλ) before the step: the formula of AdamW (arXiv 1711.05101, algorithm 2). The
fixed script has to end with the same weights. Exit code 1 if one does not; the smallest such script is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from drawn import Tally, judged_all, show
from hypothesis import assume
from hypothesis import strategies as st
from mistakes import WAYS, Decay, Way
from networks import Network, networks
from torch import Tensor

from adamw_lint.engine import fix, lint
from adamw_lint.fixes.fixed import Fixed
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.settings import Settings

SETTINGS = Settings(frozenset(name for name, page in pages().items() if page.default))
NORMS = "decayed-norms"
STEPS = 6
CLOSE = 1e-9  # in 64 bits; a decay that is a thousandth off would be far outside

Weights = dict[str, Tensor]
Ways = Callable[[Network], st.SearchStrategy[Way]]


@dataclass(frozen=True)
class Program:
    """A script, and all that is needed to say what it should have done."""

    net: Network
    way: Way
    clip: str
    schedule: str

    @property
    def text(self) -> str:
        """The script with its mistake."""
        way = self.way
        body = [way.clears, "loss = criterion(model(x).flatten(0, 1), y.flatten())", *way.loss.splitlines()]
        body += ["loss.backward()", *way.grads.splitlines(), *self.clip.splitlines(), way.steps]
        body += ["scheduler.step()"] if self.schedule else []
        loop = "for x, y in batches:\n" + "\n".join(f"    {line}" for line in body)
        main = "\n".join(part for part in (way.built, self.schedule, loop) if part)
        return f"{self.net.text}\n{main}\n"


SCHEDULES = [
    "",
    "",
    "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)",
    "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (step + 1))",
]
CLIPS = ["", "", "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"]


@st.composite
def programs(draw: st.DrawFn, ways: Sequence[Ways] = WAYS) -> Program:
    """A script with one mistake, perhaps one that a fix uncovers behind it."""
    net = draw(networks())
    way = draw(draw(st.sampled_from(ways))(net))
    if way.grads and (net.frozen or net.unused):
        assume("is not None" in way.grads or "continue" in way.grads)  # else it would not run
    if net.frozen:
        assume(way.rule != "unmatched-exclusion")  # which is silent: what is frozen may be frozen further
    return Program(net, way, draw(st.sampled_from(CLIPS)), draw(st.sampled_from(SCHEDULES)))


def batches() -> list[tuple[Tensor, Tensor]]:
    """The same few batches of words each time."""
    generator = torch.Generator().manual_seed(1)
    return [(torch.randint(7, (3, 5), generator=generator),) * 2 for _ in range(STEPS)]


def executed(text: str) -> SimpleNamespace:
    """The names that a script has bound at its end, from the same random start each time."""
    space: dict[str, Any] = {"batches": batches(), "__name__": "__main__"}
    torch.manual_seed(0)
    exec(compile(text, "train.py", "exec"), space)
    return SimpleNamespace(**space)


def weights(model: torch.nn.Module) -> Weights:
    """Every parameter by name."""
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def trained(program: Program, spares: bool) -> Weights:
    """What the script should have ended with; `spares` says that biases and norm scales were taken out of the decay."""
    space = executed(f"{program.net.text}\n{program.way.reference}\noptimizer = optimizers[0]\n{program.schedule}\n")
    model = space.model
    names = {p: name for name, p in model.named_parameters()}
    for x, y in batches():
        model.zero_grad()
        space.criterion(model(x).flatten(0, 1), y.flatten()).backward()
        if program.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        _shrink(space.optimizers[0], names, program.way.decay, spares)
        for optimizer in space.optimizers:
            optimizer.step()
        if program.schedule:
            space.scheduler.step()
    return weights(model)


@torch.no_grad()
def _shrink(optimizer: torch.optim.Optimizer, names: dict[Tensor, str], decay: Decay, spares: bool) -> None:
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None and not (spares and p.ndim < 2):
                p.mul_(1 - group["lr"] * decay(names[p], p))


def is_close(found: Weights, wanted: Weights) -> bool:
    """Whether two runs ended with the same weights."""
    return all((found[name] - wanted[name]).abs().max() <= CLOSE for name in wanted)


def fixed(program: Program) -> Fixed:
    """The script after every fix, unsafe ones too."""
    return fix(Source.of_text(program.text, "train.py"), SETTINGS, unsafe=True)


def judged(program: Program) -> str:
    """What came of a script: `fixed`, or `by hand` where its mistake is left to the user.

    Raises AssertionError where it was not found, or where the fixed script does not train as it should.
    """
    rule = program.way.rule
    found = lint(Source.of_text(program.text, "train.py"), SETTINGS)
    assert rule in {each.rule for each in found}, f"{rule} not found in\n{program.text}"
    done = fixed(program)
    assert not done.dropped, f"{done.dropped}\n{program.text}"
    if rule in {each.rule for each in done.remaining}:
        executed(program.text)
        executed(done.source.text)  # whatever else was fixed, it runs
        return "by hand"
    spares = NORMS in {each.diagnostic.rule for each in done.applied}
    wanted = trained(program, spares)
    told = f"{program.text}\n# fixed:\n{done.source.text}"
    assert is_close(weights(executed(done.source.text).model), wanted), f"the fixed script trains otherwise:\n{told}"
    if not program.net.frozen:  # what was to be spared may be all that is frozen
        assert not is_close(weights(executed(program.text).model), wanted), f"there was no mistake:\n{told}"
    return "fixed"


def proved(examples: int, drawn: int | None = None) -> Tally:
    """How many random scripts of each rule were fixed and how many left; raises AssertionError where one fails.

    `drawn` is a seed; without one they are the same each time.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return judged_all(programs(), lambda each: (each.way.rule, judged(each)), examples, drawn)
    finally:
        torch.set_default_dtype(before)


if __name__ == "__main__":
    show(proved, "200")
