"""Files of settings: what is found in them, what is left alone, and that a fix writes what their libraries build."""

from __future__ import annotations

import io
import json
import re
import time
import tomllib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hydra.utils import instantiate
from hypothesis import given
from hypothesis import strategies as st
from jsonargparse import ArgumentParser
from omegaconf import DictConfig, OmegaConf
from pages import Example, blocks, examples, only, project, rewritten, source_of
from ruamel.yaml import YAML

from adamw_lint.checks.text_decay import with_dot_and_sign
from adamw_lint.engine import fix, lint, read, sources_of
from adamw_lint.measure import measure
from adamw_lint.measure.with_torch import torch_trial_like
from adamw_lint.model.configured.schemas import every_schema
from adamw_lint.read.nodes import Scalar, tables
from adamw_lint.read.settings_file import says_the_same_but_for
from adamw_lint.read.toml_nodes import read_toml
from adamw_lint.report.full import report
from adamw_lint.report.screen import plain
from adamw_lint.rulebook import Coupling, optimizers_by_path, schemas
from adamw_lint.settings import Settings

PAGE = Path(__file__).parent / "frameworks" / "configs" / "coupled-decay.md"
FIXED = [each for each in examples("coupled-decay", PAGE) if each.fixed]
COUPLED = only("coupled-decay")


def found(text: str, name: str = "conf/train.yaml", settings: Settings = COUPLED) -> list[int]:
    """The lines on which something is found."""
    source = source_of(text, name)
    return [source.position(each.span.start)[0] for each in lint(source, settings)]


# What the library that reads the settings builds of them


def built_by_hydra(text: str, parameter: torch.nn.Parameter) -> list[Any]:
    settings = OmegaConf.create(text)
    assert isinstance(settings, DictConfig)
    found = [each for each in settings.values() if OmegaConf.is_dict(each)]
    return [instantiate(each, params=[parameter], _partial_=False) for each in found if "_target_" in each]


def built_by_jsonargparse(text: str, parameter: torch.nn.Parameter) -> list[Any]:
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(torch.optim.Optimizer, "optimizer", skip={"params"})
    given = parser.parse_object({"optimizer": yaml.safe_load(text)["optimizer"]})["optimizer"]
    place, _, name = given.class_path.rpartition(".")
    assert place.startswith("torch.optim")
    return [getattr(torch.optim, name)([parameter], **given.init_args.as_dict())]


def builders() -> list[Any]:
    rows = []
    for example in FIXED:
        if "_target_: torch" in example.code and "&base" not in example.code:
            rows.append(pytest.param(built_by_hydra, example, id=f"hydra {example}"))
        elif "class_path" in example.code:
            rows.append(pytest.param(built_by_jsonargparse, example, id=f"jsonargparse {example}"))
    return rows


