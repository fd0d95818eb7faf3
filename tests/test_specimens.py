"""What is said of each specimen and what its fix writes, held to the letter in `specimens.txt`."""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import only
from specimens import Specimen
from test_safety import SPECIMENS

from adamw_lint.diagnostics import Diagnostic, Label
from adamw_lint.engine import lint
from adamw_lint.fixes.apply import edits_of, rewrite
from adamw_lint.read.source import Source

SNAPSHOT = Path(__file__).parent / "specimens.txt"


def said(specimen: Specimen) -> list[str]:
    """The finding of a specimen, its labels, its help and its fix, as lines."""
    source = Source.of_text(specimen.code)
    return [line for found in lint(source, only(specimen.rule)) for line in _lines(source, found)]


def _lines(source: Source, found: Diagnostic) -> Iterator[str]:
    yield f"{_marked(source, found)}: {found.message}"
    yield from (f"  label {_marked(source, label)}: {label.text}" for label in found.labels)
    yield f"  help: {found.help}"
    if found.fix is None:
        return
    yield f"  {found.fix.safety} fix: {found.fix.title}; {found.fix.advice}; uncovers {', '.join(found.fix.uncovers)}"
    then, now = (text.splitlines() for text in (source.text, rewrite(source.text, edits_of([found]))))
    yield from (
        f"    {line}" for line in difflib.unified_diff(then, now, n=0, lineterm="") if line[:2] not in ("--", "++")
    )


def _marked(source: Source, at: Diagnostic | Label) -> str:
    return f"{source.position(at.span.start)[0]} `{source.text[at.span.start : at.span.end]}`".replace("\n", "↵")


def _sections(text: str) -> dict[str, list[str]]:
    parts = [part.splitlines() for part in f"\n{text}".split("\n== ")[1:]]
    return {name: lines for name, *lines in parts}


if os.environ.get("UPDATE_PAGES"):
    SNAPSHOT.write_text(
        "".join(f"== {each}\n" + "".join(f"{line}\n" for line in said(each)) for each in SPECIMENS), encoding="utf-8"
    )
HELD = _sections(SNAPSHOT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
def test_what_is_said_of_a_specimen(specimen: Specimen) -> None:
    assert said(specimen) == HELD[str(specimen)]


def test_each_specimen_has_a_name_of_its_own() -> None:
    assert len(HELD) == len(SPECIMENS)


@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
def test_what_is_said_of_code_on_several_lines_stands_on_one(specimen: Specimen) -> None:
    code = re.sub(r"(?<==|:)( ?)(0\.1|args\.wd|lam|wd)(?=[,)}\n])", r"\1(\n    \2\n)", specimen.code)
    for found in lint(Source.of_text(code), only(specimen.rule)):
        said = (found.message, found.help, *(label.text for label in found.labels))
        done = (found.fix.title, found.fix.advice) if found.fix is not None else ()
        assert not [words for words in (*said, *done) if "\n" in words]
