"""A part of a file is looked through before all of it, and what is told of the file stays the same."""

import ast
import json
import random
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent, indent
from unittest.mock import Mock, patch

import pytest
from gates import SETTINGS, findings, findings_of_all
from pages import PATHS, examples
from test_safety import SPECIMENS

from adamw_lint import engine
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import lint
from adamw_lint.errors import DefectError
from adamw_lint.pages import pages
from adamw_lint.read import focus
from adamw_lint.read.discover import discover
from adamw_lint.read.documents import programs
from adamw_lint.read.focus import focused
from adamw_lint.read.prefilter import may_concern
from adamw_lint.read.source import Source

LONG = '    """Read a table of prices by the day, and sort them by the towns."""\n    return sorted(table, key=len)\n'
HERE = "'a body that is to be left out needs a line of its own, and this one, long as it is, has none of that'"


def other(name: str, place: str = "") -> str:
    """A function that says nothing of our subject."""
    return indent(f"def {name}(table):\n{LONG}", place)


def left(text: str) -> str:
    """What is left of a text."""
    found = focused(dedent(text))
    assert found is not None
    return found


def test_the_body_of_a_function_that_says_nothing_is_left_out() -> None:
    assert left(f"x = 1\n{other('read')}y = 2\n") == "x = 1\ndef read(table):\n    ...\ny = 2\n"
    assert left(f"class C:\n{other('read', '    ')}    y = 2\n") == (
        "class C:\n    def read(self):\n        ...\n    y = 2\n".replace("(self)", "(table)")
    )


@pytest.mark.parametrize(
    "function",
    [
        "def step(table):\n    loss = 1\n" + LONG,
        "def step(table):\n    x = table.weight_decay\n" + LONG,
        "def step(table):\n    x = table.parameters()\n" + LONG,
        "def l2(table):\n" + LONG,
        "def step(table, lam):\n" + LONG,
        "def __init__(table):\n" + LONG,
        f"def step(x):\n    loss = helper(x)\n{other('helper')}",
        f"def step(self):\n    loss = self.helper()\n{other('helper')}",
        f"def l2(x):\n    return x\ndef caller(x):\n    y = l2\n{LONG}",
        f"def f(table): return table, {HERE}\n",
        f"def f(\n    table): return table, {HERE}\n",
        "def f(x):\n    return 1  # short\n",
    ],
)
def test_what_may_matter_is_kept(function: str) -> None:
    text = function + other("read")
    assert left(text) == function + "def read(table):\n    ...\n"


def test_what_calls_an_object_and_what_every_class_has_joins_nothing() -> None:
    text = f"def forward(x):\n    loss = x\ndef __len__(x):\n    loss = x\ndef g(x):\n    forward, __len__\n{LONG}"
    assert left(text).endswith("def g(x):\n    ...\n")


def test_a_decorated_function_at_the_start_of_a_body_goes_with_it() -> None:
    assert (
        left(f"def read(table):\n    @cache\n    def inner():\n        pass\n{LONG}") == "def read(table):\n    ...\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"import torch\ntorch.optim.Adam\n{other('read')}",  # most of these have findings
        f"optimizer.update(gradient + wd * theta)\n{other('read')}",  # a method of any name may take moments of it
        f"def f():\n    global x\n{other('read')}",
        f"def f():\n\tpass\n{other('read')}",
        "x = 1\n",
        other("read") + "x = 1\n" * 500,  # too little would be left out
    ],
)
def test_what_had_better_be_read_whole_is(text: str) -> None:
    assert focused(text) is None


def test_what_is_cut_where_a_string_goes_on_is_kept() -> None:
    cut = f'def f():\n    x = """\nunindented\n    """\n{LONG}'
    assert left(cut + other("read")) == cut + "def read(table):\n    ...\n"
    docstring = f'"""\n{other("read")}\n"""\n'
    assert ast.parse(left(docstring))