@pytest.mark.parametrize(("build", "example"), builders())
def test_the_library_builds_the_decoupled_optimizer_of_the_fixed_settings(
    build: Any, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WD", "0.3")
    assert example.fixed is not None

    def built(text: str) -> list[Any]:
        return build(text, torch.nn.Parameter(torch.ones(2)))  # type: ignore[no-any-return]

    before, after = built(example.code), built(example.fixed.text)
    assert before
    for old, new in zip(before, after, strict=True):
        decay = float(old.defaults["weight_decay"])
        assert float(new.defaults["weight_decay"]) == decay
        if decay:
            assert measure(torch_trial_like(old)).coupling is Coupling.COUPLED
            assert measure(torch_trial_like(new)).coupling is Coupling.DECOUPLED


def said(text: str, suffix: str) -> list[tuple[str, ...]]:
    """Every value that a library reads in settings, with the keys that lead to it, and every tag."""
    loads = {".json": json.loads, ".toml": tomllib.loads}.get(suffix, yaml.safe_load)
    tags = re.findall(r"!\w+:\S+", text)
    return [*((tag,) for tag in tags), *values(loads(re.sub(r"!\S+", "", text)))]


def values(node: Any, *keys: str) -> list[tuple[str, ...]]:
    if isinstance(node, dict):
        return [each for key, value in node.items() for each in values(value, *keys, key)]
    return [(*keys, repr(node))]


@pytest.mark.parametrize("example", FIXED, ids=str)
def test_a_fix_changes_one_value_for_each_finding_and_nothing_else(example: Example) -> None:
    assert example.fixed is not None
    old, new = (said(text, Path(example.name).suffix) for text in (example.code, example.fixed.text))
    assert 1 <= len(set(new) - set(old)) <= len(example.expected)
    assert len(set(old) - set(new)) <= len(example.expected)


# Texts that are numbers, and the other way round

TEXTS = ["1e-4", "5E-2", "1e4", "1.0e4", "3e+4", "-2e-3", "0e0", "1.5e10", "12e-05", "1_0e-3"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_a_text_to_one_library_is_the_same_number_to_all_once_it_is_rewritten(text: str) -> None:
    number = with_dot_and_sign(text)
    assert isinstance(yaml.safe_load(f"x: {text}")["x"], str)
    wanted = float(Decimal(text))
    for written in (text, number):
        assert OmegaConf.create(f"x: {written}").x == wanted
        if "_" not in text:
            assert YAML(typ="safe", pure=True).load(io.StringIO(f"x: {written}"))["x"] == wanted
    assert yaml.safe_load(f"x: {number}")["x"] == wanted


@pytest.mark.parametrize("text", ["1.0e-4", "0.0001", "1", "1.e-4", "abc", "1e"])
def test_what_is_a_number_or_no_number_is_not_rewritten(text: str) -> None:
    assert not isinstance(yaml.safe_load(f"x: {text}")["x"], str) or text in ("abc", "1e")
    if not re.search("[eE]", text) or text == "1e":
        with pytest.raises(ValueError, match=re.escape(text)):
            with_dot_and_sign(text)


# Bytes that stay as they are

HYDRA = "größe: 1  # 😀\noptimizer:\n    _target_:   torch.optim.Adam   # why\n    weight_decay: 0.1\nend: 'x'\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_outside_the_edit_stay_as_they_are(newline: str, mark: bytes) -> None:
    data = mark + HYDRA.replace("\n", newline).encode()
    (source,) = sources_of(data, "train.yaml", COUPLED)
    assert fix(source, COUPLED).source.encode() == data.replace(b"torch.optim.Adam ", b"torch.optim.AdamW ")


def test_json_with_tabs_and_without_spaces_is_read() -> None:
    text = '{\n\t"fp16":{},\n\t"optimizer":\t{"type":"adam","params":{"adam_w_mode":false,"weight_decay":1e-2}}}'
    assert found(text, "ds.json") == [3]
    assert rewritten(text, "coupled-decay", name="ds.json") == text.replace('"adam_w_mode":false', '"adam_w_mode":true')


@pytest.mark.parametrize(
    ("text", "name", "entry"),
    [
        ("a: {_target_: torch.optim.NAdam, weight_decay: 0.1}\n", "a.yaml", ", decoupled_weight_decay: true"),
        ("a:\n- _target_: torch.optim.NAdam\n  weight_decay: 0.1 # x\n", "a.yaml", "\n  decoupled_weight_decay: true"),
        ("- weight_decay: 0.1\n  _target_: torch.optim.NAdam\n", "a.yaml", "\n  decoupled_weight_decay: true"),
        ('{"_target_": "torch.optim.NAdam", "weight_decay": 0.1}', "a.json", ', "decoupled_weight_decay": true'),
        (
            '{\n  "_target_": "torch.optim.NAdam",\n  "weight_decay": 0.1\n}\n',
            "a.json",
            ',\n  "decoupled_weight_decay": true',
        ),
        (
            "a: {\n  _target_: torch.optim.NAdam,\n  weight_decay: 0.1\n}\n",
            "a.yaml",
            ", decoupled_weight_decay: true",
        ),
        ('a = {_target_ = "torch.optim.NAdam", weight_decay = 0.1}\n', "a.toml", ", decoupled_weight_decay = true"),
        (
            'a = {class_path = "torch.optim.NAdam", init_args = {weight_decay = 0.1}, b = {c = 1}}\n',
            "a.toml",
            ", decoupled_weight_decay = true",
        ),
        ('_target_ = "torch.optim.NAdam"\nweight_decay = 0.1', "a.toml", "\ndecoupled_weight_decay = true"),
    ],
)
def test_a_switch_is_added_in_the_layout_of_the_decay(text: str, name: str, entry: str) -> None:
    done = rewritten(text, "coupled-decay", name=name)
    assert done.replace(entry, "", 1) == text
    assert found(done, name) == []


SHARED = {
    "a value that an anchor stands for": "wd: &wd 0.1\no:\n  _target_: torch.optim.NAdam\n  weight_decay: *wd\n",
    "arguments that are merged": (
        "c: &c\n  weight_decay: 0.1\no:\n  <<: *c\n  _target_: torch.optim.NAdam\np:\n  <<: *c\n  _target_: my.Own\n"
    ),
    "arguments that another optimizer is given": (
        "o:\n  class_path: torch.optim.NAdam\n  init_args: &a {weight_decay: 0.1}\n"
        "p:\n  class_path: torch.optim.AdamW\n  init_args: *a\n"
    ),
}


@pytest.mark.parametrize("text", SHARED.values(), ids=SHARED)
def test_what_others_share_is_reported_and_not_edited(text: str) -> None:
    (finding,) = lint(source_of(text, "a.yaml"), COUPLED)
    assert finding.fix is None
    assert 0 <= finding.span.start < finding.span.end
    assert "by hand" in finding.help


def test_a_text_that_says_more_than_its_edits_is_seen() -> None:
    old = source_of("a: 1\nb: 2\n", "a.yaml")
    assert says_the_same_but_for(old, old.with_text("a: 1\nb: 3\n"), 1)
    assert not says_the_same_but_for(old, old.with_text("a: 1\nb: 3\nc: 4\nd: 5\n"), 1)
    assert not says_the_same_but_for(old, old.with_text("a: [1\n"), 1)


# What would be expensive, or dangerous

LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
CHAIN = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n  k{n}: 1\n" for n in range(1, 400))
OPTIMIZER = "o:\n  _target_: torch.optim.Adam\n  weight_decay: 0.1\n"
HARMFUL = {
    "aliases of aliases": LAUGHS + OPTIMIZER,
    "tables merged into tables": CHAIN + OPTIMIZER,
    "a list in itself": "a: &a [*a]\n" + OPTIMIZER,
    "a table merged into itself": "a: &a\n  <<: *a\n" + OPTIMIZER,
    "a tag that would run": "a: !!python/object/apply:os.system ['touch harm']\n" + OPTIMIZER,
    "a key that is a list": "? [1, 2]\n: 3\n" + OPTIMIZER,
    "a key twice": "a: 1\na: 2\n" + OPTIMIZER,
    "many entries": "".join(f"k{n}: 0.1e-1\n" for n in range(20_000)) + OPTIMIZER,
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_would_harm_is_read_in_no_time(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    assert len(found(text)) == 1
    assert time.monotonic() - began < 10
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("depth", [900, 200_000])
def test_deep_nesting_ends_in_silence_or_a_finding(depth: int) -> None:
    text = OPTIMIZER + "deep: " + "[" * depth + "]" * depth + "\n"
    assert found(text) in ([], [3])
    assert found('{"o": {"_target_": "torch.optim.Adam", "weight_decay": 0.1}, "d": ' + "[" * depth, "a.json") == []


def test_a_file_of_data_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    text = '{"o": {"_target_": "torch.optim.Adam", "weight_decay": 0.1}, "data": "%s"}'
    path.write_text(text % ("x" * 100))
    assert len(read(str(path), COUPLED)) == 1
    path.write_text(text % ("x" * 3_000_000))
    assert read(str(path), COUPLED) == ()


# Comments


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: ADW101", "# adamw-lint: ignore[coupled-decay] as published"])
def test_a_comment_silences_the_decay_of_its_line(comment: str) -> None:
    assert found(OPTIMIZER) == [3]
    assert found(OPTIMIZER.rstrip() + f"  {comment}\n") == []
    assert found(f'_target_ = "torch.optim.Adam"\nweight_decay = 0.1  {comment}\n', "a.toml") == []


def test_a_comment_in_a_text_is_none() -> None:
    text = 'o: {_target_: torch.optim.Adam, weight_decay: 0.1, note: "a # noqa"}\n'
    assert found(text) == [1]
    assert found('{"_target_": "torch.optim.Adam", "weight_decay": 0.1, "n": " # noqa"}', "a.json") == [1]


# What is no optimizer, or none that is known

SILENT = {
    "a decay of zero": "_target_: torch.optim.Adam\nweight_decay: 0.0\n",
    "no decay": "_target_: torch.optim.Adam\nlr: 0.1\n",
    "nothing as decay": "_target_: torch.optim.Adam\nweight_decay: null\n",
    "values to try": "_target_: torch.optim.Adam\nweight_decay: [0.0, 0.1]\n",
    "a range of values": "_target_: torch.optim.Adam\nweight_decay: {min: 0.0, max: 0.1}\n",
    "the decoupled class": "_target_: torch.optim.AdamW\nweight_decay: 0.1\n",
    "the switch": "_target_: torch.optim.NAdam\nweight_decay: 0.1\ndecoupled_weight_decay: true\n",
    "a class of the project": "_target_: src.optim.Adam\nweight_decay: 0.1\n",
    "a name without a path": "_target_: Adam\nweight_decay: 0.1\n",
    "a path that stands elsewhere": "_target_: ${class}\nweight_decay: 0.1\n",
    "another family": "_target_: torch.optim.SGD\nweight_decay: 0.1\n",
    "a reader that is not known": "optimizer: Adam\nweight_decay: 0.1\n",
    "a name and a decay in a table": "optimizer:\n  name: Adam\n  weight_decay: 0.1\n",
    "a type and a decay in a table": "optimizer:\n  type: Adam\n  params: {weight_decay: 0.1}\n",
    "a project's own table beside a model": "model: x\noptimizer: {type: Adam, weight_decay: 0.1}\n",
    "a project's own table beside a schedule": (
        "lr_scheduler: x\ntrain_dataset: y\noptimizer: {type: adam, weight_decay: 0.1}\n"
    ),
    "a project's own table beside a trainer": "trainer: x\nmodel: {optim: {name: adam, weight_decay: 0.1}}\n",
    "a project's own option": "opt: adam\nweight_decay: 0.1\nwarmup_lr: 0.1\n",
    "a project's own learner": "learner: adam\nweight_decay: 0.1\n",
    "a project's own name in capitals": "Optimizer: {name: Adam, weight_decay: 0.1}\n",
    "arguments of the Trainer": "optim: adamw_torch\nweight_decay: 0.1\nper_device_train_batch_size: 8\n",
    "axolotl": "base_model: x\noptimizer: adamw_bnb_8bit\nweight_decay: 0.1\nlr_scheduler: cosine\n",
    "a sweep": "method: grid\nparameters:\n  optimizer: {values: [adam]}\n  weight_decay: {values: [0.1]}\n",
    "a Keras model": "class_name: Adam\nconfig: {weight_decay: 0.1}\n",
    "DeepSpeed's own default": "train_batch_size: 1\noptimizer: {type: Adam, params: {weight_decay: 0.1}}\n",
    "torch_adam alone": "train_batch_size: 1\noptimizer: {type: Adam, params: {weight_decay: 0.1, torch_adam: true}}\n",
    "a mode that AdamW ignores": (
        "train_batch_size: 1\noptimizer: {type: AdamW, params: {weight_decay: 0.1, adam_w_mode: false}}\n"
    ),
    "L1": "Global: {}\nOptimizer: {name: Adam, regularizer: {name: L1, coeff: 0.1}}\n",
    "no penalty": "OptimizerBuilder:\n  optimizer: {type: Adam}\n  regularizer: NULL\n",
    "fairseq's own class": "optimizer: {_name: adam, weight_decay: 0.1}\n",
    "BasicSR's usual zero": "network_g: {}\ntrain: {optim_g: {type: Adam, weight_decay: 0}}\n",
    "no YAML": "{{ a }}\n_target_: torch.optim.Adam\nweight_decay: 0.1\n",
    "a comment": "# _target_: torch.optim.Adam\nweight_decay: 0.1\n",
    "a text of several lines": "doc: |\n  _target_: torch.optim.Adam\n  weight_decay: 0.1\n",
    "a reference to a zero": "wd: 0\no: {_target_: torch.optim.Adam, weight_decay: '${wd}'}\n",
    "a reference of MONAI to a zero": "c: {wd: 0}\no: {_target_: torch.optim.Adam, weight_decay: '@c::wd'}\n",
    "what MONAI does not build": "o: {_target_: torch.optim.Adam, weight_decay: 0.1, _disabled_: true}\n",
    "an older one": "c: {wd: 0}\no: {_target_: torch.optim.Adam, weight_decay: '%c#wd'}\n",
    "a reference to values to try": "wd: [0.0, 0.1]\no: {_target_: torch.optim.Adam, weight_decay: '${wd}'}\n",
    "an expression": "wd: [1]\no: {_target_: torch.optim.Adam, weight_decay: x * 2}\n",
    "a list": "- torch.optim.Adam\n- weight_decay: 0.1\n",
    "an empty file": "",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_what_is_not_known_to_be_coupled_is_left_alone(text: str) -> None:
    assert found(text) == []
    if text and "{{" not in text and "\t" not in text and "!" not in text:
        assert found(json.dumps(yaml.safe_load(text)), "a.json") == []


@pytest.mark.parametrize("decay", ["0.1", "1e-4", "${a.b}", "${oc.env:WD}", "???", '"0.1"', "auto", "$WD", "'%a::b'"])
def test_a_decay_that_is_not_zero_for_certain_is_reported(decay: str) -> None:
    assert found(f"_target_: torch.optim.Adam\nweight_decay: {decay}\n") == [2]


@pytest.mark.parametrize("condition", ["false", "$not @is_trained"])
def test_what_may_be_built_is_reported(condition: str) -> None:
    assert found(f"_target_: torch.optim.Adam\nweight_decay: 0.1\n_disabled_: {condition}\n") == [2]


def test_every_document_of_a_file_is_read() -> None:
    assert found(f"a: 1\n---\n{OPTIMIZER}---\n{OPTIMIZER}") == [5, 9]


def test_several_stand_for_themselves() -> None:
    text = "\n".join(f"o{n}: {{_target_: torch.optim.Adam, weight_decay: 0.{n}}}" for n in range(1, 4))
    assert found(text) == [1, 2, 3]


# The facts

DOCUMENT = Path(__file__).parent.parent / "docs" / "configs.md"


def test_the_document_shows_what_is_found_and_every_way_that_is_known() -> None:
    example, _ = (each.text for each in blocks(DOCUMENT) if each.info == "yaml")
    name, code = example.split("\n", 1)[0].removeprefix("# "), example
    source = source_of(code, name)
    shown = "\n".join(map(plain, report([(source, lint(source, COUPLED))]))).strip() + "\n"
    assert [each.text for each in blocks(DOCUMENT) if each.info == "text"] == [shown]
    text = DOCUMENT.read_text(encoding="utf-8")
    for schema in every_schema():
        keys = [schema.text, *schema.tags] if not schema.text else [schema.text]
        assert all(re.search(rf"`(?:[\w.]+\.)?{re.escape(key)}`", text) for key in keys), schema.name


def test_what_schemas_build_is_known_and_their_keys_are_those_that_are_read() -> None:
    known = {"name", "source", "text", "tags", "within", "beside", "registry", "builds", "given", "own", "takes"}
    for table in schemas("schema"):
        assert set(table) <= known | {"off", "only", "penalty", "renames"}
        assert table["source"]
    for schema in every_schema():
        assert all(path in optimizers_by_path() for path in schema.builds.values()), schema.name
        assert bool(schema.text) != bool(schema.tags)


def test_a_vanishing_decay_is_found_where_it_is_selected() -> None:
    text = "train_batch_size: 1\noptimizer: {type: AdamW, params: {lr: 0.001, weight_decay: 3e-7}}\n"
    assert found(text, settings=only("vanishing-decay")) == [2]
    assert found(text.replace("3e-7", "3e-3"), settings=only("vanishing-decay")) == []
    assert found(text + "scheduler: {type: OneCycleLR}\n", settings=only("vanishing-decay")) == []


# TOML, whose places tomllib does not tell

TRAPS = [
    'x = """\n[o]\n_target_ = "torch.optim.Adam"\nweight_decay = 0.1\n"""\n',
    'o._target_ = "torch.optim.Adam"\no.weight_decay = 0.0\n# weight_decay = 0.1\n',
    '[o]\n_target_ = "torch.optim.Adam"\n[o.x]\nweight_decay = 0.1\n',
    'a = ["{_target_ = torch.optim.Adam, weight_decay = 0.1}"]\n',
    "a = 1 1\n",
]


@pytest.mark.parametrize("text", TRAPS)
def test_what_tomllib_does_not_say_is_not_believed(text: str) -> None:
    assert found(text, "a.toml") == []


@pytest.mark.parametrize(
    "text",
    [
        'o._target_ = "torch.optim.Adam"\no.weight_decay = 0.1\n',
        '[a."b.c".o]\n"_target_" = \'torch.optim.Adam\'\nweight_decay = 1e-1\n',
        '[x]\na = [\n  1,\n]\n[o]  # here\n_target_ = "torch.optim.Adam"\nweight_decay = 0.1\n',
        '[[o]]\n_target_ = "torch.optim.Adam"\nweight_decay = 0.1\n[[o]]\n_target_ = "torch.optim.SGD"\n',
        'o = [\n  {_target_ = "torch.optim.Adam", weight_decay = 0.1},  # first\n  {_target_ = "torch.optim.SGD"}\n]\n',
        'o = {_target_ = "torch.optim.Adam", betas = [0.9, 0.99], weight_decay = 0.1}\n',
        'a = "it\\"s = 1"  # b = 2\n[o]\n_target_ = "torch.optim.Adam"\nweight_decay=0.1# c = 3\n',
        '_target_ = "torch.optim.Adam"\nweight_decay = 1_0e-2\r\n',
        "[\"o = 1\"]\n_target_ = 'torch.optim.Adam'\n'weight_decay' = 0.1\n",
    ],
)
def test_keys_in_all_their_forms_are_read(text: str) -> None:
    assert len(found(text, "a.toml")) == 1
    assert rewritten(text, "coupled-decay", name="a.toml") == text.replace("optim.Adam", "optim.AdamW")


COUPLED_IN_TOML = '[o]\n_target_ = "torch.optim.Adam"\nweight_decay = 0.1\n'


@pytest.mark.parametrize("marks", ['"""', "'''"])
def test_a_text_that_reads_like_settings_is_none(marks: str) -> None:
    text = f"{COUPLED_IN_TOML}[p]\ndoc = {marks}\n{COUPLED_IN_TOML}{marks}\n"
    assert found(text, "a.toml") == [3]
    assert rewritten(text, "coupled-decay", name="a.toml") == text.replace("optim.Adam", "optim.AdamW", 1)


def test_a_dotted_key_gets_a_dotted_switch() -> None:
    text = 'o._target_ = "torch.optim.NAdam"\no.weight_decay = 0.1\nlast = 1\n'
    done = rewritten(text, "coupled-decay", name="a.toml")
    assert done == text.replace("0.1\n", "0.1\no.decoupled_weight_decay = true\n")


def test_no_comment_of_toml_begins_in_a_text() -> None:
    text = f'{COUPLED_IN_TOML}names = ["a # noqa: ADW201"]\ndoc = """\n# noqa: ADW101\n"""\n'
    unused = only("unused-ignore", "coupled-decay")
    assert found(text, "a.toml", unused) == [3]
    assert found(text.replace("0.1", "0.1# noqa: ADW101"), "a.toml", unused) == []


KEYS = st.sampled_from(["a", "b", "weight_decay", "c-d", "é", "x = 1", "#", ""])
SAID = st.recursive(
    st.one_of(
        st.integers(-99, 99),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.sampled_from([date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5)]),
        st.text("ab#=[]{}\"'\n\\.,@\t ", max_size=8),
    ),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=12,
)


def toml(value: Any, draw: st.DrawFn) -> str:
    """A value in one of the ways in which TOML can write it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key_of(key, draw)} = {toml(each, draw)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        between = draw(st.sampled_from([", ", ",\n  # = [\n", ",\r\n"]))
        return f"[{between.join(toml(each, draw) for each in value)}]"
    if isinstance(value, str):
        basic = json.dumps(value, ensure_ascii=False)
        ways = [basic, f'"""\n{basic[1:-1]}"""', *([f"'{value}'"] if not set(value) & set("'\n") else [])]
        plain = "'" not in value and value[:1] != "\n"
        return draw(st.sampled_from([*ways, *([f"'''{value}'''"] if plain else [])]))
    return str(value).lower() if isinstance(value, bool) else str(value)


def key_of(key: str, draw: st.DrawFn) -> str:
    ways = [f'"{key}"', f"'{key}'", *([key] if re.fullmatch(r"[\w-]+", key, re.ASCII) else [])]
    return draw(st.sampled_from(ways))


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document of TOML with tables of every form."""
    parts = []
    for key, value in draw(st.dictionaries(KEYS, SAID, max_size=4)).items():
        name = key_of(key, draw)
        if isinstance(value, dict) and value and draw(st.booleans()):
            lines = [f"{key_of(below, draw)}={toml(each, draw)} # it's \"" for below, each in value.items()]
            header = draw(st.sampled_from([f"[{name}]", f"[ {name} ]#", f"[[{name}]]", f"[{name}.'x.y']"]))
            parts.append("\n".join([header, *lines]))
        else:
            parts.insert(0, f"{name} = {toml(value, draw)}")
    return draw(st.sampled_from(["\n", "\r\n"])).join([*parts, ""])


@given(documents())
def test_where_a_value_stands_tomllib_reads_what_is_written_instead(text: str) -> None:
    said = flat(tomllib.loads(text))
    (root,) = read_toml(text) or ()
    places = [each.value for table, _ in tables((root,)) for each in table.entries if isinstance(each.value, Scalar)]
    below = [each for keys, each in said.items() if isinstance(keys[-1], str)]
    assert len(places) == sum(not isinstance(each, datetime) for each in below)
    for value in places:
        changed = flat(tomllib.loads(f'{text[: value.span.start]}"something else"{text[value.span.end :]}'))
        ((keys, now),) = set(changed.items()) - set(said.items())
        assert now == "something else"
        if value.quoted:
            assert value.text == said[keys]


def flat(node: Any, *keys: str | int) -> dict[tuple[str | int, ...], Any]:
    """What is neither a table nor a list, by the keys that lead to it."""
    if not isinstance(node, (dict, list)):
        return {keys: node}
    parts = node.items() if isinstance(node, dict) else enumerate(node)
    return {below: each for key, part in parts for below, each in flat(part, *keys, key).items()}


def test_a_text_that_became_a_number_is_told() -> None:
    reader = (
        "import yaml\nimport torch\ncfg = yaml.safe_load(open('a.yaml'))\nopt = torch.optim.AdamW(w, **cfg['opt'])\n"
    )
    with project({"train.py": reader}):
        (found,) = lint(source_of("opt:\n  weight_decay: 1e-4\n", "a.yaml"), only("text-decay"))
    assert found.fix is not None
    assert (found.fix.title, found.fix.advice) == ("write `1.0e-4`", "`weight_decay: 1.0e-4` is a number now")


LOAD = "cfg = yaml.safe_load(open('conf.yaml'))\n"
READ = "cfg['weight_decay']"
NAMES = f"a0 = {READ}\n" + "".join(f"a{number + 1} = a{number}\n" for number in range(8))
BY_DEFAULT = "def load(path='conf.yaml'):\n    return yaml.safe_load(open(path))\ncfg = load()\n"
OPTION = (
    "parser = argparse.ArgumentParser()\nparser.add_argument('--config'{more})\nargs = parser.parse_args()\n"
    "cfg = yaml.safe_load(open(args.config))\n"
)


@pytest.mark.parametrize(
    ("load", "decay", "is_found"),
    [
        (LOAD, READ, True),
        (LOAD, "cfg.get('weight_decay')", True),
        (LOAD, "cfg.pop('weight_decay')", True),
        (LOAD, "cfg.get(KEY)", False),
        (LOAD, "cfg.get('other')", False),
        (LOAD + "a = cfg['weight_decay']\nb = a\n", "b", True),
        (LOAD + NAMES, "a8", False),
        ("cfg = yaml.safe_load(io.open('conf.yaml'))\n", READ, True),
        ("cfg = yaml.safe_load(io.open('other.yaml'))\n", READ, False),
        ("cfg = yaml.safe_load(Path('conf.yaml').open('r'))\n", READ, True),
        ("cfg = yaml.safe_load(Path('other.yaml').read_text())\n", READ, False),
        (BY_DEFAULT, READ, True),
        (BY_DEFAULT.replace("conf", "other"), READ, False),
        (OPTION.replace("{more}", ", default='conf.yaml'"), READ, True),
        (OPTION.replace("{more}", ", required=True"), READ, False),
    ],
)
def test_a_file_is_known_by_how_it_is_opened_and_the_decay_by_how_it_is_looked_up(
    load: str, decay: str, is_found: bool
) -> None:
    head = "import argparse\nimport io\nfrom pathlib import Path\n\nimport torch\nimport yaml\n\n"
    script = f"{head}{load}opt = torch.optim.AdamW(model.parameters(), weight_decay={decay})\n"
    conf = "weight_decay: 1e-4\n"
    with project({"train.py": script, "conf.yaml": conf}):
        assert [each.rule for each in lint(source_of(conf, "conf.yaml"), only("text-decay"))] == [
            "text-decay"
        ] * is_found
