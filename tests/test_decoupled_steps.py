"""Optimizers that a program defines itself: those that are proved to decouple are read by ADW301 as AdamW is."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest
from pages import only

from adamw_lint.engine import lint
from adamw_lint.read.source import Source

CLASS = """\
import math
import torch
from torch.optim import Optimizer


class Ours(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), weight_decay={default}{signature}):
        {start}
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay{more}))

    def step(self, closure=None):
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad.data
                if grad.is_sparse:
                    raise RuntimeError("dense gradients only")
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["exp_avg"] = torch.zeros_like(p)
                    state["exp_avg_sq"] = torch.zeros_like(p)
                exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
                state["step"] += 1
                exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)
                exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                denom = exp_avg_sq.sqrt().add_(1e-8)
{decay}
        return loss
{methods}"""

BUILT = "optimizer = Ours(model.parameters(), lr=1e-3, weight_decay=1e-2)\n"
STEP = "p.data.addcdiv_(exp_avg, denom, value=-group['lr'])\n"
PLAIN = "p.data.mul_(1 - group['lr'] * group['weight_decay'])\n"


def program(
    decay: str = PLAIN + STEP,
    built: str = BUILT,
    default: str = "0",
    signature: str = "",
    start: str = "pass",
    more: str = "",
    methods: str = "",
    before: str = "",
) -> str:
    """A class that takes Adam's moments, with its decay as given, and a call of it."""
    written = CLASS.format(
        decay=indent(dedent(decay).strip("\n"), " " * 16),
        default=default,
        signature=signature,
        start=start,
        more=more,
        methods=indent(dedent(methods), " " * 4),
    )
    return f"{written}\n\n{built}".replace("class Ours", f"{before}class Ours")


def found(code: str) -> list[str]:
    """What each finding of the rule says."""
    return [each.message for each in lint(Source.of_text(code), only("decayed-norms"))]


FLAG = {"signature": ", decoupled=True", "more": ", decoupled=decoupled"}
CHOSEN = """\
if group["decoupled"]:
    p.data.mul_(1 - group["lr"] * group["weight_decay"])
elif group["weight_decay"] != 0:
    grad.add_(p.data, alpha=group["weight_decay"])
p.data.addcdiv_(exp_avg, denom, value=-group["lr"])
"""
RECTIFIED = """\
p_data_fp32 = p.data.float()
beta2_t = beta2 ** state["step"]
n_sma_max = 2 / (1 - beta2) - 1
n_sma = n_sma_max - 2 * state["step"] * beta2_t / (1 - beta2_t)
if n_sma >= 5:
    if group["weight_decay"] != 0:
        p_data_fp32.add_(-group["weight_decay"] * group["lr"], p_data_fp32)
    p_data_fp32.addcdiv_(-group["lr"], exp_avg, denom)
    p.data.copy_(p_data_fp32)
else:
    p.data.add_(exp_avg, alpha=-group["lr"])
"""

BUFFERED = """\
buffered = self.buffer[int(state["step"] % 10)]
if state["step"] == buffered[0]:
    n_sma = buffered[1]
else:
    buffered[0] = state["step"]
    beta2_t = beta2 ** state["step"]
    n_sma = 2 / (1 - beta2) - 1 - 2 * state["step"] * beta2_t / (1 - beta2_t)
    buffered[1] = n_sma
w = p.data.float()
if n_sma >= 5:
    if group["weight_decay"] != 0:
        w.add_(-group["weight_decay"] * group["lr"], w)
    w.addcdiv_(-group["lr"], exp_avg, denom)
    p.data.copy_(w)
elif n_sma > 4:
    w.add_(-group["lr"], exp_avg)
    p.data.copy_(w)
"""

