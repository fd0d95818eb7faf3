"""The names of parameters, computed without running anything, held against `named_parameters()` of the real torch."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

import libcst as cst
import pytest
import torch
from architectures import KNOWN, PARTLY_KNOWN, UNKNOWN
from pages import project, source_of
from torch import nn

from adamw_lint.model.module import Module
from adamw_lint.model.parameters.architecture import Architecture
from adamw_lint.model.parameters.tensors import Role
from adamw_lint.read.source import Source

NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


def asked(code: str, expression: str = "model") -> tuple[Architecture, cst.BaseExpression]:
    """The architecture of a program, and the expression at its end to ask about."""
    module = Module.of(Source.of_text(f"{code}\nshown({expression})\n"))
    call = next(call for call in reversed(module.survey.calls) if call.func.deep_equals(cst.Name("shown")))
    return module.architecture, call.args[0].value


def run(code: str) -> nn.Module:
    """The model that a program builds with the real torch."""
    program = ModuleType("program")
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "program", program)  # a dataclass looks its module up
        warnings.simplefilter("ignore")
        exec(compile(code, "program", "exec"), program.__dict__)
    model = program.__dict__["model"]
    assert isinstance(model, nn.Module)
    return model


def is_norm_scale(model: nn.Module, name: str) -> bool:
    owner, _, last = name.rpartition(".")
    module = model.get_submodule(owner)
    is_norm = isinstance(module, NORMS) or "norm" in type(module).__name__.lower()
    return is_norm and last in ("weight", "gamma")


def dimensions(parameter: nn.Parameter) -> int | None:
    return None if isinstance(parameter, nn.UninitializedParameter) else parameter.ndim


@pytest.mark.parametrize("name", KNOWN)
def test_computed_names_are_those_of_torch(name: str) -> None:
    torch.manual_seed(0)
    architecture, expression = asked(KNOWN[name])
    tensors = architecture.tensors(expression)
    assert tensors is not None
    model = run(KNOWN[name])
    real = dict(model.named_parameters())
    assert [tensor.name for tensor in tensors] == list(real)
    assert {tensor.name: tensor.ndim for tensor in tensors} == {name: dimensions(p) for name, p in real.items()}
    scales = {tensor.name for tensor in tensors if tensor.role is Role.NORM}
    assert scales == {name for name in real if is_norm_scale(model, name)}
    biases = {tensor.name for tensor in tensors if tensor.role is Role.BIAS}
    assert biases >= {name for name in real if "bias" in name.rpartition(".")[2]}
    assert architecture.known(expression) == tensors


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_in_sight_is_unknown(name: str) -> None:
    architecture, expression = asked(UNKNOWN[name])
    assert architecture.tensors(expression) is None


@pytest.mark.parametrize("name", PARTLY_KNOWN)
def test_what_a_run_may_leave_out_is_not_certain(name: str) -> None:
    architecture, expression = asked(PARTLY_KNOWN[name])
    assert architecture.tensors(expression) is None
    certain = {tensor.name: tensor.ndim for tensor in architecture.known(expression)}
    assert certain
    assert certain.items() <= {name: dimensions(p) for name, p in run(PARTLY_KNOWN[name]).named_parameters()}.items()


SETTINGS = """
from torch import nn

WIDTH, RATE, HEAD, NOTHING = 4, 0.5, "head", None
if input():
    NORM = nn.LayerNorm
else:
    NORM = nn.RMSNorm

class Block(nn.Module):
    def __init__(self, width=WIDTH):
        super().__init__()
        self.fc = nn.Linear(width, int(width * RATE), bias=NOTHING is not None)

def act():
    return nn.ReLU()
"""


@pytest.mark.parametrize(
    "imported", ["from lab.parts import *", "from lab.parts import {names}", "from lab import parts"]
)
def test_what_another_file_of_the_program_binds_is_read(imported: str) -> None:
    names = ["WIDTH", "RATE", "HEAD", "NOTHING", "NORM", "Block", "act"]
    said = [f"parts.{name}" if imported.endswith("import parts") else name for name in names]
    width, rate, head, nothing, norm, block, act = said
    code = f"""
from torch import nn
{imported.format(names=", ".join(names))}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([{block}() for _ in range({width} - 2)])
        setattr(self, {head}, nn.Linear({width}, 1, bias={nothing} is None))
        self.act, self.drop = {act}(), nn.Dropout({rate})
        if {rate} > 0.4:
            self.more = nn.PReLU()
        self.norm = {norm}({width})
model = Net()
shown(model)
"""
    with project({"lab/__init__.py": "", "lab/parts.py": SETTINGS}):
        module = Module.of(source_of(code))
        call = next(call for call in module.survey.calls if call.func.deep_equals(cst.Name("shown")))
        known = module.architecture.known(call.args[0].value)
        assert module.architecture.tensors(call.args[0].value) is None  # a norm with a bias, or without
    held = ["blocks.0.fc.weight", "blocks.1.fc.weight", "head.weight", "head.bias", "more.weight"]
    assert [tensor.name for tensor in known] == held


def test_what_a_class_of_the_program_loads_has_what_its_constructor_makes() -> None:
    code = """
from torch import nn
from transformers import BertPreTrainedModel

class Net(BertPreTrainedModel):
    def __init__(self, config, labels):
        super().__init__(config)
        self.norm = nn.LayerNorm(config.hidden_size)
        self.head = nn.Linear(config.hidden_size, labels, bias=False)

model = Net.from_pretrained("bert-base-uncased", labels=8)
"""
    architecture, expression = asked(code)
    assert [tensor.name for tensor in architecture.known(expression)] == ["norm.weight", "norm.bias", "head.weight"]
