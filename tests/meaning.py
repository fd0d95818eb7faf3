"""Writes random training scripts with a mistake in them, fixes them, and runs them against what a correct AdamW does.

    python tests/meaning.py 2000

A script is a model, an optimizer built in one of the ways that people have, and a loop. With it comes what its writer
meant: the decay of each parameter. A reference trains the same model from the same start with the same optimizer but no
decay, and shrinks each parameter by (1 − ηλ) before the step: the formula of AdamW (arXiv 1711.05101, algorithm 2). The
fixed script has to end with the same weights. Exit code 1 if one does not; the smallest such script is printed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from adamw_lint.engine import fix, lint
from adamw_lint.fixes.fixed import Fixed
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.settings import Settings

SETTINGS = Settings(frozenset(name for name, page in pages().items() if page.default))
NORMS = "decayed-norms"
STEPS, WIDTH, WORDS = 6, 4, 7
CLOSE = 1e-9  # in 64 bits; a decay that is a thousandth off would be far outside

Decay = Callable[[str, Tensor], float]
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Layer:
    """A layer of a model: its attribute, how it is made and how it is called on `x` (batch, time, width)."""

    name: str
    made: str
    called: str


@dataclass(frozen=True)
class Way:
    """A way of building and using the optimizer: the mistake in it, and what was meant.

    `reference` builds `optimizers`, the first without the decay of the mistake; `decay` is the λ that was meant for its
    parameters.
    """

    rule: str
    built: str
    reference: str
    decay: Decay
    loss: str = ""  # what is added to the loss, after `loss = …`
    grads: str = ""  # what is done to the gradients
    steps: str = "optimizer.step()"
    clears: str = "optimizer.zero_grad()"


@dataclass(frozen=True)
class Program:
    """A script, and all that is needed to say what it should have done."""

    model: str
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
        return f"{self.model}\n{main}\n"


KINDS = {
    "linear": ("nn.Linear(4, 4)", "torch.relu(self.{}(x))"),
    "bare": ("nn.Linear(4, 4, bias=False)", "self.{}(x)"),
    "conv": ("nn.Conv1d(4, 4, 3, padding=1)", "self.{}(x.transpose(1, 2)).transpose(1, 2)"),
    "layer_norm": ("nn.LayerNorm(4)", "self.{}(x)"),
    "batch_norm": ("nn.BatchNorm1d(4)", "self.{}(x.transpose(1, 2)).transpose(1, 2)"),
    "group_norm": ("nn.GroupNorm(2, 4)", "self.{}(x.transpose(1, 2)).transpose(1, 2)"),
    "rms_norm": ("nn.RMSNorm(4)", "self.{}(x)"),
    "gain": ("nn.Parameter(torch.ones(4))", "x * self.{}"),
}
CALLED = {
    "linear": ["fc", "proj", "lin", "mlp"],
    "bare": ["out_proj", "mix"],
    "conv": ["conv", "features"],
    "layer_norm": ["ln_1", "norm", "layer_norm", "final_layer_norm", "LayerNorm"],
    "batch_norm": ["bn", "norm1"],
    "group_norm": ["gn", "groupnorm"],
    "rms_norm": ["rms", "norm2"],
    "gain": ["gain", "gamma_1"],
}


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    """Some layers, all of different names."""
    found: dict[str, Layer] = {}
    for kind in draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4)):
        name = draw(st.sampled_from(CALLED[kind]))
        made, called = KINDS[kind]
        found.setdefault(name, Layer(name, made, called.format(name)))
    return list(found.values())


@st.composite
def models(draw: st.DrawFn, inner: Sequence[Layer]) -> str:
    """The text of a model over those layers, perhaps with tied weights or a frozen part."""
    made = [f"self.{each.name} = {each.made}" for each in inner]
    tied = ["self.head.weight = self.tok.weight"] if draw(st.booleans()) else []
    lines = ["self.tok = nn.Embedding(7, 4)", *made, "self.head = nn.Linear(4, 7)", *tied]
    called = ["x = self.tok(ids)", *(f"x = {each.called}" for each in inner), "return self.head(x)"]
    text = "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
    text += "        super().__init__()\n" + "".join(f"        {line}\n" for line in lines)
    text += "\n    def forward(self, ids):\n" + "".join(f"        {line}\n" for line in called)
    text += "\n\ncriterion = nn.CrossEntropyLoss()\nmodel = Net()\n"
    frozen = draw(st.sampled_from(["", "", "for p in model.tok.parameters():\n    p.requires_grad = False\n"]))
    return text + frozen


def everything(decay: float) -> Decay:
    """One decay for all."""
    return lambda *_: decay


def matrices(decay: float) -> Decay:
    """A decay for what has two dimensions or more."""
    return lambda _, p: decay if p.ndim >= 2 else 0.0


RATES = st.sampled_from(["1e-2", "3e-3", "0.05"])
DECAYS = st.sampled_from(["0.1", "5e-2", "1e-1", "0.3"])
EXTRAS = st.sampled_from(["", ", betas=(0.9, 0.98)", ", eps=1e-6"])


@st.composite
def coupled(draw: st.DrawFn, inner: Sequence[Layer]) -> Way:
    """ADW101 in the forms in which a decay gets to a constructor."""
    name = draw(st.sampled_from(["Adam", "Adam", "NAdam", "RAdam"]))
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    said = f"lr={rate}, weight_decay={decay}{extra}"
    reference = f"optimizers = [torch.optim.{name}(model.parameters(), lr={rate}{extra})]"
    if draw(st.booleans()):
        part = draw(st.sampled_from(["tok", "head", *(each.name for each in inner if "Parameter" not in each.made)]))
        form, meant = draw(st.sampled_from(PARTS)), by_prefix(f"{part}.", float(decay))
        own = f"[p for n, p in model.named_parameters() if n.startswith('{part}.')]"
        rest = f"[p for n, p in model.named_parameters() if not n.startswith('{part}.')]"
        built = form.format(name=name, own=own, rest=rest, rate=rate, decay=decay, extra=extra)
    else:
        meant = everything(float(decay))
        built = draw(st.sampled_from(WHOLES)).format(name=name, said=said, rate=rate, decay=decay, extra=extra)
    return Way("coupled-decay", built, reference, meant)


# Ways to build an optimizer of all parameters with one decay.
WHOLES = [
    "optimizer = torch.optim.{name}(model.parameters(), {said})",
    "optimizer = torch.optim.{name}(params=model.parameters(), {said})",
    "optimizer = torch.optim.{name}(filter(lambda p: p.requires_grad, model.parameters()), {said})",
    "optimizer = torch.optim.{name}([p for p in model.parameters() if p.requires_grad], {said})",
    "optimizer = getattr(torch.optim, '{name}')(model.parameters(), {said})",
    "optimizer = torch.optim.{name}(model.parameters(), **{{'lr': {rate}, 'weight_decay': {decay}}}{extra})",
    "from torch.optim import {name}\n\noptimizer = {name}(model.parameters(), {said})",
    "from torch import optim\n\noptimizer = optim.{name}(model.parameters(), {said})",
    "import torch.optim as O\n\noptimizer = O.{name}(model.parameters(), {said})",
    "decay = {decay}\noptimizer = torch.optim.{name}(model.parameters(), lr={rate}, weight_decay=decay{extra})",
    "options = dict({said})\noptimizer = torch.optim.{name}(model.parameters(), **options)",
    "options = {{'lr': {rate}}}\noptions['weight_decay'] = {decay}\n"
    "optimizer = torch.optim.{name}(model.parameters(), **options{extra})",
    "import functools\n\nmake = functools.partial(torch.optim.{name}, {said})\noptimizer = make(model.parameters())",
    "def build(model):\n    return torch.optim.{name}(model.parameters(), {said})\n\n\noptimizer = build(model)",
    "def make():\n    kind = torch.optim.{name}\n    return kind(model.parameters(), {said})\n\n\noptimizer = make()",
    "class Trainer:\n    def __init__(self, model, decay={decay}):\n"
    "        self.optimizer = torch.optim.{name}(model.parameters(), lr={rate}, weight_decay=decay{extra})\n\n\n"
    "optimizer = Trainer(model).optimizer",
]
# Ways to decay a part alone.
PARTS = [
    "optimizer = torch.optim.{name}([{{'params': {own}, 'weight_decay': {decay}}}, {{'params': {rest}}}], "
    "lr={rate}{extra})",
    "groups = [\n    {{'params': {own}, 'weight_decay': {decay}}},\n    {{'params': {rest}}},\n]\n"
    "optimizer = torch.optim.{name}(groups, lr={rate}{extra})",
    "optimizer = torch.optim.{name}({rest}, lr={rate}{extra})\n"
    "optimizer.add_param_group({{'params': {own}, 'weight_decay': {decay}}})",
    "optimizer = torch.optim.{name}([{{'params': {own}}}, {{'params': {rest}, 'weight_decay': 0}}], "
    "lr={rate}, weight_decay={decay}{extra})",
]


def by_prefix(prefix: str, decay: float) -> Decay:
    """A decay for the parameters of one part."""
    return lambda name, _: decay if name.startswith(prefix) else 0.0


SQUARES = [
    ("sum(p.pow(2).sum() for p in model.parameters())", 2.0),
    ("sum((p ** 2).sum() for p in model.parameters())", 2.0),
    ("sum(torch.sum(p * p) for p in model.parameters())", 2.0),
    ("sum(p.norm() ** 2 for p in model.parameters())", 2.0),
    ("sum(torch.norm(p, 2) ** 2 for p in model.parameters())", 2.0),
    ("0.5 * sum(p.square().sum() for p in model.parameters())", 1.0),
    ("sum([torch.sum(torch.square(w)) for w in model.parameters()]) / 2", 1.0),
]


@st.composite
def penalised(draw: st.DrawFn, _: Sequence[Layer]) -> Way:
    """ADW201: a square of all parameters in the loss, beside an Adam without decay, with one, or an AdamW."""
    rate, penalty, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    squares, factor = draw(st.sampled_from(SQUARES))
    name, own = draw(st.sampled_from([("Adam", ""), ("Adam", ""), ("Adam", "0.2"), ("AdamW", ""), ("AdamW", "0.2")]))
    decay = float(penalty) * factor + float(own or ("0.01" if name == "AdamW" else 0))
    said = f", weight_decay={own}" if own else ""
    added = [
        f"loss = loss + {penalty} * ({squares})",
        f"loss += {penalty} * ({squares})",
        f"penalty = {squares}\nloss = loss + {penalty} * penalty",
        f"reg = 0.0\nfor p in model.parameters():\n    reg = reg + p.pow(2).sum() * {factor / 2}\n"
        f"loss += {penalty} * reg",
    ]
    return Way(
        "l2-in-loss",
        f"optimizer = torch.optim.{name}(model.parameters(), lr={rate}{said}{extra})",
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]",
        everything(decay),
        loss=draw(st.sampled_from(added)),
    )


@st.composite
def graded(draw: st.DrawFn, _: Sequence[Layer]) -> Way:
    """ADW202: the decay is added to the gradients by hand."""
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    added = [
        f"p.grad.add_(p, alpha={decay})",
        f"p.grad.data.add_({decay} * p.data)",
        f"p.grad = p.grad + {decay} * p.detach()",
        f"p.grad += {decay} * p.data",
    ]
    line = draw(st.sampled_from(added))
    guarded = draw(st.booleans())
    loop = "for p in model.parameters():\n"
    body = f"    if p.grad is not None:\n        {line}" if guarded else f"    {line}"
    return Way(
        "decay-in-gradient",
        f"optimizer = torch.optim.Adam(model.parameters(), lr={rate}{extra})",
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]",
        everything(float(decay)),
        grads=loop + body,
    )


@st.composite
def undivided(draw: st.DrawFn, _: Sequence[Layer]) -> Way:
    """ADW301: AdamW over everything."""
    rate, extra = draw(RATES), draw(EXTRAS)
    decay = draw(st.sampled_from(["", "0.1", "5e-2"]))
    said = f", weight_decay={decay}" if decay else ""
    over = [
        "model.parameters()",
        "filter(lambda p: p.requires_grad, model.parameters())",
        "list(model.parameters())",
        "[p for p in model.parameters() if p.requires_grad]",
        "[{'params': model.parameters()}]",
    ]
    call = f"torch.optim.AdamW({draw(st.sampled_from(over))}, lr={rate}{said}{extra})"
    frames = [
        "optimizer = {}",
        "trained = model\noptimizer = {}",
        "def build(model):\n    return {}\n\n\noptimizer = build(model)",
    ]
    return Way(
        NORMS,
        draw(st.sampled_from(frames)).format(call),
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]",
        everything(float(decay or 0.01)),
    )


SPARED = "any(nd in n for nd in no_decay)"


@st.composite
def excluded(draw: st.DrawFn, inner: Sequence[Layer]) -> Way:
    """ADW302, 303 and 304: groups that were to spare biases and norm scales and do not."""
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    names = sorted({each.name for each in inner if "Norm(" in each.made or "Norm1d(" in each.made})
    right = f"no_decay = {['bias', *(f'{name}.weight' for name in names)]!r}"
    plain = f"[p for n, p in {{named}} if not {SPARED}]", f"[p for n, p in {{named}} if {SPARED}]"
    wrong = ["bias", "LayerNorm.weight", "layer_norm.weight"]
    missed = any(all(each not in f"{name}.weight" for each in wrong) for name in names)
    rules = ["swapped-groups", "dropped-parameters", *(["unmatched-exclusion"] if missed else [])]
    rule = draw(st.sampled_from(rules))
    before, named, first, second = right, "model.named_parameters()", decay, "0.0"
    if rule == "swapped-groups":
        first, second = draw(st.sampled_from([("0.0", decay), (decay, decay), (decay, "")]))
    elif rule == "dropped-parameters":
        before, named = f"{right}\nnamed = model.named_parameters()", "named"
    else:
        before = f"no_decay = {wrong!r}"
    decayed, spared = (each.format(named=named) for each in plain)
    zero = f", 'weight_decay': {second}" if second else ""
    groups = f"[\n    {{'params': {decayed}, 'weight_decay': {first}}},\n    {{'params': {spared}{zero}}},\n]"
    return Way(
        rule,
        f"{before}\ngroups = {groups}\noptimizer = torch.optim.AdamW(groups, lr={rate}{extra})",
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]",
        by_names(("bias", *(f"{name}.weight" for name in names)), float(decay)),
    )


def by_names(spared: Sequence[str], decay: float) -> Decay:
    """No decay where one of the texts is in the name."""
    return lambda name, _: 0.0 if any(each in name for each in spared) else decay


@st.composite
def doubled(draw: st.DrawFn, inner: Sequence[Layer]) -> Way:
    """ADW101 in one of two optimizers; the other is an SGD, in which a decay may stay as it is."""
    way = draw(coupled(inner))
    rate, decay = draw(RATES), draw(DECAYS)
    body = "[p for n, p in model.named_parameters() if not n.startswith('head.')]"
    sgd = f"torch.optim.SGD(model.head.parameters(), lr={rate}, weight_decay={decay})"
    return replace(
        way,
        built=f"optimizer = torch.optim.Adam({body}, lr={rate}, weight_decay={decay})\nother = {sgd}",
        reference=f"optimizers = [torch.optim.Adam({body}, lr={rate}), {sgd}]",
        decay=lambda name, _: 0.0 if name.startswith("head.") else float(decay),
        steps="optimizer.step(); other.step()",
        clears="optimizer.zero_grad(); other.zero_grad()",
    )


WAYS = (coupled, penalised, graded, undivided, excluded, doubled)
SCHEDULES = [
    "",
    "",
    "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)",
    "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (step + 1))",
]
CLIPS = ["", "", "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A script with one mistake, perhaps one that a fix uncovers behind it."""
    inner = draw(layers())
    way = draw(draw(st.sampled_from(WAYS))(inner))
    clip = "" if way.grads else draw(st.sampled_from(CLIPS))
    model = draw(models(inner))
    if "requires_grad" in model:
        assume("is not None" in way.grads or not way.grads)  # it would not run
        assume(way.rule != "unmatched-exclusion")  # which is silent: what is frozen may be frozen further
    return Program(model, way, clip, draw(st.sampled_from(SCHEDULES)))


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
    space = executed(f"{program.model}\n{program.way.reference}\noptimizer = optimizers[0]\n{program.schedule}\n")
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
        return "by hand"
    spares = NORMS in {each.diagnostic.rule for each in done.applied}
    wanted = trained(program, spares)
    told = f"{program.text}\n# fixed:\n{done.source.text}"
    assert is_close(weights(executed(done.source.text).model), wanted), f"the fixed script trains otherwise:\n{told}"
    assert not is_close(weights(executed(program.text).model), wanted), f"there was no mistake:\n{told}"
    return "fixed"


def proved(examples: int, derandomize: bool = False) -> Counter[tuple[str, str]]:
    """How many random scripts of each rule were fixed and how many left; raises AssertionError where one fails."""
    tally: Counter[tuple[str, str]] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def each(program: Program) -> None:
        tally[program.way.rule, judged(program)] += 1

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        each()
    finally:
        torch.set_default_dtype(before)
    return tally


def main() -> None:
    """Prove as many scripts as the first word says."""
    tally = proved(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    for (rule, came), number in sorted(tally.items()):
        print(f"{rule:<22} {came:<8} {number:>6}")
    print(f"{tally.total()} scripts, every fixed one trained as AdamW does")


if __name__ == "__main__":
    main()
