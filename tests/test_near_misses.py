"""Programs written to fool one rule, each of them right, on which no rule may speak but where a line says so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pages import MARK, ON, only

from adamw_lint.checks import CHECKS
from adamw_lint.engine import lint
from adamw_lint.read.source import Source

FOLDER = Path(__file__).parent / "near_misses"
FILES = sorted(FOLDER.glob("*.md"))


def programs(path: Path) -> list[tuple[str, str]]:
    """Each program under the heading that says why it is right."""
    found, heading = [], ""
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    for before, token in pairwise(tokens):
        if before.type == "heading_open" and before.tag == "h2":
            heading = token.content
        elif token.type == "fence":
            found.append((heading, token.content))
    return found


# Their first look-alikes stand on their pages.
YOUNG = (
    "coupled-decay",
    "decayed-norms",
    "l2-in-loss",
    "misplaced-decay",
)

EVERY = [(path.stem, why, code) for path in FILES for why, code in programs(path)]


@pytest.mark.parametrize(
    ("rule", "code"), [(rule, code) for rule, _, code in EVERY], ids=[f"{rule}: {why}" for rule, why, _ in EVERY]
)
def test_a_near_miss_is_left_alone(rule: str, code: str) -> None:
    source = Source.of_text(MARK.sub("", code), "train.py")
    wanted = [(number, mark[1]) for number, line in enumerate(code.split("\n"), 1) if (mark := MARK.search(line))]
    found = [(source.position(each.span.start)[0], each.rule) for each in lint(source, only(*ON, rule))]
    assert found == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_there_are_enough_of_them_and_each_says_why_it_is_right(path: Path) -> None:
    found = programs(path)
    assert path.stem in CHECKS
    assert len(found) >= (60 if path.stem in ON and path.stem not in YOUNG else 30)
    assert len({code for _, code in found}) == len(found)
    assert len({why for why, _ in found}) == len(found)
    assert all(why and not why.endswith(".") for why, _ in found)
