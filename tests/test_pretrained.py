"""The tables of rules/models, held against models built from their configurations, and the code that names them."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
import torch

from adamw_lint.model.module import Module
from adamw_lint.model.parameters.pretrained import Options
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.model.parameters.wellknown import automatic, expanded, families, family_of_checkpoint
from adamw_lint.model.tree import dotted, method_call
from adamw_lint.read.source import Source
from adamw_lint.rulebook import models

LIBRARIES = ("transformers", "torchvision", "timm")
AUTO = [name for name in models("transformers")["auto"] if name != "AutoModelWithLMHead"]  # gone in transformers 5
COMPOSED = {"encoder-decoder", "granite_speech", "granite_speech_plus"}  # hold another model, which may be a BERT
NUMBERED = re.compile(r"(layer|denseblock|denselayer|transition|encoder_layer_)\d+")

if TYPE_CHECKING:
    from collections.abc import Callable

Facts = dict[str, tuple[Role, int | None, str]]


# What the tables say is what the libraries build


def rows(library: str) -> list[Any]:
    """One case for each table of a library, by the names of its members."""
    unproved = pytest.mark.skipif(find_spec(library) is None, reason=f"{library} is not installed, a row is not proved")
    tables = models(library)["architecture"]
    names = ["+".join(table.get("classes") or table["names"].split()[:1]) for table in tables]
    return [
        pytest.param(library, table, marks=unproved, id=f"{library}-{name}")
        for name, table in zip(names, tables, strict=True)
    ]


@cache
def load(library: str) -> Any:
    """A library; torchvision, which the others import, without its operators: they fit one build of torch only."""
    if library != "torchvision" and find_spec("torchvision"):
        load("torchvision")
    with mock.patch("torch.library.register_fake", leave_out):
        return import_module(library)


def leave_out(_: str) -> Callable[[object], object]:
    """What describes an operator of torchvision to torch, which asks for the operator."""
    return lambda function: function


def build(library: str, name: str) -> torch.nn.Module | None:
    """A model with the default configuration and no memory for its weights; None for a class that is not there."""
    with torch.device("meta"):
        if library == "timm":
            return load(library).create_model(name)  # type: ignore[no-any-return]
        cls = getattr(load(library) if library == "transformers" else load(library).models, name, None)
        return cls(cls.config_class()) if library == "transformers" and cls is not None else cls and cls()


def pattern(name: str) -> str:
    """A name with the numbers of layers left out."""
    parts = name.split(".")
    return ".".join("*" if part.isdigit() or NUMBERED.fullmatch(part) else part for part in parts)


def owner(module: torch.nn.Module, library: str) -> str:
    """The class that owns a parameter: that of torch from which it derives, if there is one with parameters."""
    for kind in type(module).__mro__:
        leaf = kind not in (torch.nn.Module, torch.nn.Sequential, torch.nn.ModuleList)
        if kind.__module__.startswith("torch.nn.modules.") and leaf:
            return f"torch.nn.{kind.__name__.removeprefix('NonDynamicallyQuantizable')}"
    made = type(module)
    return (
        f"{made.__module__}.{made.__name__}" if made.__module__.startswith("torch.") else f"{library}.{made.__name__}"
    )


def real(model: torch.nn.Module, library: str) -> Facts:
    """What the parameters of a model are, told from the modules that own them."""
    found: Facts = {}
    for name, parameter in model.named_parameters():
        path, _, leaf = name.rpartition(".")
        kind = owner(model.get_submodule(path), library)
        role = Role.BIAS if leaf.endswith("bias") else Role.NORM if "Norm" in kind else Role.WEIGHT
        found[name] = (role, parameter.ndim, kind)
    return found


def normalised(facts: Facts) -> set[tuple[str, Role, int | None, str]]:
    return {(pattern(name), *fact) for name, fact in facts.items()}


def stated(tensors: tuple[Tensor, ...]) -> Facts:
    found = {each.name: (each.role, each.ndim, each.layer) for each in tensors}
    assert len(found) == len(tensors)
    return found


PROVED: list[str] = []


@pytest.mark.parametrize(("library", "table"), [row for library in LIBRARIES for row in rows(library)])
def test_a_row_states_what_the_library_builds(library: str, table: dict[str, Any]) -> None:
    assert load(library).__version__.partition("+")[0] == models(library)["version"]
    proved = set()
    for family in families(library):
        for head in family.heads if family.table is table else ():
            name = family.name_with(head)
            model = build(library, name)
            if model is not None:
                expected, said = real(model, library), stated(family.tensors(head))
                assert normalised(said) == normalised(expected), name
                assert set(said) <= set(expected), name
                proved.add(head)
    assert proved == {head for family in families(library) if family.table is table for head in family.heads}
    PROVED.append(library)


def test_the_rows_that_were_proved_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for library in LIBRARIES:
            print(f"\n{PROVED.count(library)} of {len(rows(library))} rows of {library}.toml were proved", end="")
        print()


needs_transformers = pytest.mark.skipif(find_spec("transformers") is None, reason="transformers is not installed")


def mapping(auto: str) -> dict[str, str]:
    """The class that an Auto class of the installed library builds for each family."""
    return dict(getattr(load("transformers"), auto)._model_mapping._model_mapping)


@needs_transformers
@pytest.mark.parametrize("auto", AUTO)
def test_an_auto_class_builds_what_the_table_says(auto: str) -> None:
    said = {family: known.name_with(head) for family, (known, head) in automatic(auto).items()}
    assert said
    assert said.items() <= mapping(auto).items()


@needs_transformers
def test_no_model_of_the_sequence_to_sequence_class_has_scales_that_are_called_as_in_bert() -> None:
    library = load("transformers")
    for family, name in mapping("AutoModelForSeq2SeqLM").items():
        if family not in COMPOSED:
            with torch.device("meta"):
                model = getattr(library, name)(library.CONFIG_MAPPING[family]())
            assert not any("LayerNorm.weight" in parameter for parameter, _ in model.named_parameters()), name


# What a program builds


def options(code: str) -> Options:
    """The options for the first `X.named_parameters()` of a program."""
    module = Module.of(Source.of_text(dedent(code).lstrip("\n")))
    methods = [method_call(call) for call in module.survey.calls]
    model = next(found[0] for found in methods if found is not None and found[1] == "named_parameters")
    found = module.pretrained.options(model)
    same = {option.tensors for option in found}
    assert module.pretrained.tensors(model) == (found[0].tensors if len(same) == 1 else None)
    return found


def norms(code: str) -> list[str]:
    (option,) = options(code)
    return [each.name for each in option.tensors or () if each.role is Role.NORM]


GPT2 = ["transformer.h.0.ln_1.weight", "transformer.h.0.ln_2.weight", "transformer.ln_f.weight"]
T5 = [
    f"{side}.{name}.weight"
    for side in ("encoder", "decoder")
    for name in ("block.0.layer.0.layer_norm", "final_layer_norm")
]
VIT = ["blocks.0.norm1.weight", "blocks.0.norm2.weight", "norm.weight"]
BERT = [
    f"bert.{name}.weight"
    for name in (
        "embeddings.LayerNorm",
        "encoder.layer.0.attention.output.LayerNorm",
        "encoder.layer.0.output.LayerNorm",
    )
]

ONE_MODEL = {
    "a class": (
        "from transformers import GPT2LMHeadModel\nGPT2LMHeadModel.from_pretrained(x).named_parameters()",
        GPT2,
    ),
    "a class of a configuration": (
        "import transformers as t\nm = t.GPT2LMHeadModel(config)\nm.named_parameters()",
        GPT2,
    ),
    "an old module": ("from transformers.modeling_gpt2 import *\nm = GPT2LMHeadModel(c)\nm.named_parameters()", GPT2),
    "a module": (
        "from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel as M\nM(c).named_parameters()",
        GPT2,
    ),
    "pytorch_transformers": (
        "from pytorch_transformers import *\nm = BertForTokenClassification(c)\nm.named_parameters()",
        BERT,
    ),
    "pytorch_pretrained_bert": (
        "from pytorch_pretrained_bert.modeling_gpt2 import GPT2LMHeadModel\nGPT2LMHeadModel(c).named_parameters()",
        GPT2,
    ),
    "moved": ("from transformers import *\nm = GPT2LMHeadModel(c).to(device).train()\nm.named_parameters()", GPT2),
    "resized": (
        """
        from transformers import GPT2LMHeadModel
        model = GPT2LMHeadModel.from_pretrained(path)
        model.resize_token_embeddings(len(tokenizer))
        model.config.pad_token_id = tokenizer.pad_token_id
        model.to(device)
        model.named_parameters()
        """,
        GPT2,
    ),
    "an Auto class and a name": (
        """
            from transformers import AutoModelForCausalLM
            AutoModelForCausalLM.from_pretrained('distilgpt2').named_parameters()
        """,
        GPT2,
    ),
    "a name in a constant": (
        """
        import transformers
        NAME = "google/flan-t5-base"
        def main():
            model = transformers.AutoModelForSeq2SeqLM.from_pretrained(NAME, torch_dtype="auto")
            return list(model.named_parameters())
        """,
        T5,
    ),
    "a configuration of a name": (
        """
        from transformers import AutoConfig, AutoModelForCausalLM
        config = AutoConfig.from_pretrained("gpt2", vocab_size=100)
        model = AutoModelForCausalLM.from_config(config)
        model.named_parameters()
        """,
        GPT2,
    ),
    "a configuration of a class": (
        """
        from transformers import AutoModelForCausalLM, GPT2Config
        model = AutoModelForCausalLM.from_config(GPT2Config(n_layer=2))
        model.named_parameters()
        """,
        GPT2,
    ),
    "the body of a model": (
        "from transformers import *\nm = BertForMaskedLM(c)\nm.bert.named_parameters()",
        [name.removeprefix("bert.") for name in BERT],
    ),
    "an argument": (
        """
        from transformers import GPT2LMHeadModel
        def main():
            net = GPT2LMHeadModel.from_pretrained("x")
            train(args, net)
        def train(args, model):
            model.named_parameters()
        """,
        GPT2,
    ),
    "an attribute": (
        """
        import timm
        class Trainer:
            def __init__(self):
                self.net = None
                self.net = timm.create_model("vit_base_patch16_224.augreg_in21k", pretrained=True)
            def build(self):
                return self.net.named_parameters()
        """,
        VIT,
    ),
    "beside a wrapper": (
        """
        import torch
        from transformers import GPT2LMHeadModel
        model = GPT2LMHeadModel(config)
        if args.n_gpu > 1:
            model = torch.nn.DataParallel(model)
        model.named_parameters()
        """,
        GPT2,
    ),
    "in a wrapper": (
        """
        import torch
        from transformers import GPT2LMHeadModel
        model = torch.nn.parallel.DistributedDataParallel(GPT2LMHeadModel(config))
        model.named_parameters()
        """,
        [f"module.{name}" for name in GPT2],
    ),
    "a new head": (
        """
        import torch.nn as nn
        from torchvision import models
        model = models.vgg16_bn(pretrained=True)
        model.classifier[6] = nn.Linear(4096, 10)
        model.named_parameters()
        """,
        ["features.1.weight"],
    ),
    "two bindings that agree": (
        """
        from transformers import GPT2Config, GPT2LMHeadModel
        if args.path:
            model = GPT2LMHeadModel.from_pretrained(args.path)
        else:
            model = GPT2LMHeadModel(GPT2Config())
        model.named_parameters()
        """,
        GPT2,
    ),
    "a part of a condition": (
        """
            from transformers import *
            m = GPT2LMHeadModel(c) if new else GPT2LMHeadModel.from_pretrained(p)
            m.named_parameters()
        """,
        GPT2,
    ),
}


@pytest.mark.parametrize("way", ONE_MODEL)
def test_the_norms_of_a_well_known_model_are_known(way: str) -> None:
    code, expected = ONE_MODEL[way]
    assert norms(code) == expected


def test_a_new_head_takes_the_place_of_the_old_one() -> None:
    code = """
        import torch.nn as nn
        import timm
        m = timm.create_model('resnet18')
        m.fc = nn.Identity()
        m.named_parameters()
    """
    (option,) = options(code)
    assert option.tensors
    assert not any(each.name.startswith("fc.") for each in option.tensors)


TABLE = """
    from transformers import BertConfig, BertForMaskedLM, BertTokenizer, GPT2Config, GPT2LMHeadModel, GPT2Tokenizer
    from lab import RNN
    MODEL_CLASSES = {
        "gpt2": (GPT2Config, GPT2LMHeadModel, GPT2Tokenizer),
        "bert": (BertConfig, BertForMaskedLM, BertTokenizer),
        "rnn": (None, RNN, None),
    }
