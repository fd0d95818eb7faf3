"""Decay written by hand into gradients and parameters: every spelling, in loops, functions, methods and hooks."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from pages import only

from adamw_lint.engine import lint, read
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings, load

GRADIENT, PARAMETER = "decay-in-gradient", "double-decay"
LOOP = """\
import torch
model = torch.nn.Linear(4, 2)
wd, lr = 1e-2, 1e-3
params = list(model.parameters())
optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
for x, y in loader:
    optimizer.zero_grad()
    criterion(model(x), y).backward()
{body}
    optimizer.step()
"""
GRADIENTS = {
    "in place": "for p in params:\n    p.grad.add_(p, alpha=wd)",
    "in place, by an old signature": "for p in params:\n    p.grad.data.add_(wd, p.data)",
    "augmented": "for p in params:\n    p.grad += wd * p",
    "augmented, with a guard": "for p in params:\n    if p.grad is not None:\n        p.grad.data += p.data * 0.01",
    "assigned": "for p in params:\n    p.grad = p.grad + wd * p",
    "the data assigned": "for n, p in model.named_parameters():\n    p.grad.data = p.grad.data.add(p.data, alpha=wd)",
    "copied": "for p in params:\n    p.grad.copy_(p.grad + wd * p)",
    "by a name of the gradient": "for p in params:\n    g = p.grad.data\n    g.add_(p.data, alpha=wd)",
    "by a name of the sum": "for p in params:\n    total = p.grad + wd * p\n    p.grad = total",
    "a product of its own": "for p in params:\n    p.grad.add_(p.mul(wd))",
    "a list of gradients": "grads = [p.grad for p in params]\ntorch._foreach_add_(grads, params, alpha=wd)",
    "lists in the call": "torch._foreach_add_([p.grad for p in params], params, alpha=wd)",
    "the optimizer's groups": "for g in optimizer.param_groups:\n  for p in g['params']:\n   p.grad.add_(p, alpha=wd)",
    "the first group": "for p in optimizer.param_groups[0]['params']:\n    p.grad.add_(p, alpha=wd)",
    "skipping the untrained": "for p in params:\n    if p.grad is None: continue\n    p.grad.add_(p, alpha=wd)",
    "weights only": "for n, p in model.named_parameters():\n    if 'bias' not in n:\n        p.grad.add_(p, alpha=wd)",
    "one layer": "model.weight.grad.add_(model.weight, alpha=wd)",
    "without gradients": "with torch.no_grad():\n    for p in params:\n        p.grad += wd * p",
    "gradients computed apart": (
        "gs = torch.autograd.grad(f(x), params)\nfor p, g in zip(model.parameters(), gs):\n    p.grad = g + wd * p"
    ),
    "beside noise": "for p in params:\n    p.grad.add_(p, alpha=wd)\n    p.grad.add_(torch.randn_like(p))",
    "under a switch": "if args.l2:\n    for p in params:\n        p.grad.add_(p, alpha=args.l2)",
}
PARAMETERS = {
    "in place": "for p in params:\n    p.data.mul_(1 - lr * wd)",
    "without the learning rate": "for p in params:\n    p.data.mul_(1 - wd)",
    "without gradients": "with torch.no_grad():\n    for p in model.parameters():\n        p.mul_(1 - lr * wd)",
    "augmented by a product": "for p in params:\n    p.data *= 1 - lr * wd",
    "augmented by a difference": "for p in params:\n    p.data -= lr * wd * p.data",
    "added to itself": "for p in params:\n    p.data.add_(p.data, alpha=-lr * wd)",
    "added to itself, by an old signature": "for p in params:\n    p.data.add_(-wd * lr, p.data)",
    "subtracted from itself": "for p in params:\n    p.data.sub_(lr * wd * p.data)",
    "assigned": "for p in params:\n    p.data = p.data * (1 - lr * wd)",
    "copied": "for p in params:\n    p.data.copy_(p.data - lr * wd * p.data)",
    "a factor with a name": "shrink = 1 - lr * wd\nfor p in params:\n    p.data.mul_(shrink)",
    "numbers": "for p in params:\n    p.data.mul_(1 - 1e-5)",
    "the group's rate": (
        "for g in optimizer.param_groups:\n    for p in g['params']:\n"
        "        p.data.add_(p.data, alpha=-g['lr'] * 1e-2)"
    ),
    "a list": "torch._foreach_mul_(params, 1 - lr * wd)",
    "one layer": "model.weight.data.mul_(1 - lr * wd)",
    "under a test of λ": "if wd > 0:\n    for p in params:\n        p.data.mul_(1 - lr * wd)",
    "weights only": "for n, p in model.named_parameters():\n    if p.ndim > 1:\n        p.data.mul_(1 - lr * wd)",
}


def found(code: str, *rules: str) -> list[str]:
    return [each.rule for each in lint(Source.of_text(code, "train.py"), only(*rules))]


def script(body: str) -> str:
    return LOOP.replace("{body}", textwrap.indent(body, "    "))


@pytest.mark.parametrize("body", GRADIENTS.values(), ids=GRADIENTS)
def test_every_spelling_of_a_decay_in_the_gradient_is_found_once(body: str) -> None:
    assert found(script(body), GRADIENT, PARAMETER) == [GRADIENT]
    assert found(script(body).replace("AdamW", "Adam"), GRADIENT, PARAMETER) == [GRADIENT]
    assert found(script(body).replace("AdamW", "SGD"), GRADIENT, PARAMETER) == []


@pytest.mark.parametrize("body", PARAMETERS.values(), ids=PARAMETERS)
def test_every_spelling_of_a_second_decay_is_found_once_beside_one_that_decays(body: str) -> None:
    assert found(script(body), GRADIENT, PARAMETER) == [PARAMETER]
    assert found(script(body).replace("AdamW", "Adam"), GRADIENT, PARAMETER) == []
    assert found(script(body).replace("lr=lr", "lr=lr, weight_decay=0"), GRADIENT, PARAMETER) == []
    assert found(script(body).replace("AdamW", "SGD"), GRADIENT, PARAMETER) == []


TRAINER = """\
from torch.optim import AdamW

