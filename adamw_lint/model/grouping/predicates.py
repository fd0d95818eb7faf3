"""Conditions that pick parameters by name, shape, layer or training, as an algebra that can be compared and evaluated.

A condition is an `Atom`, or `Not`, `AllOf`, `AnyOf` of conditions; ALWAYS and NEVER are the empty `AllOf` and `AnyOf`.
They are read out of code by `conditions.py`. A `Partition` is the groups of one optimizer, built in sight or not, and
each of its groups carries what it takes, model by model:

    for partition in module.partitions:            # partition.built is None where the optimizer is not known
        for group in partition.groups:
            group.picks                            # None where it cannot be told what the group takes
            for pick in group.picks or ():         # one for each X of X.named_parameters()
                pick.root                          # the expression X; pick.key is equal for one and the same variable
                pick.predicate                     # the condition over X's parameters, ALWAYS for all of them
                pick.tests                         # each `Written` test on names, with the list of texts that it uses
            partition.decay(group)                 # own, inherited or the library's default; UNKNOWN where not known

    holds(part.predicate, tensor)      # whether it picks a Tensor: True, False, or None where that cannot be told
    possible(AllOf((one, other)))      # whether any parameter can meet both; None with too many atoms
    same(one, other)
    atoms(predicate), trained(predicate)   # the latter: the condition with `requires_grad` taken for true
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import product

import libcst as cst

from adamw_lint.model.parameters.tensors import Tensor

_LIMIT = 10  # atoms in one truth table


class Test(Enum):
    """What an atom asks."""

    CONTAINS = auto()  # `text in name`
    EQUALS = auto()  # `name == text`
    STARTS = auto()  # `name.startswith(text)`
    ENDS = auto()  # `name.endswith(text)`
    MATCHES = auto()  # `re.search(text, name)`
    BELOW = auto()  # `p.ndim < number`
    LAYER = auto()  # `isinstance(module, text)`, text the dotted path of the class, or its bare name
    TRAINED = auto()  # `p.requires_grad`
    OPAQUE = auto()  # anything else: equal where the text and what its names are bound to are equal


class Subject(Enum):
    """Which name a test on names asks about, of the parameter `encoder.norm.weight`."""

    NAME = auto()  # encoder.norm.weight
    LEAF = auto()  # weight
    OWNER = auto()  # encoder.norm


@dataclass(frozen=True, slots=True)
class Atom:
    """One question about a parameter; `folded` says that the name is lower-cased first."""

    test: Test
    text: str = ""
    number: int = 0
    subject: Subject = Subject.NAME
    folded: bool = False
    variables: tuple[object, ...] = field(default=(), repr=False)  # OPAQUE: what the names in the text are bound to


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    of: Predicate


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of several conditions."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several conditions."""

    of: tuple[Predicate, ...]


