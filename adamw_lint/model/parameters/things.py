"""What the expressions of a constructor give, as far as the names of parameters need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import libcst as cst

from adamw_lint.model.parameters.tensors import Role


class Opaque(Enum):
    """What is not known, and how little of it is."""

    UNKNOWN = auto()  # anything, perhaps a layer
    HANDED = auto()  # comes from outside: a setting, unless the program uses it as a layer
    PLAIN = auto()  # no layer for certain, known only at run time
    SHAPE = auto()  # the same, of any number of dimensions
    INDEX = auto()  # the variable of a loop over an unknown number of things, of which one iteration is looked at
    ABSENT = auto()  # bound on other paths only


UNKNOWN, HANDED, PLAIN, SHAPE, INDEX, ABSENT = Opaque


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, a truth value or None."""

    value: Any


NONE = Constant(None)


@dataclass(frozen=True, slots=True)
class Library:
    """Something imported from outside the program, by its dotted path."""

    path: str


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the program."""

    node: cst.ClassDef


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function, method or lambda of the program; `receiver` is what it is bound to."""

    node: cst.FunctionDef | cst.Lambda
    scope: Scope | None = None  # where it was defined, for what a nested one sees
    owner: Class | None = None
    receiver: Thing | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method that is not the program's, bound to what it is a method of."""

    receiver: Thing
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A callable with some of its arguments given."""

    target: Thing
    given: Given


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """`super()` in a method: the instance, and the class behind which a method is looked up."""

    receiver: Layer
    owner: Class


@dataclass(frozen=True, slots=True)
class Raw:
    """A tensor that is no parameter: its dimensions if known, and whether it is full of ones or of zeros."""

    ndim: int | None = None
    filled: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One parameter, shared where the same one stands in two places; a layer of the program gives it no role."""

    made: Raw
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Either:
    """One of several things, by a condition that is known only at run time."""

    options: tuple[Thing, ...]


@dataclass(slots=True, eq=False)
class Store:
    """Something that code changes; only `Heap` writes its slots."""

    slots: dict[Any, Thing] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Listed(Store):
    """A list; its items are one tuple in the slot `items`."""


@dataclass(slots=True, eq=False)
class Mapped(Store):
    """A dict, a slot for each key that is known."""


@dataclass(slots=True, eq=False)
class Layer(Store):
    """An instance, a slot for each attribute: a layer of a library, or of a class of the program (then `of` is set)."""

    label: str = ""
    of: Class | None = None


@dataclass(slots=True, eq=False)
class Scope(Store):
    """The variables of one call of a function, or of one comprehension."""

    parent: Scope | None = None
    owner: Class | None = None
    receiver: Thing | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The arguments of a call; `complete` is False where more may arrive by a star."""

    positional: tuple[Thing, ...] = ()
    keywords: dict[str, Thing] = field(default_factory=dict)
    complete: bool = True

    def first(self, name: str = "") -> Thing | None:
        """The first argument, by position or by name."""
        return self.positional[0] if self.positional else self.keywords.get(name)

    def all(self) -> Iterator[Thing]:
        """Every argument."""
        yield from self.positional
        yield from self.keywords.values()


Thing = (
    Opaque
    | Constant
    | Library
    | Class
    | Function
    | Method
    | Partial
    | Super
    | Raw
    | Held
    | Either
    | Store
    | tuple[Any, ...]
)
REST = Opaque.UNKNOWN  # as the key of a slot: there may be entries that we do not see
_MOST = 8


def either(things: Iterable[Thing]) -> Thing:
    """One of several things, flattened; tuples of one length are joined item by item."""
    options: list[Thing] = []
    for thing in things:
        options += [option for option in options_of(thing) if option not in options]
    if len(options) < 2:
        return options[0] if options else UNKNOWN
    if all(isinstance(option, tuple) and len(option) == len(options[0]) for option in options):  # type: ignore[arg-type]
        return tuple(either(column) for column in zip(*options, strict=True))
    return UNKNOWN if len(options) > _MOST else Either(tuple(options))


def options_of(thing: Thing) -> tuple[Thing, ...]:
    """The things that a thing may be."""
    return thing.options if isinstance(thing, Either) else (thing,)


def items_of(thing: Thing) -> tuple[Thing, ...] | None:
    """The items of a tuple, a list or a text; None where they are not known."""
    if isinstance(thing, Listed):
        thing = thing.slots["items"]
    if isinstance(thing, Constant) and isinstance(thing.value, str):
        return tuple(map(Constant, thing.value))
    if isinstance(thing, Mapped):
        return None if REST in thing.slots else tuple(map(Constant, thing.slots))
    return thing if isinstance(thing, tuple) else None


def truth(thing: Thing | None) -> bool | None:
    """Whether a condition holds; None where that is known only at run time."""
    if isinstance(thing, Either):
        answers = {truth(option) for option in thing.options}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(thing, Opaque) or thing is None:
        return None
    if isinstance(thing, Constant):
        return bool(thing.value)
    if isinstance(thing, (tuple, Listed, Mapped)):
        items = items_of(thing)
        return None if items is None else bool(items)
    return None if isinstance(thing, (Raw, Held)) else True
