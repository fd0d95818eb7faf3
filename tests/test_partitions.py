"""Parameter groups are read as their program makes them: what each takes of the real model, and by how much it decays.

Every idiom is run with a real model, and what its groups hold is compared with what the predicates say of each of the
model's parameters.
"""

from __future__ import annotations

from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.predicates import ALWAYS, Atom, Predicate, holds, inverse, some, trained
from adamw_lint.model.grouping.predicates import Test as Asked  # a name that pytest does not take for a test
from adamw_lint.model.module import Module
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.read.source import Source

IDIOMS = {
    "two comprehensions": """
        no_decay = ["bias", "LayerNorm.weight"]
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if not any(nd in n for nd in no_decay)]},
            {"params": [p for n, p in model.named_parameters() if any(nd in n for nd in no_decay)], "weight_decay": 0},
        ])
        """,
    "all and not in": """
        kept = {"bias", "norm"}
        params = list(model.named_parameters())
        opt = torch.optim.AdamW([
            {"params": [p for n, p in params if all(nd not in n for nd in kept)], "weight_decay": 0.1},
            {"params": [p for n, p in params if any([nd in n for nd in kept])], "weight_decay": 0.0},
        ])
        """,
    "exact names": """
        params = [(n, p) for n, p in model.named_parameters() if "embed" not in n]
        spared = ["norm.weight", "norm.bias"]
        opt = torch.optim.AdamW([
            {"params": [pair[1] for pair in params if pair[0] not in spared]},
            {"params": [pair[1] for pair in params if pair[0] in spared], "weight_decay": 0},
        ])
        """,
    "prefixes and suffixes": """
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if n.startswith("norm") or n.endswith((".bias", "x"))]},
            {"params": [p for n, p in model.named_parameters()
                        if not (n.startswith("norm") or n.endswith((".bias", "x")))], "weight_decay": 0.2},
        ])
        """,
    "a pattern and the last part": """
        import re
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if re.match("norm", n.lower())], "weight_decay": 0},
            {"params": [p for n, p in model.named_parameters()
                        if not re.match("norm", n.lower()) and n.split(".")[-1] == "weight"]},
        ])
        """,
    "sets of names": """
        decay, no_decay = set(), set()
        for mn, m in model.named_modules():
            for pn, p in m.named_parameters(recurse=False):
                fpn = f"{mn}.{pn}" if mn else pn
                if pn.endswith("bias"):
                    no_decay.add(fpn)
                elif pn.endswith("weight") and isinstance(m, (nn.Linear, nn.Conv1d)):
                    decay.add(fpn)
                elif pn.endswith("weight") and isinstance(m, (nn.LayerNorm, nn.Embedding, nn.GroupNorm)):
                    no_decay.add(fpn)
        by_name = {pn: p for pn, p in model.named_parameters()}
        assert len(decay & no_decay) == 0
        opt = torch.optim.AdamW([
            {"params": [by_name[pn] for pn in sorted(list(decay))], "weight_decay": args.wd},
            {"params": [by_name[pn] for pn in sorted(list(no_decay))], "weight_decay": 0.0},
        ])
        """,
    "dimensions by a dict": """
        by_name = {n: p for n, p in model.named_parameters()}
        by_name = {n: p for n, p in by_name.items() if p.requires_grad}
        matrices = [p for n, p in by_name.items() if p.dim() >= 2]
        rest = [p for n, p in by_name.items() if p.dim() < 2]
        opt = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}])
        """,
    "lists filled with continue": """
        decay, rest = [], []
        for name, param in model.named_parameters():
            if not param.requires_grad:
                continue
            if len(param.shape) == 1 or name.endswith(".bias") or name in {"embedding.weight"}:
                rest.append(param)
            else:
                decay.append(param)
        opt = torch.optim.AdamW([{"params": rest, "weight_decay": 0.0}, {"params": decay, "weight_decay": 0.1}])
        """,
    "three lists by layer": """
        g = [], [], []
        norms = (nn.LayerNorm, nn.GroupNorm)
        for m in model.modules():
            for name, p in m.named_parameters(recurse=False):
                if name == "bias":
                    g[2].append(p)
                elif name == "weight" and isinstance(m, norms):
                    g[1].append(p)
                else:
                    g[0].append(p)
        opt = torch.optim.AdamW(g[2], lr=1e-3, weight_decay=0.0)
        opt.add_param_group({"params": g[0], "weight_decay": 0.1})
        opt.add_param_group({"params": g[1], "weight_decay": 0.0})
        """,
    "named buckets": """
        def groups(model, decay=0.05):
            found = {}
            for n, p in model.named_parameters():
                if p.ndim == 1 or n.endswith(".bias"):
                    key, this = "no_decay", 0.0
                    this_decay = 0.0
                else:
                    key = "decay"
                    this_decay = decay
                if key not in found:
                    found[key] = {"weight_decay": this_decay, "params": []}
                found[key]["params"].append(p)
            return list(found.values())
        opt = torch.optim.AdamW(groups(model))
        """,
    "buckets by a key": """
        groups = {"decay": {"params": [], "weight_decay": 0.1}, "rest": {"params": [], "weight_decay": 0.0}}
        for i, (n, p) in enumerate(model.named_parameters()):
            groups["rest" if p.ndim < 2 else "decay"]["params"].append(p)
        opt = torch.optim.AdamW(list(groups.values()))
        """,
    "one of two dicts": """
        kept = {"params": []}
        spared = {"params": [], "weight_decay": 0.0}
        for m in model.modules():
            if isinstance(m, (nn.LayerNorm, nn.GroupNorm)):
                spared["params"].extend([p for p in m._parameters.values() if p is not None])
            else:
                for name, p in m._parameters.items():
                    if p is None:
                        continue
                    (spared if name == "bias" else kept)["params"].append(p)
        opt = torch.optim.AdamW([kept, spared], weight_decay=0.1)
        """,
    "complementary lambdas": """
        opt = torch.optim.AdamW([
            {"params": filter(lambda p: p.ndim < 2, model.parameters()), "weight_decay": 0.0},
            {"params": filter(lambda p: not p.ndim < 2, model.parameters())},
        ])
        """,
    "helpers": """
        def is_spared(name):
            if "norm" in name:
                return True
            return name.endswith("bias")
        is_kept = lambda n: not is_spared(n)
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if is_spared(n)], "weight_decay": 0.0},
            {"params": [p for n, p in model.named_parameters() if is_kept(n)]},
        ])
        """,
    "one group for each": """
        groups = []
        for m in model.modules():
            for key, p in m.named_parameters(recurse=False):
                decay = args.wd
                if isinstance(m, (nn.LayerNorm, nn.GroupNorm)):
                    decay = 0.0
                elif key == "bias":
                    decay = 0.0
                groups += [{"params": [p], "lr": 1e-3, "weight_decay": decay}]
        opt = torch.optim.AdamW(groups)
        """,
    "one group for each, in a comprehension": """
        opt = torch.optim.AdamW([
            {"params": [p], "weight_decay": 0.0 if "bias" in n else 0.1} for n, p in model.named_parameters()
        ])
        """,
    "nested comprehensions": """
        kinds = (nn.LayerNorm, nn.GroupNorm)
        norms = [p for m in model.modules() if isinstance(m, kinds) for p in m.parameters(recurse=False)]
        opt = torch.optim.AdamW([{"params": norms, "weight_decay": 0.0}])
        """,
    "a function that returns the groups": """
        def groups(module, decay):
            spared = [p for n, p in module.named_parameters() if p.ndim <= 1]
            kept = [p for n, p in module.named_parameters() if p.ndim > 1]
            return [{"params": kept, "weight_decay": decay}, {"params": spared, "weight_decay": 0.0}]
        opt = torch.optim.AdamW(groups(model, 0.05))
        """,
    "layers by their type": """
        rest, kept, first = [], [], []
        for m in model.modules():
            for n, p in m.named_parameters(recurse=False):
                if type(m) in (nn.LayerNorm, nn.GroupNorm):
                    rest.append(p)
                elif m.__class__ is nn.Conv1d:
                    first.append(p)
                elif type(m) not in [nn.Linear, nn.Conv1d]:
                    rest.append(p)
                elif type(m) != nn.Linear:
                    first.append(p)
                else:
                    kept.append(p)
        opt = torch.optim.AdamW([
            {"params": rest, "weight_decay": 0.0},
            {"params": first, "weight_decay": 0.2},
            {"params": kept, "weight_decay": 0.1},
        ])
        """,
    "switches and flags": """
        spare_norms, spare_all = True, False
        rest, kept = [], []
        for n, p in model.named_parameters():
            if p is None or p.requires_grad == False:
                continue
            is_vector = p.ndim < 2
            if spare_norms and is_vector and not spare_all:
                rest.append(p)
            elif ("embedding" in n) is True:
                rest.append(p)
            else:
                kept.append(p)
        opt = torch.optim.AdamW([{"params": rest, "weight_decay": 0.0}, {"params": kept, "weight_decay": 0.1}])
        """,
    "a helper that is given a flag": """
        def is_spared(name, is_bias, norms=("norm",)):
            return bool(is_bias) or any([norm in name.lower() for norm in norms])
        def is_kept(name, parameter):
            return all(("bias" not in name, parameter.dim() != 1))
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if is_spared(n, n.endswith("bias"))], "weight_decay": 0},
            {"params": [p for n, p in model.named_parameters() if is_kept(n, p)], "weight_decay": 0.1},
        ])
        """,
    "dimensions the other way round": """
        opt = torch.optim.AdamW([
            {"params": [p for p in model.parameters() if 2 > p.data.dim()], "weight_decay": 0.0},
            {"params": [p for p in model.parameters() if p.ndim in (2, 3) and p.ndim not in [0, 1]]},
        ])
        """,
    "lists put together": """
        spared = list(("bias",))
        spared.append("LayerNorm.weight")
        norms = ["group_norm"]
        norms.extend(["norm.weight"])
        norms += ["block.1"]
        every = [*spared, *norms] + ["x"]
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if any(nd in n for nd in every)], "weight_decay": 0},
            {"params": [p for n, p in model.named_parameters() if not any(nd in n for nd in spared + norms)]},
        ])
        """,
    "sums and differences": """
        names = set(n for n, _ in model.named_parameters())
        spared = {n for n, p in model.named_parameters() if p.ndim < 2}
        kept = names - spared
        vectors = [p for n, p in model.named_parameters() if "norm" in n]
        biases = [p for n, p in model.named_parameters() if "bias" in n and "norm" not in n]
        opt = torch.optim.AdamW([
            {"params": [*vectors, *biases], "weight_decay": 0.0},
            {"params": [p for n, p in model.named_parameters() if n in kept and "norm" not in n]},
        ])
        opt2 = vectors + biases
        """,
    "a dict filled by names": """
        by_name = {}
        for n, p in model.named_parameters():
            if p.requires_grad:
                by_name[n] = p
        rest, kept = [], []
        for n, p in by_name.items():
            if p.ndim < 2:
                rest.append(p)
            else:
                kept.append(p)
        opt = torch.optim.AdamW([{"params": rest, "weight_decay": 0.0}, {"params": kept, "weight_decay": 0.1}])
        """,
}