def told(code: str) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What is said of a program, a part of it being looked through first, and whole from the start."""
    data = code.encode()
    return findings("<text>", data), findings_of_all("<text>", data)


PROGRAMS = [specimen.code for specimen in SPECIMENS]
PROGRAMS += [each.code for rule in PATHS for each in examples(rule) if each.name.endswith(".py")]


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_lost_whatever_stands_around(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program of the specimens and of the pages, with functions before, between and after that say nothing."""
    monkeypatch.setattr(focus, "may_name_optimizer", lambda text: False)
    chance, lost, parted, found = random.Random(seed), list[str](), 0, 0
    for code in PROGRAMS[seed::10]:
        lines = f"{code.rstrip()}\n".splitlines(keepends=True)
        starts = [node.lineno - 1 for node in ast.parse(code).body if not hasattr(node, "decorator_list")]
        for number, at in enumerate(sorted(chance.choices([*starts, len(lines)], k=9), reverse=True)):
            lines[at:at] = other(f"read{number}").splitlines(keepends=True)
        ours, whole = told(text := "".join(lines))
        parted += focused(text) is not None
        found += bool(whole)
        if ours != whole:
            lost.append(text)
    assert not lost
    assert parted > len(PROGRAMS) / 20
    assert found > len(PROGRAMS) / 20


@pytest.mark.parametrize("package", ["keras", "optax"])
def test_nothing_is_lost_in_a_real_package(package: str) -> None:
    spec = find_spec(package)
    assert spec is not None
    paths = [Path(path) for path in discover(spec.submodule_search_locations or ()) if isinstance(path, str)]
    texts = {path: data for path in paths if may_concern(data := path.read_bytes())}
    parted = [path for path, data in texts.items() if focused(data.decode())]
    assert parted
    for path in parted:
        assert findings(str(path), texts[path]) == findings_of_all(str(path), texts[path])


def parsed_in(code: str, path: str = "train.py") -> list[str]:
    """The texts of which trees are made to lint a program."""
    texts = list[str]()
    parse = engine._parse

    def noted(source: Source) -> object:
        texts.append(source.text)
        return parse(source)

    with patch.object(engine, "_parse", noted):
        lint(Source.of_text(code, path), SETTINGS)
    return texts


PENALTY = "def l2(model):\n    return sum(w.norm() ** 2 for w in model.parameters())\n"


def test_all_of_a_text_is_parsed_only_where_a_part_says_something() -> None:
    silent, telling = PENALTY + other("read"), f"{STEP}{other('read')}"
    assert parsed_in(silent) == [focused(silent)]
    assert parsed_in(telling) == [focused(telling), telling]


STEP = """class Moments:
    def step(self, p, g):
        g = g + self.wd * p
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g * g
        return p - self.lr * self.m / (self.v ** 0.5 + 1e-8)
"""


def test_a_rule_of_a_plugin_may_speak_about_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = PENALTY + other("read")
    with_plugin = {name: page._replace(plugin=Mock()) for name, page in pages().items()}
    monkeypatch.setattr("adamw_lint.pages.pages", lambda: with_plugin)
    assert parsed_in(silent) == [silent]


def test_a_part_of_a_notebook_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": PENALTY + other("read")}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (source,) = programs(json.dumps(notebook).encode(), "train.ipynb")
    monkeypatch.setattr(focus, "focused", lambda text: 1 // 0)
    assert lint(source, SETTINGS) == []


@pytest.mark.parametrize("part", ["def f(:\n", "(" * 2000])
def test_a_part_that_cannot_be_read_says_nothing(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(focus, "focused", lambda text: part)
    assert [each.rule for each in lint(Source.of_text(STEP), SETTINGS)] == ["coupled-step"]


def test_a_crash_over_a_part_is_one_over_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamw_lint.checks.findings", lambda rule, module: 1 // 0)
    with pytest.raises(DefectError, match=r"crashed \(ZeroDivisionError"):
        lint(Source.of_text(PENALTY + other("read"), "train.py"), SETTINGS)
