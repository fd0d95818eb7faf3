"""No text, however deeply nested, ends the process: LibCST's parser would overflow the stack."""

from __future__ import annotations

import pytest
from pages import only

from adamw_lint.engine import lint
from adamw_lint.errors import UnparsableError
from adamw_lint.read.source import Source

DEEP = 20_000
WIDTH = 3_000
CONSTRUCTION = "\nimport torch\nopt = torch.optim.Adam(model.parameters(), weight_decay=0.1)\n"
NESTED = {
    "parentheses": "x = " + "(" * DEEP + "1" + ")" * DEEP,
    "lists": "x = " + "[" * DEEP + "]" * DEEP,
    "unclosed": "x = " + "{" * DEEP,
    "a sum": "x = " + "+".join("1" * DEEP),
    "signs": "x = " + "-" * DEEP + "1",
    "attributes": "x = a" + ".b" * DEEP,
    "calls": "x = a" + "()" * DEEP,
    "subscripts": "x = a" + "[0]" * DEEP,
    "branches": "if a:\n  pass\n" + "elif b:\n  pass\n" * DEEP,
    "conditionals": "x = " + "1 if a else " * DEEP + "2",
    "lambdas": "x = " + "lambda: " * DEEP + "2",
    "and": "x = " + " and ".join("a" * DEEP),
    "strings side by side": "x = " + "'a' " * DEEP,
    "strings on lines": "x = (" + "'a'  # b\n" * DEEP + ")",
    "texts in a text": "x = " + "f'{" * DEEP + "}'" * DEEP,
    "widths in a text": "x = f'" + "{a:" * DEEP + "}" * DEEP + "'",
    "names of modules": "import a" + ".b" * DEEP,
    "loops in a list": "x = [a" + " for a in b" * DEEP + "]",
    "names in brackets": "x = " + "(a := " * DEEP + "1" + ")" * DEEP,
    "patterns": "match x:\n  case " + "{1: " * 12 + "a" + "}" * 12 + ": pass",
    "lists in patterns": "match x:\n  case " + "[" * 40 + "]" * 40 + ": pass",
    "older syntax": "print 'x'\nx = " + "-" * 3000 + "1",
    "older syntax below": "x = " + " and ".join("a" * 3000) + "\nprint 'x'",
    "blocks": "".join(" " * level + "if a:\n" for level in range(2000)) + " " * 2000 + "pass",
    "indentation": "".join("  " * level + "if a:\n" for level in range(150)) + "  " * 150 + "pass",
    "calls again and again": ("x = " + "f(" * 300 + ")" * 300 + "\n") * 100,
    "lists again and again": ("x = " + "[" * 390 + "]" * 390 + "\n") * 100,
    "sums in calls again and again": ("x = " + "f(1 + " * 100 + "2" + ")" * 100 + "\n") * 400,
    "comparisons in calls again and again": ("x = " + "f(1 < 2 < 3 < " * 170 + "4" + ")" * 170 + "\n") * 200,
}
WIDE = {
    "a long list": "x = [" + "1, " * WIDTH + "]",
    "a long file": "x = 1\n" * WIDTH,
    "a long chain of and": "x = " + " and ".join("a" * 100),
    "calls in calls": "x = " + "f(" * 150 + ")" * 150,
    "calls in calls again and again": ("x = " + "f(" * 10 + ")" * 10 + "\n") * 1000,
    "many signs": "x = " + " < ".join("a" * 2 * WIDTH),
    "many texts": "x = [" + "'a', " * WIDTH + "]",
    "many lines of texts": "'a'\n" * WIDTH,
    "many decorators": "@a\n" * WIDTH + "def f(): pass",
    "many targets": "a = " * WIDTH + "1",
    "one name bound again and again": "a = a; " * WIDTH,
    "patterns": "match x:\n  case {1: {2: [a, *_]}} | A(b=B()): pass",
    "a name that is no keyword": "case = " + "[" * 20 + "]" * 20,
}


@pytest.mark.parametrize("kind", NESTED)
def test_what_is_nested_too_deeply_is_one_clear_line(kind: str) -> None:
    with pytest.raises(UnparsableError, match=r"nested too deeply|syntax error"):
        lint(Source.of_text(NESTED[kind] + CONSTRUCTION), only("coupled-decay"))


@pytest.mark.parametrize("kind", WIDE)
def test_what_is_only_long_is_linted(kind: str) -> None:
    assert len(lint(Source.of_text(WIDE[kind] + CONSTRUCTION), only("coupled-decay"))) == 1