class Trainer:
    def __init__(self, model, config):
        self.model, self.config = model, config
        self.optimizer = AdamW(self.model.parameters(), lr=config.lr)

    def train(self, loader):
        for x in loader:
            self.optimizer.zero_grad()
            self.model(x).backward()
            self.before()
            self.optimizer.step()
            self.after()

    def before(self):
        for p in self.model.parameters():
            p.grad.add_(p, alpha=self.config.l2)

    def after(self):
        for group in self.optimizer.param_groups:
            for p in group["params"]:
                p.data.mul_(1 - group["lr"] * self.config.weight_decay)
"""
HELPER = """\
import torch

def add_decay(params, wd):
    for p in params:
        if p.grad is not None:
            p.grad.data.add_(p.data, alpha=wd)

def train(model, opt, loader, scaler):
    for x in loader:
        opt.zero_grad()
        scaler.scale(model(x)).backward()
        scaler.unscale_(opt)
        add_decay(model.parameters(), 1e-4)
        scaler.step(opt)

def main():
    net = torch.nn.Linear(3, 4)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(2):
        train(net, opt, [], None)
    train(net, opt, [], None)
"""
LIGHTNING = """\
import lightning as L
from torch.optim import Adam

class Lit(L.LightningModule):
    def configure_optimizers(self):
        return Adam(self.parameters(), lr=1e-3)

    def on_before_optimizer_step(self, optimizer):
        for p in self.parameters():
            p.grad.add_(p, alpha=self.hparams.wd)
"""
HOOKS = """\
import torch
model = torch.nn.Linear(3, 4)
opt = torch.optim.Adam(model.parameters(), lr=1e-3)

def pulling(p, wd):
    return lambda grad: grad + wd * p

for p in model.parameters():
    HOOK
"""


def test_methods_between_backward_and_step_are_followed() -> None:
    assert found(TRAINER, GRADIENT, PARAMETER) == [GRADIENT, PARAMETER]
    assert found(TRAINER.replace("self.before()\n            ", ""), GRADIENT) == []
    late = TRAINER.replace("self.before()", "pass").replace("self.after()", "self.before()")
    assert found(late, GRADIENT) == []


def test_a_helper_is_found_once_however_often_it_is_reached() -> None:
    assert found(HELPER, GRADIENT) == [GRADIENT]
    assert found(HELPER.replace("optim.Adam", "optim.SGD"), GRADIENT) == []


def test_a_method_that_a_framework_calls_before_each_step_is_known() -> None:
    assert found(LIGHTNING, GRADIENT) == [GRADIENT]
    assert found(LIGHTNING.replace("on_before_optimizer_step", "on_fit_start"), GRADIENT) == []


@pytest.mark.parametrize(
    "hook",
    [
        "p.register_hook(lambda g: g + 1e-2 * p)",
        "p.register_hook(lambda g, p=p: g.add(p, alpha=1e-2))",
        "p.register_hook(pulling(p, 1e-2))",
        "p.register_post_accumulate_grad_hook(lambda p: p.grad.add_(p, alpha=1e-2))",
    ],
)
def test_hooks_are_read(hook: str) -> None:
    assert found(HOOKS.replace("HOOK", hook), GRADIENT) == [GRADIENT]
    assert found(HOOKS.replace("HOOK", hook).replace("optim.Adam", "optim.SGD"), GRADIENT) == []


def test_an_optimizer_that_another_file_builds_is_known(tmp_path: Path) -> None:
    loop = script("for p in model.parameters():\n    p.grad.add_(p, alpha=wd)").split("\n")
    body = textwrap.indent("\n".join(loop[5:]), "    ")
    (tmp_path / "pyproject.toml").write_text("")
    engine = f"wd = 1e-2\ndef train(model, optimizer: 'torch.optim.Adam', loader):\n{body}\n"
    (tmp_path / "engine.py").write_text(engine)
    main = "import torch\nfrom engine import train\n\nmodel = torch.nn.Linear(4, 2)\n"
    main += "opt = torch.optim.Adam(model.parameters())\ntrain(model, opt, [])\n"
    (tmp_path / "main.py").write_text(main)
    (source,) = read(str(tmp_path / "engine.py"), Settings(frozenset()))
    (finding,) = [each for each in lint(source, load(tmp_path, {})) if each.rule == GRADIENT]
    assert "main.py" in finding.help


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("AdamW(model.parameters(), lr=lr)", "as one λ of 0.02"),
        ("AdamW(model.parameters(), lr=lr, weight_decay=0.05)", "as one λ of 0.06"),
        ("AdamW(model.parameters(), lr=lr, weight_decay=args.wd)", "both act;"),
        ("Adam(model.parameters(), lr=lr, weight_decay=0.05)", "one goes through the adaptive step"),
    ],
)
def test_the_help_says_what_two_decays_are_together(build: str, said: str) -> None:
    code = script(PARAMETERS["in place"]).replace("AdamW(model.parameters(), lr=lr)", build)
    (finding,) = lint(Source.of_text(code, "train.py"), only(PARAMETER))
    assert said in finding.help
    assert finding.fix is None
