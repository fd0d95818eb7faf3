"""Optimizers written by hand: every way to put a decay into the gradient before the moments, and every way not to."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest
from pages import only

from adamw_lint.engine import lint
from adamw_lint.model.module import Module
from adamw_lint.read.source import Source

IMPORTS = """\
import math
import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch.optim import Optimizer

"""

CLASS = """\
class Optim(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0{signature}):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay{defaults})
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["exp_avg"] = torch.zeros_like(p)
                    state["exp_avg_sq"] = torch.zeros_like(p)
                exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
                state["step"] += 1
{before}
{moments}
{after}
                bias_correction1 = 1 - beta1 ** state["step"]
                bias_correction2 = 1 - beta2 ** state["step"]
                denom = (exp_avg_sq.sqrt() / math.sqrt(bias_correction2)).add_(group["eps"])
                p.addcdiv_(exp_avg, denom, value=-group["lr"] / bias_correction1)
{methods}"""
MOMENTS = (
    "exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)\nexp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)"
)


def optimizer(
    before: str = "pass",
    moments: str = MOMENTS,
    after: str = "pass",
    signature: str = "",
    defaults: str = "",
    methods: str = "",
) -> str:
    """An optimizer of torch with a few of its lines as given."""
    inner = {
        name: indent(dedent(code).strip("\n"), " " * 16)
        for name, code in {"before": before, "moments": moments, "after": after}.items()
    }
    return IMPORTS + CLASS.format(
        **inner, signature=signature, defaults=defaults, methods=indent(dedent(methods), " " * 4)
    )


def found(code: str) -> list[str]:
    """The code that each finding marks."""
    source = Source.of_text(code)
    marked = [source.text[each.span.start : each.span.end] for each in lint(source, only("coupled-step"))]
    return [" ".join(each.split()) for each in marked]


ADDED = {
    'grad = grad.add(p, alpha=group["weight_decay"])': 'grad.add(p, alpha=group["weight_decay"])',
    'grad.add_(p.data, alpha=group["weight_decay"])': 'grad.add_(p.data, alpha=group["weight_decay"])',
    'grad = grad.add(group["weight_decay"], p.data)': 'grad.add(group["weight_decay"], p.data)',
    'grad.add_(group["weight_decay"], p.data)': 'grad.add_(group["weight_decay"], p.data)',
    'grad = grad + group["weight_decay"] * p': 'group["weight_decay"] * p',
    'grad = p.data * group["weight_decay"] + grad': 'p.data * group["weight_decay"]',
    'grad += group["weight_decay"] * p': 'group["weight_decay"] * p',
    'grad.data += p.data.mul(group["weight_decay"])': 'p.data.mul(group["weight_decay"])',
    'grad = torch.add(grad, p, alpha=group["weight_decay"])': 'torch.add(grad, p, alpha=group["weight_decay"])',
    'if group["weight_decay"] != 0:\n    grad = grad.add(p, alpha=group["weight_decay"])': (
        'grad.add(p, alpha=group["weight_decay"])'
    ),
    'if group["weight_decay"]:\n    p.grad.add_(p, alpha=group["weight_decay"])': (
        'p.grad.add_(p, alpha=group["weight_decay"])'
    ),
    'wd = group["weight_decay"]\nif wd > 0:\n    grad = grad + wd * p': "wd * p",
    'reg = p * group["weight_decay"]\ngrad = grad + reg': 'p * group["weight_decay"]',
    'w = p.data\ngrad.add_(w, alpha=group["weight_decay"])': 'grad.add_(w, alpha=group["weight_decay"])',
    'grad = grad.add(p, alpha=group["weight_decay"]) if group["weight_decay"] else grad': (
        'grad.add(p, alpha=group["weight_decay"])'
    ),
    "grad = grad + 0.01 * p": "0.01 * p",
    "grad = (grad + 0.01 * p).clamp(-1, 1)": "0.01 * p",
    "grad = torch.where(grad > 0, grad + 0.01 * p, grad)": "0.01 * p",
    "grad = grad.float().mul(2).add_(p, alpha=group['l2'])": "grad.float().mul(2).add_(p, alpha=group['l2'])",
    "if p.ndim > 1:\n    grad = grad + group['weight_decay'] * p": "group['weight_decay'] * p",
    "try:\n    grad = grad + group['weight_decay'] * p\nexcept RuntimeError:\n    raise": "group['weight_decay'] * p",
}


@pytest.mark.parametrize("before", ADDED)
def test_a_decay_before_the_moments_is_found_in_every_spelling(before: str) -> None:
    assert found(optimizer(before)) == [ADDED[before]]


DECAY = 'grad = grad.add(p, alpha=group["weight_decay"])'
MARKED = 'grad.add(p, alpha=group["weight_decay"])'
AVERAGED = {
    "lerp": "exp_avg.lerp_(grad, 1 - beta1)\nexp_avg_sq.mul_(beta2).addcmul_(grad, grad.conj(), value=1 - beta2)",
    "old": "exp_avg.mul_(beta1).add_(1 - beta1, grad)\nexp_avg_sq.mul_(beta2).addcmul_(1 - beta2, grad, grad)",
    "operators": (
        "exp_avg = beta1 * exp_avg + (1 - beta1) * grad\nexp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * grad ** 2"
    ),
    "two statements": (
        "exp_avg.mul_(beta1)\nexp_avg.add_(grad, alpha=1 - beta1)\n"
        "exp_avg_sq.mul_(beta2)\nexp_avg_sq.addcmul_(grad, grad, value=1 - beta2)"
    ),
    "augmented": (
        "exp_avg *= beta1\nexp_avg += (1 - beta1) * grad\nexp_avg_sq *= beta2\nexp_avg_sq += (1 - beta2) * grad * grad"
    ),
    "incremental": (
        "exp_avg += (1 - beta1) * (grad - exp_avg)\nexp_avg_sq += (1 - beta2) * (grad.square() - exp_avg_sq)"
    ),
    "belief": (
        "exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)\nresidual = grad - exp_avg\n"
        "exp_avg_sq.mul_(beta2).addcmul_(residual, residual, value=1 - beta2)"
    ),
    "yogi": (
        "exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)\nsquared = grad.mul(grad)\n"
        "exp_avg_sq.addcmul_(torch.sign(exp_avg_sq - squared), squared, value=-(1 - beta2))"
    ),
    "adamax": (
        "exp_avg.lerp_(grad, 1 - beta1)\n"
        "torch.maximum(exp_avg_sq.mul_(beta2), grad.abs().add_(group['eps']), out=exp_avg_sq)"
    ),
    "items of the state": (
        'state["exp_avg"] = state["exp_avg"] * beta1 + grad * (1 - beta1)\n'
        'state["exp_avg_sq"] = state["exp_avg_sq"] * beta2 + grad.pow(2) * (1 - beta2)'
    ),
    "named shares": (
        "beta3 = 1 - beta1\nexp_avg.mul_(beta1).add_(grad, alpha=beta3)\n"
        "exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)"
    ),
    "numbers": "exp_avg.mul_(0.9).add_(grad, alpha=0.1)\nexp_avg_sq.mul_(0.999).addcmul_(grad, grad, value=0.001)",
    "a squared name": (
        "exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)\ng2 = grad ** 2\n"
        "exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g2"
    ),
    "a helper": "exp_avg = self.ema(exp_avg, grad, beta1)\nexp_avg_sq = self.ema(exp_avg_sq, grad ** 2, beta2)",
    "a helper of both": "self.moments(exp_avg, exp_avg_sq, grad, beta1, beta2)",
    "a helper of one each": "self.first(exp_avg, grad, beta1)\nself.second(exp_avg_sq, grad, beta2)",
}
HELPERS = """
def ema(self, old, new, b):
    return b * old + (1 - b) * new

