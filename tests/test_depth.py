"""No text, however deeply nested, ends the process: LibCST's parser would overflow the stack."""

from __future__ import annotations

import pytest
from pages import only

from adamw_lint.engine import lint
from adamw_lint.errors import UnparsableError
from adamw_lint.read.source import Source

DEEP = 20_000
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
    "indentation": "".join("  " * level + "if a:\n" for level in range(150)) + "  " * 150 + "pass",
}
WIDE = {
    "a long list": "x = [" + "1, " * DEEP + "]",
    "a long file": "x = 1\n" * DEEP,
    "a long chain of and": "x = " + " and ".join("a" * 100),
    "calls in calls": "x = " + "f(" * 150 + ")" * 150,
}


@pytest.mark.parametrize("kind", NESTED)
def test_what_is_nested_too_deeply_is_one_clear_line(kind: str) -> None:
    with pytest.raises(UnparsableError, match=r"nested too deeply|syntax error"):
        lint(Source.of_text(NESTED[kind] + CONSTRUCTION), only("coupled-decay"))


@pytest.mark.parametrize("kind", WIDE)
def test_what_is_only_long_is_linted(kind: str) -> None:
    assert len(lint(Source.of_text(WIDE[kind] + CONSTRUCTION), only("coupled-decay"))) == 1
