"""What the tests of an optimizer come out as if a decay is given, and which factors of its step are numbers."""

from __future__ import annotations

import libcst as cst
import pytest

from adamw_lint.model.frames import Place
from adamw_lint.model.module import Module
from adamw_lint.model.updating.scalars import Scalars
from adamw_lint.model.updating.switches import Switches, Truth
from adamw_lint.read.source import Source
from adamw_lint.rulebook import words

OPTIMIZER = """
class Optim:
    def __init__(self, params, lr=1e-3, weight_decay=0, mode="l2", decoupled=False, schedule=None, name=""):
        self.defaults = dict(lr=lr, rectify=1, degenerated=0)

    def step(self, closure=None):
        kept = self.decoupled
        shown({})
"""


def asked(expression: str) -> tuple[Module, Place]:
    """An optimizer whose step asks for an expression, and where it does."""
    module = Module.of(Source.of_text(OPTIMIZER.format(expression)))
    call = next(call for call in module.survey.calls if call.func.deep_equals(cst.Name("shown")))
    return module, Place(call.args[0].value)


TRUTHS = {
    'group["weight_decay"]': Truth(value=True),
    'group.get("weight_decay", 0)': Truth(value=True),
    'not group["weight_decay"]': Truth(value=False),
    'group["weight_decay"] != 0': Truth(value=True),
    'group["weight_decay"] == 0': Truth(value=False),
    'group["weight_decay"] > limit': Truth(),
    '0 < group["weight_decay"] < 1': Truth(),
    "self.decoupled": Truth(value=False, flags=("decoupled",)),
    "not kept": Truth(value=True, flags=("decoupled",)),
    'self.mode == "l2"': Truth(value=True, flags=("mode",)),
    'self.mode != "l2"': Truth(value=False, flags=("mode",)),
    'self.mode in ("l2", "adamw")': Truth(value=True, flags=("mode",)),
    'self.mode not in ["adamw"]': Truth(value=True, flags=("mode",)),
    "self.mode in modes": Truth(unknown=("mode",)),
    'self.mode > "l1"': Truth(flags=("mode",)),
    "self.mode": Truth(value=True, flags=("mode",)),
    "self.name": Truth(value=False, flags=("name",)),
    "self.schedule": Truth(value=False, flags=("schedule",)),
    "self.schedule is None": Truth(value=True, flags=("schedule",)),
    'group["rectify"]': Truth(value=True, flags=("rectify",)),
    'group["degenerated"]': Truth(value=False, flags=("degenerated",)),
    "self.unseen": Truth(unknown=("unseen",)),
    "self.unseen == 1": Truth(unknown=("unseen",)),
    'group["weight_decay"] and self.unseen': Truth(unknown=("unseen",)),
    'group["weight_decay"] or self.unseen': Truth(value=True),
    "self.decoupled and self.unseen": Truth(value=False, flags=("decoupled",)),
    'group["weight_decay"] and not self.decoupled': Truth(value=True, flags=("decoupled",)),
}


@pytest.mark.parametrize("test", TRUTHS)
def test_what_a_test_comes_out_as_where_a_decay_is_given(test: str) -> None:
    module, place = asked(test)
    switches = Switches(module.survey, module.values, module.frames)
    assert switches.truth(place, frozenset({"weight_decay"})) == TRUTHS[test]


@pytest.mark.parametrize(
    ("factor", "is_number"),
    [
        ("0.5", True),
        ("lr * weight_decay", True),
        ('-group["lr"]', True),
        ("float(x)", True),
        ("max(a, b)", True),
        ("scheduler.get_last_lr()[0]", True),
        ("p", False),
        ("lr * p", False),
        ("-p", False),
        ("grad[0]", False),
        ("lr * " * 9 + "lr", False),  # deeper than anybody writes
    ],
)
def test_a_number_is_told_by_its_worth_or_its_name(factor: str, is_number: bool) -> None:
    module, place = asked(factor)
    scalars = Scalars(module.survey, module.values, module.frames, words("updates") | words("by_hand"))
    assert scalars.is_number(place) is is_number