DECOUPLED = {
    "1 - lr * wd": {},
    "only where there is a decay": {"decay": "if group['weight_decay'] != 0:\n    " + PLAIN + STEP},
    "p added to itself": {"decay": "p.data.add_(p.data, alpha=-group['weight_decay'] * group['lr'])\n" + STEP},
    "in the old order": {"decay": "p.data.add_(-group['weight_decay'] * group['lr'], p.data)\n" + STEP},
    "subtracted": {"decay": "p.data = p.data - group['lr'] * group['weight_decay'] * p.data\n" + STEP},
    "by an operator": {"decay": "p.data *= 1 - group['lr'] * group['weight_decay']\n" + STEP},
    "without the learning rate": {"decay": "p.data.mul_(1 - group['weight_decay'])\n" + STEP},
    "names": {"decay": "lr = group['lr']\nwd = group['weight_decay']\nif wd > 0:\n    p.mul_(1 - lr * wd)\n" + STEP},
    "a rate that follows the step": {
        "decay": "rate = group['lr'] * math.sqrt(1 - beta2 ** state['step'])\n"
        "p.data.mul_(1 - rate * group['weight_decay'])\n" + STEP
    },
    "a copy that is written back": {"decay": RECTIFIED},
    "a copy where the type asks for one": {
        "decay": "w = p.data\nif p.data.dtype == torch.float16:\n    w = w.float()\n"
        "w.add_(w, alpha=-group['weight_decay'] * group['lr'])\nw.addcdiv_(exp_avg, denom, value=-group['lr'])\n"
        "if p.data.dtype == torch.float16:\n    p.data.copy_(w)\n"
    },
    "by a flag that is set": {"decay": CHOSEN, **FLAG},
    "by a flag of the object": {
        "decay": CHOSEN.replace('group["decoupled"]', "self.decoupled"),
        "signature": ", decoupled=True",
        "start": "self.decoupled = decoupled",
    },
    "added to the finished update": {
        "decay": "update = exp_avg / denom\nif group['weight_decay'] > 0:\n"
        "    update += group['weight_decay'] * p.data\n"
        "scaled = group['lr'] * update\np.data.add_(-scaled)\n"
    },
    "a rate that a function of the program plans": {
        "decay": "plan = PLANS[group['plan']]\nrate = group['lr'] * plan(state['step'] / 10)\n"
        "update = exp_avg / (exp_avg_sq.sqrt() + 1e-8)\nif group['weight_decay'] > 0:\n"
        "    update += group['weight_decay'] * p.data\np.data.add_(-rate * update)\n",
        "signature": ", plan='level'",
        "more": ", plan=plan",
        "before": "def level(x):\n    return 1.0\n\n\nPLANS = {'level': level}\n\n\n",
    },
    "rectified by what is kept for ten steps": {
        "decay": BUFFERED,
        "start": "self.buffer = [[None, None] for _ in range(10)]",
    },
    "beside a gradient that is clipped": {
        "decay": "torch.nn.utils.clip_grad_norm_(p, 1.0)\n" + PLAIN + STEP,
    },
    "added to the finished update by a method": {
        "decay": "update = exp_avg.div(denom)\nupdate.add_(p.data, alpha=group['weight_decay'])\n"
        "p.data.add_(update, alpha=-group['lr'])\n"
    },
    "by its default": {"default": "1e-2", "built": "optimizer = Ours(model.parameters())\n"},
    "known at run time": {"built": "optimizer = Ours(model.parameters(), weight_decay=args.wd)\n"},
    "by the order of the arguments": {"built": "optimizer = Ours(model.parameters(), 1e-3, (0.9, 0.99), 1e-2)\n"},
    "a class that only has another name": {
        "built": "class Theirs(Ours):\n    pass\n\n\noptimizer = Theirs(model.parameters(), weight_decay=0.1)\n"
    },
}


@pytest.mark.parametrize("case", DECOUPLED)
def test_a_step_that_decouples_is_seen(case: str) -> None:
    (message,) = found(program(**DECOUPLED[case]))
    assert message.startswith("`model.parameters()` holds biases and norm scales, which ")


