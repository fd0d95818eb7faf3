"""Every layer of rules/frameworks/torch.toml, held against the installed torch: signature, names, dimensions, roles."""

from __future__ import annotations

import inspect
import warnings
from itertools import product

import pytest
import torch
from test_architecture import asked, dimensions, is_norm_scale, run
from torch import nn

from adamw_lint.layer_facts import layers
from adamw_lint.model.parameters.tensors import Role
from adamw_lint.rulebook import words
from adamw_lint.signatures import parameters

WORDS = words("layers")
REQUIRED = {
    "kernel_size": "3",
    "encoder_layer": "nn.TransformerEncoderLayer(4, 2)",
    "decoder_layer": "nn.TransformerDecoderLayer(4, 2)",
    "nhead": "2",
    "num_heads": "2",
    "num_groups": "2",
}
LAYERS = sorted(layers())
NOT_STATED = {"AdaptiveLogSoftmaxWithLoss", "Container", "DataParallel", "LinearCrossEntropyLoss", "Module"}
INTERNAL = {"RNNBase", "RNNCellBase"}
SIGNATURES = {"LSTM": nn.RNNBase, "GRU": nn.RNNBase, "RNN": nn.RNNBase}


def calls(name: str) -> list[str]:
    """Calls that build a layer with every combination of the switches that its parameters depend on."""
    fact = layers()[name]
    names, every, defaults = parameters(fact.signature)
    given = [f"{each}={REQUIRED.get(each, '4')}" for each in names if each not in defaults]
    switches = sorted({each for parameter in fact.parameters for each in parameter.when} | ({"bias"} & every))
    switches += ["bidirectional"] if fact.stacked else []
    counts = ["num_layers=3"] if fact.stacked else []
    found = []
    for states in product((False, True), repeat=len(switches)):
        written = [
            f"{switch}={int(state) * 2 if switch == 'proj_size' else state}"
            for switch, state in zip(switches, states, strict=True)
        ]
        found.append(f"nn.{name}({', '.join([*given, *counts, *written])})")
    return [f"nn.{name}({', '.join(given)})", *found]


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.filterwarnings("ignore")
def test_a_layer_holds_what_the_fact_says(name: str) -> None:
    for call in calls(name):
        code = f"from torch import nn\nmodel = {call}"
        architecture, expression = asked(code)
        tensors = architecture.tensors(expression)
        assert tensors is not None, call
        model = run(code)
        real = dict(model.named_parameters())
        assert {each.name: each.ndim for each in tensors} == {key: dimensions(p) for key, p in real.items()}, call
        assert [each.name for each in tensors] == list(real), call
        assert {each.name for each in tensors if each.role is Role.NORM} == {
            key for key in real if is_norm_scale(model, key)
        }
        assert {each.name for each in tensors if each.role is Role.BIAS} == {key for key in real if "bias" in key}


@pytest.mark.parametrize("name", LAYERS)
def test_a_signature_is_that_of_torch(name: str) -> None:
    names, every, defaults = parameters(layers()[name].signature)
    real = inspect.signature(SIGNATURES.get(name, getattr(nn, name))).parameters
    if name not in SIGNATURES:
        assert list(real)[: len(names)] == list(names)
    for each, code in defaults.items():
        is_told = each in real and each not in ("nonlinearity", "activation")
        assert not is_told or repr(real[each].default) == code, each
    assert every - set(real) <= {"nonlinearity"}


@pytest.mark.parametrize("name", WORDS["empty"])
def test_an_empty_layer_has_no_parameters(name: str) -> None:
    for given in [(), (4,), (4, 4), (4, 4, 4), ((4, 4),), (4, (4,))]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                layer = getattr(nn, name)(*given)
        except (TypeError, ValueError, AttributeError):
            continue
        assert not list(layer.parameters())
        return
    pytest.fail(f"no arguments are known that build {name}")


def test_every_layer_of_torch_is_stated_or_known_not_to_be() -> None:
    classes = {name for name, each in vars(nn).items() if inspect.isclass(each) and issubclass(each, nn.Module)}
    stated = {*LAYERS, *WORDS["empty"], *WORDS["sequences"], *WORDS["mappings"]}
    assert classes - stated == (NOT_STATED | INTERNAL) & classes
    assert stated <= classes


@pytest.mark.parametrize("path", WORDS["wrappers"])
def test_a_wrapper_puts_the_model_under_that_name(path: str) -> None:
    if not path.endswith("DistributedDataParallel"):
        code = f"import torch\nfrom torch import nn\nmodel = {path}(nn.Linear(2, 2))"
        assert [name for name, _ in run(code).named_parameters()] == [
            f"{WORDS['wrappers'][path]}.{name}" for name in ("weight", "bias")
        ]


def test_the_layers_of_the_rulebook_are_the_package_that_is_meant() -> None:
    assert torch.nn.__name__ == WORDS["package"]
