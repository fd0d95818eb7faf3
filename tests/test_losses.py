"""Which penalties on parameters are found in a loss, and which look-alikes are left alone."""

import textwrap

import pytest

from adamw_lint.model.losses.terms import LossTerm
from adamw_lint.model.module import Module
from adamw_lint.read.source import Source

TRAINING = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import norm

lam = 1e-4
model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for x, y in loader:
    optimizer.zero_grad()
    ce = F.mse_loss(model(x), y)
{body}
    optimizer.step()
"""


def terms_of(text: str) -> list[tuple[Module, LossTerm]]:
    module = Module.of(Source.of_text(text))
    return [(module, term) for term in module.loss_terms]


def in_training(body: str) -> str:
    return TRAINING.replace("{body}", textwrap.indent(textwrap.dedent(body).strip(), "    "))


def found(text: str) -> list[str]:
    return [module.text(term.node) for module, term in terms_of(text)]


SUMS = [
    "sum(p.pow(2).sum() for p in model.parameters())",
    "sum(p.pow(2.0).sum() for p in model.parameters() if p.requires_grad)",
    "sum((p ** 2).sum() for p in model.parameters())",
    "sum([(p * p).sum() for p in model.parameters()])",
    "sum(torch.sum(p ** 2) for p in model.parameters())",
    "sum(torch.square(p).sum() for n, p in model.named_parameters() if 'weight' in n)",
    "sum(p.square().sum() for p in list(model.parameters()))",
    "sum(p.norm(2) ** 2 for p in model.parameters())",
    "sum(p.norm(p=2).pow(2) for p in model.parameters())",
    "sum(torch.norm(p) ** 2 for p in model.parameters())",
    "sum(norm(p, 2).square() for p in model.parameters())",
    "sum(torch.linalg.vector_norm(p) ** 2 for p in model.parameters())",
    "sum(torch.linalg.norm(p) for p in model.parameters())",
    "sum(p.norm() for p in filter(lambda p: p.requires_grad, model.parameters()))",
    "sum(F.mse_loss(p, torch.zeros_like(p), reduction='sum') for p in model.parameters())",
    "sum(p.pow(2).mean() for p in model.parameters())",
    "sum((p.view(-1) @ p.view(-1)) for p in model.parameters())",
    "sum(torch.dot(p.flatten(), p.flatten()) for p in model.parameters())",
    "sum(m.weight.pow(2).sum() for m in model.modules() if isinstance(m, nn.Linear))",
    "torch.stack([p.norm(2) for p in model.parameters()]).sum()",
    "torch.cat([p.view(-1) for p in model.parameters()]).pow(2).sum()",
    "torch.cat([p.view(-1) for p in model.parameters()]).norm(2) ** 2",
    "torch.nn.utils.parameters_to_vector(model.parameters()).pow(2).sum()",
    "model[0].weight.pow(2).sum()",
    "(model[0].weight ** 2).sum() / 2",
    "torch.sqrt(sum(p.pow(2).sum() for p in model.parameters()))",
    "next(model.parameters()).norm()",
    "torch.sum(0.5 * lam * model[0].weight ** 2)",
    "sum(pair[1].pow(2).sum() for pair in model.named_parameters())",
    "sum(pair[-1].norm() for pair in list(model.named_parameters()) if 'bias' not in pair[0])",
    "(cfg.factor * model[0].weight.pow(2).sum(dim=1)).sum()",
    "torch.sum(torch.pow(model[0].weight, 2))",
    "sum((p ** 2).sum() for p in [q for n, q in model.named_parameters() if 'bias' not in n])",
    "sum(torch.norm(p, p=args.order) for p in model.parameters())",  # an option that may be 2
    "sum(torch.norm(p, order) ** order for p in model.parameters())",
]


@pytest.mark.parametrize("penalty", SUMS)
def test_every_spelling_of_a_norm_is_found(penalty: str) -> None:
    assert found(in_training(f"(ce + lam * {penalty}).backward()")) == [f"lam * {penalty}"]
    assert found(in_training(f"l2 = {penalty}\nloss = ce + l2 * 1e-3\nloss.backward()")) == ["l2 * 1e-3"]


REACHED = {
    "augmented": ("loss = ce\nloss += lam * model[0].weight.norm()\nloss.backward()", "lam * model[0].weight.norm()"),
    "in a loop": (
        "reg = 0.0\nfor p in model.parameters():\n    reg = reg + p.norm()\nloss = ce + lam * reg\nloss.backward()",
        "lam * reg",
    ),
    "loop into the loss": (
        "loss = ce\nfor n, p in model.named_parameters():\n    loss += lam * p.pow(2).sum()\nloss.backward()",
        "lam * p.pow(2).sum()",
    ),
    "a tensor accumulates": (
        "reg = torch.tensor(0.0, device=x.device)\nfor p in model.parameters():\n    reg += (p ** 2).sum()\n"
        "reg *= lam\n(ce + reg).backward()",
        "reg",
    ),
    "a list accumulates": (
        "regs = []\nfor p in model.parameters():\n    regs.append(p.pow(2).sum())\n"
        "loss = ce + lam * torch.stack(regs).sum()\nloss.backward()",
        "lam * torch.stack(regs).sum()",
    ),
    "a helper": (
        "def l2(net, factor=1e-3):\n    return factor * sum(p.pow(2).sum() for p in net.parameters())\n"
        "loss = ce + l2(model)\nloss.backward()",
        "l2(model)",
    ),
    "a helper of a tensor": (
        "def l2(w):\n    return (w ** 2).sum()\nloss = ce + lam * l2(model[0].weight)\nloss.backward()",
        "lam * l2(model[0].weight)",
    ),
    "an item is added to": (
        "losses = {'mse': ce}\nlosses['total'] = losses['mse']\nlosses['total'] += lam * model[0].weight.norm()\n"
        "losses['total'].backward()",
        "lam * model[0].weight.norm()",
    ),
    "an item of what a model gives is added to": (
        "out = model(x)\nout['loss'] += lam * sum(p.norm() ** 2 for p in model.parameters())\nout['loss'].backward()",
        "lam * sum(p.norm() ** 2 for p in model.parameters())",
    ),
    "a list of losses": (
        "losses = []\nfor i in range(4):\n    loss = ce + lam * model[0].weight.norm()\n    losses.append(loss)\n"
        "for i in range(4):\n    losses[i].backward()",
        "lam * model[0].weight.norm()",
    ),
    "one of a list of losses": (
        "losses = [ce, ce + lam * model[0].weight.norm()]\nlosses[1].backward()",
        "lam * model[0].weight.norm()",
    ),
    "a lambda": (
        "l2 = lambda w: (w ** 2).sum()\nloss = ce + lam * sum(l2(p) for p in model.parameters())\nloss.backward()",
        "lam * sum(l2(p) for p in model.parameters())",
    ),
    "a scaler": (
        "loss = ce + lam * model[0].weight.norm()\nscaler.scale(loss).backward()",
        "lam * model[0].weight.norm()",
    ),
    "accelerate": (
        "loss = ce + lam * model[0].weight.norm()\naccelerator.backward(loss / 4)",
        "lam * model[0].weight.norm()",
    ),
    "named lists": (
        "params = list(model.parameters())\nloss = ce + lam * sum(p.norm() for p in params)\nloss.backward()",
        "lam * sum(p.norm() for p in params)",
    ),
    "logged as well": (
        "l2 = sum(p.norm() ** 2 for p in model.parameters())\nprint(l2.item())\nloss = ce + lam * l2\nloss.backward()",
        "lam * l2",
    ),
    "torch.add": (
        "loss = torch.add(ce, lam * model[0].weight.norm())\nloss.backward()",
        "lam * model[0].weight.norm()",
    ),
    "a list of pairs": (
        "pairs = []\nfor n, p in model.named_parameters():\n    if 'weight' in n:\n        pair = (n, p)\n"
        "        pairs.append(pair)\nreg = 0\nfor n, w in pairs:\n    reg = reg + torch.norm(w, p=2)\n"
        "loss = ce + lam * reg\nloss.backward()",
        "lam * reg",
    ),
    "conditional": (
        "loss = ce\nif lam > 0:\n    loss = loss + lam * model[0].weight.norm()\nloss.backward()",
        "lam * model[0].weight.norm()",
    ),
    "a dict of losses": (
        "losses = {'ce': ce, 'l2': lam * model[0].weight.norm()}\nsum(losses.values()).backward()",
        "lam * model[0].weight.norm()",
    ),
}


@pytest.mark.parametrize("name", REACHED)
def test_a_penalty_is_followed_to_where_it_is_added(name: str) -> None:
    body, addend = REACHED[name]
    assert found(in_training(body)) == [addend]


SILENT = {
    "L1": "(ce + lam * sum(p.abs().sum() for p in model.parameters())).backward()",
    "L1 by norm": "(ce + lam * sum(p.norm(1) for p in model.parameters())).backward()",
    "L1 by keyword": "(ce + lam * sum(torch.norm(p, p=1) for p in model.parameters())).backward()",
    "L1 by a constant": "order = 1\n(ce + lam * sum(torch.norm(p, p=order) for p in model.parameters())).backward()",
    "max norm": "(ce + lam * sum(torch.norm(p, float('inf')) for p in model.parameters())).backward()",
    "activations": "h = model[0](x)\n(ce + lam * h.pow(2).mean()).backward()",
    "inputs": "(ce + lam * (x ** 2).sum()).backward()",
    "batch embeddings": "weight_decay = (table[x] ** 2).sum() + u.norm(2) ** 2\n(ce + lam * weight_decay).backward()",
    "rows of a table": "table = nn.Embedding(9, 4)\n(ce + lam * table.weight[x].norm(2) ** 2).backward()",
    "embedding lookups": "table = nn.Embedding(9, 4)\n(ce + lam * table(x).norm(2) ** 2).backward()",
    "named parameters": "parameters = [u, v]\n(ce + lam * sum(p.norm() for p in parameters)).backward()",
    "latent codes": "latent = nn.Parameter(x.clone())\n(ce + lam * latent.pow(2).sum()).backward()",
    "gradients": "(ce + lam * sum(p.grad.norm() ** 2 for p in model.parameters())).backward()",
    "gradient penalty": "g = torch.autograd.grad(ce, x)[0]\n(ce + lam * (g.norm(2, dim=1) - 1).norm()).backward()",
    "proximal": "(ce + lam * sum((p - q).norm() for p, q in zip(model.parameters(), old.parameters()))).backward()",
    "EWC": "(ce + sum((f[n] * (p - m[n]) ** 2).sum() for n, p in model.named_parameters())).backward()",
    "weighted": "(ce + sum((f[n] * p ** 2).sum() for n, p in model.named_parameters())).backward()",
    "orthogonality": "w = model[0].weight\n(ce + lam * (w @ w.t() - torch.eye(4)).norm() ** 2).backward()",
    "logged": "l2 = sum(p.norm() ** 2 for p in model.parameters())\nprint(l2)\nce.backward()",
    "item": "l2 = sum(p.norm().item() ** 2 for p in model.parameters())\n(ce + l2).backward()",
    "detached": "l2 = sum(p.detach().norm() ** 2 for p in model.parameters())\n(ce + l2).backward()",
    "data": "l2 = sum(p.data.norm() ** 2 for p in model.parameters())\n(ce + l2).backward()",
    "no_grad": "with torch.no_grad():\n    l2 = sum(p.norm() for p in model.parameters())\n(ce + l2).backward()",
    "clipped": "nn.utils.clip_grad_norm_(model.parameters(), 1.0)\nce.backward()",
    "overwritten": "loss = ce + lam * model[0].weight.norm()\nloss = ce\nloss.backward()",
    "never added": "reg = lam * sum(p.norm() for p in model.parameters())\nloss = ce\nloss.backward()",
    "what is minimised": "loss = sum(p.norm() ** 2 for p in model.parameters())\nloss.backward()",
    "rewarded": "(ce - lam * sum(p.norm() ** 2 for p in model.parameters())).backward()",
    "added after": "loss = ce\nloss.backward()\nloss = loss + lam * model[0].weight.norm()\nprint(loss)",
    "a state dict": "(ce + lam * sum(p.norm() for p in model.state_dict().values())).backward()",
    "linear": "(ce + lam * sum(p.sum() for p in model.parameters())).backward()",
    "group lasso": "(ce + lam * model[0].weight.norm(dim=1).sum()).backward()",
    "another target": "(ce + F.mse_loss(model[0].weight, target)).backward()",
    "an action cost": "acs = model(x)\n(ce + 0.01 * (acs ** 2).sum(dim=1).mean()).backward()",
    "a list of pairs with activations": (
        "pairs = []\nfor n, layer in enumerate(model):\n    pairs.append((n, layer(x)))\n"
        "reg = 0\nfor n, h in pairs:\n    reg = reg + h.norm()\n(ce + lam * reg).backward()"
    ),
    "a class with a weight": "(ce + batch.weight.pow(2).sum()).backward()",
    "the Jacobian of a contractive autoencoder": (
        "w = model[0].weight\nactive = (model[0](x) > 0).float()\n"
        "(ce + lam * torch.sum((w ** 2).sum(1) * active ** 2)).backward()"
    ),
    "what stands first in each pair": "(ce + lam * sum(p[0].norm() for p in model.named_parameters())).backward()",
    "the first row of each weight": "(ce + lam * sum(p[1][0].norm() for p in model.named_parameters())).backward()",
    "pairs of inputs": "(ce + lam * sum(pair[1].norm() for pair in zip(names, inputs))).backward()",
    "another item is added to": (
        "out = model(x)\nout['l2'] += lam * sum(p.norm() ** 2 for p in model.parameters())\nout['loss'].backward()"
    ),
    "an item is overwritten": (
        "out = {}\nout['loss'] = ce\nout['loss'] += lam * model[0].weight.norm()\nout['loss'] = ce\n"
        "out['loss'].backward()"
    ),
    "an item is added to below": (
        "out = {'loss': ce}\nout['loss'].backward()\nout['loss'] += lam * model[0].weight.norm()\nprint(out)"
    ),
    "another loss of a list": (
        "losses = [ce, lam * sum(p.norm() ** 2 for p in model.parameters())]\nlosses[0].backward()"
    ),
    "a list of which nothing is backed": (
        "losses = []\nfor i in range(4):\n    losses.append(ce + lam * model[0].weight.norm())\n"
        "print(losses[i])\nce.backward()"
    ),
    "which loss of a list that grows is not known": (
        "losses = [ce]\nlosses.append(lam * model[0].weight.norm())\nlosses[0].backward()"
    ),
    "a slice of a list of losses": ("losses = [ce, lam * model[0].weight.norm()]\nsum(losses[:1]).backward()"),
    "rows of weights by what they give": (
        "w = model[0].weight\nh = model[0](x)\n(ce + lam * ((h * (1 - h)) ** 2 * (w ** 2).sum(dim=1)).sum()).backward()"
    ),
    "squares under a mask": (
        "w = model[0].weight\nkept = (w.abs() > 0.1).float()\n(ce + lam * (kept * w ** 2).sum()).backward()"
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_only_looks_like_a_penalty_is_left_alone(name: str) -> None:
    assert found(in_training(SILENT[name])) == []


MODULE = """\
import torch
from torch import nn
import lightning as L

