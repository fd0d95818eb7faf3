"""The groups of every example and specimen are made with the real optimizer, before its fix and after it.

Before, what should be spared decays, or parameters are in no group; after, every parameter is in one, the weights decay
as the group of weights was meant to, and nothing that was to be spared decays.
"""

from __future__ import annotations

import pytest
from pages import examples, rewritten
from specimens import DROPPED, SWAPPED
from test_proofs import Run

SWAPS = {str(each): each.code for each in examples("swapped-groups") if each.fixed}
SWAPS |= {str(each): each.code for each in SWAPPED if each.safety}
DROPS = {str(each): each.code for each in examples("dropped-parameters") if each.fixed}
DROPS |= {str(each): each.code for each in DROPPED if each.safety}


def decays(code: str) -> dict[str, float]:
    """By how much each parameter in a group decays."""
    run = Run(code)
    return {name: group["weight_decay"] for groups in run.groups() for name, (_, group) in groups.items()}


@pytest.mark.parametrize("name", SWAPS)
def test_what_was_to_be_spared_decays_before_the_fix_and_not_after_it(name: str) -> None:
    before, after = decays(SWAPS[name]), decays(rewritten(SWAPS[name], "swapped-groups"))
    assert set(before) == set(after)
    freed = {each for each in before if before[each] and not after[each]}
    assert freed
    assert all("bias" in each or "norm" in each for each in freed)
    assert any(after[each] for each in after if each.endswith("linear.weight"))


@pytest.mark.parametrize("name", DROPS)
def test_what_was_left_out_is_in_a_group_after_the_fix(name: str) -> None:
    before, after = decays(DROPS[name]), decays(rewritten(DROPS[name], "dropped-parameters"))
    assert set(before) < set(after)
    assert all(after[each] == decay for each, decay in before.items())
