"""Draws random scripts, has each judged, and counts what came of them by rule."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Program = TypeVar("Program")
Tally = Counter[tuple[str, str]]


def judged_all(
    programs: st.SearchStrategy[Program], judge: Callable[[Program], tuple[str, str]], examples: int, drawn: int | None
) -> Tally:
    """How often each came of a script: its rule and what was done; raises what `judge` raises, on the smallest script.

    `drawn` is a seed; without one the scripts are the same each time.
    """
    tally: Tally = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=drawn is None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(programs)
    def each(program: Program) -> None:
        tally[judge(program)] += 1

    (each if drawn is None else seed(drawn)(each))()
    return tally


def show(proved: Callable[..., Tally], usual: str) -> None:
    """Prove as many scripts as the first word of the command says, drawn by the second, and print what came of them."""
    tally = proved(*map(int, sys.argv[1:3] or [usual]))
    for (rule, came), number in sorted(tally.items()):
        print(f"{rule:<22} {came:<8} {number:>6}")
    print(f"{tally.total()} scripts, every fixed one trained as AdamW does")
