"""What is written in another language says the same: the code is that of the English page, and nothing is left out."""

from __future__ import annotations

import os
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages import PATHS, blocks

from adamw_lint.cli import main
from adamw_lint.rulebook import folder, pages
from adamw_lint.translations import ENGLISH, languages, translation

PROJECT = Path(__file__).parent.parent
README = PROJECT / "README.md"
CHINESE = PROJECT / "README.zh-CN.md"
TRANSLATED = sorted(path for language in languages() for path in (folder() / language).glob("*.md"))
PAIRS = {CHINESE: README, **{path: PATHS[path.stem] for path in TRANSLATED}}
ROW = re.compile(r"^\| (ADW\d+) \| \[([\w-]+)\]\(([^)]+)\) \| (.+) \|$", re.MULTILINE)
HAN = re.compile("[\u4e00-\u9fff]")

each_pair = pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.relative_to(PROJECT).as_posix())


def front(path: Path) -> dict[str, str]:
    return tomllib.loads(path.read_text(encoding="utf-8").split("+++\n", 2)[1])


def without_code(path: Path) -> str:
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def levels(path: Path) -> list[str]:
    return re.findall(r"^(#+) ", without_code(path), re.MULTILINE)


def links(path: Path) -> list[Path]:
    """The files that a page leads to, a translated page as its original."""
    found = re.findall(r"\]\((?!https?:)([^)#]+)", without_code(path))
    return sorted(PAIRS.get(target, target) for target in ((path.parent / link).resolve() for link in found))


def copy_blocks(path: Path) -> None:
    """Put the code of the English page in the place of that of a translated one, block by block."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for own, english in reversed(list(zip(blocks(path), blocks(PAIRS[path]), strict=True))):
        lines[own.lines[0] - 1 : own.lines[1]] = [f"```{english.info}", *english.text.rstrip("\n").split("\n")]
    path.write_text("\n".join(lines), encoding="utf-8")


if os.environ.get("UPDATE_PAGES"):
    for each in PAIRS:
        copy_blocks(each)


def test_the_rules_of_the_mission_are_told_in_chinese() -> None:
    assert {path.stem for path in TRANSLATED if path.parent.name == "zh"} >= {
        "coupled-decay",
        "l2-in-loss",
        "decayed-norms",
    }


@each_pair
def test_the_code_is_that_of_the_english_page(path: Path) -> None:
    assert [(each.info, each.text) for each in blocks(path)] == [(each.info, each.text) for each in blocks(PAIRS[path])]


@each_pair
def test_no_section_and_no_link_is_left_out(path: Path) -> None:
    assert levels(path) == levels(PAIRS[path])
    assert [link for link in links(path) if link != README] == [link for link in links(PAIRS[path]) if link != README]


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_the_front_matter_is_that_of_the_english_page(path: Path) -> None:
    own, english = front(path), front(PATHS[path.stem])
    assert own | {"summary": ""} == english | {"summary": ""}
    assert HAN.search(own["summary"])
    assert not own["summary"].endswith(("。", "."))


@each_pair
def test_a_paragraph_is_one_line(path: Path) -> None:
    """A line break inside Chinese prose is drawn as a space."""
    prose = without_code(path).split("+++\n")[-1].split("\n")
    assert [pair for pair in pairwise(prose) if all(HAN.search(line) and line[0] not in "|#-!" for line in pair)] == []


def test_the_chinese_table_has_every_rule() -> None:
    told, english = ROW.findall(CHINESE.read_text(encoding="utf-8")), ROW.findall(README.read_text(encoding="utf-8"))
    assert [(code, name) for code, name, _, _ in told] == [(code, name) for code, name, _, _ in english]
    assert len(told) == len(pages())
    for _, name, link, summary in told:
        page = translation(name, "zh")
        assert link == (f"rules/zh/{name}.md" if page else f"rules/{name}.md")
        assert summary == page.summary if page else HAN.search(summary)


def test_the_languages_lead_to_each_other() -> None:
    assert "[中文](README.zh-CN.md)" in README.read_text(encoding="utf-8")
    assert "[English](README.md)" in CHINESE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["coupled-decay", "ADW101", "adw101"])
def test_a_page_is_shown_in_chinese(name: str) -> None:
    told = CliRunner().invoke(main, ["rule", name, "--lang", "zh"])
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout == (folder() / "zh" / "coupled-decay.md").read_text(encoding="utf-8").split("+++\n", 2)[2]
    assert CliRunner().invoke(main, ["rule", name, "--lang", ENGLISH]).stdout == pages()["coupled-decay"].text


def test_what_is_not_translated_is_said() -> None:
    told = CliRunner().invoke(main, ["rule", "double-decay", "--lang", "zh"])
    assert (told.exit_code, told.stdout) == (0, pages()["double-decay"].text)
    assert told.stderr == "double-decay is not translated into zh; this is its page in English\n"


def test_the_list_is_shown_in_chinese() -> None:
    told = CliRunner().invoke(main, ["rule", "--lang", "zh"])
    rows = dict(zip(pages(), told.stdout.splitlines(), strict=True))
    for name, page in pages().items():
        shown = translation(name, "zh")
        assert (shown.summary if shown else page.summary) in rows[name]
    missing = sum(translation(name, "zh") is None for name in pages())
    assert told.stderr == f"{missing} of {len(pages())} rules are not translated into zh\n"


@pytest.mark.parametrize("language", ["fr", "frameworks", "", "../rules", "ZH"])
def test_a_language_that_there_is_not_is_an_error(language: str) -> None:
    told = CliRunner().invoke(main, ["rule", "coupled-decay", "--lang", language])
    assert told.exit_code == 2
    assert f"no page is written in `{language}`; there is en and zh" in told.stderr
