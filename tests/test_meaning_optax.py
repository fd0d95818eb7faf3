"""Random training scripts of JAX, fixed and run: each ends with the parameters that AdamW's formula gives."""

from dataclasses import replace

import jax
import pytest
from hypothesis import find
from meaning_optax import judged, programs, proved

from adamw_lint.engine import fix
from adamw_lint.fixes.fixed import Fixed


def test_fixed_scripts_of_jax_train_as_a_correct_adamw_does() -> None:
    tally = proved(10)
    assert sum(number for (_, came), number in tally.items() if came == "fixed") >= 8


def test_a_fix_of_a_chain_that_means_something_else_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: object, **options: object) -> Fixed:
        done = fix(*arguments, **options)  # type: ignore[arg-type]
        return replace(done, source=done.source.with_text(done.source.text.replace("weight_decay=", "weight_decay=2*")))

    program = find(programs(), lambda each: each.rule == "misplaced-decay" and "optax.adam(" in each.text)
    monkeypatch.setattr("meaning_optax.fix", careless)
    with jax.enable_x64(True), pytest.raises(AssertionError, match="the fixed script trains otherwise"):
        judged(program)
