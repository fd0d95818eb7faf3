"""The parameters of a model that was built, in the order and under the names that `named_parameters()` gives them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from adamw_lint.model.parameters.attributes import lineage
from adamw_lint.model.parameters.interpreter import Interpreter
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.model.parameters.things import (
    ABSENT,
    HANDED,
    REST,
    UNKNOWN,
    Class,
    Either,
    Held,
    Layer,
    Library,
    Thing,
)


@dataclass(frozen=True, slots=True)
class Listing:
    """Parameters by name, each with whether it is certainly there; `complete` where there are no others."""

    tensors: dict[str, tuple[Tensor, bool]]
    complete: bool = True

    @property
    def all(self) -> tuple[Tensor, ...] | None:
        """Every parameter; None where one is not known or not certain."""
        is_sure = self.complete and all(certain for _, certain in self.tensors.values())
        return tuple(tensor for tensor, _ in self.tensors.values()) if is_sure else None

    @property
    def certain(self) -> tuple[Tensor, ...]:
        """The parameters that are certainly there."""
        return tuple(tensor for tensor, certain in self.tensors.values() if certain)


class Lister:
    """Lists the parameters of what one interpreter has built; `used` are the attributes that are used as layers."""

    def __init__(self, run: Interpreter, used: Iterable[str]) -> None:
        self._run = run
        self._used = frozenset(used)

    def of(self, thing: Thing) -> Listing:
        """The parameters of a model."""
        return self._of(thing, "", "", frozenset())[0]

    def _of(self, thing: Thing, prefix: str, key: str, seen: frozenset[Any]) -> tuple[Listing, frozenset[Any]]:
        if isinstance(thing, Either):
            options = [option for option in thing.options if option is not ABSENT or not prefix]
            found = [self._of(option, prefix, key, seen) for option in options]
            return _joined([listing for listing, _ in found], len(options) < len(thing.options)), seen.union(
                *(after for _, after in found)
            )
        if isinstance(thing, Layer):
            return self._of_layer(thing, prefix, key, seen)
        is_foreign = isinstance(thing, Library) and not thing.path.startswith(f"{self._run.facts.root}.")
        is_open = thing is UNKNOWN or ((thing is HANDED or is_foreign) and key in self._used)
        return Listing({}, bool(prefix) and not is_open), seen

    def _of_layer(self, layer: Layer, prefix: str, key: str, seen: frozenset[Any]) -> tuple[Listing, frozenset[Any]]:
        if layer in seen or (prefix and not self._is_module(layer, key)):
            return Listing({}), seen
        seen |= {layer}
        tensors: dict[str, tuple[Tensor, bool]] = {}
        complete = REST not in layer.slots and (bool(prefix) or self._is_module(layer, key))
        for name, value in layer.slots.items():
            held, certain = _parameter(value)
            if held is not None and held not in seen:
                seen |= {held}
                tensors[prefix + str(name)] = (self._tensor(layer, prefix, str(name), held), certain)
        for name, value in layer.slots.items():
            if name is not REST and _parameter(value)[0] is None:
                inner, seen = self._of(value, f"{prefix}{name}.", str(name), seen)
                tensors |= inner.tensors
                complete = complete and inner.complete
        return Listing(tensors, complete), seen

    def _is_module(self, layer: Layer, key: str) -> bool:
        """Whether an instance is a module: a setting's class is none, one with a base out of sight if used as one."""
        if layer.of is None:
            return True
        bases = lineage(self._run, layer.of)
        if any(isinstance(base, Library) and self._run.facts.is_module(base.path) for base in bases):
            return True
        return key in self._used and not all(isinstance(base, Class) for base in bases)

    def _tensor(self, layer: Layer, prefix: str, name: str, held: Held) -> Tensor:
        role = held.role if held.role is not None else self._role(layer, name, held)
        return Tensor(prefix + name, role, held.made.ndim, layer.label)

    def _role(self, layer: Layer, name: str, held: Held) -> Role:
        """The role of a parameter that the program makes itself, by its name and what it is full of."""
        words = self._run.facts.words
        if "bias" in name.lower():
            return Role.BIAS
        if not any(word in layer.label.lower() for word in words["norms"]):
            return Role.WEIGHT
        if name in words["shifts"] or (held.made.filled == "zeros" and name not in words["scales"]):
            return Role.BIAS
        return Role.NORM if name in words["scales"] or held.made.filled == "ones" else Role.WEIGHT


def _parameter(value: Thing) -> tuple[Held | None, bool]:
    """The parameter in a slot, if it is one, and whether it is there for certain."""
    if isinstance(value, Held):
        return value, True
    options = value.options if isinstance(value, Either) else ()
    held = [option for option in options if isinstance(option, Held)]
    others = [option for option in options if isinstance(option, Layer) or option is UNKNOWN]
    is_certain = len(held) == len(options) and len({option.role for option in held}) == 1
    return (held[0], is_certain) if held and not others else (None, False)


def _joined(listings: list[Listing], may_be_absent: bool) -> Listing:
    """What one of several listings holds: certain is what all of them hold for certain, in the same role."""
    tensors: dict[str, tuple[Tensor, bool]] = {}
    for listing in listings:
        for name, (tensor, _) in listing.tensors.items():
            if name not in tensors:
                tensors[name] = _in_all(tensor, listings, may_be_absent)
    return Listing(tensors, all(listing.complete for listing in listings))


def _in_all(tensor: Tensor, listings: list[Listing], may_be_absent: bool) -> tuple[Tensor, bool]:
    found = [listing.tensors.get(tensor.name) for listing in listings]
    certain = [each[0] for each in found if each is not None and each[1]]
    is_one = not may_be_absent and len(certain) == len(found) and len({each.role for each in certain}) == 1
    ndims = {each.ndim for each in certain}
    return replace(tensor, ndim=tensor.ndim if len(ndims) < 2 else None), is_one
