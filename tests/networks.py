"""Random models, as text: layers of every kind, nested or not, tied weights, frozen and unused parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True)
class Layer:
    """A layer of a model: its attribute, how it is made and how it is called on `x` (batch, time, width).

    `scales` are the names of its norms' scales, from the layer on.
    """

    name: str
    made: str
    called: str
    scales: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """A model: its text, its parts that may have a decay of their own, how its norms' scales end, what is frozen."""

    text: str
    parts: tuple[str, ...]
    scales: tuple[str, ...]
    frozen: str
    unused: bool


_TURNED = "self.{}(x.transpose(1, 2)).transpose(1, 2)"
KINDS = {
    "linear": ("nn.Linear(4, 4)", "torch.relu(self.{}(x))", ["fc", "proj", "lin", "mlp"]),
    "bare": ("nn.Linear(4, 4, bias=False)", "self.{}(x)", ["out_proj", "mix"]),
    "several": ("nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 4))", "x + self.{}(x)", ["ffn", "seq"]),
    "conv": ("nn.Conv1d(4, 4, 3, padding=1)", _TURNED, ["conv", "features"]),
    "conv2d": (
        "nn.Conv2d(4, 4, (3, 1), padding=(1, 0))",
        "self.{}(x.transpose(1, 2).unsqueeze(3)).squeeze(3).transpose(1, 2)",
        ["conv2", "stem"],
    ),
    "attention": ("nn.MultiheadAttention(4, 2, batch_first=True)", "x + self.{}(x, x, x)[0]", ["attn", "self_attn"]),
    "gru": ("nn.GRU(4, 4, batch_first=True)", "self.{}(x)[0]", ["rnn"]),
    "prelu": ("nn.PReLU()", "self.{}(x)", ["act"]),
    "place": ("nn.Parameter(torch.randn(1, 5, 4))", "x + self.{}", ["pos_embed"]),
    "weight_norm": ("nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))", "x + self.{}(x)", ["wn"]),
    "unused": ("nn.Linear(4, 4)", "x", ["spare"]),
    "layer_norm": ("nn.LayerNorm(4)", "self.{}(x)", ["ln_1", "norm", "layer_norm", "final_layer_norm", "LayerNorm"]),
    "batch_norm": ("nn.BatchNorm1d(4)", _TURNED, ["bn", "norm1"]),
    "group_norm": ("nn.GroupNorm(2, 4)", _TURNED, ["gn", "groupnorm"]),
    "instance_norm": ("nn.InstanceNorm1d(4, affine=True)", _TURNED, ["inorm"]),
    "rms_norm": ("nn.RMSNorm(4)", "self.{}(x)", ["rms", "norm2"]),
    "gain": ("nn.Parameter(torch.ones(4))", "x * self.{}", ["gain", "gamma_1"]),
    "mixed": ("nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))", "x + self.{}(x)", ["block", "down"]),
}
SCALES = {kind: ("weight",) for kind in KINDS if kind.endswith("_norm") and kind != "weight_norm"} | {
    "mixed": ("1.weight",)
}
FROZEN = {
    "": "",
    "tok": "for p in model.tok.parameters():\n    p.requires_grad = False\n",
    "head": "model.head.requires_grad_(False)\n",
    "bias": "for name, p in model.named_parameters():\n    if name.endswith('head.bias'):\n"
    "        p.requires_grad_(False)\n",
}


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    """Some layers, all of different names."""
    found: dict[str, Layer] = {}
    for kind in draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4)):
        made, called, names = KINDS[kind]
        name = draw(st.sampled_from(names))
        scales = tuple(f"{name}.{each}" for each in SCALES.get(kind, ()))
        found.setdefault(name, Layer(name, made, called.format(name), scales))
    return list(found.values())


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A model over some layers, which stand in it or in blocks of it."""
    inner = draw(layers())
    depth = draw(st.sampled_from([0, 0, 1, 2]))
    tied = draw(st.sampled_from([[], [], ["self.head.weight = self.tok.weight"]]))
    frozen = draw(st.sampled_from(["", "", "", *FROZEN]))
    made = [f"self.{each.name} = {each.made}" for each in inner]
    called = [f"x = {each.called}" for each in inner]
    block = ""
    if depth:
        block = _class("Block", made, "x", [*called, "return x"])
        made = [f"self.blocks = nn.ModuleList([Block() for _ in range({depth})])"]
        called = ["for block in self.blocks:", "    x = block(x)"]
    made = ["self.tok = nn.Embedding(7, 4)", *made, "self.head = nn.Linear(4, 7)", *tied]
    net = _class("Net", made, "ids", ["x = self.tok(ids)", *called, "return self.head(x)"])
    text = f"import torch\nfrom torch import nn\n\n\n{block}{net}criterion = nn.CrossEntropyLoss()\nmodel = Net()\n"
    parts = ["blocks"] if depth else [each.name for each in inner if _is_worth_a_decay(each)]
    scales = sorted({scale for each in inner for scale in each.scales})
    unused = any(each.called == "x" for each in inner)
    return Network(text + FROZEN[frozen], ("tok", "head", *parts), tuple(scales), frozen, unused)


def _is_worth_a_decay(layer: Layer) -> bool:
    """Whether a layer of weights, no norm alone, is a part of its own that is trained."""
    return "Parameter(" not in layer.made and layer.called != "x" and layer.scales != (f"{layer.name}.weight",)


def _class(name: str, made: Sequence[str], argument: str, called: Sequence[str]) -> str:
    text = f"class {name}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    text += "".join(f"        {line}\n" for line in made)
    return text + f"\n    def forward(self, {argument}):\n" + "".join(f"        {line}\n" for line in called) + "\n\n"
