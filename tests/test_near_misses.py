"""Programs written to fool one rule, each of them right, on which no rule may speak but where a line says so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pages import MARK, ON, only, project, source_of

from adamw_lint.checks import CHECKS, SETTINGS_CHECKS
from adamw_lint.engine import lint

FOLDER = Path(__file__).parent / "near_misses"
FILES = sorted(FOLDER.glob("*.md"))


@dataclass(frozen=True, slots=True)
class Program:
    """A text under the heading that says why it is right, with the files of the program that reads it."""

    why: str
    code: str
    name: str = "train.py"
    files: tuple[tuple[str, str], ...] = ()


def programs(path: Path) -> list[Program]:
    """Each program, or file of settings (`yaml NAME`) after the programs (`python NAME`) under the same heading."""
    found: list[Program] = []
    heading = ""
    files: dict[str, str] = {}
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    for before, token in pairwise(tokens):
        language, _, name = token.info.partition(" ")
        if before.type == "heading_open" and before.tag == "h2":
            heading, files = token.content, {}
        elif token.type == "fence" and language == "python" and name:
            files[name] = token.content
        elif token.type == "fence":
            found.append(Program(heading, token.content, name or "train.py", tuple(files.items())))
    return found


# Their first look-alikes stand on their pages.
YOUNG = (
    "coupled-decay",
    "decayed-norms",
    "l2-in-loss",
    "text-decay",
)

EVERY = [(path.stem, program) for path in FILES for program in programs(path)]


@pytest.mark.parametrize(("rule", "program"), EVERY, ids=[f"{rule}: {program.why}" for rule, program in EVERY])
def test_a_near_miss_is_left_alone(rule: str, program: Program) -> None:
    lines = program.code.split("\n")
    wanted = [(number, mark[1]) for number, line in enumerate(lines, 1) if (mark := MARK.search(line))]
    source = source_of(MARK.sub("", program.code), program.name)
    with project(dict(program.files)):
        found = [(source.position(each.span.start)[0], each.rule) for each in lint(source, only(*ON, rule))]
    assert found == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_there_are_enough_of_them_and_each_says_why_it_is_right(path: Path) -> None:
    found = programs(path)
    assert path.stem in {*CHECKS, *SETTINGS_CHECKS}
    assert len(found) >= (60 if path.stem in ON and path.stem not in YOUNG else 30)
    assert len({(each.name, each.code, each.files) for each in found}) == len(found)
    assert len({each.why for each in found}) == len(found)
    assert all(each.why and not each.why.endswith(".") for each in found)