def model() -> nn.Module:
    """A model with every kind of layer that the idioms tell apart."""
    layers = {
        "embedding": nn.Embedding(5, 4),
        "linear": nn.Linear(4, 4),
        "norm": nn.LayerNorm(4),
        "group_norm": nn.GroupNorm(2, 4),
        "convolution": nn.Conv1d(4, 2, 3),
    }
    return nn.ModuleDict(
        {**layers, "LayerNorm": nn.LayerNorm(4), "block": nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))}
    )


def tensors(of: nn.Module) -> dict[str, Tensor]:
    """What is known of each parameter of a real model."""
    found = {}
    for owner, module in of.named_modules():
        for leaf, parameter in module.named_parameters(recurse=False):
            name = f"{owner}.{leaf}" if owner else leaf
            role = Role.BIAS if leaf == "bias" else Role.NORM if "Norm" in type(module).__name__ else Role.WEIGHT
            found[name] = Tensor(name, role, parameter.ndim, f"torch.nn.{type(module).__name__}")
    return found


def partition(code: str) -> Partition:
    found = Module.of(Source.of_text(dedent(code))).partitions
    return found[-1]


def run(code: str) -> tuple[nn.Module, torch.optim.Optimizer]:
    space: dict[str, Any] = {"torch": torch, "nn": nn, "model": model(), "args": SimpleNamespace(wd=0.3)}
    exec(compile(dedent(code), "train.py", "exec"), space)
    return space["model"], space["opt"]