"""
UNPACKED = "config_class, model_class, tokenizer_class = MODEL_CLASSES[args.model_type]\n"

SEVERAL = {
    "a table of classes": ("model = model_class.from_pretrained(args.path)", ["gpt2", "bert", "rnn"]),
    "and their configurations": ("model = model_class(config)", ["gpt2", "bert", "rnn"]),
    "an element of the table": ("model = MODEL_CLASSES[args.model_type][1](config)", ["gpt2", "bert", "rnn"]),
    "a known key": ('model = MODEL_CLASSES["bert"][1].from_pretrained(path)', ["bert"]),
    "a class or another": (
        "cls = GPT2LMHeadModel\nif masked:\n    cls = BertForMaskedLM\nmodel = cls(c)",
        ["BertForMaskedLM", "GPT2LMHeadModel"],
    ),
    "a class in a condition": (
        "model = (GPT2LMHeadModel if x else BertForMaskedLM)(c)",
        ["GPT2LMHeadModel", "BertForMaskedLM"],
    ),
}


@pytest.mark.parametrize("way", SEVERAL)
def test_a_choice_of_classes_gives_one_option_for_each(way: str) -> None:
    code, labels = SEVERAL[way]
    found = options(f"{dedent(TABLE)}{UNPACKED}{code}\nmodel.named_parameters()")
    assert [option.label for option in found] == labels
    assert [option.tensors is None for option in found] == [label == "rnn" for label in labels]


def test_a_name_known_only_at_run_time_gives_the_families_of_the_auto_class() -> None:
    code = "from transformers import *\nm = AutoModelForSeq2SeqLM.from_pretrained(args.name)\nm.named_parameters()"
    found = {option.label: option.tensors for option in options(code)}
    assert {"t5", "bart", "pegasus", "marian"} <= set(found)
    assert not any("LayerNorm.weight" in each.name for tensors in found.values() for each in tensors or ())


UNKNOWN = {
    "a run-time name of a body": """
        from transformers import *
        m = AutoModel.from_pretrained(name)
        m.named_parameters()
    """,
    "a name that nobody knows": """
        from transformers import *
        m = AutoModel.from_pretrained('./out')
        m.named_parameters()
    """,
    "a class that is not in the table": "from transformers import *\nm = ViTModel(config)\nm.named_parameters()",
    "a class of the program's own": """
        from lab import GPT2LMHeadModel
        m = GPT2LMHeadModel(config)
        m.named_parameters()
    """,
    "a class next to the file": "from .modeling import GPT2Model\nm = GPT2Model(config)\nm.named_parameters()",
    "the first BERT": "from pytorch_pretrained_bert import *\nm = BertModel(config)\nm.named_parameters()",
    "an adapter": """
        import peft
        from transformers import *
        m = peft.get_peft_model(GPT2Model(c), x)
        m.named_parameters()
    """,
    "a class that shadows it": """
        from transformers import *
        class GPT2Model(X):
            pass
        GPT2Model(c).named_parameters()
    """,
    "other norms": "import torchvision\nm = torchvision.models.resnet18(norm_layer=N)\nm.named_parameters()",
    "only features": "import timm\nm = timm.create_model('resnet18', features_only=True)\nm.named_parameters()",
    "a pooled transformer": """
        import timm
        m = timm.create_model('vit_base_patch16_224', global_pool='avg')
        m.named_parameters()
    """,
    "a run-time name of timm": "import timm\nm = timm.create_model(args.model)\nm.named_parameters()",
    "unknown keywords": "import timm\nm = timm.create_model('resnet18', **kw)\nm.named_parameters()",
    "quantized": "from torchvision.models.quantization import resnet18\nresnet18().named_parameters()",
    "an argument nobody gives": "def train(model):\n    model.named_parameters()",
    "a default": "from transformers import *\ndef train(model=GPT2Model(c)):\n    model.named_parameters()",
    "a class that callers choose": "from transformers import *\ndef f(cls=GPT2Model):\n    cls(c).named_parameters()",
    "one binding of two": "from transformers import *\nm = GPT2Model(c)\nif x:\n    m = make()\nm.named_parameters()",
    "a new head of several layers": """
        import timm, torch.nn as nn
        model = timm.create_model("resnet18")
        model.fc = nn.Sequential(nn.Linear(512, 100), nn.LayerNorm(100))
        model.named_parameters()
    """,
    "a part that is added": """
        import timm, lab
        model = timm.create_model("resnet18")
        model.adapter = lab.Adapter()
        model.named_parameters()
    """,
    "two callers": """
        from transformers import GPT2Model
        def train(model):
            model.named_parameters()
        train(GPT2Model(c))
        train(make())
    """,
}


@pytest.mark.parametrize("way", UNKNOWN)
def test_what_is_not_in_sight_is_unknown(way: str) -> None:
    assert options(UNKNOWN[way]) == ()


def test_a_function_that_is_called_with_two_models_has_both() -> None:
    code = """
        from transformers import GPT2Model, T5Model
        def train(model):
            model.named_parameters()
        train(GPT2Model(c))
        train(T5Model(c))
    """
    assert [option.label for option in options(code)] == ["GPT2Model", "T5Model"]


CHECKPOINTS = {
    "gpt2": "gpt2",
    "gpt2-xl": "gpt2",
    "microsoft/DialoGPT-medium": "gpt2",
    "bert-base-uncased": "bert",
    "google-bert/bert-base-cased": "bert",
    "hfl/chinese-roberta-wwm-ext": "bert",
    "roberta-large-mnli": "roberta",
    "microsoft/codebert-base": "roberta",
    "xlm-roberta-base": "xlm-roberta",
    "distilbert-base-uncased": "distilbert",
    "distilroberta-base": "roberta",
    "microsoft/deberta-base": "deberta",
    "microsoft/deberta-v3-large": "deberta-v2",
    "t5-small": "t5",
    "google/flan-t5-xxl": "t5",
    "bigscience/T0_3B": "t5",
    "google/mt5-base": "mt5",
    "facebook/bart-large-cnn": "bart",
    "facebook/mbart-large-50": "mbart",
    "EleutherAI/gpt-neo-1.3B": "gpt_neo",
    "EleutherAI/pythia-70m": "gpt_neox",
    "meta-llama/Llama-2-7b-hf": "llama",
    "openai/clip-vit-base-patch32": "clip",
    "openai/whisper-small": "whisper",
    "facebook/opt-350m": "",  # has no final norm, unlike the others
    "meta-llama/Llama-3.2-11B-Vision": "",
    "mistralai/Mixtral-8x7B-v0.1": "",
    "somebody/gpt2-finetuned": "",
    "./gpt2": "",
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_checkpoint_is_of_its_family(name: str) -> None:
    found = family_of_checkpoint(name)
    assert (found.name if found is not None else "") == CHECKPOINTS[name]


def test_braces_are_written_out() -> None:
    assert expanded(" a.{b,\n  c.{d,e.{f}}} g ") == ["a.b", "a.c.d", "a.c.e.f", "g"]
    assert expanded("") == [""]


@pytest.mark.parametrize("model", ["model", "self"])
def test_the_norms_of_a_well_known_part_stand_under_its_name(model: str) -> None:
    module = Module.of(
        Source.of_text("""
from torch import nn
from transformers import BertModel

class Net(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.bert = BertModel.from_pretrained("bert-base-uncased")
        self.kept = None
        self.kept = 4
        self.norm = nn.LayerNorm(4)

    def configure_optimizers(self):
        asked(self)

model = Net("bert")
asked(model)
""")
    )
    calls = [call for call in module.survey.calls if dotted(call.func) == "asked"]
    (holding,) = module.inventory.of(next(call.args[0].value for call in calls if dotted(call.args[0].value) == model))
    assert not holding.complete
    names = {tensor.name: tensor.role for tensor in holding.tensors}
    assert names["bert.embeddings.LayerNorm.weight"] is Role.NORM
    assert names["norm.bias"] is Role.BIAS