class Net(L.LightningModule):
    def __init__(self, lam):
        super().__init__()
        self.lam = lam
        self.fc = nn.Linear(4, 4)
        self.blocks = nn.ModuleList([nn.Linear(4, 4)])
        self.scale = nn.Parameter(torch.ones(4))
        self.latent = nn.Parameter(torch.ones(4))

    def l2(self):
        return sum(p.pow(2).sum() for p in self.parameters())

    def {name}(self, batch, index):
        loss = self.compare(batch)
        return {result}

    def configure_optimizers(self):
        return torch.optim.{optimizer}(self.parameters(), lr=1e-3)
"""


def in_module(result: str, name: str = "training_step", optimizer: str = "Adam") -> str:
    return MODULE.replace("{result}", result).replace("{name}", name).replace("{optimizer}", optimizer)


@pytest.mark.parametrize(
    "penalty",
    [
        "self.lam * self.l2()",
        "self.lam * self.fc.weight.pow(2).sum()",
        "1e-4 * (self.scale ** 2).sum()",
        "1e-4 * sum(layer.weight.norm() for layer in self.blocks)",
        "1e-4 * sum(p.norm() ** 2 for p in self.fc.parameters())",
    ],
)
def test_a_returned_loss_counts(penalty: str) -> None:
    assert found(in_module(f"loss + {penalty}")) == [penalty]
    assert found(in_module(f'{{"loss": loss + {penalty}}}')) == [penalty]
    assert found(in_module(f"loss + {penalty}", optimizer="SGD")) == []
    assert found(in_module(f"loss + {penalty}", name="validation_step")) == []
    assert found(in_module(penalty, name="compute_penalty")) == []


def test_a_latent_attribute_is_no_weight() -> None:
    assert found(in_module("loss + 1e-4 * self.latent.pow(2).sum()")) == []


MIXED = """\
import torch
from torch import nn, optim