def first(self, m, g, b):
    m.mul_(b).add_(g, alpha=1 - b)

def second(self, v, g, b):
    v.mul_(b).addcmul_(g, g, value=1 - b)

def moments(self, m, v, g, b1, b2):
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
"""


@pytest.mark.parametrize("name", AVERAGED)
def test_the_moments_are_found_in_every_spelling(name: str) -> None:
    assert found(optimizer(DECAY, AVERAGED[name], methods=HELPERS)) == [MARKED]


IN_HELPERS = {
    "returns": ("grad = self.decayed(grad, p, group)", 'grad.add(p, alpha=group["weight_decay"])'),
    "returns a name": ("grad = self.named(grad, p, group['weight_decay'])", "grad.add(p, alpha=wd)"),
    "in place": ("self.decay_(grad, p, group)", 'g.add_(w, alpha=group["weight_decay"])'),
    "one of two results": ("grad = self.either(grad, p, group)", 'g + group["weight_decay"] * w'),
    "a tuple": ("grad, size = self.both(grad, p, group)", 'group["weight_decay"] * w'),
}
DECAYING = """
def decayed(self, grad, p, group):
    return grad.add(p, alpha=group["weight_decay"])

def named(self, grad, p, wd):
    if wd != 0:
        grad = grad.add(p, alpha=wd)
    return grad

