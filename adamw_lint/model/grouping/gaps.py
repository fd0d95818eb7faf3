"""Parameters that the groups of one optimizer leave out, or take twice, where their conditions do not fit."""

from collections.abc import Iterator
from dataclasses import dataclass

from adamw_lint.model.grouping.atoms import asks
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.pairs import aim_of
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.predicates import Atom, Predicate, Test, atoms, holds, inverse, possible, some, trained
from adamw_lint.model.grouping.sparing import Aim, Sample, contexts, samples

_READABLE = frozenset({Test.CONTAINS, Test.EQUALS, Test.STARTS, Test.ENDS, Test.BELOW})


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A parameter that is in no group of an optimizer, or in two; `kept` and `spared` do not fit together."""

    partition: Partition
    kept: Group
    spared: Group
    sample: Sample
    twice: bool


def gaps(partition: Partition) -> Iterator[Gap]:
    """The gaps between a group of weights and one of what is spared, of the same model; at most one for each model.

    A part of a model of which only one of the two takes anything is left out on purpose.
    """
    if any(group.picks is None or len(group.picks) != 1 for group in partition.groups):
        return
    for kept in partition.groups:
        for spared in partition.groups if aim_of(kept) is Aim.KEPT else ():
            if aim_of(spared) is not Aim.SPARED or _key(kept) != _key(spared):
                continue
            found = _between(partition, kept, spared)
            if found is not None:
                yield found
                return


def _between(partition: Partition, kept: Group, spared: Group) -> Gap | None:
    same = [_predicate(group) for group in partition.groups if _key(group) == _key(kept)]
    asked = [atom for predicate in same for atom in atoms(predicate)]
    if not _readable(asked) or not _akin(_predicate(kept), _predicate(spared)):
        return None
    tried = [(sample, [holds(predicate, sample.tensor) for predicate in same]) for sample in samples(same)]
    taken = contexts(_predicate(kept)) & contexts(_predicate(spared))
    usual = [(sample, answers) for sample, answers in tried if (sample.tensor.ndim or 0) <= 2]
    left = [sample for sample, answers in usual if set(answers) == {False} and sample.context in taken]
    taken_of = [sample for sample, answers in tried if True in answers]
    left = [sample for sample in left if not _is_left_out(sample, same, taken_of)]
    if left and possible(inverse(some(same))) is not False:
        return Gap(partition, kept, spared, left[0], twice=False)
    pair = (_predicate(kept), _predicate(spared))
    twice = [sample for sample, _ in tried if all(holds(each, sample.tensor) for each in pair)]
    return Gap(partition, kept, spared, twice[0], twice=True) if twice else None


def _is_left_out(sample: Sample, same: list[Predicate], taken: list[Sample]) -> bool:
    """Whether every condition asks something of which nothing that is taken has it, as of frozen norms."""
    common = set.intersection(*(set(atoms(predicate)) for predicate in same))
    met = [atom for atom in common if asks(atom, sample.tensor)]
    return any(not any(asks(atom, other.tensor) for other in taken) for atom in met)


def _key(group: Group) -> object:
    return group.picks[0].key if group.picks else None


def _predicate(group: Group) -> Predicate:
    assert group.picks
    return trained(group.picks[0].predicate)


def _readable(asked: list[Atom]) -> bool:
    """Whether conditions ask of names and dimensions only, and of no number of dimensions that stands for a layer."""
    below = {atom.number for atom in asked if atom.test is Test.BELOW}
    return all(atom.test in _READABLE for atom in asked) and max(below, default=0) <= 3


def _akin(one: Predicate, other: Predicate) -> bool:
    """Whether two conditions were written as two sides of one: they share a text, or both ask for dimensions only."""
    first, second = ({(atom.test is Test.BELOW) or atom.text for atom in atoms(each)} for each in (one, other))
    return not first.isdisjoint(second)
