"""Whether a condition picks what is meant to be spared from decay (biases, norm scales) or what is meant to be kept.

A condition is tried on samples: the parameters that models have, and those that the texts of the condition speak of.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from itertools import product

from adamw_lint.model.grouping.atoms import asks
from adamw_lint.model.grouping.predicates import NAMED, AnyOf, Atom, Not, Predicate, Test, atoms, evaluate, trained
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.rulebook import words

_OPEN = 4  # opaque atoms of one condition that are tried both ways


class Aim(Enum):
    """What a group is meant for, by the condition that picks its parameters."""

    SPARED = auto()  # biases and norm scales, no weight of a layer
    KEPT = auto()  # weights of layers, not all biases and norm scales beside them
    MIXED = auto()


@dataclass(frozen=True, slots=True)
class Sample:
    """A parameter as models have it, in the part of a model that `context` names."""

    tensor: Tensor
    context: str = ""

    @property
    def is_spared(self) -> bool:
        """Whether recipes leave it without decay."""
        return self.tensor.role is not Role.WEIGHT


def aim(predicate: Predicate) -> Aim:
    """What a condition is meant to pick; MIXED where opaque parts of it could change that."""
    found = {each for taken in _tries(trained(predicate)) if (each := _aim(taken)) is not None}
    return found.pop() if len(found) == 1 else Aim.MIXED


def contexts(predicate: Predicate) -> frozenset[str]:
    """The parts of a model in which a condition takes anything."""
    tries = _tries(trained(predicate))
    return frozenset(sample.context for taken in tries for sample, answer in taken.items() if answer)


def named(predicates: Iterable[Predicate]) -> str:
    """What conditions that spare something pick, in words."""
    tries = [taken for predicate in predicates for taken in _tries(trained(predicate))]
    roles = {sample.tensor.role for taken in tries for sample, answer in taken.items() if answer}
    said = {Role.BIAS: "biases", Role.NORM: "norm scales"}
    return " and ".join(text for role, text in said.items() if role in roles)


def _tries(predicate: Predicate) -> Iterator[dict[Sample, bool | None]]:
    """What a condition takes of the samples, for each way in which its opaque parts may turn out."""
    every = list(dict.fromkeys(atoms(predicate)))
    opaque = [atom for atom in every if atom.test is Test.OPAQUE][:_OPEN]
    found = samples([predicate])
    for row in product((False, True), repeat=len(opaque)):
        known: dict[Atom, bool | None] = dict(zip(opaque, row, strict=True))
        yield {
            sample: evaluate(predicate, {atom: asks(atom, sample.tensor) for atom in every} | known) for sample in found
        }


def _aim(taken: dict[Sample, bool | None]) -> Aim | None:
    """What is taken of the samples; None where nothing is, or everything."""
    some = [sample for sample, answer in taken.items() if answer]
    inside = {sample.context for sample in some}
    left = [sample for sample, answer in taken.items() if answer is False and sample.context in inside]
    if not some or not left:
        return None
    if all(sample.is_spared for sample in some):
        return Aim.SPARED
    if all(sample.is_spared for sample in left) or not any(sample.is_spared for sample in some):
        return Aim.KEPT
    return Aim.MIXED


def samples(predicates: Sequence[Predicate]) -> list[Sample]:
    """The parameters of a usual model, and those that conditions speak of."""
    of = [atom for predicate in predicates for atom in atoms(predicate)]
    beside = {text for predicate in predicates for text in _beside(predicate)}
    texts = [atom.text for atom in of if atom.test in NAMED - {Test.MATCHES} and atom.text not in beside]
    layers = [atom.text for atom in of if atom.test is Test.LAYER and _is_norm(atom.text)]
    spoken = [text for text in texts if _is_spare(text)]
    parts = [text.strip(".") for text in texts if not _is_spare(text) and text.strip(".") not in _leaves()]
    named = [tensor for text in spoken for tensor in _spoken(text)]
    normed = [Tensor("norm.weight", Role.NORM, 1, layer) for layer in layers]
    usual = [Tensor(name, Role[role], ndim, layer) for name, role, ndim, layer in words("samples")["usual"]]
    bare = [*usual, *normed, *named]
    placed = [(f"{part}." if part else "", part) for part in dict.fromkeys(["", *parts])]
    return list(
        dict.fromkeys(
            Sample(Tensor(prefix + each.name, each.role, each.ndim, each.layer), part)
            for prefix, part in placed
            for each in bare
        )
    )


def _beside(predicate: Predicate) -> Iterator[str]:
    """The texts that stand in one list with a bias or norm: other parameters that are spared, no part of a model."""
    if isinstance(predicate, Atom):
        return
    inner = (predicate.of,) if isinstance(predicate, Not) else predicate.of
    if isinstance(predicate, AnyOf):
        listed = [each for each in inner if isinstance(each, Atom)]
        if any(each.test is Test.BELOW or (each.test in NAMED and _is_spare(each.text)) for each in listed):
            yield from (each.text for each in listed if each.test in NAMED and not _is_spare(each.text))
    for each in inner:
        yield from _beside(each)


def _spoken(text: str) -> Iterator[Tensor]:
    """The parameters that a text which speaks of biases or norms may mean."""
    owner, _, leaf = text.strip(".").rpartition(".")
    if leaf not in _leaves():  # a norm as a whole
        name = f"block.{text.strip('.')}"
        yield Tensor(f"{name}.weight", Role.NORM, 1, "torch.nn.LayerNorm")
        yield Tensor(f"{name}.bias", Role.BIAS, 1, "torch.nn.LayerNorm")
        return
    role = Role.NORM if _is_norm(owner) and leaf not in words("samples")["shifts"] else Role.BIAS
    if not owner and leaf in words("samples")["scales"]:
        role = Role.NORM
    yield Tensor(f"block.{text.strip('.')}", role, 1, "torch.nn.LayerNorm" if _is_norm(owner) else "torch.nn.Linear")


def _is_spare(text: str) -> bool:
    leaf = text.rpartition(".")[2]
    return _is_norm(text) or leaf in (*words("samples")["shifts"], *words("samples")["scales"])


def _is_norm(text: str) -> bool:
    parts = set(re.split(r"[._\d]+", text.lower()))
    said = words("samples")
    return any(word in text.lower() for word in said["norms"]) or not parts.isdisjoint(said["short_norms"])


@cache
def _leaves() -> frozenset[str]:
    said = words("samples")
    return frozenset({*said["leaves"], *said["shifts"], *said["scales"]})