@pytest.mark.parametrize("name", IDIOMS)
def test_what_the_groups_take_and_decay_by_is_what_the_program_makes_of_them(name: str) -> None:
    code = "import torch\nfrom torch import nn\n" + dedent(IDIOMS[name])
    built, optimizer = run(IDIOMS[name])
    names = {parameter: called for called, parameter in built.named_parameters()}
    real = {names[p]: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    found: dict[str, float] = {}
    read = partition(code)
    for group in read.groups:
        assert group.picks is not None
        decay = float(getattr(read.decay(group), "value", 0.3 if "args.wd" in code else 0.05))
        for pick in group.picks:
            answers = {called: holds(trained(pick.predicate), tensor) for called, tensor in tensors(built).items()}
            assert None not in answers.values()
            found |= {called: decay for called, taken in answers.items() if taken}
    assert found == pytest.approx(real)


def said(path: str) -> Atom:
    return Atom(Asked.LAYER, path)


NORMS = some([said("LayerNorm"), said("GroupNorm")])


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ('type(m).__name__ == "LayerNorm"', said("LayerNorm")),
        ('type(m).__name__ in ("LayerNorm", "GroupNorm")', NORMS),
        ("m.__class__.__name__ not in names", inverse(NORMS)),
        ("type(m) is NORM", said("torch.nn.LayerNorm")),
        ("m.__class__ != nn.LayerNorm", inverse(said("torch.nn.LayerNorm"))),
        ("isinstance(m, Scale)", said("Scale")),
        ("isinstance(m, (Scale, FusedNorm))", some([said("Scale"), said("lab.FusedNorm")])),  # one comes by a star
        ("True", ALWAYS),
    ],
)
def test_a_condition_on_a_layer_is_read(condition: str, wanted: Predicate) -> None:
    assert picked(condition) == wanted


