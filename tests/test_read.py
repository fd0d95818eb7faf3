"""The facts that no ordinary machine can run, held to the lines of the library's source that they name.

The library is not imported, so it need not fit this machine: packages that were only unpacked, into the folders that
`ADAMW_LINT_SOURCES` names, count as well as those that are installed.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from libraries import READABLE, Source

if TYPE_CHECKING:
    from adamw_lint.rulebook import Optimizer

PLACE = re.compile(r"([\w/.]+\.(?:py|cpp|cu))?:(\d+)")

each = pytest.mark.parametrize(
    ("fact", "source"), [pytest.param(fact, source, id=fact.name) for fact, source in READABLE.items()]
)


def places(fact: Optimizer) -> list[tuple[str, int]]:
    """Each file with a line that the fact names; the constructor's comes last."""
    found: list[tuple[str, int]] = []
    for file, line in PLACE.findall(fact.source):
        found.append((file or found[-1][0], int(line)))
    return found


def constructor(fact: Optimizer, source: Source) -> ast.FunctionDef:
    """The function at the line that the fact names: of the fact's class, or of its name where it is no class."""
    file, line = places(fact)[-1]
    for each in ast.walk(ast.parse(source.text(file))):
        if isinstance(each, ast.FunctionDef) and (each.name, each.lineno) == (fact.short_name, line):
            return each
        if isinstance(each, ast.ClassDef) and each.name == fact.short_name:
            for node in each.body:
                if isinstance(node, ast.FunctionDef) and (node.name, node.lineno) == ("__init__", line):
                    return node
    raise AssertionError(f"{file}:{line} is no constructor of {fact.short_name}")


def parameters(given: ast.arguments) -> str:
    """The parameters but for `self` and the annotations, each default written in one way; `required` is none."""
    for each in ast.walk(given):
        if isinstance(each, ast.arg):
            each.annotation = None
    return ast.unparse(given).removeprefix("self, ").replace("=required", "")


def stated(signature: str) -> ast.arguments:
    written = ast.parse(f"lambda {signature}: 0", mode="eval").body
    assert isinstance(written, ast.Lambda)
    return written.args


@each
def test_the_signature_is_the_one_that_stands_there(fact: Optimizer, source: Source) -> None:
    assert parameters(constructor(fact, source).args) == parameters(stated(fact.signature))


@pytest.mark.parametrize(
    ("fact", "source"),
    [pytest.param(fact, source, id=fact.name) for fact, source in READABLE.items() if fact.decay_argument is not None],
)
def test_the_lines_speak_of_the_decay(fact: Optimizer, source: Source) -> None:
    decaying = places(fact)[:-1]
    assert decaying
    for file, line in decaying:
        assert re.search(r"decay|regulari|mode\b", source.text(file).split("\n")[line - 1], re.IGNORECASE)
