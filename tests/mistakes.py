"""Random ways of building and using an optimizer, each with a mistake in it and with what was meant instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from networks import Network
from torch import Tensor

Decay = Callable[[str, Tensor], float]


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


def everything(decay: float) -> Decay:
    """One decay for all."""
    return lambda *_: decay


def by_prefix(prefix: str, decay: float) -> Decay:
    """A decay for the parameters of one part."""
    return lambda name, _: decay if name.startswith(prefix) else 0.0


def by_names(spared: Sequence[str], decay: float) -> Decay:
    """No decay where one of the texts is in the name."""
    return lambda name, _: 0.0 if any(each in name for each in spared) else decay


def matrices(decay: float) -> Decay:
    """A decay for what has two dimensions or more."""
    return lambda _, p: decay if p.ndim >= 2 else 0.0


RATES = st.sampled_from(["1e-2", "3e-3", "0.05"])
DECAYS = st.sampled_from(["0.1", "5e-2", "1e-1", "0.3"])
BOTH = ", betas=(0.9, 0.98), eps=1e-6"  # what is written where arguments go by place
EXTRAS = st.sampled_from(["", ", betas=(0.9, 0.98)", ", eps=1e-6", BOTH, ", foreach=False"])


@st.composite
def coupled(draw: st.DrawFn, net: Network) -> Way:
    """ADW101 in the forms in which a decay gets to a constructor."""
    name = draw(st.sampled_from(["Adam", "Adam", "Adam", "NAdam", "RAdam", "Adamax"]))
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    if name == "Adam":
        extra = draw(st.sampled_from([extra, ", amsgrad=True"]))
    said = f"lr={rate}, weight_decay={decay}{extra}"
    reference = f"optimizers = [torch.optim.{name}(model.parameters(), lr={rate}{extra})]"
    if draw(st.booleans()):
        return draw(partly(net, name, rate, extra))
    form = draw(st.sampled_from([*WHOLES, *([BY_PLACE] if extra == BOTH else [])]))
    built = form.format(name=name, module=name.lower(), said=said, rate=rate, decay=decay, extra=extra)
    return Way("coupled-decay", built, reference, everything(float(decay)))


@st.composite
def partly(draw: st.DrawFn, net: Network, name: str, rate: str, extra: str) -> Way:
    """ADW101 for one part of the model."""
    decay, part, form = draw(DECAYS), draw(st.sampled_from(net.parts)), draw(st.sampled_from(PARTS))
    own = f"[p for n, p in model.named_parameters() if n.startswith('{part}.')]"
    rest = f"[p for n, p in model.named_parameters() if not n.startswith('{part}.')]"
    slower = draw(st.sampled_from(["", "", ", 'lr': 2e-3"]))
    built = form.format(name=name, own=own, rest=rest, rate=rate, decay=decay, extra=extra, part=part, slower=slower)
    slower = slower if "{slower}" in form else ""
    groups = f"[{{'params': {own}{slower}}}, {{'params': {rest}}}]"
    reference = f"optimizers = [torch.optim.{name}({groups}, lr={rate}{extra})]"
    return Way("coupled-decay", built, reference, by_prefix(f"{part}.", float(decay)))


# Ways to build an optimizer of all parameters with one decay.
BY_PLACE = "optimizer = torch.optim.{name}(model.parameters(), {rate}, (0.9, 0.98), 1e-6, {decay})"
WHOLES = [
    "optimizer = torch.optim.{name}(model.parameters(), {said})",
    "optimizer = torch.optim.{name}(params=model.parameters(), {said})",
    "optimizer = torch.optim.{name}(filter(lambda p: p.requires_grad, model.parameters()), {said})",
    "optimizer = torch.optim.{name}([p for p in model.parameters() if p.requires_grad], {said})",
    "optimizer = torch.optim.{name}([p for _, p in model.named_parameters()], {said})",
    "optimizer = torch.optim.{name}([{{'params': list(model.parameters())}}], {said})",
    "optimizer = torch.optim.{name}([{{'params': model.parameters(), 'weight_decay': {decay}}}], lr={rate}{extra})",
    "optimizer = getattr(torch.optim, '{name}')(model.parameters(), {said})",
    "kind = '{name}'\noptimizer = getattr(torch.optim, kind)(model.parameters(), {said})",
    "optimizer = torch.optim.{name}(model.parameters(), **{{'lr': {rate}, 'weight_decay': {decay}}}{extra})",
    "from torch.optim import {name}\n\noptimizer = {name}(model.parameters(), {said})",
    "from torch.optim import {name} as Chosen\n\noptimizer = Chosen(model.parameters(), {said})",
    "from torch.optim.{module} import {name}\n\noptimizer = {name}(model.parameters(), {said})",
    "from torch import optim\n\noptimizer = optim.{name}(model.parameters(), {said})",
    "import torch.optim as O\n\noptimizer = O.{name}(model.parameters(), {said})",
    "decay = {decay}\noptimizer = torch.optim.{name}(model.parameters(), lr={rate}, weight_decay=decay{extra})",
    "options = dict({said})\noptimizer = torch.optim.{name}(model.parameters(), **options)",
    "options = {{'lr': {rate}}}\noptions['weight_decay'] = {decay}\n"
    "optimizer = torch.optim.{name}(model.parameters(), **options{extra})",
    "options = {{'lr': {rate}}}\noptions.update(weight_decay={decay})\n"
    "optimizer = torch.optim.{name}(model.parameters(), **options{extra})",
    "import functools\n\nmake = functools.partial(torch.optim.{name}, {said})\noptimizer = make(model.parameters())",
    "make = lambda params: torch.optim.{name}(params, {said})\noptimizer = make(model.parameters())",
    "def build(model):\n    return torch.optim.{name}(model.parameters(), {said})\n\n\noptimizer = build(model)",
    "def build(model, lr={rate}, decay={decay}):\n"
    "    return torch.optim.{name}(model.parameters(), lr=lr, weight_decay=decay{extra})\n\n\noptimizer = build(model)",
    "def make():\n    kind = torch.optim.{name}\n    return kind(model.parameters(), {said})\n\n\noptimizer = make()",
    "kinds = {{'one': torch.optim.{name}, 'two': torch.optim.SGD}}\n"
    "optimizer = kinds['one'](model.parameters(), {said})",
    "kind = 'one'\nif kind == 'one':\n    optimizer = torch.optim.{name}(model.parameters(), {said})\n"
    "else:\n    optimizer = torch.optim.SGD(model.parameters(), lr={rate}, weight_decay={decay})",
    "from types import SimpleNamespace\n\nargs = SimpleNamespace(lr={rate}, wd={decay})\n"
    "optimizer = torch.optim.{name}(model.parameters(), lr=args.lr, weight_decay=args.wd{extra})",
    "import argparse\n\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--weight-decay', type=float, default={decay})\nargs = parser.parse_args([])\n"
    "optimizer = torch.optim.{name}(model.parameters(), lr={rate}, weight_decay=args.weight_decay{extra})",
    "class Config:\n    lr = {rate}\n    decay = {decay}\n\n\n"
    "optimizer = torch.optim.{name}(model.parameters(), lr=Config.lr, weight_decay=Config.decay{extra})",
    "class Trainer:\n    def __init__(self, model, decay={decay}):\n"
    "        self.optimizer = torch.optim.{name}(model.parameters(), lr={rate}, weight_decay=decay{extra})\n\n\n"
    "optimizer = Trainer(model).optimizer",
    "class Task:\n    def __init__(self, model):\n        self.model = model\n\n    def configure_optimizers(self):\n"
    "        return torch.optim.{name}(self.model.parameters(), {said})\n\n\n"
    "optimizer = Task(model).configure_optimizers()",
]
# Ways to decay a part alone.
PARTS = [
    "optimizer = torch.optim.{name}([{{'params': {own}, 'weight_decay': {decay}{slower}}}, {{'params': {rest}}}], "
    "lr={rate}{extra})",
    "groups = [\n    {{'params': {own}, 'weight_decay': {decay}{slower}}},\n    {{'params': {rest}}},\n]\n"
    "optimizer = torch.optim.{name}(groups, lr={rate}{extra})",
    "groups = [\n    dict(params={own}, weight_decay={decay}),\n    dict(params={rest}, weight_decay=0.0),\n]\n"
    "optimizer = torch.optim.{name}(groups, lr={rate}{extra})",
    "groups = []\ngroups.append({{'params': {own}, 'weight_decay': {decay}{slower}}})\n"
    "groups.append({{'params': {rest}}})\noptimizer = torch.optim.{name}(groups, lr={rate}{extra})",
    "own, rest = [], []\nfor n, p in model.named_parameters():\n    if n.startswith('{part}.'):\n"
    "        own.append(p)\n    else:\n        rest.append(p)\noptimizer = torch.optim.{name}(\n"
    "    [{{'params': own, 'weight_decay': {decay}{slower}}}, {{'params': rest, 'weight_decay': 0.0}}],\n"
    "    lr={rate}{extra},\n)",
    "optimizer = torch.optim.{name}({rest}, lr={rate}{extra})\n"
    "optimizer.add_param_group({{'params': {own}, 'weight_decay': {decay}{slower}}})",
    "optimizer = torch.optim.{name}([{{'params': {own}{slower}}}, {{'params': {rest}, 'weight_decay': 0}}], "
    "lr={rate}, weight_decay={decay}{extra})",
]


SQUARES = [
    ("sum(p.pow(2).sum() for p in model.parameters())", 2.0),
    ("sum((p ** 2).sum() for p in model.parameters())", 2.0),
    ("sum(torch.sum(p * p) for p in model.parameters())", 2.0),
    ("sum(p.norm() ** 2 for p in model.parameters())", 2.0),
    ("sum(torch.norm(p, 2) ** 2 for p in model.parameters())", 2.0),
    ("sum(p.norm(2).pow(2) for p in model.parameters())", 2.0),
    ("sum(torch.linalg.norm(p) ** 2 for _, p in model.named_parameters())", 2.0),
    ("torch.stack([p.pow(2).sum() for p in model.parameters()]).sum()", 2.0),
    ("torch.nn.utils.parameters_to_vector(model.parameters()).pow(2).sum()", 2.0),
    ("torch.cat([p.view(-1) for p in model.parameters()]).pow(2).sum()", 2.0),
    ("0.5 * sum(p.square().sum() for p in model.parameters())", 1.0),
    ("sum([torch.sum(torch.square(w)) for w in model.parameters()]) / 2", 1.0),
]
SUMMED = [
    ("reg = 0.0\nfor p in model.parameters():\n    reg = reg + p.pow(2).sum()\n", 2.0),
    ("reg = 0\nfor p in model.parameters():\n    reg += 0.5 * (p ** 2).sum()\n", 1.0),
    ("reg = torch.tensor(0.0)\nfor p in model.parameters():\n    reg += torch.norm(p) ** 2\n", 2.0),
    ("reg = None\nfor p in model.parameters():\n    if reg is None:\n        reg = p.norm(2) ** 2\n"
     "    else:\n        reg = reg + p.norm(2) ** 2\n", 2.0),
    ("reg = 0.0\nfor name, p in model.named_parameters():\n    reg += p.pow(2).sum() / 2\n", 1.0),
]  # fmt: skip
BESIDE = [("Adam", ""), ("Adam", ""), ("Adam", "0.2"), ("AdamW", ""), ("AdamW", "0.2")]


def beside(name: str, own: str) -> float:
    """The decay that an optimizer of torch has where `own` is written, or nothing."""
    return float(own or ("0.01" if name == "AdamW" else 0))


@st.composite
def penalised(draw: st.DrawFn, _: Network) -> Way:
    """ADW201: a square of all parameters in the loss, beside an Adam without decay, with one, or an AdamW."""
    rate, penalty, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    name, own = draw(st.sampled_from(BESIDE))
    said = f", weight_decay={own}" if own else ""
    built = f"optimizer = torch.optim.{name}(model.parameters(), lr={rate}{said}{extra})"
    if draw(st.booleans()):
        summed, factor = draw(st.sampled_from(SUMMED))
        added = f"{summed}{draw(st.sampled_from([f'loss += {penalty} * reg', f'loss = loss + {penalty} * reg']))}"
    else:
        squares, factor = draw(st.sampled_from(SQUARES))
        before, added, times = draw(st.sampled_from(ADDED))
        built = f"{before.format(penalty=penalty, squares=squares)}{built}"
        added, factor = added.format(penalty=penalty, squares=squares), factor * times
    decay = float(penalty) * factor + beside(name, own)
    reference = f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]"
    return Way("l2-in-loss", built, reference, everything(decay), loss=added)


# What stands before the optimizer, what is done with the loss, and by what the penalty is multiplied there.
ADDED = [
    ("", "loss = loss + {penalty} * ({squares})", 1.0),
    ("", "loss += {penalty} * ({squares})", 1.0),
    ("", "loss += ({squares}) * {penalty}", 1.0),
    ("", "loss = loss + {penalty} / 2 * ({squares})", 0.5),
    ("", "penalty = {squares}\nloss = loss + {penalty} * penalty", 1.0),
    ("", "penalty = {penalty} * ({squares})\nloss = loss + penalty", 1.0),
    ("factor = {penalty}\n", "loss = loss + factor * ({squares})", 1.0),
    ("def l2(model):\n    return {squares}\n\n\n", "loss = loss + {penalty} * l2(model)", 1.0),
    ("def penalty():\n    return {penalty} * ({squares})\n\n\n", "loss = loss + penalty()", 1.0),
]


@st.composite
def graded(draw: st.DrawFn, _: Network) -> Way:
    """ADW202: the decay is added to the gradients by hand."""
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    name, own = draw(st.sampled_from(BESIDE))
    said = f", weight_decay={own}" if own else ""
    line, form = draw(st.sampled_from(ADDITIONS)).format(decay=decay), draw(st.sampled_from(LOOPS))
    return Way(
        "decay-in-gradient",
        f"optimizer = torch.optim.{name}(model.parameters(), lr={rate}{said}{extra})",
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]",
        everything(float(decay) + beside(name, own)),
        grads=form.format(line=line),
    )


ADDITIONS = [
    "p.grad.add_(p, alpha={decay})",
    "p.grad.add_(p.data, alpha={decay})",
    "p.grad.data.add_({decay} * p.data)",
    "p.grad = p.grad + {decay} * p.detach()",
    "p.grad += {decay} * p.data",
    "p.grad.data = p.grad.data.add(p.data, alpha={decay})",
]
LOOPS = [
    "for p in model.parameters():\n    {line}",
    "for p in model.parameters():\n    if p.grad is not None:\n        {line}",
    "for p in model.parameters():\n    if p.grad is None:\n        continue\n    {line}",
    "for name, p in model.named_parameters():\n    if p.grad is not None:\n        {line}",
    "with torch.no_grad():\n    for p in model.parameters():\n        if p.grad is not None:\n            {line}",
    "for group in optimizer.param_groups:\n    for p in group['params']:\n        if p.grad is not None:\n"
    "            {line}",
]


@st.composite
def undivided(draw: st.DrawFn, _: Network) -> Way:
    """ADW301: a decoupled optimizer over everything."""
    rate, extra = draw(RATES), draw(EXTRAS)
    name, switch = draw(st.sampled_from(DECOUPLED))
    decay = draw(st.sampled_from(["0.1", "5e-2", *([""] if name == "AdamW" else [])]))
    said = f", weight_decay={decay}" if decay else ""
    call = f"torch.optim.{name}({draw(st.sampled_from(OVER))}, lr={rate}{said}{switch}{extra})"
    coupled = name.removesuffix("W")
    return Way(
        "decayed-norms",
        draw(st.sampled_from(FRAMES)).format(call),
        f"optimizers = [torch.optim.{coupled}(model.parameters(), lr={rate}{extra})]",
        everything(float(decay or 0.01)),
    )


DECOUPLED = [
    ("AdamW", ""),
    ("AdamW", ""),
    ("NAdam", ", decoupled_weight_decay=True"),
    ("RAdam", ", decoupled_weight_decay=True"),
]
OVER = [
    "model.parameters()",
    "filter(lambda p: p.requires_grad, model.parameters())",
    "list(model.parameters())",
    "[p for p in model.parameters() if p.requires_grad]",
    "(p for p in model.parameters() if p.requires_grad)",
    "[{'params': model.parameters()}]",
]
FRAMES = [
    "optimizer = {}",
    "trained = model\noptimizer = {}",
    "def build(model):\n    return {}\n\n\noptimizer = build(model)",
    "def build():\n    return {}\n\n\noptimizer = build()",
    "class Trainer:\n    def __init__(self, model):\n        self.model = model\n        self.optimizer = {}\n\n\n"
    "optimizer = Trainer(model).optimizer",
]


SPARED = "any(nd in n for nd in no_decay)"


@st.composite
def excluded(draw: st.DrawFn, net: Network) -> Way:
    """ADW302, 303, 304 and 305: groups that were to spare biases and norm scales and do not."""
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    right = f"no_decay = {['bias', *net.scales]!r}"
    wrong = ["bias", "LayerNorm.weight", "layer_norm.weight"]
    missed = any(all(each not in scale for each in wrong) for scale in net.scales)
    ours = ["swapped-groups", "dropped-parameters", "ignored-key"]
    rule = draw(st.sampled_from([*ours, *(["unmatched-exclusion"] if missed else [])]))
    before, named, key, first, second = right, "model.named_parameters()", "weight_decay", decay, "0.0"
    over, argument = "AdamW", ""
    if rule == "swapped-groups":
        first, second = draw(st.sampled_from([("0.0", decay), (decay, decay), (decay, "")]))
    elif rule == "dropped-parameters":
        before, named = f"{right}\n{draw(st.sampled_from(ITERATORS))}", "named"
    elif rule == "ignored-key":
        key = draw(st.sampled_from(["weight_decay_rate", "wd", "decay"]))
        over = draw(st.sampled_from(["Adam", "AdamW"]))
        argument = draw(st.sampled_from(["", f", weight_decay={draw(DECAYS)}"]))
    else:
        before = f"no_decay = {wrong!r}"
    zero = f", {key!r}: {second}" if second else ""
    decayed = draw(st.sampled_from([f"not {SPARED}", "all(nd not in n for nd in no_decay)"]))
    groups = draw(st.sampled_from(GROUPED)).format(
        decayed=f"[p for n, p in {named} if {decayed}]",
        spared=f"[p for n, p in {named} if {SPARED}]",
        key=f"{key!r}: {first}",
        zero=zero,
    )
    return Way(
        rule,
        f"{before}\n{groups}\noptimizer = torch.optim.{over}(groups, lr={rate}{argument}{extra})",
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]",
        by_names(("bias", *net.scales), float(decay)),
    )


ITERATORS = [
    "named = model.named_parameters()",
    "named = filter(lambda each: each[1].requires_grad, model.named_parameters())",
    "named = ((n, p) for n, p in model.named_parameters())",
    "named = iter(list(model.named_parameters()))",
]
GROUPED = [
    "groups = [\n    {{'params': {decayed}, {key}}},\n    {{'params': {spared}{zero}}},\n]",
    "decayed = {decayed}\nspared = {spared}\ngroups = [{{'params': decayed, {key}}}, {{'params': spared{zero}}}]",
    "spared = {spared}\ndecayed = {decayed}\n"
    "groups = [\n    {{\n        'params': decayed,\n        {key},\n    }},\n    {{'params': spared{zero}}},\n]",
]


@st.composite
def parted(draw: st.DrawFn, _: Network) -> Way:
    """ADW303 where dimensions tell what is spared, or where a second optimizer has what is spared."""
    rate, decay, extra = draw(RATES), draw(DECAYS), draw(EXTRAS)
    conditions = draw(st.sampled_from([("p.ndim >= 2", "p.ndim < 2"), ("p.dim() > 1", "p.dim() <= 1")]))
    decayed, spared = (f"[p for p in model.parameters() if {each}]" for each in conditions)
    forms = [
        f"groups = [{{'params': {decayed}, 'weight_decay': {decay}}}, {{'params': {spared}}}]\n"
        f"optimizer = torch.optim.AdamW(groups, lr={rate}{extra})",
        f"groups = [\n    dict(params={decayed}, weight_decay=0.0),\n"
        f"    dict(params={spared}, weight_decay={decay}),\n]\n"
        f"optimizer = torch.optim.AdamW(groups, lr={rate}{extra})",
        "decay, no_decay = [], []\nfor p in model.parameters():\n"
        f"    if {conditions[1]}:\n        no_decay.append(p)\n    else:\n        decay.append(p)\n"
        f"optimizer = torch.optim.AdamW([{{'params': decay, 'weight_decay': {decay}}}, {{'params': no_decay}}], "
        f"lr={rate}{extra})",
        "def groups_of(net):\n"
        f"    decayed = [p for p in net.parameters() if {conditions[0]}]\n"
        f"    spared = [p for p in net.parameters() if {conditions[1]}]\n"
        f"    return [{{'params': decayed, 'weight_decay': {decay}}}, {{'params': spared}}]\n\n\n"
        f"optimizer = torch.optim.AdamW(groups_of(model), lr={rate}{extra})",
    ]
    reference = f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate}{extra})]"
    return Way("swapped-groups", draw(st.sampled_from(forms)), reference, matrices(float(decay)))


@st.composite
def twice(draw: st.DrawFn, _: Network) -> Way:
    """ADW203: the weights are shrunk by hand beside an optimizer that decays them; one cannot tell which is meant."""
    rate, decay = draw(RATES), draw(DECAYS)
    name, own = draw(st.sampled_from([("AdamW", ""), ("AdamW", "0.2"), ("Adam", "0.2")]))
    said = f", weight_decay={own}" if own else ""
    line = draw(st.sampled_from(SHRINKS))
    return Way(
        "double-decay",
        f"lr, decay = {rate}, {decay}\noptimizer = torch.optim.{name}(model.parameters(), lr=lr{said})",
        f"optimizers = [torch.optim.Adam(model.parameters(), lr={rate})]",
        everything(float(decay)),
        grads=f"with torch.no_grad():\n    for p in model.parameters():\n        {line}",
    )


SHRINKS = [
    "p.mul_(1 - lr * decay)",
    "p.data.mul_(1 - lr * decay)",
    "p.sub_(lr * decay * p)",
    "p.add_(p, alpha=-lr * decay)",
    "p *= 1 - lr * decay",
]


@st.composite
def several(draw: st.DrawFn, _: Network) -> Way:
    """ADW101 in one of two optimizers; the other is an SGD, in which a decay may stay as it is."""
    rate, decay, second = draw(RATES), draw(DECAYS), draw(RATES)
    body = "[p for n, p in model.named_parameters() if not n.startswith('head.')]"
    sgd = f"torch.optim.SGD(model.head.parameters(), lr={second}, weight_decay={decay})"
    adam = f"torch.optim.Adam({body}, lr={rate}, weight_decay={decay})"
    forms = [
        (f"optimizer = {adam}\nother = {sgd}", "optimizer", "other"),
        (f"optimizer, other = {adam}, {sgd}", "optimizer", "other"),
        (f"both = [{adam}, {sgd}]\noptimizer = both[0]", "both[0]", "both[1]"),
    ]
    built, one, two = draw(st.sampled_from(forms))
    return Way(
        "coupled-decay",
        built,
        f"optimizers = [torch.optim.Adam({body}, lr={rate}), {sgd}]",
        lambda name, _: 0.0 if name.startswith("head.") else float(decay),
        steps=f"{one}.step(); {two}.step()",
        clears=f"{one}.zero_grad(); {two}.zero_grad()",
    )


@st.composite
def written(draw: st.DrawFn, _: Network) -> Way:
    """ADW102: an optimizer written by hand."""
    rate, decay = draw(RATES), draw(DECAYS)
    added, moved = draw(st.sampled_from(STEP_DECAYS)), draw(st.sampled_from(STEP_MOVES))
    moments = draw(st.sampled_from(STEP_MOMENTS))
    lines = [*added.splitlines(), *moments.splitlines(), *moved.splitlines()]
    text = STEP.replace("                ...\n", "".join(f"                {line}\n" for line in lines))
    return Way(
        "coupled-step",
        f"{text}\n\noptimizer = Written(model.parameters(), lr={rate}, weight_decay={decay})",
        f"{text}\n\noptimizers = [Written(model.parameters(), lr={rate}, weight_decay=0.0)]",
        everything(float(decay)),
    )


STEP = """class Written(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            lr, (beta1, beta2), eps, wd = group["lr"], group["betas"], group["eps"], group["weight_decay"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad, state = p.grad, self.state[p]
                if not state:
                    state["step"], state["m"], state["v"] = 0, torch.zeros_like(p), torch.zeros_like(p)
                m, v = state["m"], state["v"]
                state["step"] += 1
                ...
"""
STEP_DECAYS = [
    "grad = grad.add(p, alpha=wd)",
    "grad = grad + wd * p",
    'grad = grad.add(p, alpha=group["weight_decay"])',
    "if wd != 0:\n    grad = grad.add(p, alpha=wd)",
    'if group["weight_decay"] != 0:\n    grad = grad.add(p.data, alpha=group["weight_decay"])',
    "grad.add_(p, alpha=wd)",
    "grad = p.grad + wd * p",
    "grad += wd * p",
]
STEP_MOMENTS = [
    "m.mul_(beta1).add_(grad, alpha=1 - beta1)\nv.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)",
    "m.lerp_(grad, 1 - beta1)\nv.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)",
    'm = state["m"] = beta1 * m + (1 - beta1) * grad\nv = state["v"] = beta2 * v + (1 - beta2) * grad ** 2',
    "m.copy_(beta1 * m + (1 - beta1) * grad)\nv.copy_(beta2 * v + (1 - beta2) * grad * grad)",
]
STEP_MOVES = [
    "p.addcdiv_(m, v.sqrt().add_(eps), value=-lr)",
    "p.sub_(lr * m / (v.sqrt() + eps))",
    "p -= lr * m / (v.sqrt() + eps)",
    "p.data.add_(m / (v.sqrt() + eps), alpha=-lr)",
    'first, second = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]\n'
    "p.addcdiv_(m / first, (v / second).sqrt().add_(eps), value=-lr)",
    'scale = lr * (1 - beta2 ** state["step"]) ** 0.5 / (1 - beta1 ** state["step"])\n'
    "p.addcdiv_(m, v.sqrt().add_(eps), value=-scale)",
]
WAYS = (coupled, penalised, graded, undivided, excluded, parted, twice, several, written)
