"""Random training scripts, fixed and run: each ends with the weights that a correct AdamW gives."""

from dataclasses import replace

import pytest
import torch
from hypothesis import find
from meaning import judged, programs, proved

from adamw_lint.engine import fix
from adamw_lint.fixes.fixed import Fixed


def test_fixed_scripts_train_as_a_correct_adamw_does() -> None:
    tally = proved(40)
    assert sum(number for (_, came), number in tally.items() if came == "fixed") >= 25


def test_a_fix_that_means_something_else_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: object, **options: object) -> Fixed:
        done = fix(*arguments, **options)  # type: ignore[arg-type]
        return replace(done, source=done.source.with_text(done.source.text.replace("AdamW(", "Adam(")))

    program = find(programs(), lambda each: each.way.rule == "coupled-decay" and "optim.Adam(" in each.text)
    monkeypatch.setattr("meaning.fix", careless)
    torch.set_default_dtype(torch.float64)
    try:
        with pytest.raises(AssertionError, match="the fixed script trains otherwise"):
            judged(program)
    finally:
        torch.set_default_dtype(torch.float32)
