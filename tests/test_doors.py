"""Optimizers that a text chooses: specimens of each framework, files that add to files, what the texts build."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from libraries import is_present, load
from pages import Example, examples, only, refresh, reported, rewritten, source_of

from adamw_lint.engine import fix, lint
from adamw_lint.model.chosen.facts import configs, documents, factories
from adamw_lint.read.source import Source
from adamw_lint.rulebook import optimizers_by_path
from adamw_lint.signatures import parameters

FOLDER = Path(__file__).parent / "frameworks"
FRAMEWORKS = sorted(path.name for path in FOLDER.iterdir())
FILES = sorted(path for name in FRAMEWORKS for path in (FOLDER / name).glob("*.md"))
EVERY = [(f"{path.parent.name}: {example}", example) for path in FILES for example in examples(path.stem, path)]
each = pytest.mark.parametrize("example", [example for _, example in EVERY], ids=[name for name, _ in EVERY])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_specimens_say_what_is_found_and_what_the_fix_writes(path: Path) -> None:
    if os.environ.get("UPDATE_PAGES"):
        refresh(path.stem, path)
    for example in examples(path.stem, path):
        assert example.report is not None
        assert example.report.text == reported(example)
        if example.fixed is not None:
            assert example.fixed.text == rewritten(example.code, example.rule, name=example.name)


@each
def test_a_finding_stands_where_it_is_marked(example: Example) -> None:
    source, found = example.found(example.rule)
    assert [source.position(each.span.start)[0] for each in found] == example.expected


@each
def test_nothing_is_left_after_the_fix(example: Example) -> None:
    after = rewritten(example.code, example.rule, name=example.name)
    left = lint(source_of(after, example.name), only(example.rule))
    assert len(left) == (0 if example.fixed is not None else len(example.expected))


# Files that add to files

CHILD = """_base_ = {bases}
model = dict(type="ImageClassifier")
optim_wrapper = dict({own}optimizer=dict(type="AdamW", lr=5e-4, weight_decay=0.05))
"""
SPARING = "optim_wrapper = dict(paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))\n"


def found(folder: Path, child: str, **bases: str) -> list[str]:
    """The rules that speak about a file, its bases being beside it."""
    for name, text in bases.items():
        (folder / f"{name}.py").write_text(text)
    path = folder / "train_config.py"
    path.write_text(child)
    return [each.rule for each in lint(Source.of_text(child, str(path)), only("coupled-decay", "decayed-norms"))]


def test_a_base_may_spare_biases_and_norms(tmp_path: Path) -> None:
    child = CHILD.format(bases=["./base.py"], own="")
    assert found(tmp_path, child, base=SPARING) == []
    assert found(tmp_path, child, base="default_scope = 'x'\n") == ["decayed-norms"]


def test_a_base_of_a_base_may_spare_them(tmp_path: Path) -> None:
    middle = "_base_ = './first.py'\nlog_level = 'INFO'\n"
    assert found(tmp_path, CHILD.format(bases=["./middle.py"], own=""), middle=middle, first=SPARING) == []


def test_what_stands_for_itself_takes_nothing_from_a_base(tmp_path: Path) -> None:
    child = CHILD.format(bases=["./base.py"], own="_delete_=True, ")
    assert found(tmp_path, child, base=SPARING) == ["decayed-norms"]


def test_a_base_that_is_not_there_may_say_anything(tmp_path: Path) -> None:
    assert found(tmp_path, CHILD.format(bases=["./gone.py"], own="")) == []


def test_what_a_file_says_itself_holds_whatever_a_base_says_that_is_not_there(tmp_path: Path) -> None:
    child = CHILD.format(bases=["mmdet::default_runtime.py"], own="").replace("AdamW", "Adam")
    assert found(tmp_path, child) == ["coupled-decay"]
    (finding,) = lint(Source.of_text(child, str(tmp_path / "train_config.py")), only("coupled-decay"))
    assert finding.fix is None, "a base may add arguments"


def test_a_base_may_build_groups_in_a_way_of_its_own(tmp_path: Path) -> None:
    base = "optim_wrapper = dict(constructor='LayerDecay', optimizer=dict(type='SGD', lr=0.1))\n"
    assert found(tmp_path, CHILD.format(bases=["./base.py"], own=""), base=base) == []


def test_a_decay_in_a_base_is_not_reported_in_the_file_that_adds_to_it(tmp_path: Path) -> None:
    base = "optim_wrapper = dict(optimizer=dict(type='Adam', lr=0.1, weight_decay=0.1))\n"
    child = (
        "_base_ = ['./base.py']\nmodel = dict(type='M')\noptim_wrapper = dict(optimizer=dict(type='Adam', lr=0.1))\n"
    )
    assert found(tmp_path, child, base=base) == []
    assert found(tmp_path, child.replace("type='Adam', ", "type='Adam', weight_decay=0.2, "), base=base) == [
        "coupled-decay"
    ]


def test_files_that_add_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    base = "_base_ = './train_config.py'\n"
    assert found(tmp_path, CHILD.format(bases=["./base.py"], own=""), base=base) == []


# What the texts build


def test_every_text_names_a_fact() -> None:
    tables = [each.builds for facts in (factories(), configs()) for each in facts.values()]
    assert all(path in optimizers_by_path() for builds in tables for path in builds.values())
    assert all(document.source and document.written for document in documents())


MINIMIZED = """
import tensorflow as tf

