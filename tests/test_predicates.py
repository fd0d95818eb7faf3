"""Conditions on parameters are compared and evaluated as logic and names demand."""

from __future__ import annotations

import pytest

from adamw_lint.model.grouping.predicates import (
    ALWAYS,
    NEVER,
    TRAINED,
    Atom,
    Not,
    Predicate,
    Subject,
    every,
    holds,
    inverse,
    normal,
    possible,
    same,
    some,
    trained,
)
from adamw_lint.model.grouping.predicates import (
    Test as Asked,  # a name that pytest does not take for a test
)
from adamw_lint.model.grouping.sparing import Aim, aim
from adamw_lint.model.parameters.tensors import Role, Tensor

BIAS = Tensor("encoder.norm1.bias", Role.BIAS, 1, "torch.nn.LayerNorm")


def said(text: str, test: Asked = Asked.CONTAINS, subject: Subject = Subject.NAME) -> Atom:
    return Atom(test, text, subject=subject)


def below(number: int) -> Atom:
    return Atom(Asked.BELOW, number=number)


def layer(path: str) -> Atom:
    return Atom(Asked.LAYER, path)


OPAQUE = Atom(Asked.OPAQUE, "in_list(n)", variables=(1,))
NAMES = some([said("bias"), said("norm"), said("LayerNorm.weight")])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said("norm.weight", Asked.ENDS), said("norm")),
        (said("norm.weight", Asked.ENDS), said("weight", Asked.ENDS)),
        (said("bias", Asked.EQUALS, Subject.LEAF), said("bias")),
        (said("bias", Asked.EQUALS, Subject.LEAF), said(".bias", Asked.ENDS)),
        (said("a.bias", Asked.EQUALS), said("a.", Asked.STARTS)),
        (said("encoder.layer", Asked.STARTS), said("encoder", Asked.STARTS)),
        (said("LayerNorm"), Atom(Asked.CONTAINS, "norm", folded=True)),
        (below(1), below(2)),
        (said("a", Asked.EQUALS), inverse(said("b", Asked.EQUALS))),
        (said("weight", Asked.ENDS), inverse(said("bias", Asked.ENDS))),
        (layer("torch.nn.Linear"), inverse(layer("torch.nn.LayerNorm"))),
    ],
)
def test_one_atom_says_another(one: Predicate, other: Predicate) -> None:
    assert possible(every([one, inverse(other)])) is False
    assert possible(every([one, other])) is True
    assert possible(every([inverse(one), other])) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NAMES, inverse(NAMES)),
        (every([inverse(said("a")), inverse(said("b"))]), some([said("b"), said("a")])),
        (below(2), inverse(below(2))),
        (some([OPAQUE, below(2)]), every([inverse(OPAQUE), inverse(below(2))])),
        (ALWAYS, NEVER),
    ],
)
def test_opposites_are_seen(one: Predicate, other: Predicate) -> None:
    assert same(one, inverse(other))
    assert same(normal(one), one)
    assert not same(one, other)


def test_negations_are_brought_down_to_the_atoms() -> None:
    bias, norm = said("bias"), said("norm")
    assert normal(Not(Not(bias))) == bias
    assert normal(Not(every([bias, Not(norm)]))) == some([Not(bias), norm])
    assert normal(Not(some([bias, every([norm, OPAQUE])]))) == every([Not(bias), some([Not(norm), Not(OPAQUE)])])


def test_a_slip_is_no_opposite() -> None:
    bias, norm = said("bias"), said("norm")
    assert not same(every([inverse(bias), inverse(norm)]), inverse(every([bias, norm])))
    assert not same(inverse(below(3)), inverse(below(2)))
    assert not same(OPAQUE, Atom(Asked.OPAQUE, OPAQUE.text, variables=(2,)))


def test_many_atoms_are_told_apart_by_the_lists_they_stand_in() -> None:
    spared = some([said(f"x{index}x") for index in range(9)])
    heads = some([said(f"h{index}h") for index in range(4)])
    assert same(every([spared, heads]), inverse(some([inverse(spared), inverse(heads)])))
    assert possible(every([said(f"x{index}x") for index in range(12)])) is None


@pytest.mark.parametrize(
    ("predicate", "answer"),
    [
        (said("norm"), True),
        (said("bias", Asked.EQUALS), False),
        (said("bias", Asked.EQUALS, Subject.LEAF), True),
        (said("encoder.norm1", Asked.EQUALS, Subject.OWNER), True),
        (said("NORM"), False),
        (said(r"norm\d\.", Asked.MATCHES), True),
        (said("(", Asked.MATCHES), None),
        (below(2), True),
        (layer("torch.nn.LayerNorm"), True),
        (layer("LayerNorm"), True),
        (layer("torch.nn.BatchNorm2d"), False),
        (layer("torch.nn.modules.batchnorm._BatchNorm"), None),
        (layer("apex.normalization.FusedLayerNorm"), None),
        (OPAQUE, None),
        (every([OPAQUE, said("weight")]), False),
        (some([OPAQUE, said("bias")]), True),
        (trained(every([TRAINED, said("bias")])), True),
    ],
)
def test_a_condition_holds_for_a_parameter_or_not(predicate: Predicate, answer: bool | None) -> None:
    assert holds(predicate, BIAS) is answer


@pytest.mark.parametrize(
    ("predicate", "wanted"),
    [
        (NAMES, Aim.SPARED),
        (inverse(NAMES), Aim.KEPT),
        (some([below(2), OPAQUE]), Aim.SPARED),
        (inverse(some([below(2), OPAQUE])), Aim.KEPT),
        (every([NAMES, said("head")]), Aim.SPARED),
        (every([inverse(NAMES), inverse(said("head"))]), Aim.KEPT),
        (some([said("bias"), said("pos_embed")]), Aim.SPARED),
        (said("head"), Aim.MIXED),
        (inverse(said("head")), Aim.MIXED),
        (ALWAYS, Aim.MIXED),
        (TRAINED, Aim.MIXED),
        (said("bias", Asked.EQUALS), Aim.MIXED),
        (layer("torch.nn.BatchNorm2d"), Aim.SPARED),
    ],
)
def test_what_a_condition_is_meant_to_pick(predicate: Predicate, wanted: Aim) -> None:
    assert aim(predicate) is wanted
