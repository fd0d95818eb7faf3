"""Every page is true: its examples give exactly the findings, the report and the fixed text that it shows."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pages import ON, PATHS, Example, blocks, examples, only, project, refresh, reported, rewritten, source_of

from adamw_lint.checks import CHECKS, COMMENT_CHECKS, SETTINGS_CHECKS
from adamw_lint.engine import lint
from adamw_lint.rulebook import pages

if os.environ.get("UPDATE_PAGES"):
    for rule in PATHS:
        refresh(rule)

EXAMPLES = [example for rule in PATHS for example in examples(rule)]
FIXED = [example for example in EXAMPLES if example.fixed]
SECTIONS = ["What it finds", "Why it matters", "Example", "What is left alone", "Fix safety", "Proof"]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_a_finding_on_each_marked_line_and_on_no_other(example: Example) -> None:
    source, found = example.found(example.rule)
    assert [source.position(each.span.start)[0] for each in found] == example.expected


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.report], ids=str)
def test_the_report_is_the_one_on_the_page(example: Example) -> None:
    assert example.report
    assert reported(example) == example.report.text


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_fixed_text_is_the_one_on_the_page(example: Example) -> None:
    text = rewritten(example.code, example.rule, name=example.name, files=example.files)
    assert text == (example.fixed.text if example.fixed else example.code)


@pytest.mark.parametrize("example", FIXED, ids=str)
def test_all_fixes_together_leave_no_finding_and_a_second_run_changes_nothing(example: Example) -> None:
    rules = {*ON, example.rule}
    text = rewritten(example.code, *rules, name=example.name, files=example.files)
    with project(example.files):
        found = lint(source_of(text, example.name), only(*rules))
    assert [each for each in found if each.fix or each.rule != example.rule] == []
    assert rewritten(text, *rules, name=example.name, files=example.files) == text


def test_every_page_has_a_check_and_every_check_a_page() -> None:
    folder = Path(__file__).parent.parent / "adamw_lint" / "checks"
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--"}
    assert set(pages()) == {*CHECKS, *COMMENT_CHECKS, *SETTINGS_CHECKS} == modules
    assert {name for name, page in pages().items() if page.about_comments} == set(COMMENT_CHECKS)


@pytest.mark.parametrize("rule", PATHS)
def test_a_page_has_the_sections_in_order_and_is_short(rule: str) -> None:
    text = PATHS[rule].read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert f"\n# {rule}\n" in text
    assert text.count("\n") <= 200
    assert any(example.report for example in examples(rule))


@pytest.mark.parametrize("rule", PATHS)
def test_the_proof_on_a_page_runs(rule: str) -> None:
    proofs = [block for block in blocks(PATHS[rule]) if block.info == "python run"]
    assert proofs
    for proof in proofs:
        assert "assert " in proof.text
        exec(compile(proof.text, str(proof.path), "exec"), {"__name__": "proof"})


def test_codes_are_unique_and_summaries_short() -> None:
    codes = [page.code for page in pages().values()]
    assert len(set(codes)) == len(codes)
    for page in pages().values():
        assert re.fullmatch(r"ADW[1-49]\d\d", page.code)
        assert len(page.summary) <= 100
        assert not page.summary.endswith(".")