loss = data_loss + 0.1 * tf.add_n([tf.nn.l2_loss(v) for v in tf.trainable_variables()])
train = tf.contrib.layers.optimize_loss(loss, step, 0.1, {text})
"""


@pytest.mark.parametrize(("text", "count"), [('"Adam"', 1), ('"SGD"', 0), ("FLAGS.optimizer", 0)])
def test_a_function_minimizes_a_loss_with_the_optimizer_that_a_text_names(text: str, count: int) -> None:
    source = Source.of_text(MINIMIZED.format(text=text))
    assert [found.rule for found in lint(source, only("l2-in-loss"))] == ["l2-in-loss"] * count


@pytest.fixture(scope="module", autouse=True)
def operators() -> Iterator[None]:
    """timm imports torchvision, whose operators fit one build of torch only; here they are left out."""
    with mock.patch("torch.library.register_fake", return_value=lambda function: function):
        yield


@pytest.mark.skipif(not is_present("timm.optim.create_optimizer_v2"), reason="timm is not installed")
def test_the_texts_of_timm_build_what_is_stated() -> None:
    import torch

    factory = factories()["timm.optim.create_optimizer_v2"]
    create = load(factory.name)
    names, _, defaults = parameters(factory.signature)
    real = inspect.signature(create).parameters
    assert names == tuple(real)[:-1]
    assert defaults == {name: repr(real[name].default) for name in names[1:]}
    assert all(load(path) is create for path in factory.aliases)
    for text, path in factory.builds.items():
        for written in (text, text.upper()):
            built = create([torch.nn.Parameter(torch.ones(3))], opt=written, lr=0.1, weight_decay=0.2)
            assert type(built) is load(path)
            assert built.defaults["weight_decay"] == 0.2
        bare = create([torch.nn.Parameter(torch.ones(3))], opt=text, lr=0.1)
        assert bare.defaults["weight_decay"] == 0


@pytest.mark.skipif(not is_present("timm.optim.create_optimizer_v2"), reason="timm is not installed")
def test_timm_spares_what_has_one_dimension_where_it_is_handed_the_model() -> None:
    import torch

    create = load("timm.optim.create_optimizer_v2")
    model = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.LayerNorm(3))
    bare, whole = (create(each, opt="adamw", lr=0.1, weight_decay=0.2) for each in (model.parameters(), model))
    assert set(decay_by_name(model, bare).values()) == {0.2}
    assert decay_by_name(model, whole) == {"0.weight": 0.2, "0.bias": 0.0, "1.weight": 0.0, "1.bias": 0.0}


def decay_by_name(model: Any, optimizer: Any) -> dict[str, float]:
    """The decay of each parameter."""
    names = {id(p): name for name, p in model.named_parameters()}
    return {names[id(p)]: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}


@pytest.mark.parametrize("example", [each for _, each in EVERY if "openmmlab" in each.block.path.parts], ids=str)
def test_mmengine_does_what_a_fixed_config_says(example: Example) -> None:
    """The settings of the specimens, before and after, as mmengine builds them."""
    optim = pytest.importorskip("mmengine.optim")
    import torch

    before, after = (settings_of(text) for text in (example.code, fixed_text(example)))
    if before is None or after is None:
        pytest.skip("these settings are not read by mmengine")
    model = torch.nn.ModuleDict({"backbone": torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.LayerNorm(3))})
    old, new = (optim.build_optim_wrapper(model, each).optimizer for each in (before, after))
    was, now = decay_by_name(model, old), decay_by_name(model, new)
    assert len(set(was.values())) == 1
    if example.rule == "coupled-decay" and example.fixed is not None:
        assert (type(old), type(new)) == (torch.optim.Adam, torch.optim.AdamW)
    elif example.fixed is not None:
        assert now == dict.fromkeys(was, 0.0) | {"backbone.0.weight": was["backbone.0.weight"]}


def fixed_text(example: Example) -> str:
    """The text after the fixes of one rule."""
    return fix(Source.of_text(example.code, "train.py"), only(example.rule), unsafe=True).source.text


def settings_of(text: str) -> dict[str, object] | None:
    """The settings that a config without imports binds; None for several optimizers, or those of mmcv."""
    names: dict[str, object] = {}
    if "import" not in text:
        exec(text, names)
    settings = names.get("optim_wrapper")
    return settings if isinstance(settings, dict) and "constructor" not in settings else None
