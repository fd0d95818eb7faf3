"""The built-in functions that constructors call: `range`, `zip`, `super`, `setattr`, `isinstance` and their kin."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.parameters.attributes import member
from adamw_lint.model.parameters.iteration import each, enumerated, is_standing, ranged, zipped
from adamw_lint.model.parameters.slots import put
from adamw_lint.model.parameters.things import (
    ABSENT,
    HANDED,
    INDEX,
    NONE,
    PLAIN,
    REST,
    UNKNOWN,
    Class,
    Constant,
    Given,
    Layer,
    Library,
    Listed,
    Mapped,
    Method,
    Scope,
    Super,
    Thing,
    either,
    items_of,
)

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_TYPES = {f"{builtins.__name__}.{kind.__name__}": kind for kind in (int, float, bool, str)}
_COMPUTED = {function.__name__: function for function in (int, float, bool, str, abs, round, max, min)}


def builtin(run: Interpreter, name: cst.Name, given: Given, scope: Scope) -> Thing | None:
    """What a call of a built-in gives; None where the name is not one, or stands for something else here."""
    if not hasattr(builtins, name.value) or _is_bound(run, name, scope):
        return None
    if name.value == "super":
        return _super(given, scope)
    if name.value in _ATTRIBUTES:
        return _ATTRIBUTES[name.value](run, given)
    if name.value in _COMPUTED:
        return _computed(_COMPUTED[name.value], given)
    answer = _CALLS.get(name.value)
    return PLAIN if answer is None else answer(given)


def _is_bound(run: Interpreter, name: cst.Name, scope: Scope | None) -> bool:
    while scope is not None:
        if name.value in scope.slots:
            return True
        scope = scope.parent
    return name in run.survey.orders and bool(run.values.bindings(name))


def _super(given: Given, scope: Scope) -> Thing:
    owner = given.positional[0] if given.positional else scope.owner
    receiver = given.positional[1] if len(given.positional) > 1 else scope.receiver
    return Super(receiver, owner) if isinstance(receiver, Layer) and isinstance(owner, Class) else UNKNOWN


def _getattr(run: Interpreter, given: Given) -> Thing:
    if len(given.positional) < 2 or not isinstance(given.positional[1], Constant):
        base = given.first()
        return (
            HANDED if base is HANDED else PLAIN if isinstance(base, Library) and "functional" in base.path else UNKNOWN
        )
    found = member(run, given.positional[0], str(given.positional[1].value))
    is_missing = isinstance(found, Method) and isinstance(given.positional[0], Layer) and len(given.positional) > 2
    return given.positional[2] if is_missing else found


def _setattr(run: Interpreter, given: Given) -> Thing:
    if len(given.positional) == 3:
        put(run, *given.positional)
    else:
        run.is_lost = True  # a star brings what is set
    return NONE


def _delattr(run: Interpreter, given: Given) -> Thing:
    if len(given.positional) == 2:
        put(run, *given.positional, ABSENT)
    else:
        run.is_lost = True
    return NONE


def _hasattr(run: Interpreter, given: Given) -> Thing:
    owner, name = (*given.positional, None, None)[:2]
    if not isinstance(owner, Layer) or not isinstance(name, Constant):
        return PLAIN
    return Constant(True) if name.value in owner.slots else PLAIN


def _computed(function: Callable[..., object], given: Given) -> Thing:
    values = [thing.value for thing in given.positional if isinstance(thing, Constant)]
    if len(values) < len(given.positional) or not given.complete or not values:
        return INDEX if INDEX in given.positional else PLAIN
    try:
        return Constant(function(*values))
    except (TypeError, ValueError, ArithmeticError):
        return PLAIN


def _len(given: Given) -> Thing:
    first = given.first()
    items = None if first is None else each(first) if isinstance(first, Layer) else items_of(first)
    return PLAIN if items is None or is_standing(items) else Constant(len(items))


def _list(given: Given) -> Thing:
    first = given.first()
    if first is None:
        return Listed({"items": ()})
    is_layer = isinstance(first, Layer)
    items = each(first) if is_layer else items_of(first)
    if items is None or (is_layer and is_standing(items)):
        return Listed({"items": UNKNOWN})
    return Listed({"items": items})


def _tuple(given: Given) -> Thing:
    listed = _list(given)
    return listed.slots["items"] if isinstance(listed, Listed) else UNKNOWN


def mapped(given: Given) -> Thing:
    """A dict of pairs, of another dict, and of keywords."""
    first = given.first()
    known = {**first.slots} if isinstance(first, Mapped) else {}
    for item in () if first is None or isinstance(first, Mapped) else items_of(first) or (UNKNOWN,):
        pair = items_of(item)
        is_pair = pair is not None and len(pair) == 2 and isinstance(pair[0], Constant)
        known[pair[0].value if is_pair else REST] = pair[1] if is_pair else UNKNOWN  # type: ignore[index, union-attr]
    return Mapped({**known, **given.keywords, **({} if given.complete else {REST: UNKNOWN})})


def _reversed(given: Given) -> Thing:
    first = given.first()
    return UNKNOWN if first is None else tuple(reversed(each(first)))


def _sum(given: Given) -> Thing:
    items = items_of(given.first() or UNKNOWN)
    values = [thing.value for thing in items or () if isinstance(thing, Constant)]
    is_known = (
        items is not None and len(values) == len(items) and all(isinstance(value, (int, float)) for value in values)
    )
    return Constant(sum(values)) if is_known else PLAIN


def _instance_of(run: Interpreter, given: Given) -> Thing:
    thing, kinds = (*given.positional, UNKNOWN, UNKNOWN)[:2]
    names = [kind.path if isinstance(kind, Library) else "" for kind in items_of(kinds) or (kinds,)]
    wanted = tuple(_TYPES[name] for name in names if name in _TYPES)
    if isinstance(thing, Constant) and wanted:
        return Constant(isinstance(thing.value, wanted))
    return Constant(False) if isinstance(thing, (Layer, Class, Library)) and len(wanted) == len(names) else PLAIN


_ATTRIBUTES: dict[str, Callable[[Interpreter, Given], Thing]] = {
    "getattr": _getattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "hasattr": _hasattr,
    "isinstance": _instance_of,
}
_CALLS: dict[str, Callable[[Given], Thing]] = {
    "range": ranged,
    "enumerate": enumerated,
    "zip": zipped,
    "len": _len,
    "list": _list,
    "tuple": _tuple,
    "sorted": lambda given: PLAIN,
    "dict": mapped,
    "reversed": _reversed,
    "sum": _sum,
    "map": lambda given: UNKNOWN,
    "filter": lambda given: UNKNOWN,
    "next": lambda given: either(items) if (items := items_of(given.first() or UNKNOWN)) else UNKNOWN,
    "iter": lambda given: given.first() or UNKNOWN,
    "vars": lambda given: UNKNOWN,
    "eval": lambda given: UNKNOWN,
    "__import__": lambda given: UNKNOWN,
}
