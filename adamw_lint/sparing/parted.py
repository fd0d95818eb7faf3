"""Groups that share out every parameter of a model by the names of its parts: none of them is an exclusion."""

from collections.abc import Set
from dataclasses import replace

from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.pairs import aim_of
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.predicates import inverse, possible, some, trained
from adamw_lint.model.grouping.sparing import Aim
from adamw_lint.model.module import Module
from adamw_lint.model.worth import UNKNOWN, Number
from adamw_lint.rulebook import words
from adamw_lint.signatures import parameters


def parted(module: Module, built: Construction) -> list[Group]:
    """The groups that together take all of one model and decay all of it; none where any group may be an exclusion."""
    partition = next((each for each in module.partitions if each.built is built), None)
    if partition is None or any(_may_spare(partition, built, group) for group in partition.groups):
        return []
    models: dict[object, list[Group]] = {}
    for group in partition.groups:
        models.setdefault(group.picks[0].key if group.picks else None, []).append(group)
    shared = (groups for groups in models.values() if len(groups) > 1)
    return next(([_rooted(group) for group in groups] for groups in shared if _is_all(groups)), [])


def _rooted(group: Group) -> Group:
    roots = tuple(pick.root for pick in group.picks or ())
    return replace(group, selects=replace(group.selects, roots=roots))


def is_read(built: Construction, keys: Set[str]) -> bool:
    """Whether an optimizer reads all of some keys of a group; another may be a share of the decay, for a scheduler."""
    return keys <= {"params", *words("parameters")["labels"], *parameters(built.optimizer.signature)[1]}


def _may_spare(partition: Partition, built: Construction, group: Group) -> bool:
    """Whether a group decays nothing, or by what may be nothing for it alone, or was made for biases or norms."""
    settings = partition.settings(group, words("parameters")["labels"])
    if settings is None or not is_read(built, settings.keys()):
        return True
    is_known = group.complete and group.picks is not None and len(group.picks) == 1
    own = partition.values.worth(group.decay.value) if group.decay is not None else None
    is_said = own is None or isinstance(own, Number)
    return not is_known or not is_said or partition.decay(group) in (ZERO, UNKNOWN) or aim_of(group) is Aim.SPARED


def _is_all(groups: list[Group]) -> bool:
    taken = some([trained(group.picks[0].predicate) for group in groups if group.picks])
    return possible(inverse(taken)) is False
