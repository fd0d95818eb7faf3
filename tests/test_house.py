"""The habits of the house: what keeps the code as small and as honest as it was meant to be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import PATHS, Example, examples

from adamw_lint.rulebook import Family, folder, optimizers

PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "adamw_lint"
MODULES = sorted(PACKAGE.rglob("*.py"))
LAST = {path.rpartition(".")[2] for optimizer in optimizers() for path in optimizer.paths}
NAMES = {name for name in LAST if not name.islower()} - set(Family.__members__)  # optax's are words like `sign`
REPORTED = [example for rule in PATHS for example in examples(rule) if example.report]
POSITIONS = {"PositionProvider", "WhitespaceInclusivePositionProvider", "ByteSpanPositionProvider"}

Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


def words(tree: ast.Module) -> Iterator[str]:
    """Every identifier, and every word of a string that is not a docstring."""
    documented = [node for node in ast.walk(tree) if isinstance(node, Definition) and ast.get_docstring(node)]
    docstrings = {id(node.body[0].value) for node in documented if isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield from re.findall(r"\w+", str(node.value)) if id(node) not in docstrings else ()
            continue
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            if isinstance(value := getattr(node, field, None), str):
                yield from value.split(".")


@each_module
def test_no_optimizer_is_named_in_code(path: Path) -> None:
    assert NAMES.isdisjoint(words(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("code", ["x = 'torch.optim.Adam'", "RMSprop(p)", "optim.Adam", "f'use {x} or LBFGS'"])
def test_an_optimizer_named_in_code_is_seen(code: str) -> None:
    assert not NAMES.isdisjoint(words(ast.parse(code)))
    assert NAMES.isdisjoint(words(ast.parse('"""Adam."""\ndef f():\n    "SGD and Adam."\n    # Adam')))


@pytest.mark.parametrize("path", [*MODULES, *(PROJECT / "tests").glob("*.py")], ids=lambda path: path.name)
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text and path.name == "__init__.py":
        return
    opening = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
    assert opening.endswith(".")
    assert not re.search(r"[.?!]\s", opening)


@each_module
def test_nothing_is_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 250
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


@each_module
def test_a_name_says_something(path: Path) -> None:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    assert {"utils", "common", "helpers", "base", "core", "types", "misc"}.isdisjoint(parts)


@each_module
def test_nothing_slow_of_libcst_is_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(libcst|cst)\.(matchers|codemod)\b|from libcst import .*\b(matchers|codemod)\b", text)
    assert set(re.findall(r"\b[A-Z]\w+Provider\b", text)) <= POSITIONS


@pytest.mark.parametrize("folder", ["model", "checks", "sparing", "penalising", "chained", "configured", "suppress"])
def test_what_is_asked_of_other_files_is_asked_through_one_module(folder: str) -> None:
    """Else a cached finding would outlive what decided it."""
    asking = re.compile(r"\.(exists|is_file|is_dir|stat|glob|rglob|iterdir|read_text|read_bytes)\(|\bopen\(|\bos\.\w")
    assert not [path for path in (PACKAGE / folder).rglob("*.py") if asking.search(path.read_text(encoding="utf-8"))]


def test_the_rulebook_holds_no_python() -> None:
    assert {path.suffix for path in folder().rglob("*") if path.is_file()} <= {".md", ".toml"}


@pytest.mark.parametrize("example", REPORTED, ids=str)
def test_messages_keep_the_conventions(example: Example) -> None:
    _, found = example.found(example.rule)
    assert found
    for each in found:
        fix = [each.fix.title, *filter(None, [each.fix.advice])] if each.fix else []
        for said in [each.message, each.help, *fix, *(label.text for label in each.labels)]:
            assert not said.endswith("."), said
            assert said.count("`") % 2 == 0, said
        for said in [each.message, each.help, *fix]:
            assert re.match(r"[a-z`]", said), said
