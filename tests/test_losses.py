"""Which penalties on parameters are found in a loss, and which look-alikes are left alone."""

import textwrap

import pytest
from pages import only, project, source_of

from adamw_lint.engine import lint
from adamw_lint.model.losses.terms import LossTerm
from adamw_lint.model.module import Module
from adamw_lint.read.prefilter import may_concern
from adamw_lint.read.source import Source

TRAINING = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from functools import reduce
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
    "sum(map(lambda p: p.pow(2).sum(), model.parameters()))",
    "reduce(lambda total, p: total + p.pow(2).sum(), model.parameters(), 0)",
    "sum(p.pow(2).sum() for group in optimizer.param_groups for p in group['params'])",
    "sum(torch.norm(p, p=args.order) for p in model.parameters())",  # an option that may be 2
    "sum(torch.norm(p, order) ** order for p in model.parameters())",
]


@pytest.mark.parametrize("penalty", SUMS)
def test_every_spelling_of_a_norm_is_found(penalty: str) -> None:
    assert found(in_training(f"(ce + lam * {penalty}).backward()")) == [f"lam * {penalty}"]
    assert found(in_training(f"l2 = {penalty}\nloss = ce + l2 * 1e-3\nloss.backward()")) == ["l2 * 1e-3"]


REACHED = {
    "augmented": ("loss = ce\nloss += lam * model[0].weight.norm()\nloss.backward()", "lam * model[0].weight.norm()"),
    "weighed by an item of a list": (
        "loss = ce + regs[0] * model[0].weight.norm() ** 2\nloss.backward()",
        "regs[0] * model[0].weight.norm() ** 2",
    ),
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
    "a generator": (
        "def weights(net):\n    for n, p in net.named_parameters():\n        if 'bias' not in n:\n            yield p\n"
        "loss = ce + lam * sum(p.pow(2).sum() for p in weights(model))\nloss.backward()",
        "lam * sum(p.pow(2).sum() for p in weights(model))",
    ),
    "a generator of pairs": (
        "def weights(net):\n    for n, p in net.named_parameters():\n        yield n, p\n"
        "loss = ce + lam * sum(p.pow(2).sum() for n, p in weights(model))\nloss.backward()",
        "lam * sum(p.pow(2).sum() for n, p in weights(model))",
    ),
    "a generator that hands on": (
        "def weights(net):\n    yield from net.parameters()\n"
        "loss = ce + lam * sum(p.pow(2).sum() for p in weights(model))\nloss.backward()",
        "lam * sum(p.pow(2).sum() for p in weights(model))",
    ),
    "the groups of the optimizer": (
        "reg = 0.0\nfor group in optimizer.param_groups:\n    for p in group['params']:\n        reg += p.norm() ** 2\n"
        "loss = ce + lam * reg\nloss.backward()",
        "lam * reg",
    ),
    "added by a function, times a number": (
        "l2 = sum(p.pow(2).sum() for p in model.parameters())\nloss = torch.add(ce, l2, alpha=lam)\nloss.backward()",
        "l2",
    ),
    "a helper of a tensor": (
        "def l2(w):\n    return (w ** 2).sum()\nloss = ce + lam * l2(model[0].weight)\nloss.backward()",
        "lam * l2(model[0].weight)",
    ),
    "a helper of any number of tensors": (
        "def l2(by, *ws):\n    total = 0\n    for w in ws:\n        total += torch.norm(w, p=2) / w.shape[0]\n"
        "    return total * by\nloss = ce + l2(lam, model[0].weight, model[2].weight)\nloss.backward()",
        "l2(lam, model[0].weight, model[2].weight)",
    ),
    "a list that such a helper is given": (
        "def l2(*ws):\n    return sum(w.pow(2).sum() for w in ws)\n"
        "loss = ce + lam * l2(*model.parameters())\nloss.backward()",
        "lam * l2(*model.parameters())",
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
    "the square of a norm that a name holds": (
        "size = model[0].weight.norm()\nloss = ce + lam * size ** 2\nloss.backward()",
        "lam * size ** 2",
    ),
    "a power of a norm that a name holds": (
        "reg = 0\nfor p in model.parameters():\n    size = p.norm()\n    reg = reg + torch.pow(size, 2)\n"
        "(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "the root of a sum that a name holds": (
        "total = sum(p.pow(2).sum() for p in model.parameters())\n(ce + lam * total ** 0.5).backward()",
        "lam * total ** 0.5",
    ),
    "one of two arms": (
        "loss = ce + (lam * model[0].weight.norm() if deep else lam * model[2].weight.norm())\nloss.backward()",
        "lam * model[0].weight.norm() if deep else lam * model[2].weight.norm()",
    ),
    "a name within an expression": (
        "loss = ce + (reg := lam * model[0].weight.norm())\nprint(reg)\nloss.backward()",
        "lam * model[0].weight.norm()",
    ),
    "divided in place": (
        "reg = model[0].weight.norm()\nreg /= 2\n(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "a pair that a function returns": (
        "def both(net):\n    return F.mse_loss(net(x), y), lam * net[0].weight.norm()\n"
        "ce, reg = both(model)\n(ce + reg).backward()",
        "reg",
    ),
    "a pair that is written": (
        "ce, reg = F.mse_loss(model(x), y), lam * model[0].weight.norm()\n(ce + reg).backward()",
        "reg",
    ),
    "on another device": (
        "reg = lam * model[0].weight.norm() + lam * model[2].weight.norm()\n(ce + reg.to(ce.device)).backward()",
        "reg",
    ),
    "torch.mul": (
        "reg = model[0].weight.norm() + model[2].weight.norm()\n(ce + torch.mul(reg, lam)).backward()",
        "torch.mul(reg, lam)",
    ),
    "torch.div": (
        "reg = model[0].weight.norm() + model[2].weight.norm()\n(ce + torch.div(reg, 2)).backward()",
        "torch.div(reg, 2)",
    ),
    "a list of a dict of losses": (
        "losses = {'ce': ce, 'l2': lam * model[0].weight.norm()}\nsum(list(losses.values())).backward()",
        "lam * model[0].weight.norm()",
    ),
    "an entry of a dict of losses": (
        "losses = {'ce': ce, 'l2': lam * model[0].weight.norm()}\n(losses['ce'] + losses['l2']).backward()",
        "lam * model[0].weight.norm()",
    ),
    "a function that calls itself": (
        "def l2(net, n):\n    return lam * net[n].weight.norm() + (l2(net, n - 1) if n else 0)\n"
        "loss = ce + l2(model, 2)\nloss.backward()",
        "lam * net[n].weight.norm()",
    ),
    "a module of squared error": (
        "mse = nn.MSELoss()\nw = model[0].weight\n(ce + lam * mse(w, torch.zeros_like(w))).backward()",
        "lam * mse(w, torch.zeros_like(w))",
    ),
    "a module of squared error, built where it is called": (
        "w = model[0].weight\n(ce + lam * nn.MSELoss(reduction='sum')(w, torch.zeros_like(w))).backward()",
        "lam * nn.MSELoss(reduction='sum')(w, torch.zeros_like(w))",
    ),
    "weights bound in two arms": (
        "if deep:\n    w = model[0].weight\nelse:\n    w = model[2].weight\n(ce + lam * w.norm() ** 2).backward()",
        "lam * w.norm() ** 2",
    ),
    "lists of parameters joined": (
        "params = list(model[0].parameters()) + list(model[2].parameters())\n"
        "reg = sum(p.pow(2).sum() for p in params)\n(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "iterators in a chain": (
        "from itertools import chain\nparams = chain(model[0].parameters(), model[2].parameters())\n"
        "reg = sum(p.pow(2).sum() for p in params)\n(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "a list of weights": (
        "reg = sum(w.pow(2).sum() for w in [model[0].weight, model[2].weight])\n(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "a list of layers": (
        "first = nn.Linear(1, 1)\nlast = nn.Linear(1, 1)\n"
        "reg = sum(layer.weight.pow(2).sum() for layer in (first, last))\n(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "pairs by comprehension": (
        "named = [(n, p) for n, p in model.named_parameters() if 'bias' not in n]\n"
        "reg = sum(p.pow(2).sum() for n, p in named)\n(ce + lam * reg).backward()",
        "lam * reg",
    ),
    "parameters by every caller": (
        "def learn(loss, params):\n    for p in params:\n        loss = loss + lam * p.pow(2).sum()\n"
        "    loss.backward()\nlearn(ce, model.parameters())",
        "lam * p.pow(2).sum()",
    ),
    "a factor beside each list": (
        "parts = []\nparts.append((1e-4, model[0].parameters()))\nparts.append((1e-3, model[2].parameters()))\n"
        "loss = ce\nfor by, params in parts:\n    for p in params:\n        loss = loss + by * p.pow(2).sum()\n"
        "loss.backward()",
        "by * p.pow(2).sum()",
    ),
    "numbered parameters": (
        "loss = ce\nfor n, p in enumerate(model.parameters()):\n    loss = loss + lam * p.pow(2).sum()\n"
        "loss.backward()",
        "lam * p.pow(2).sum()",
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
    "rows that a helper of any number is given": (
        "table = nn.Embedding(9, 4)\ndef l2(by, *ws):\n    return by * sum(w.norm() for w in ws)\n"
        "(ce + l2(lam, table.weight, table.weight[x])).backward()"
    ),
    "what is unpacked after another": (
        "def l2(by, *ws):\n    return by * sum(w.norm() for w in ws)\n(ce + l2(lam, x, *model.parameters())).backward()"
    ),
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
    "the square of a sum of norms": (
        "total = sum(p.norm() for p in model.parameters())\n(ce + lam * total ** 2).backward()"
    ),
    "the square of a sum in a loop": (
        "total = 0\nfor p in model.parameters():\n    total = total + p.norm()\n(ce + lam * total ** 2).backward()"
    ),
    "the square of a factor and a norm": "size = lam * model[0].weight.norm()\n(ce + size ** 2).backward()",
    "a remainder in place": "reg = model[0].weight.norm()\nreg %= 2\n(ce + lam * reg).backward()",
    "a module of absolute error": ("w = model[0].weight\n(ce + lam * nn.L1Loss()(w, torch.zeros_like(w))).backward()"),
    "a function of the program, with zeros": "w = model[0].weight\n(ce + lam * gap(w, torch.zeros_like(w))).backward()",
    "parameters joined with others": (
        "params = list(model[0].parameters()) + codes\nreg = sum(p.pow(2).sum() for p in params)\n"
        "(ce + lam * reg).backward()"
    ),
    "a list of tensors": "reg = sum(h.pow(2).sum() for h in [first, last])\n(ce + lam * reg).backward()",
    "a list of what calls return": "reg = sum(h.norm() for h in [model(x), model(y)])\n(ce + lam * reg).backward()",
    "a name that may be something else": (
        "w = model(x)\nif deep:\n    w = model[0].weight\n(ce + lam * w.norm() ** 2).backward()"
    ),
    "a weight beside each parameter": (
        "parts = []\nparts.append((importance, model[0].weight))\nloss = ce\n"
        "for by, w in parts:\n    loss = loss + by * w.pow(2).sum()\nloss.backward()"
    ),
    "a map of something else": "(ce + lam * sum(map(lambda h: h.pow(2).sum(), hidden))).backward()",
    "a reduction of something else": (
        "(ce + lam * reduce(lambda total, h: total + h.pow(2).sum(), hidden, 0)).backward()"
    ),
    "what is summed so far": (
        "(ce + lam * reduce(lambda total, p: p.mean() + total.pow(2).sum(), model.parameters(), 0)).backward()"
    ),
    "a generator of something else": (
        "def hidden(net):\n    for layer in net:\n        yield layer(x)\n"
        "(ce + lam * sum(h.pow(2).sum() for h in hidden(model))).backward()"
    ),
    "a generator of parameters and more": (
        "def every(net):\n    yield from net.parameters()\n    yield x\n"
        "(ce + lam * sum(h.pow(2).sum() for h in every(model))).backward()"
    ),
    "the state of the optimizer": (
        "reg = sum(p.norm() for group in optimizer.param_groups for p in group['ema'])\n(ce + lam * reg).backward()"
    ),
    "numbered pairs": (
        "loss = ce\nfor n, pair in enumerate(model.named_parameters()):\n    loss = loss + lam * pair.pow(2).sum()\n"
        "loss.backward()"
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
    for kept, expected in (
        (f'{{"loss": loss + {penalty}, "scores": scores}}', [penalty]),
        (f'dict(scores=scores)\n        told["loss"] = loss + {penalty}', [penalty]),
        (f'{{"loss": loss, "scores": {penalty}}}', []),
    ):
        text = in_module("told").replace("        return told", f"        told = {kept}\n        return told")
        assert found(text) == expected
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


MADE = """\
import torch
from torch import nn

class Base(nn.Module):
    pass

class Wide(Base):
    pass

class Net(Base):
    def __init__(self):
        super().__init__()
        self.w, self.b = self.made()
        self.body = Wide()
        self.fc = nn.Linear(4, 4)
        self.reg_list = []
        self.reg_list.append(self.fc.weight)

    def made(self):
        w = nn.Parameter(torch.ones(4, 4))
        return w, nn.Parameter(torch.zeros(4))

    def training_step(self, batch, index):
        loss = self.compare(batch)
        {body}
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)
"""


def in_made(body: str) -> str:
    return MADE.replace("{body}", textwrap.indent(body, " " * 8).strip())


def test_parameters_that_a_method_makes_are_those_of_its_class() -> None:
    text = in_made("loss = loss + 1e-4 * (self.w ** 2).sum()")
    assert found(text) == ["1e-4 * (self.w ** 2).sum()"]
    assert found(text.replace("return w, nn", "return batch, nn")) == []
    assert found(
        text.replace("        return w,", "        if w is None:\n            return (w,)\n        return w,")
    ) == ["1e-4 * (self.w ** 2).sum()"]
    assert (
        found(text.replace("(self.w **", "(self.b **").replace("return w, nn.P", "return w,\n        return w, nn.P"))
        == []
    )


def test_a_class_below_a_module_of_the_program_is_a_layer() -> None:
    text = in_made("loss = loss + 1e-4 * sum(part.weight.pow(2).sum() for part in [self.fc, self.body])")
    assert found(text) == ["1e-4 * sum(part.weight.pow(2).sum() for part in [self.fc, self.body])"]
    assert found(text.replace("class Wide(Base)", "class Wide(Batch)")) == []


def test_an_optimizer_beside_the_one_that_steps_trains_something_else() -> None:
    text = """\
import torch

class Learner(Base):
    def begin(self):
        self.bias = torch.ones(2, requires_grad=True)
        self.bias_opt = torch.optim.Adam([self.bias], lr=1e-3)

    def observe(self, x, y):
        loss = self.criterion(self.net(x), y) + 1e-4 * sum(p.pow(2).sum() for p in self.net.parameters())
        loss.backward()
        self.opt.step()
"""
    assert found(text) == []
    assert found(text.replace("self.opt.", "self.bias_opt.")) != []
    assert found(text.replace("self.opt.", "self.scheduler.")) != []


def test_a_method_may_give_back_a_parameter() -> None:
    text = in_made("loss = loss + 1e-4 * self.flat_weight().pow(2).sum()").replace(
        "    def made", "    def flat_weight(self):\n        return torch.flatten(self.fc.weight)\n\n    def made"
    )
    assert found(text) == ["1e-4 * self.flat_weight().pow(2).sum()"]
    assert found(text.replace("self.fc.weight", "self.fc(self.w)")) == []
    assert (
        found(text.replace("        return torch.f", "        if x:\n            return x\n        return torch.f"))
        == []
    )


def test_a_list_or_dict_of_parameters_yields_them() -> None:
    text = in_made("for w in self.body:\n    loss = loss + 1e-4 * w.pow(2).sum()")
    listed = text.replace("Wide()", "nn.ParameterList(nn.Parameter(torch.ones(4)) for _ in range(3))")
    assert found(listed) == ["1e-4 * w.pow(2).sum()"]
    assert found(listed.replace("w in self.body", "w in self.body.values()").replace("List", "Dict")) == [
        "1e-4 * w.pow(2).sum()"
    ]
    assert found(listed.replace("List(", "Dict(")) == []  # its keys
    assert found(text) == []


def test_a_list_that_an_object_keeps_holds_what_is_appended_to_it() -> None:
    text = in_made("for w in self.reg_list:\n    loss = loss + 1e-4 * w.pow(2).sum()")
    assert found(text) == ["1e-4 * w.pow(2).sum()"]
    assert found(text.replace("append(self.fc.weight)", "append(self.fc(batch))")) == []


@pytest.mark.parametrize(("start", "end"), [("list(model.parameters())", "p in {}"), ("[model[0].weight]", "p in {}")])
def test_a_name_of_a_name_is_followed_for_a_while(start: str, end: str) -> None:
    for names, is_found in ((2, True), (14, False)):
        lines = [f"a0 = {start}", *(f"a{number + 1} = list(a{number})" for number in range(names))]
        lines += [f"reg = sum(p.pow(2).sum() for {end.format(f'a{names}')})", "(ce + lam * reg).backward()"]
        assert found(in_training("\n".join(lines))) == ["lam * reg"] * is_found


TREES = """\
from functools import partial
import operator
import equinox as eqx
import haiku as hk
import jax
import jax.numpy as jnp
import optax
from flax import nnx
from flax.core import unfreeze
from jax.flatten_util import ravel_pytree

lam = 1e-3
optimizer = optax.adam(1e-2)

def loss_fn({arguments}):
    data = jnp.mean((apply(params, x) - y) ** 2)
{body}

@jax.jit
def step(params, state, x, y):
    grads = {gradient}(params, x, y)
    updates, state = optimizer.update(grads, state, params)
    return optax.apply_updates(params, updates), state
"""
LEAVES = "l2 = sum(jnp.sum(p ** 2) for p in jax.tree.leaves({of}))\nreturn data + lam * l2"


def in_trees(body: str, arguments: str = "params, x, y", gradient: str = "jax.grad(loss_fn)") -> str:
    code = TREES.replace("{body}", textwrap.indent(body, "    "))
    return code.replace("{arguments}", arguments).replace("{gradient}", gradient)


def over(of: str, before: str = "") -> str:
    return before + LEAVES.replace("{of}", of)


TREES_FOUND = {
    "flattened into leaves and their tree": (
        "leaves, tree = jax.tree.flatten(params)\nreturn data + lam * sum(jnp.sum(p ** 2) for p in leaves)"
    ),
    "the first of what is flattened": ("return data + lam * sum(jnp.sum(p ** 2) for p in jax.tree.flatten(params)[0])"),
    "one vector and its way back": "flat, back = ravel_pytree(params)\nreturn data + lam * jnp.sum(flat ** 2)",
    "a vector that is called as the tree was": (
        "flat_params, back = ravel_pytree(params)\nreturn data + lam * optax.global_norm(flat_params) ** 2"
    ),
    "a loop over a list of arrays": ("l2 = 0\nfor w in params:\n    l2 = l2 + jnp.sum(w ** 2)\nreturn data + lam * l2"),
    "one of two leaves": (
        "if deep:\n    w = params['a']['w']\nelse:\n    w = params['b']['w']\nreturn data + lam * jnp.sum(w ** 2)"
    ),
    "the value of a variable": "return data + lam * jnp.sum(params.dense.kernel.value ** 2)",
    "an attribute that holds a tree": over("state.params"),
    "a tree that may be bound again": over(
        "params", "if half:\n    params = jax.tree.map(lambda p: p.astype(jnp.float32), params)\n"
    ),
    "a tree times a mask": over("kernels", "kernels = jax.tree.map(lambda p, m: p * m, params, mask)\n"),
    "a tree where a mask is true": over(
        "kernels", "kernels = jax.tree.map(lambda p, m: p if m else 0, params, mask)\n"
    ),
    "the arrays of a model of its class": over(
        "eqx.filter(jax.tree.map(lambda p: p, params), eqx.is_array)",
    ),
    "what a predicate of the program picks": over(
        "kernels", "kernels, rest = hk.data_structures.partition(lambda module, name, p: name == 'w', params)\n"
    ),
    "a tree that is no longer frozen": over("unfreeze(params)"),
    "a tree that is no longer frozen, by its method": over("params.unfreeze()"),
    "a reduction by a function of the library": (
        "squares = jax.tree.map(lambda p: jnp.sum(p ** 2), params)\n"
        "return data + lam * jax.tree.reduce(operator.add, squares)"
    ),
    "a sum of squares of each leaf": (
        "squares = jax.tree.map(jnp.square, params)\nreturn data + lam * optax.tree_utils.tree_sum(squares)"
    ),
}


@pytest.mark.parametrize("name", TREES_FOUND)
def test_a_penalty_on_a_tree_is_found(name: str) -> None:
    (addend,) = found(in_trees(TREES_FOUND[name]))
    assert TREES_FOUND[name].endswith(f"data + {addend}")


MODEL_TREES = {
    "the arrays of a model": over("arrays", "arrays, rest = eqx.partition(model, eqx.is_array)\n"),
    "the parameters of a module": over("state", "definition, state = nnx.split(model, nnx.Param)\n"),
    "some of the state of a module": over("kept", "definition, kept, rest = nnx.split(model, nnx.Param, ...)\n"),
    "a leaf of a module": "return data + lam * jnp.sum(model.dense.kernel.value ** 2)",
}


@pytest.mark.parametrize("name", MODEL_TREES)
def test_a_penalty_on_a_part_of_a_model_is_found(name: str) -> None:
    assert found(in_trees(MODEL_TREES[name], "model, x, y")) == [MODEL_TREES[name].partition("data + ")[2]]


TREES_SILENT = {
    "the tree that comes with the leaves": over("jax.tree.flatten(params)[1]"),
    "an entry of no leaf": "return data + lam * jnp.sum(params['scores'] ** 2)",
    "a leaf of what is not trained": "return data + lam * jnp.sum(other['w'] ** 2)",
    "each example": "return data + lam * jnp.sum(jax.vmap(lambda params: params ** 2)(x))",
    "statistics": over("state.batch_stats"),
    "what is no array": over("rest", "arrays, rest = eqx.partition(params, eqx.is_array)\n"),
    "the model of a teacher": over("eqx.filter(teacher, eqx.is_array)"),
    "the largest": (
        "squares = jax.tree.map(lambda p: jnp.sum(p ** 2), params)\nreturn data + lam * jax.tree.reduce(max, squares)"
    ),
    "the largest of two": (
        "squares = jax.tree.map(lambda p: jnp.sum(p ** 2), params)\n"
        "return data + lam * jax.tree.reduce(lambda a, b: jnp.maximum(a, b), squares)"
    ),
    "the last": (
        "squares = jax.tree.map(lambda p: jnp.sum(p ** 2), params)\n"
        "return data + lam * jax.tree.reduce(lambda so_far, p: p + 0.0, squares)"
    ),
}


@pytest.mark.parametrize("name", TREES_SILENT)
def test_what_only_looks_like_a_penalty_on_a_tree_is_left_alone(name: str) -> None:
    assert found(in_trees(TREES_SILENT[name])) == []


WHOLE = "return data + lam * optax.global_norm(params) ** 2"
METHOD = """
class Agent:
    def fitted(self, params, x, y):
        return jnp.mean(apply(params, x)) + lam * optax.global_norm(params) ** 2
"""


@pytest.mark.parametrize(
    ("arguments", "gradient", "more"),
    [
        ("x, params, y", "jax.grad(loss_fn, argnums=1)", ""),
        ("x, params, y", "nnx.grad(loss_fn, argnums=nnx.DiffState(1, nnx.Param))", ""),
        ("scale, params, x, y", "jax.grad(partial(loss_fn, 2.0))", ""),
        ("params, x, y", "jax.grad(made())", "def made():\n    return loss_fn\n"),
        ("params, x, y", "jax.grad(outer)", "def outer(params, x, y):\n    return loss_fn(params, x, y)\n"),
        ("params, x, y", "jax.grad(jax.checkpoint(loss_fn))", ""),
    ],
)
def test_a_function_is_known_however_its_gradient_is_taken(arguments: str, gradient: str, more: str) -> None:
    code = in_trees(WHOLE, arguments, gradient).replace("@jax.jit", f"{more}@jax.jit").replace("loss_fn", "fitted")
    assert found(code) == ["lam * optax.global_norm(params) ** 2"]
    assert found(code.replace("jax.grad(", "jax.vmap(").replace("nnx.grad(", "nnx.vmap(")) == []


def test_the_loss_is_the_first_of_what_a_function_gives() -> None:
    code = in_trees(f"{WHOLE}, data", gradient="jax.grad(outer, has_aux=True)").replace("loss_fn", "fitted")
    outer = "def outer(params, x, y):\n    return fitted(params, x, y)\n"
    assert found(code.replace("@jax.jit", f"{outer}@jax.jit")) == ["lam * optax.global_norm(params) ** 2"]
    logged = code.replace(WHOLE, "return data, data + lam * optax.global_norm(params) ** 2").replace(
        ", data\n\n", "\n\n"
    )
    assert found(logged.replace("@jax.jit", f"{outer}@jax.jit")) == []


GRAPH = """\
import tensorflow as tf

{made}
loss = tf.reduce_mean(ce) + 1e-4 * tf.nn.l2_loss({of})
train = tf.train.AdamOptimizer(1e-3).minimize(loss)
"""
VARIABLE = """
def weight(shape):
    start = tf.truncated_normal(shape)
    return tf.Variable(start)
"""
HEAD = """
def head(x):
    w = tf.get_variable("w", [8, 2])
    return tf.matmul(x, w), w
"""
HELD = """
class Net:
    def __init__(self):
        {bound}

net = Net()
"""


@pytest.mark.parametrize(
    ("made", "of"),
    [
        (f"{VARIABLE}w = weight([8, 2])", "w"),
        (f"{HEAD}out, w = head(x)", "w"),
        ("w, b = tf.get_variable('w', [8, 2]), tf.get_variable('b', [2])", "w"),
        (VARIABLE + HELD.format(bound="self.w = weight([8, 2])"), "net.w"),
        (HELD.format(bound="self.w, self.b = tf.get_variable('w', [8, 2]), tf.get_variable('b', [2])"), "net.w"),
    ],
)
def test_a_variable_is_known_whatever_gives_it_back(made: str, of: str) -> None:
    code = GRAPH.format(made=made, of=of)
    assert may_concern(code.encode())
    assert found(code) == [f"1e-4 * tf.nn.l2_loss({of})"]


@pytest.mark.parametrize(
    ("made", "of"),
    [
        (f"{HEAD}out, w = head(x)", "out"),
        (HEAD.replace("w), w", "w)") + "out = head(x)", "out"),
        (VARIABLE + HELD.format(bound="self.w = weight([8, 2]) * x"), "net.w"),
    ],
)
def test_what_is_computed_with_a_variable_is_none(made: str, of: str) -> None:
    assert found(GRAPH.format(made=made, of=of)) == []


def test_a_parameter_is_known_that_a_function_makes() -> None:
    code = in_training("loss = ce + lam * net.w.pow(2).sum()\nloss.backward()")
    made = "def make(n):\n    return nn.Parameter(torch.zeros(n))\n" + HELD.format(bound="self.w = make(3)")
    assert found(code.replace("lam = 1e-4", f"lam = 1e-4\n{made.replace('Net:', 'Net(nn.Module):')}")) == [
        "lam * net.w.pow(2).sum()"
    ]


def test_a_method_is_known_where_one_class_has_it() -> None:
    code = in_trees("return data", gradient="jax.grad(agent.fitted)") + METHOD
    assert found(code) == ["lam * optax.global_norm(params) ** 2"]
    assert found(f"{code}\nclass Other:\n    def fitted(self, x):\n        return x\n") == []


def test_a_loss_that_another_file_returns_in_its_turn_is_one() -> None:
    code = """
import torch
def squares_and_loss(inputs, targets, model, factor=1e-3):
    penalty = 0.0
    for param in model.parameters():
        penalty += torch.sum(param ** 2) / 2
    penalty = factor * penalty
    return torch.sum((inputs - targets) ** 2) / 2 + penalty
"""
    task = """
import pytorch_lightning as pl
import torch
import losses
class Task(pl.LightningModule):
    def loss(self, inputs, targets):
        return losses.squares_and_loss(inputs, targets, self)
    def training_step(self, batch, index):
        return self.loss(self(batch[0]), batch[1])
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3, weight_decay=self.decay,)
"""
    with project({"losses.py": code, "task.py": task}):
        (term,) = lint(source_of(code, "losses.py"), only("l2-in-loss"))
    assert term.message.endswith("; it comes on top of its own coupled `weight_decay=self.decay`")


def test_no_factor_is_lost_in_what_is_advised() -> None:
    code = """
import tensorflow as tf
h = tf.Variable(tf.ones([8]))
penalty = reg * (tf.nn.l2_loss(users) + tf.nn.l2_loss(h))
loss = tf.reduce_mean(ce) + penalty
train = tf.train.AdamOptimizer(1e-3).minimize(loss)
"""
    (term,) = lint(Source.of_text(code), only("l2-in-loss"))
    assert term.help is not None
    assert "`weight_decay=ηλ` for λ/2·‖θ‖²" in term.help