RUN = [case for case, given in DECOUPLED.items() if "args" not in given.get("built", "")]


@pytest.mark.parametrize("case", RUN)
def test_such_a_step_decays_biases_and_norm_scales(case: str) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.LayerNorm(3))
    namespace = {"model": model}
    exec(program(**DECOUPLED[case]), namespace)
    before = [p.abs().sum().item() for p in model.parameters()]
    for _ in range(9):  # zeros, so that nothing but the decay moves a weight; a rectified step decays from the sixth on
        for p in model.parameters():
            p.grad = torch.zeros_like(p)
        with torch.no_grad():
            namespace["optimizer"].step()
    after = [p.abs().sum().item() for p in model.parameters()]
    assert [new < old for new, old in zip(after, before, strict=True)] == [True, True, True, False]  # zeros stay zeros


SPARED = {
    "a group without decay": {
        "built": "optimizer = Ours([{'params': model.body.parameters()},"
        " {'params': model.norms, 'weight_decay': 0}], weight_decay=0.1)\n"
    },
    "no decay at the call": {"built": "optimizer = Ours(model.parameters(), lr=1e-3)\n"},
    "a decay of zero": {"built": "optimizer = Ours(model.parameters(), weight_decay=0.0)\n"},
    "we do not know what it is given": {"built": "optimizer = Ours(groups(model), weight_decay=0.1)\n"},
    "only matrices": {"built": "optimizer = Ours([p for p in model.parameters() if p.ndim > 1], weight_decay=0.1)\n"},
    "arguments that we do not see": {"built": "optimizer = Ours(model.parameters(), **settings)\n", "default": "1e-2"},
    "only matrices in the step": {"decay": "if p.ndim >= 2:\n    " + PLAIN + STEP},
    "only matrices by the shape": {"decay": "if len(p.shape) > 1 and group['weight_decay']:\n    " + PLAIN + STEP},
    "only matrices by their gradient": {"decay": "if grad.dim() > 1:\n    " + PLAIN + STEP},
    "vectors leave before": {"decay": STEP + "if p.dim() == 1:\n    continue\n" + PLAIN},
    "vectors leave by another arm": {
        "decay": "if p.dim() == 1:\n    " + STEP + "    continue\nelse:\n    pass\n" + PLAIN + STEP
    },
    "a name that is none for vectors": {
        "decay": "wd = group['weight_decay'] if p.ndim > 1 else 0\np.mul_(1 - group['lr'] * wd)\n" + STEP
    },
    "a name that becomes none for vectors": {
        "decay": "wd = group['weight_decay']\nif p.ndim == 1:\n    wd = 0\np.mul_(1 - group['lr'] * wd)\n" + STEP
    },
    "a factor that is none for vectors": {
        "decay": "p.data.mul_(1 - group['lr'] * group['weight_decay'] * (p.ndim > 1))\n" + STEP
    },
    "a factor of its own for each parameter": {
        "decay": "ratio = 1\nif len(p.shape) > 1:\n    ratio = 0.1\n"
        "p.data.mul_(1 - group['lr'] * group['weight_decay'] * ratio)\n" + STEP
    },
    "a rate of its own for each parameter": {
        "decay": "group['lr'] = max(p.data.norm(), 1e-3)\n" + PLAIN + STEP,
    },
    "a function of the parameter": {
        "decay": "p.data.mul_(1 - scale(p) * group['lr'] * group['weight_decay'])\n" + STEP,
    },
    "a factor from the state": {
        "decay": "p.data.mul_(1 - group['lr'] * group['weight_decay'] * state['scale'])\n" + STEP
    },
    "a mask": {"decay": "p.data.mul_(1 - group['lr'] * group['weight_decay'] * state['mask'])\n" + STEP},
    "by name": {
        "decay": "if not self.names[p].endswith('bias'):\n    " + PLAIN + STEP,
        "start": "self.names = {}",
    },
    "a helper decides": {"decay": "if self.decays(p):\n    " + PLAIN + STEP},
    "another attribute decides": {"decay": "if self.decaying:\n    " + PLAIN + STEP},
    "a mark on the parameter": {"decay": "if not getattr(p, 'no_decay', False):\n    " + PLAIN + STEP},
    "a norm decides": {"decay": "if p.data.norm() > 1:\n    " + PLAIN + STEP},
    "the sign of the gradient decides": {
        "decay": "p.data.mul_(1 - group['lr'] * group['weight_decay'] * (grad * p > 0))\n" + STEP
    },
    "coupled": {"decay": "grad.add_(p.data, alpha=group['weight_decay'])\n" + STEP},
    "coupled without moments": {
        "decay": "grad = grad / group['lr']\ngrad.add_(p.data, alpha=group['weight_decay'])\n"
        "p.data.add_(grad, alpha=-group['lr'])\n"
    },
    "a flag that is off": {"decay": CHOSEN, "signature": ", decoupled=False", "more": ", decoupled=decoupled"},
    "a flag that the call gives": {
        "decay": CHOSEN,
        **FLAG,
        "built": "optimizer = Ours(model.parameters(), weight_decay=0.1, decoupled=args.decoupled)\n",
    },
    "a flag of which no default is in sight": {"decay": CHOSEN},
    "a decay of the object": {
        "decay": "p.data.mul_(1 - group['lr'] * self.wd)\n" + STEP,
        "start": "self.wd = weight_decay",
    },
    "a copy that is not written back": {
        "decay": "w = p.data.clone()\nw.mul_(1 - group['lr'] * group['weight_decay'])\n" + STEP
    },
    "a copy that is written back for matrices": {
        "decay": "w = p.data.clone()\nw.mul_(1 - group['lr'] * group['weight_decay'])\n"
        "if p.ndim > 1:\n    p.data.copy_(w)\n" + STEP
    },
    "weights that grow": {"decay": "p.data.mul_(1 + group['lr'] * group['weight_decay'])\n" + STEP},
    "another tensor": {"decay": "exp_avg.mul_(1 - group['lr'] * group['weight_decay'])\n" + STEP},
    "undone in the finished update": {
        "decay": "update = exp_avg / denom\nupdate.add_(p.data, alpha=group['weight_decay'])\n"
        "if p.ndim == 1:\n    update = exp_avg / denom\np.data.add_(update, alpha=-group['lr'])\n"
    },
    "masked in the finished update": {
        "decay": "update = exp_avg / denom\nupdate.add_(p.data, alpha=group['weight_decay'])\n"
        "update.mul_(state['mask'])\np.data.add_(update, alpha=-group['lr'])\n"
    },
    "only matrices in the finished update": {
        "decay": "update = exp_avg / denom\nif p.ndim > 1:\n    update.add_(p.data, alpha=group['weight_decay'])\n"
        "p.data.add_(update, alpha=-group['lr'])\n"
    },
    "late, by a flag that is off": {
        "decay": "if self.late and state['step'] > 10:\n    " + PLAIN + STEP,
        "signature": ", late=False",
        "start": "self.late = late",
    },
    "undone for vectors": {
        "decay": "old = p.data.clone()\n" + PLAIN + STEP + "if p.ndim == 1:\n    p.data.copy_(old)\n"
    },
    "groups made by the constructor": {"start": "params = split(params)"},
    "groups changed by the constructor": {
        "methods": "def spare(self):\n    self.param_groups[0]['weight_decay'] = 0\n"
    },
    "groups written by the step": {"decay": "group['weight_decay'] = weigh(p)\n" + PLAIN + STEP},
    "groups added by a method of its own": {"methods": "def add_param_group(self, group):\n    super().add(group)\n"},
    "a decay that the constructor changes": {"start": "weight_decay = weight_decay * 0"},
    "a decay that the constructor keeps to itself": {"more": "", "start": "weight_decay = None"},
    "a subclass with a step of its own": {
        "built": "class Theirs(Ours):\n    def step(self, closure=None):\n        pass\n\n\n"
        "optimizer = Theirs(model.parameters(), weight_decay=0.1)\n"
    },
    "a subclass with a constructor of its own": {
        "built": "class Theirs(Ours):\n    def __init__(self, params):\n        super().__init__(split(params))\n"
        "\n\noptimizer = Theirs(model.parameters(), weight_decay=0.1)\n"
    },
    "one of several classes": {
        "built": "kind = Ours if args.ours else other\noptimizer = kind(model.parameters(), weight_decay=0.1)\n"
    },
    "the model has neither": {
        "built": "model = torch.nn.Linear(3, 3, bias=False)\n" + BUILT,
    },
}