@pytest.mark.parametrize(
    "condition",
    [
        "type(m) < nn.LayerNorm",
        "type(m) is make()",
        "type(other) is nn.LayerNorm",
        "isinstance(other, nn.LayerNorm)",
        "any(m is each for each in kept if each)",
        "any(m is each for each in make())",
        "any(m is each for each, _ in pairs)",
        "any(kept)",
        "is_norm(*m)",
        "never(m)",
        "sometimes(m)",
        "nn.LayerNorm",
    ],
)
def test_a_condition_on_a_layer_that_is_not_in_sight_is_opaque(condition: str) -> None:
    found = picked(condition)
    assert isinstance(found, Atom)
    assert found.test is Asked.OPAQUE


def picked(condition: str) -> Predicate:
    """What the one list takes that is filled under a condition on a module `m`."""
    (group,) = partition(f"""
        import torch
        from lab import *
        from torch import nn
        NORM = nn.LayerNorm
        names = ["LayerNorm", "GroupNorm"]
        class Scale(nn.Module):
            pass
        def is_norm(m):
            return isinstance(m, nn.LayerNorm)
        def never(m):
            print(m)
        def sometimes(m):
            for each in m.children():
                if each is m:
                    break
            return
        found = []
        for m in model.modules():
            for n, p in m.named_parameters(recurse=False):
                if {condition}:
                    found.append(p)
        opt = torch.optim.AdamW([{{"params": found, "weight_decay": 0.1}}])
    """).groups
    assert group.picks is not None
    (pick,) = group.picks
    return pick.predicate


@pytest.mark.parametrize(
    "filled",
    ["if 'embedding' not in n:\n        by_name[n] = p", "by_name[p] = n", "by_name[n] = n", "by_name[n] = make(p)"],
)
def test_a_dict_that_holds_other_than_every_parameter_is_not_in_sight(filled: str) -> None:
    found = partition(f"""
import torch
by_name = {{}}
for n, p in model.named_parameters():
    {filled}
vectors, matrices = [], []
for n, p in by_name.items():
    if p.ndim < 2:
        vectors.append(p)
    else:
        matrices.append(p)
opt = torch.optim.AdamW([{{"params": vectors, "weight_decay": 0.0}}, {{"params": matrices, "weight_decay": 0.1}}])
""")
    assert [group.picks for group in found.groups] == [None, None]


@pytest.mark.parametrize(
    "loop",
    [
        "for p in model.parameters():\n    try:\n        found.append(p)\n    finally:\n        pass",
        "for p in model.parameters():\n    if p.ndim > 2:\n        break\n    found.append(p)",
        "for p in model.parameters():\n    while len(found) < 3:\n        found.append(p)",
        "for p in model.parameters():\n    pass\nelse:\n    found.append(p)",
        "for p in model.parameters():\n    found.append(make(p))",
        "found = list(model.parameters()) - make()",
        "found = list(model.parameters()) + make()",
        "found = get_parameter_names(model, [])",
    ],
)
def test_a_list_that_more_decides_than_its_parameters_is_not_in_sight(loop: str) -> None:
    (group,) = partition(
        f'import torch\nfound = []\n{loop}\nopt = torch.optim.AdamW([{{"params": found, "weight_decay": 0.1}}])\n'
    ).groups
    assert group.picks is None
