"""Which parameters an exclusion by name was to spare from decay, and does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.constructions import ZERO
from adamw_lint.model.grouping.atoms import asks
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.picked import Pick
from adamw_lint.model.grouping.predicates import Atom, Predicate, Subject, Test, Written, atoms, evaluate, trained
from adamw_lint.model.parameters.inventory import Holding, Inventory
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.model.scopes import Kind
from adamw_lint.model.worth import UNKNOWN
from adamw_lint.rulebook import words


@dataclass(frozen=True, slots=True, eq=False)
class Exclusion:
    """Two groups of one optimizer whose parameters are parted by their names: `spared` decays by zero.

    `kept` and `rest` are what they take of the same model, `tests` the tests on names that speak of norms or biases.
    """

    partition: Partition
    group: Group
    kept: Pick
    rest: Pick
    tests: tuple[Written, ...]

    @property
    def means_norms(self) -> bool:
        """Whether a text of the tests names the scale of a norm."""
        return any(means(text) is Role.NORM for test in self.tests for text, _ in test.texts)

    @property
    def means_biases(self) -> bool:
        """Whether a text of the tests names biases."""
        return any(means(text) is Role.BIAS for test in self.tests for text, _ in test.texts)

    def misses(self, tensor: Tensor) -> bool:
        """Whether a parameter certainly decays and would be spared if one of the texts matched its name."""
        kept, rest = trained(self.kept.predicate), trained(self.rest.predicate)
        decays = _holds(kept, tensor) is True and _holds(rest, tensor) is False
        return decays and _holds(kept, tensor, self.tests) is False and _holds(rest, tensor, self.tests) is not False

    def spares(self, tensor: Tensor) -> bool:
        """Whether a parameter certainly does not decay."""
        return _holds(trained(self.kept.predicate), tensor) is False


@dataclass(frozen=True, slots=True, eq=False)
class Miss:
    """What an exclusion fails to spare of the models that it may be for.

    `holdings` are those that it fails; `missed` holds a name for each kind of layer. Nothing is missed by name where
    the exclusion compares whole names with short ones, so that no model is needed to see that it spares nothing.
    """

    exclusion: Exclusion
    holdings: tuple[Holding, ...]
    missed: tuple[Tensor, ...]
    some_spared: bool = False

    @property
    def role(self) -> Role:
        """What is missed."""
        return self.missed[0].role if self.missed else Role.NORM


def exclusions(partitions: Iterable[Partition]) -> Iterator[Exclusion]:
    """The exclusions by name of a file's optimizers."""
    for partition in partitions:
        spared = [pick for group in partition.groups if partition.decay(group) == ZERO for pick in group.picks or ()]
        for group in partition.groups:
            if partition.decay(group) in (ZERO, UNKNOWN):
                continue
            for kept in group.picks or ():
                tests = tuple(test for test in kept.tests if any(means(text) for text, _ in test.texts))
                rest = next((pick for pick in spared if tests and pick.key == kept.key), None)
                if rest is not None:
                    yield Exclusion(partition, group, kept, rest, tests)


def miss(exclusion: Exclusion, inventory: Inventory) -> Miss | None:
    """What an exclusion fails to spare; None where it is right, or where that cannot be told."""
    holdings = [each for each in inventory.of(exclusion.kept.root) if each.is_known]
    failed = [each for each in holdings if _fails(exclusion, each, alone=len(holdings) == 1)]
    if failed and _are_enough(failed, holdings):
        missed = missed_of(exclusion, failed[0])
        some = any(exclusion.spares(each) for each in failed[0].tensors if each.role is missed[0].role)
        return Miss(exclusion, tuple(failed), missed, some)
    if not holdings and compares_whole_names(exclusion) and _is_whole_model(exclusion):
        return Miss(exclusion, (), ())
    return None


def missed_of(exclusion: Exclusion, holding: Holding) -> tuple[Tensor, ...]:
    """The norm scales of a model that decay, else its biases, one for each kind of layer: without those repeated."""
    wanted = [(Role.NORM, exclusion.means_norms), (Role.BIAS, exclusion.means_biases)]
    for role, is_meant in wanted:
        found = [each for each in holding.tensors if each.role is role and is_meant and exclusion.misses(each)]
        found = [each for each in found if role is Role.NORM or _is_called_bias(each)]
        if found:
            return tuple({_kind(each.name): each for each in reversed(found)}.values())[::-1]
    return ()