def decay_(self, g, w, group):
    if group["weight_decay"] > 0:
        g.add_(w, alpha=group["weight_decay"])

def either(self, g, w, group):
    if group["weight_decay"] == 0:
        return g
    return g + group["weight_decay"] * w

def both(self, g, w, group):
    g = g + group["weight_decay"] * w
    return g, g.norm()
"""


@pytest.mark.parametrize("name", IN_HELPERS)
def test_a_decay_is_found_in_a_helper(name: str) -> None:
    before, marked = IN_HELPERS[name]
    assert [each.removeprefix("g + ") for each in found(optimizer(before, methods=DECAYING))] == [
        marked.removeprefix("g + ")
    ]


FLAGS = {
    "not decoupled": ("if not group['decoupled']:\n    {decay}", "decoupled=False"),
    "else": (
        "if group['decoupled']:\n    p.mul_(1 - group['lr'] * group['weight_decay'])\nelse:\n    {decay}",
        "decoupled=False",
    ),
    "elif": (
        "if group['decoupled']:\n    p.mul_(1 - group['lr'] * group['weight_decay'])\n"
        "elif group['weight_decay'] != 0:\n    {decay}",
        "decoupled=False",
    ),
    "both": ("if group['weight_decay'] != 0 and not group['decoupled']:\n    {decay}", "decoupled=False"),
    "a text": ("if group['decay_type'] == 'l2':\n    {decay}", "decay_type='l2'"),
    "one of some texts": ("if group['decay_mode'] in ('l2', 'both'):\n    {decay}", "decay_mode='l2'"),
    "turned round": ("if group['coupled']:\n    {decay}", "coupled=True"),
    "in a name": ("decouple = group['decoupled']\nif not decouple:\n    {decay}", "decoupled=False"),
    "a choice": ("grad = grad if group['decoupled'] else grad + group['weight_decay'] * p", "decoupled=False"),
    "leaves early": ("if group['decoupled']:\n    continue\n{decay}", "decoupled=False"),
    "a decay of None": (
        "if group['weight_decay'] is not None and not group['decoupled']:\n    {decay}",
        "decoupled=False",
    ),
}


def flagged(name: str, default: str) -> str:
    flag = default.partition("=")[0]
    before = FLAGS[name][0].replace("{decay}", DECAY)
    return optimizer(before, signature=f", {default}", defaults=f", {flag}={flag}")


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_that_couples_by_default_is_named(name: str) -> None:
    code = flagged(name, FLAGS[name][1])
    (step,) = Module.of(Source.of_text(code)).coupled_steps
    assert step.flag == FLAGS[name][1].partition("=")[0]
    assert len(found(code)) == 1


OPPOSITES = {"False": "True", "True": "False", "'l2'": "'decoupled'"}


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_that_decouples_by_default_is_silent(name: str) -> None:
    flag, _, value = FLAGS[name][1].partition("=")
    assert found(flagged(name, f"{flag}={OPPOSITES[value]}")) == []


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_without_a_default_is_silent(name: str) -> None:
    before = FLAGS[name][0].replace("{decay}", DECAY)
    assert found(optimizer(before, signature=", **options", defaults=", **options")) == []


SILENT = {
    "shrinks": optimizer('p.mul_(1 - group["lr"] * group["weight_decay"])'),
    "shrinks itself": optimizer('p.add_(p, alpha=-group["lr"] * group["weight_decay"])'),
    "shrinks in old torch": optimizer(after='p.data.add_(-group["weight_decay"] * group["lr"], p.data)'),
    "after the moments": optimizer(after=DECAY),
    "after the moments in place": optimizer(after='grad.add_(p, alpha=group["weight_decay"])'),
    "after the ratio": optimizer(
        after='update = exp_avg / exp_avg_sq.sqrt()\nupdate = update + group["weight_decay"] * p'
    ),
    "commented out": optimizer("pass  # " + DECAY),
    "no result": optimizer('grad.add(p, alpha=group["weight_decay"])'),
    "another name": optimizer('decayed = grad.add(p, alpha=group["weight_decay"])'),
    "overwritten": optimizer(DECAY + "\ngrad = p.grad"),
    "never": optimizer("if False:\n    " + DECAY),
    "behind the end": optimizer("if p.ndim > 4:\n    raise ValueError(p)\n    " + DECAY),
    "a decay of zero": optimizer("grad = grad.add(p, alpha=0.0)"),
    "a helper that nobody calls": optimizer(methods=DECAYING),
    "momentum": optimizer(DECAY, "exp_avg.mul_(beta1).add_(grad)"),
    "dampened momentum": optimizer(DECAY, "exp_avg.mul_(beta1).add_(grad, alpha=1 - group['dampening'])"),
    "no first moment": optimizer(DECAY, "exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)"),
    "no second moment": optimizer(DECAY, "exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)"),
    "a sum of squares": optimizer(DECAY, "exp_avg.lerp_(grad, 1 - beta1)\nexp_avg_sq.addcmul_(grad, grad, value=1)"),
    "a centred one": optimizer(
        DECAY, "exp_avg.lerp_(grad, 1 - beta1)\nexp_avg_sq.mul_(beta1).addcmul_(grad, grad, value=1 - beta1)"
    ),
    "only the second moment": optimizer(
        moments=MOMENTS.replace("grad, grad", "d, d"), before="d = grad + group['weight_decay'] * p"
    ),
    "towards an anchor": optimizer('grad = grad + group["weight_decay"] * (p - state["anchor"])'),
    "towards an anchor, in two": optimizer(
        'grad.add_(p, alpha=group["mu"])\ngrad.sub_(state["anchor"], alpha=group["mu"])'
    ),
    "a weight for each element": optimizer('grad = grad + state["fisher"] * p'),
    "a sharpness": optimizer("grad = grad + (grad / grad.norm()) * group['rho']"),
    "another tensor": optimizer('grad = grad.add(state["previous"], alpha=group["weight_decay"])'),
    "natural": optimizer("grad = grad * p"),
    "centralised": optimizer("grad = grad.add(-grad.mean())"),
    "a match": optimizer(
        "match group['form']:\n    case 'l2':\n        " + DECAY + "\n    case 'decoupled':\n        p.mul_(0.99)"
    ),
    "an own weight": optimizer("grad = grad + self.fisher * p"),
    "an own coefficient": optimizer("c = (grad * p).sum()\ngrad = grad + c * p"),
    "rewarded": optimizer("grad = grad - group['weight_decay'] * p"),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_no_coupled_step_is_left_alone(name: str) -> None:
    assert found(SILENT[name]) == []


OTHERS = {
    "numpy": """
    class Adam:
        def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, decay=1e-4):
            self.lr, self.beta1, self.beta2, self.decay = lr, beta1, beta2, decay
            self.m, self.v, self.t = {}, {}, 0

        def update(self, params, grads):
            self.t += 1
            for key in params:
                g = grads[key] + self.decay * params[key]
                self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * g
                self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * np.square(g)
                params[key] -= self.lr * self.m[key] / (np.sqrt(self.v[key]) + 1e-8)
    """,
    "a function": """
    def adam(theta, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, lam=0.01):
        g = g + lam * theta
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g ** 2
        return theta - lr * m / (1 - b1 ** t) / (np.sqrt(v / (1 - b2 ** t)) + 1e-8), m, v
    """,
    "trees": """
    def step(params, grads, state, lr, b1, b2, weight_decay):
        grads = jax.tree.map(lambda g, p: g + weight_decay * p, grads, params)
        mu = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.mu, grads)
        nu = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * jnp.square(g), state.nu, grads)
        params = jax.tree.map(lambda p, m, v: p - lr * m / (jnp.sqrt(v) + 1e-8), params, mu, nu)
        return params, (mu, nu)
    """,
    "a transformation": """
    def update_fn(updates, state, params):
        updates = jax.tree_util.tree_map(lambda g, p: g + weight_decay * p, updates, params)
        mu = jax.tree_util.tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.mu, updates)
        nu = jax.tree_util.tree_map(lambda v, g: b2 * v + (1 - b2) * g ** 2, state.nu, updates)
        return jax.tree_util.tree_map(lambda m, v: -lr * m / (jnp.sqrt(v) + eps), mu, nu), (mu, nu)
    """,
    "lists": """
    def adam(params, grads, exp_avgs, exp_avg_sqs, *, beta1, beta2, lr, weight_decay, eps):
        if weight_decay != 0:
            torch._foreach_add_(grads, params, alpha=weight_decay)
        torch._foreach_lerp_(exp_avgs, grads, 1 - beta1)
        torch._foreach_mul_(exp_avg_sqs, beta2)
        torch._foreach_addcmul_(exp_avg_sqs, grads, grads, 1 - beta2)
        denom = torch._foreach_add(torch._foreach_sqrt(exp_avg_sqs), eps)
        torch._foreach_addcdiv_(params, exp_avgs, denom, -lr)
    """,
    "a functional form": """
    def _single(params, grads, exp_avgs, exp_avg_sqs, beta1, beta2, lr, weight_decay, eps):
        for i, param in enumerate(params):
            grad, exp_avg, exp_avg_sq = grads[i], exp_avgs[i], exp_avg_sqs[i]
            if weight_decay != 0:
                grad = grad.add(param, alpha=weight_decay)
            exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)
            exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
            param.addcdiv_(exp_avg, exp_avg_sq.sqrt().add_(eps), value=-lr)
    """,
    "gradients in a list": """
    def step(self):
        for group in self.param_groups:
            grads = []
            for p in group["params"]:
                grads.append(p.grad.add(p, alpha=group["weight_decay"]))
            adam(group["params"], grads, group)

    def adam(params, grads, group):
        for p, grad, m, v in zip(params, grads, group["m"], group["v"]):
            m.mul_(b1).add_(grad, alpha=1 - b1)
            v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
            p.addcdiv_(m, v.sqrt(), value=-group["lr"])
    """,
    "a script": """
    for epoch in range(10):
        w_grad = 2 * x.T @ (x @ w - y) / len(x) + weight_decay * w
        m = 0.9 * m + 0.1 * w_grad
        v = 0.999 * v + 0.001 * w_grad ** 2
        w = w - lr * m / (np.sqrt(v) + 1e-8)
    """,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_kinds_of_programs_are_read(name: str) -> None:
    assert len(found(IMPORTS + dedent(OTHERS[name]))) == 1


@pytest.mark.parametrize("name", OTHERS)
def test_they_are_silent_without_the_decay(name: str) -> None:
    code = dedent(OTHERS[name])
    for decay in ("decay", "lam", "weight_decay"):
        code = code.replace(f"alpha={decay})", "alpha=0)").replace(f"{decay} * ", "0 * ")
        code = code.replace(f'alpha=group["{decay}"]', "alpha=0").replace(f"self.{decay} *", "0 *")
    code = code.replace("self.0", "0")
    assert found(IMPORTS + code) == []


def test_a_decay_in_another_file_is_reported_where_the_moment_is_taken(tmp_path: Path) -> None:
    (tmp_path / "decays.py").write_text("# for Adam\ndef decayed(grad, p, wd):\n    return grad.add(p, alpha=wd)\n")
    code = "from decays import decayed\n" + optimizer('grad = decayed(grad, p, group["weight_decay"])')
    (tmp_path / "optim.py").write_text(code)
    source = Source.of_text(code, str(tmp_path / "optim.py"))
    (each,) = lint(source, only("coupled-step"))
    assert source.text[each.span.start : each.span.end] == "exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)"
    assert "`decays.py`" in each.message
    assert each.fix is None
