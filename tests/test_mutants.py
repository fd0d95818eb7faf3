"""A sample of mutants holds each module in proportion, and the interval of a share is Wilson's."""

from __future__ import annotations

from collections import Counter

import pytest
from mutants import drawn, interval

NAMES = [f"checks.large.x__mutmut_{number}" for number in range(60)] + [f"checks.small.x_{n}" for n in range(20)]


def test_a_sample_holds_each_module_in_proportion() -> None:
    sample = drawn(NAMES, 20, seed=3)
    assert Counter(name.rpartition(".")[0] for name in sample) == {"checks.large": 15, "checks.small": 5}
    assert len(set(sample)) == 20


def test_a_sample_is_drawn_again_with_its_seed_and_no_other() -> None:
    assert drawn(NAMES, 20, seed=3) == drawn(NAMES[::-1], 20, seed=3) != drawn(NAMES, 20, seed=4)


def test_all_may_be_drawn() -> None:
    assert sorted(drawn(NAMES, len(NAMES), seed=1)) == sorted(NAMES)


def test_the_interval_of_a_share() -> None:
    assert interval(90, 100) == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert interval(10, 10)[1] == 1