def _are_enough(failed: list[Holding], holdings: list[Holding]) -> bool:
    """Whether an exclusion is made for other models: one of a table of them, most where any may be loaded by name."""
    share = words("samples")["mostly"] if all(each.is_any for each in holdings) else 0.0
    return len(failed) > share * len(holdings)


def _fails(exclusion: Exclusion, holding: Holding, alone: bool) -> bool:
    """Whether an exclusion misses norms or biases of a model; of one among several, all its norms."""
    missed = missed_of(exclusion, holding)
    if not missed or alone:
        return bool(missed)
    return not any(exclusion.spares(each) for each in holding.tensors if each.role is missed[0].role)


def compares_whole_names(exclusion: Exclusion) -> bool:
    """Whether whole dotted names are compared with a list of short ones, biases and norms, so that none is equal."""
    for test in exclusion.tests:
        texts = [text for text, _ in test.texts]
        short = all("." not in text.strip(".") or _is_class_name(text) for text in texts)
        if short and test.test is Test.EQUALS and asks_whole_names(exclusion):
            return exclusion.means_biases and any(means(text) is Role.NORM for text in texts)
    return False


def _is_whole_model(exclusion: Exclusion) -> bool:
    """Whether parameters are those of a model, not of one of its layers, where names are short."""
    root, values = exclusion.kept.root, exclusion.partition.values
    if isinstance(root, cst.Attribute):
        return any(word in root.attr.value.lower() for word in words("samples")["models"])
    bindings = values.bindings(root) if isinstance(root, cst.Name) else []
    return isinstance(root, cst.Name) and not any(each.kind is Kind.LOOP for each in bindings)


def _is_class_name(text: str) -> bool:
    """Whether a text begins with the name of a class, as attributes deep in a model may be called: LayerNorm.weight."""
    owner = text.partition(".")[0]
    return means(text) is not None and owner != owner.lower() and text.count(".") == 1


def means(text: str) -> Role | None:
    """What a text in an exclusion names: the scale of a norm, biases, or something else."""
    said = words("samples")
    leaf = text.strip(".").rpartition(".")[2]
    parts = set(re.split(r"[._\d]+", text.lower()))
    is_norm = any(word in text.lower() for word in said["norms"]) or not parts.isdisjoint(said["short_norms"])
    if "bias" in leaf.lower() or leaf in said["shifts"]:
        return None if is_norm else Role.BIAS
    return Role.NORM if is_norm or leaf in said["scales"] else None


def _is_called_bias(tensor: Tensor) -> bool:
    return "bias" in tensor.name.rpartition(".")[2]


def _kind(name: str) -> str:
    """The name without the numbers of repeated layers."""
    return re.sub(r"(?<=\.)\d+(?=\.)", "0", name)


def asks_whole_names(exclusion: Exclusion) -> bool:
    """Whether the tests ask about dotted names as they are, not about a part of them or in lower case."""
    found = {(atom.subject, atom.folded) for atom in _atoms_of(exclusion.kept.predicate, exclusion.tests)}
    return found == {(Subject.NAME, False)}


def _atoms_of(predicate: Predicate, tests: Iterable[Written]) -> Iterator[Atom]:
    texts = {(test.test, text) for test in tests for text, _ in test.texts}
    return (atom for atom in atoms(predicate) if (atom.test, atom.text) in texts)


def _holds(predicate: Predicate, tensor: Tensor, matched: tuple[Written, ...] = ()) -> bool | None:
    """Whether a condition picks a parameter, if the texts of some tests all matched its name."""
    answers: dict[Atom, bool | None] = {atom: asks(atom, tensor) for atom in atoms(predicate)}
    return evaluate(predicate, answers | dict.fromkeys(_atoms_of(predicate, matched), True))


def takes(pick: Pick, tensor: Tensor, tests: tuple[Written, ...], matches: bool) -> bool | None:
    """Whether a group would take a parameter if its name matched the texts of some tests, or matched none of them."""
    predicate = trained(pick.predicate)
    answers: dict[Atom, bool | None] = {atom: asks(atom, tensor) for atom in atoms(predicate)}
    return evaluate(predicate, answers | dict.fromkeys(_atoms_of(predicate, tests), matches))


def display_of(exclusion: Exclusion) -> cst.BaseExpression | None:
    """The one display that holds the texts of all the tests; None where there are several, or none."""
    found = {test.listed for test in exclusion.tests}
    return next(iter(found)) if len(found) == 1 else None
