"""Every page is true: its examples give exactly the findings, the report and the fixed text that it shows."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pages import PATHS, Example, blocks, examples, refresh

from adamw_lint.checks import CHECKS, COMMENT_CHECKS, SETTINGS_CHECKS
from adamw_lint.pages import own_pages
from adamw_lint.testing import claims

if os.environ.get("UPDATE_PAGES"):
    for rule in PATHS:
        refresh(rule)

EXAMPLES = [example for rule in PATHS for example in examples(rule)]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_a_finding_on_each_marked_line_and_on_no_other(example: Example) -> None:
    claims.finds_what_is_marked(example)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.report], ids=str)
def test_the_report_is_the_one_on_the_page(example: Example) -> None:
    claims.reports(example)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_fixed_text_is_the_one_on_the_page(example: Example) -> None:
    claims.fixes(example)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.fixed], ids=str)
def test_all_fixes_together_leave_no_finding_and_a_second_run_changes_nothing(example: Example) -> None:
    claims.ends(example)


def test_every_page_has_a_check_and_every_check_a_page() -> None:
    folder = Path(__file__).parent.parent / "adamw_lint" / "checks"
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--"}
    assert set(own_pages()) == {*CHECKS, *COMMENT_CHECKS, *SETTINGS_CHECKS} == modules
    assert {name for name, page in own_pages().items() if page.about_comments} == set(COMMENT_CHECKS)


@pytest.mark.parametrize("rule", PATHS)
def test_a_page_has_the_sections_in_order_and_is_short(rule: str) -> None:
    claims.has_form(own_pages()[rule])


@pytest.mark.parametrize("rule", PATHS)
def test_the_proof_on_a_page_runs(rule: str) -> None:
    proofs = [block for block in blocks(PATHS[rule]) if block.info == "python run"]
    assert proofs
    for proof in proofs:
        claims.proves(proof.text, str(proof.path))


def test_codes_are_unique_and_summaries_short() -> None:
    codes = [page.code for page in own_pages().values()]
    assert len(set(codes)) == len(codes)
    for page in own_pages().values():
        assert re.fullmatch(r"ADW[1-49]\d\d", page.code)
        assert len(page.summary) <= 100
        assert not page.summary.endswith(".")