Predicate = Atom | Not | AllOf | AnyOf
ALWAYS, NEVER = AllOf(()), AnyOf(())
TRAINED = Atom(Test.TRAINED)
NAMED = frozenset({Test.CONTAINS, Test.EQUALS, Test.STARTS, Test.ENDS, Test.MATCHES})


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One test on names as it is written: `any(nd in n for nd in no_decay)`, `n not in no_decay`, `"bias" in n`.

    `node` is the whole test, `name` the expression of the name in it, `texts` each text with its literal, `listed` the
    display that holds the texts (wherever it is bound; None where the one text stands in the test), `negated` whether
    the test itself says not.
    """

    node: cst.BaseExpression
    name: cst.BaseExpression
    test: Test
    texts: tuple[tuple[str, cst.BaseExpression], ...]
    listed: cst.BaseExpression | None = None
    negated: bool = False


def inverse(predicate: Predicate) -> Predicate:
    """The opposite, without a double negation."""
    if isinstance(predicate, Not):
        return predicate.of
    return NEVER if predicate == ALWAYS else ALWAYS if predicate == NEVER else Not(predicate)


def every(predicates: Sequence[Predicate]) -> Predicate:
    """All of several conditions, flattened, what is repeated left out."""
    return _joined(AllOf, AnyOf, predicates)


def some(predicates: Sequence[Predicate]) -> Predicate:
    """At least one of several conditions, flattened, what is repeated left out."""
    return _joined(AnyOf, AllOf, predicates)


def _joined(kind: type[AllOf | AnyOf], other: type[AllOf | AnyOf], predicates: Sequence[Predicate]) -> Predicate:
    flat: dict[Predicate, None] = {}
    for each in predicates:
        flat |= dict.fromkeys(each.of if isinstance(each, kind) else (each,))
    if other(()) in flat or any(inverse(each) in flat for each in flat):
        return other(())
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))


def normal(predicate: Predicate) -> Predicate:
    """The same condition with negation on atoms only, flat and without repetition."""
    if isinstance(predicate, Not):
        of = predicate.of
        if isinstance(of, Atom):
            return predicate
        if isinstance(of, Not):
            return normal(of.of)
        turned = [normal(Not(each)) for each in of.of]
        return some(turned) if isinstance(of, AllOf) else every(turned)
    if isinstance(predicate, Atom):
        return predicate
    inner = [normal(each) for each in predicate.of]
    return every(inner) if isinstance(predicate, AllOf) else some(inner)


def atoms(predicate: Predicate) -> Iterator[Atom]:
    """The atoms of a condition, in the order of the text."""
    if isinstance(predicate, Atom):
        yield predicate
        return
    for each in (predicate.of,) if isinstance(predicate, Not) else predicate.of:
        yield from atoms(each)


def replaced(predicate: Predicate, old: Predicate, new: Predicate) -> Predicate:
    """The condition with one condition in it replaced by another."""
    if predicate == old:
        return new
    if isinstance(predicate, Atom):
        return predicate
    if isinstance(predicate, Not):
        return inverse(replaced(predicate.of, old, new))
    inner = [replaced(each, old, new) for each in predicate.of]
    return every(inner) if isinstance(predicate, AllOf) else some(inner)


def trained(predicate: Predicate) -> Predicate:
    """The condition for parameters that are trained: `requires_grad` taken for true."""
    return replaced(predicate, TRAINED, ALWAYS)


def evaluate(predicate: Predicate, answers: dict[Atom, bool | None]) -> bool | None:
    """The truth of a condition where each atom is true, false or cannot be told."""
    if isinstance(predicate, Atom):
        return answers[predicate]
    if isinstance(predicate, Not):
        truth = evaluate(predicate.of, answers)
        return None if truth is None else not truth
    decisive = isinstance(predicate, AnyOf)
    found = {evaluate(each, answers) for each in predicate.of}
    return decisive if decisive in found else None if None in found else not decisive


def holds(predicate: Predicate, tensor: Tensor) -> bool | None:
    """Whether a condition picks a parameter; None where that cannot be told."""
    from adamw_lint.model.grouping.atoms import asks

    return evaluate(predicate, {atom: asks(atom, tensor) for atom in atoms(predicate)})


def possible(predicate: Predicate) -> bool | None:
    """Whether some parameter can meet a condition, by a truth table; None where it has too many atoms."""
    from adamw_lint.model.grouping.atoms import consistent

    whole = _abstracted(predicate)
    found = list(dict.fromkeys(atoms(whole)))
    if len(found) > _LIMIT:
        return None
    for row in product((True, False), repeat=len(found)):
        answers: dict[Atom, bool | None] = dict(zip(found, row, strict=True))
        if evaluate(whole, answers) and consistent(answers):
            return True
    return False


def _abstracted(predicate: Predicate) -> Predicate:
    """The condition with each long list of alternatives that is used as a whole only made one opaque atom."""
    from adamw_lint.model.grouping.atoms import related

    for unit in dict.fromkeys(_units(predicate)):
        atom = Atom(Test.OPAQUE, "\0", variables=(frozenset(unit.of),))
        outside = replaced(predicate, unit, atom)
        inner = list(atoms(unit))
        if not any(related(one, other) for one in inner for other in atoms(outside)):
            predicate = outside
    return predicate


def _units(predicate: Predicate) -> Iterator[AnyOf]:
    if isinstance(predicate, AnyOf) and len(predicate.of) > 1 and all(isinstance(each, Atom) for each in predicate.of):
        yield predicate
    elif not isinstance(predicate, Atom):
        for each in (predicate.of,) if isinstance(predicate, Not) else predicate.of:
            yield from _units(each)


def same(one: Predicate, other: Predicate) -> bool:
    """Whether two conditions certainly pick the same parameters."""
    return possible(AnyOf((AllOf((one, Not(other))), AllOf((other, Not(one)))))) is False
