"""Every row of the table of fix safety, held against specimens."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pages import ON, only, rewritten
from specimens import (
    CHAINS,
    COUPLED,
    DEFAULTS,
    DOUBLES,
    DROPPED,
    GRADIENTS,
    IGNORED,
    NORMS,
    PENALTIES,
    REMOVED,
    STEPS,
    SWAPPED,
    SWITCHED,
    UNMATCHED,
    VANISHING,
    Specimen,
)

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import fix, lint
from adamw_lint.fixes.apply import compiles
from adamw_lint.read.lines import comments
from adamw_lint.read.source import Source

SPECIMENS = COUPLED + NORMS + SWAPPED + DROPPED + STEPS + IGNORED + UNMATCHED + GRADIENTS + DOUBLES
SPECIMENS += REMOVED + DEFAULTS + VANISHING + PENALTIES + CHAINS + SWITCHED
FIXABLE = [specimen for specimen in SPECIMENS if specimen.safety]


def finding(specimen: Specimen) -> Diagnostic:
    found = lint(Source.of_text(specimen.code), only(specimen.rule))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
def test_a_fix_has_the_class_that_the_table_gives_it(specimen: Specimen) -> None:
    found = finding(specimen)
    assert (found.fix.safety if found.fix else None) == specimen.safety
    assert ("by hand, because" in found.help) == (found.fix is None)


@pytest.mark.parametrize("specimen", FIXABLE, ids=str)
def test_a_fixed_specimen_has_no_finding_left_and_all_its_comments(specimen: Specimen) -> None:
    rules = {*ON, specimen.rule}
    text = rewritten(specimen.code, *rules)
    assert compiles(text)
    assert lint(Source.of_text(text), only(*rules)) == []
    assert rewritten(text, *rules) == text
    before, after = (Counter(each.text for each in comments(Source.of_text(code))) for code in (specimen.code, text))
    assert before == after


def test_an_older_library_that_the_project_declares_takes_the_switch_away(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    code = "import torch\nopt = torch.optim.RAdam(model.weights, weight_decay=0.1)\n"
    (tmp_path / "requirements.txt").write_text("numpy\ntorch==2.1.2\n")
    (found,) = lint(Source.of_text(code, str(path)), only("coupled-decay"))
    assert found.fix is None
    assert "torch 2.2" in found.help


def test_a_library_that_is_new_enough_keeps_the_switch(tmp_path: Path) -> None:
    code = "import torch\nopt = torch.optim.RAdam(model.weights, weight_decay=0.1)\n"
    (tmp_path / "requirements.txt").write_text("torch>=1.13,<3  # any\n")
    (found,) = lint(Source.of_text(code, str(tmp_path / "train.py")), only("coupled-decay"))
    assert found.fix is not None


def test_a_default_that_is_decoupled_may_be_told_of_as_one_that_nobody_wrote() -> None:
    code = "from fastai.optimizer import Adam\nopt = Adam(model.parameters(), lr=1e-3, decouple_wd=False)\n"
    done = fix(Source.of_text(code), only("coupled-decay", "default-decay"))
    assert done.dropped == ()
    assert "decouple_wd=True" in done.source.text