def train(g, d, opt_g, opt_d, batches):
    for x in batches:
        loss_g = g(x) + 1e-4 * sum(p.pow(2).sum() for p in g.parameters())
        loss_g.backward()
        opt_g.step()
        loss_d = d(x) + 1e-4 * sum(p.pow(2).sum() for p in d.parameters())
        loss_d.backward()
        opt_d.step()

a, b = nn.Linear(1, 1), nn.Linear(1, 1)
opt_a = optim.{one}(a.parameters(), lr=0.1)
opt_b = optim.{two}(b.parameters(), lr=0.1)
train(a, b, opt_a, opt_b, [])
"""


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [("Adam", "SGD", "g"), ("SGD", "AdamW", "d"), ("Adam", "Adam", "gd"), ("SGD", "SGD", "")],
)
def test_the_optimizer_that_holds_the_parameters_decides(one: str, two: str, expected: str) -> None:
    text = MIXED.replace("{one}", one).replace("{two}", two)
    assert found(text) == [f"1e-4 * sum(p.pow(2).sum() for p in {each}.parameters())" for each in expected]


def test_a_choice_between_families_is_silent() -> None:
    built = "torch.optim.Adam(model.parameters(), lr=1e-3)"
    text = in_training("(ce + lam * sum(p.pow(2).sum() for p in model.parameters())).backward()")
    other = f"{built} if fast else torch.optim.SGD(model.parameters(), lr=0.1)"
    assert found(text.replace(built, other)) == []


INHERITED = """\
import torch
from torch import nn
from torch.nn import functional as F

class Base(nn.Module):
    def penalty(self):
        return sum(p.pow(2).sum() for p in self.parameters())

class Other(nn.Module):
    def penalty(self):
        return self.gate.abs().mean()

class Net(Base):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)
        self.gate = nn.Parameter(torch.ones(4))
        self.opt = torch.optim.Adam(self.parameters(), lr=1e-3)

    def learn(self, x, y):
        loss = F.mse_loss(self.layer(x), y) + 1e-4 * self.penalty()
        loss.backward()
        self.opt.step()
"""


def test_a_method_of_self_is_that_of_its_own_class_or_of_one_above() -> None:
    assert found(INHERITED) == ["1e-4 * self.penalty()"]
    assert found(INHERITED.replace("Net(Base)", "Net(Other)")) == []
    assert found(INHERITED.replace("Net(Base)", "Net(Foreign)")) == []
    below = "class Deeper(Net):\n    def penalty(self):\n        return self.gate.abs().mean()\n"
    assert found(INHERITED + "\n" + below) == []