@pytest.mark.parametrize("case", SPARED)
def test_what_is_not_proved_is_left_alone(case: str) -> None:
    assert not found(program(**SPARED[case]))


def test_a_class_that_derives_from_something_else_is_left_alone() -> None:
    assert not found(program().replace("class Ours(Optimizer)", "class Ours(Mixin, Optimizer)"))
    assert not found(program().replace("from torch.optim import Optimizer", "from elsewhere import Optimizer"))


def test_a_loop_over_some_of_the_parameters_is_left_alone() -> None:
    some = "for p in [p for p in group['params'] if p.ndim > 1]:"
    assert not found(program().replace('for p in group["params"]:', some))
    assert not found(program().replace("for group in self.param_groups:", "for group in self.param_groups[:1]:"))


def test_a_return_among_the_parameters_is_left_alone() -> None:
    assert not found(program("if p.ndim == 1:\n    return loss\n" + PLAIN + STEP))


def test_a_class_of_another_file_is_read(tmp_path: Path) -> None:
    written, built = program().split("\n\n\noptimizer")
    (tmp_path / "ours.py").write_text(written)
    train = tmp_path / "train.py"
    train.write_text(f"from ours import Ours\n\noptimizer{built}")
    assert len(lint(Source.of_bytes(train.read_bytes(), str(train)), only("decayed-norms"))) == 1


