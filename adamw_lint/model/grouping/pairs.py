"""Groups that were parted from one another so that one is spared: by what their conditions pick."""

from collections.abc import Iterator
from dataclasses import dataclass

from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.paths import apart
from adamw_lint.model.grouping.sparing import Aim, aim, contexts
from adamw_lint.model.survey import Survey


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A group that picks biases or norm scales only, and one that picks the weights of the same part of a model.

    `together` says that both are groups of one optimizer; else `spared` has an optimizer of its own.
    """

    partition: Partition
    spared: Group
    kept: Group
    together: bool = True


def pairs(partitions: tuple[Partition, ...], survey: Survey) -> Iterator[Pair]:
    """Every pair of groups of one optimizer, and of two that are built in one function."""
    for partition in partitions:
        for spared in partition.groups:
            for kept in partition.groups if aim_of(spared) is Aim.SPARED else ():
                if aim_of(kept) is Aim.KEPT and meet(spared, kept):
                    yield Pair(partition, spared, kept)
    yield from _apart(partitions, survey)


def _apart(partitions: tuple[Partition, ...], survey: Survey) -> Iterator[Pair]:
    """A whole optimizer for what is spared, and one for the weights that is built in the same function."""
    for one in partitions:
        if one.built is None or len(one.groups) != 1 or aim_of(one.groups[0]) is not Aim.SPARED:
            continue
        function = survey.function(one.built.call)
        for other in partitions:
            if other.built is None or other is one or survey.function(other.built.call) is not function:
                continue
            if apart(survey, one.built.call, other.built.call):
                continue
            for kept in other.groups:
                if aim_of(kept) is Aim.KEPT and meet(one.groups[0], kept):
                    yield Pair(one, one.groups[0], kept, together=False)


def aim_of(group: Group) -> Aim:
    """What a group is meant for; MIXED where it picks from several models for different ends."""
    found = {aim(pick.predicate) for pick in group.picks or ()}
    return found.pop() if len(found) == 1 else Aim.MIXED


def meet(one: Group, other: Group) -> bool:
    """Whether two groups pick from the same part of the same model."""
    return any(
        first.key == second.key and not contexts(first.predicate).isdisjoint(contexts(second.predicate))
        for first in one.picks or ()
        for second in other.picks or ()
    )
