"""A text that is parsed piece by piece gives the tree that it gives in one piece."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from pages import only

from adamw_lint.engine import lint
from adamw_lint.errors import UnparsableError
from adamw_lint.fixes.apply import edits_of, rewrite
from adamw_lint.model.scopes import Scope
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, kinds
from adamw_lint.read import trees
from adamw_lint.read.source import Source

PROJECT = Path(__file__).parent.parent
STATEMENTS = (
    "import a\n",
    "x = 1; y = 2  # both\n",
    "x = (\n    1,\n)\n",
    's = """\n# no comment\n    none\n"""\n',
    "if x: y = 1\n",
    "if x:\n    y = 1\nelse: y = 2\n",
    "def f(a,\n      b):\n    return a\n",
    "@decorated\n# of f\n@twice\nasync def f(): pass\n",
    "class C:\n    def m(self):\n        pass\n        # after the last\n    # of the class\n",
    "try:\n    pass\nfinally:\n    pass\n",
    "x = 1 \\\n    + 2\n",
)
BETWEEN = (
    "",
    "\n",
    "# at the margin\n",
    "    # indented\n",
    "\n\n        # further\n\n# at the margin\n",
    "  \n\t\n",
    "\\\n",
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_LARGE", 0)
    monkeypatch.setattr(trees, "_PIECE", 1)


@pytest.mark.parametrize("seed", range(100))
def test_pieces_give_the_tree_of_the_whole(seed: int) -> None:
    chance = random.Random(seed)
    picked = [chance.choice(each) for _ in range(8) for each in (BETWEEN, STATEMENTS)]
    text = "".join(picked) + chance.choice(("", "# last", "x = 3", "\n\n    # last\n"))
    try:
        tree = cst.parse_module(text)
    except cst.ParserSyntaxError:
        with pytest.raises(cst.ParserSyntaxError):
            trees.parsed(text)
        return
    assert trees.parsed(text).deep_equals(tree)  # which LibCST may have lost an indented comment of


@pytest.mark.parametrize("path", sorted(PROJECT.glob("adamw_lint/model/*.py")), ids=lambda path: path.name)
def test_pieces_of_real_code_give_the_tree_of_the_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert trees.parsed(text).code == text
    assert trees.parsed(text).deep_equals(cst.parse_module(text))


def test_other_ways_to_indent_and_to_end_lines_are_kept() -> None:
    narrow = "import a\nif a:\n  b\nx = 1\nif a:\n  c\n"
    mixed = "if a:\n  b\nif a:\n    c\n"
    for text in (narrow, mixed, narrow.replace("\n", "\r\n"), mixed.replace("\n", "\r"), "x = 1\n\fy = 2\n"):
        assert trees.parsed(text).deep_equals(cst.parse_module(text))


def test_a_text_is_cut_where_it_can_be() -> None:
    assert list(trees._pieces("import a\n# b\nb = 1\n\nc = 2\n")) == ["import a\n", "# b\nb = 1\n", "\nc = 2\n"]
    assert list(trees._pieces("def f():\n    pass\n    # of f\nb = 1\n")) == ["def f():\n    pass\n    # of f\nb = 1\n"]


def test_an_error_is_told_where_it_stands_in_the_whole() -> None:
    with pytest.raises(cst.ParserSyntaxError) as caught:
        trees.parsed("x = 1\ny = 2\nz = 3 +\n")
    assert caught.value.editor_line == 3


def test_spaces_that_are_alike_are_one_node_and_all_that_is_code_is_its_own() -> None:
    text = "f(a, a, b=1)\nf(a, a, b=1)\n"
    found = list(_every(trees.parsed(text)))
    counted = {type(each): len({id(node) for node in found if type(node) is type(each)}) for each in found}
    assert counted[cst.Comma] == 1
    assert counted[cst.SimpleWhitespace] == 2  # none, and one blank
    assert [counted[kind] for kind in (cst.Call, cst.Arg, cst.Integer)] == [2, 6, 2]


def test_libcst_is_left_as_it_was() -> None:
    before = {name: getattr(cst, name) for name in dir(cst)}
    check = cst.CSTNode.__post_init__
    trees.parsed("f(a, b)\n")
    with pytest.raises(cst.ParserSyntaxError):
        trees.parsed("f(a,\n")
    assert {name: getattr(cst, name) for name in dir(cst)} == before
    assert cst.CSTNode.__post_init__ is check


def test_nodes_are_told_by_their_identity() -> None:
    node: Any = cst.CSTNode
    every: set[Any] = set(kinds(*node.__subclasses__()))
    assert {kind.__hash__ for kind in every} == {object.__hash__}
    assert {kind.__eq__ for kind in every} == {node.__eq__}


def test_all_nodes_of_a_file_are_those_below_its_module() -> None:
    text = Path(trees.__file__).read_text(encoding="utf-8")
    tree = trees.parsed(text)
    survey = Survey.of(tree, text)
    other = trees.parsed("x = y\n")
    survey.enter(Scope(other, None, 0, ()))
    survey.graft(other, other.body, 0)
    assert set(survey.own_nodes()) == set(descendants(tree))


def _every(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for child in node.children:
        yield child
        yield from _every(child)


LEFT_OUT = (
    "\\\nimport torch\nopt = torch.optim.Adam([w], weight_decay=1)\n",
    "import torch\n\\\n\\\nopt = torch.optim.Adam([w], weight_decay=1)\n",
    "import torch\nif torch:\n  a = 'ü'\n  \\\n  opt = torch.optim.Adam([w], weight_decay=1)\n",
    "import torch\nif torch:\n  a = 'ü'\n\\\n  opt = torch.optim.Adam([w], weight_decay=1)\n",
    "import torch\n\fif torch:\n\f  a = 'ü'\n\f\\\n  opt = torch.optim.Adam([w], weight_decay=1)\n",
    "import torch\ns = 'a\\\n\\\nb'\n\\\nopt = torch.optim.Adam([w], weight_decay=1)\n",
)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("text", LEFT_OUT, ids=repr)
def test_what_the_parser_leaves_out_shifts_nothing(text: str, newline: str) -> None:
    source = Source.of_text(text.replace("\n", newline))
    (found,) = lint(source, only("coupled-decay"))
    assert source.text[found.span.start : found.span.end] == "weight_decay=1"
    assert rewrite(source.text, edits_of([found])) == source.text.replace("Adam(", "AdamW(")


def test_what_the_parser_takes_for_another_program_is_refused() -> None:
    text = "import torch\nif torch:\n    a = 1\n\\\nopt = torch.optim.Adam([w], weight_decay=1)\n"
    assert "    opt" in trees.parsed(text).code  # which it takes into the block
    with pytest.raises(UnparsableError, match="LibCST takes it for another text"):
        lint(Source.of_text(text), only("coupled-decay"))