def _fix(code: str) -> tuple[str, bool]:
    (finding,) = lint(Source.of_text(code), only("decayed-norms"))
    return finding.help, finding.fix is not None


@pytest.mark.parametrize("case", ["1 - lr * wd", "by a flag that is set", "a copy that is written back", "names"])
def test_the_fix_is_that_of_adamw_where_the_step_keeps_nothing_for_all_groups(case: str) -> None:
    assert _fix(program(**DECOUPLED[case]))[1]


@pytest.mark.parametrize(
    "changed",
    [
        {"decay": "self.steps += 1\n" + PLAIN + STEP, "start": "self.steps = 0"},
        {"decay": "self.state['steps'] += 1\n" + PLAIN + STEP},
        {"decay": "self.kept[p] = state\n" + PLAIN + STEP, "start": "self.kept = {}"},
        {"decay": "loss = p.norm()\n" + PLAIN + STEP},
        {"decay": "beta1 *= 0.9\n" + PLAIN + STEP},
        {"decay": "norm = sum(q.grad.norm() for q in group['params'])\n" + PLAIN + STEP},
        {"methods": "def rate(self):\n    return self.param_groups[0]['lr']\n"},
        {"start": "assert len(list(params)) > 0"},
        {"methods": "def count(self):\n    return len(self.param_groups)\n"},
    ],
)
def test_the_fix_is_by_hand_where_the_class_counts_on_its_groups(changed: dict[str, str]) -> None:
    help_, is_fixed = _fix(program(**changed))
    assert not is_fixed
    assert help_.endswith("; by hand, because `Ours` is a class of your own, which may count on its groups")
