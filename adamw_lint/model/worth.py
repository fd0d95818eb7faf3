"""The kinds of value that an expression can be worth, UNKNOWN among them, and how several become one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import libcst as cst

from adamw_lint.model.scopes import Binding


@dataclass(frozen=True, slots=True)
class Unknown:
    """We do not know what it is."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """`None`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exact in decimals; True is 1 and False is 0."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Something imported, under its full dotted path; `binding` is the import that brought it in."""

    path: str
    binding: Binding | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Defined:
    """A class or function of this file."""

    node: cst.FunctionDef | cst.ClassDef


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable with some of its arguments already given, by the call of `functools.partial`."""

    target: "Value"
    call: cst.Call


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a mapping: its value, the node that writes it, and whether it is there on every path."""

    value: cst.BaseExpression
    node: cst.CSTNode
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict with text keys; `complete` is False where there may be entries that we do not see.

    `by_default` says that there are none unless a caller gives another dict.
    """

    entries: dict[str, Entry]
    complete: bool = True
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function: whatever the caller gives, or the default."""

    default: "Value"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values, by a condition or a key known only at run time."""

    options: tuple["Value", ...]


Value = Unknown | Nothing | Number | Text | Reference | Defined | Partial | Mapping | Parameter | Choice
UNKNOWN = Unknown()


def agreed(values: list[Value]) -> Value:
    """The one value that all bindings give; UNKNOWN where they differ (a None beside one value does not count)."""
    some = [value for value in values if not isinstance(value, Nothing)]
    if not some:
        return values[0] if values else UNKNOWN
    if len(some) < len(values) and isinstance(some[0], Number):
        return UNKNOWN
    return some[0] if all(value == some[0] for value in some) else UNKNOWN


def chosen(values: Iterable[Value]) -> Value:
    """One of several values, flattened; just the value where all are equal."""
    options: list[Value] = []
    for value in values:
        options += [option for option in options_of(value) if option not in options]
    return options[0] if len(options) == 1 else Choice(tuple(options)) if options else UNKNOWN


def options_of(value: Value) -> tuple[Value, ...]:
    """The values that a value may be; a parameter may be its default."""
    if isinstance(value, Parameter):
        return options_of(value.default)
    return value.options if isinstance(value, Choice) else (value,)


def is_zero(value: Value) -> bool:
    """Whether a decay is literally zero on every path: 0, 0.0, False or None."""
    if isinstance(value, Choice):
        return all(is_zero(option) for option in value.options)
    return isinstance(value, Nothing) or (isinstance(value, Number) and value.value == 0)
