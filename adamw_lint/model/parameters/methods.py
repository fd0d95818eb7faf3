"""Methods that are not the program's: of lists, dicts and texts, of tensors, and of every layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adamw_lint.model.parameters.attributes import lineage
from adamw_lint.model.parameters.iteration import contained, pairs, spread
from adamw_lint.model.parameters.slots import put, taken
from adamw_lint.model.parameters.things import (
    ABSENT,
    HANDED,
    NONE,
    PLAIN,
    REST,
    UNKNOWN,
    Class,
    Constant,
    Given,
    Held,
    Layer,
    Listed,
    Mapped,
    Method,
    Opaque,
    Raw,
    Super,
    Thing,
    items_of,
)
from adamw_lint.rulebook import models

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_TEXTS = frozenset({"lower", "upper", "format", "split", "startswith", "endswith", "strip", "replace"})


def method(run: Interpreter, target: Method, given: Given) -> Thing:
    """What a call of a method gives."""
    base = target.receiver
    match base:
        case Class() if target.name in models("reading")["reading"]["loads"]:  # with a configuration that is not known
            return run.call(base, Given(keywords=given.keywords, complete=False))
        case Super():
            return _of_super(run, base, target.name, given)
        case Layer():
            return _of_layer(run, base, target.name, given)
        case Listed():
            return _of_list(run, base, target.name, given)
        case Mapped():
            return _of_dict(run, base, target.name, given)
        case Raw() | Held():
            return _of_tensor(base, target.name)
        case Constant():
            return _of_text(base, target.name, given)
        case Opaque():
            return base
    return UNKNOWN


def _of_super(run: Interpreter, base: Super, name: str, given: Given) -> Thing:
    from adamw_lint.model.parameters.calling import initialised

    if name != "__init__" or base.receiver.of is None:
        return _of_layer(run, base.receiver, name, given)
    classes = lineage(run, base.receiver.of)
    after: list[Thing] = classes[classes.index(base.owner) + 1 :] if base.owner in classes else [UNKNOWN]
    initialised(run, base.receiver, after, given)
    return NONE


def _of_layer(run: Interpreter, layer: Layer, name: str, given: Given) -> Thing:
    words = run.facts.words
    if name in words["registering"]:
        key = given.first("name")
        value = given.positional[1] if len(given.positional) > 1 else _last(given)
        put(run, layer, UNKNOWN if key is None else key, value)
        return NONE
    if name in CONTAINED:
        return CONTAINED[name](run, layer, given)
    if name in words["children"]:
        return children(layer, named=name.startswith("named_"))
    if name in words["unchanged"]:
        return layer
    return UNKNOWN if not name.startswith("_") else HANDED


def _last(given: Given) -> Thing:
    return [UNKNOWN, *given.keywords.values()][-1]


def children(layer: Layer, named: bool) -> Thing:
    """The layers directly inside a layer."""
    found = {key: value for key, value in layer.slots.items() if isinstance(value, Layer)}
    if REST in layer.slots:
        return UNKNOWN
    return tuple((Constant(key), value) if named else value for key, value in found.items())


def _append(run: Interpreter, layer: Layer, given: Given) -> Thing:
    put(run, layer, Constant(len(contained(layer))), given.first("module") or UNKNOWN)
    return layer


def _extend(run: Interpreter, layer: Layer, given: Given) -> Thing:
    first = given.first("modules") or UNKNOWN
    more = spread(first)
    if more is None:
        run.heap.write(layer, REST, UNKNOWN)
    for value in more or ():
        put(run, layer, Constant(len(contained(layer))), value)
    return layer


def _insert(run: Interpreter, layer: Layer, given: Given) -> Thing:
    index, items = given.first(), contained(layer)
    if not isinstance(index, Constant) or not isinstance(index.value, int) or len(given.positional) < 2:
        run.heap.write(layer, REST, UNKNOWN)
        return layer
    at = index.value
    for place, value in enumerate((*items[:at], given.positional[1], *items[at:])):
        put(run, layer, Constant(place), value)
    return layer


def _update(run: Interpreter, layer: Layer, given: Given) -> Thing:
    first = given.first()
    if isinstance(first, Mapped):
        for key, value in first.slots.items():
            put(run, layer, UNKNOWN if key is REST else Constant(key), value)
    else:
        run.heap.write(layer, REST, UNKNOWN)
    return NONE


def _values(run: Interpreter, layer: Layer, given: Given) -> Thing:
    return tuple(layer.slots.values()) if REST not in layer.slots else UNKNOWN


def _items(run: Interpreter, layer: Layer, given: Given) -> Thing:
    return pairs(Mapped(layer.slots))


def _pop(run: Interpreter, layer: Layer, given: Given) -> Thing:
    return taken(run, layer, given.first("key") or UNKNOWN)


CONTAINED: dict[str, Callable[[Interpreter, Layer, Given], Thing]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "update": _update,
    "pop": _pop,
    "values": _values,
    "items": _items,
}


CHANGING = frozenset({*CONTAINED, "remove", "clear", "reverse", "sort", "setdefault", "popitem"}) - {"values", "items"}


def _of_list(run: Interpreter, base: Listed, name: str, given: Given) -> Thing:
    items, first = items_of(base), given.first()
    at = -1 if first is None and name == "pop" else first.value if isinstance(first, Constant) else None
    if name == "pop" and items is not None and isinstance(at, int) and -len(items) <= at < len(items):
        run.heap.write(base, "items", (*items[:at], *items[at % len(items) + 1 :]))
        return items[at]
    if items is None or first is None:
        run.heap.write(base, "items", UNKNOWN)
        return UNKNOWN
    if name == "append":
        run.heap.write(base, "items", (*items, first))
    elif name == "extend" and (more := spread(first)) is not None:
        run.heap.write(base, "items", (*items, *more))
    elif name == "insert" and isinstance(at, int) and len(given.positional) == 2:
        run.heap.write(base, "items", (*items[:at], given.positional[1], *items[at:]))
    elif name not in ("index", "count"):
        run.heap.write(base, "items", UNKNOWN)
    return NONE if name not in ("index", "count") else PLAIN


def _of_dict(run: Interpreter, base: Mapped, name: str, given: Given) -> Thing:
    key = given.first()
    if name == "items":
        return pairs(base)
    if name == "keys":
        return UNKNOWN if REST in base.slots else tuple(map(Constant, base.slots))
    if name == "values":
        return UNKNOWN if REST in base.slots else tuple(base.slots.values())
    if name == "copy":
        return Mapped(dict(base.slots))
    if name in ("get", "pop", "setdefault") and isinstance(key, Constant):
        default = given.positional[1] if len(given.positional) > 1 else NONE
        found = base.slots.get(key.value, UNKNOWN if REST in base.slots else default)
        if name == "pop":
            run.heap.write(base, key.value, ABSENT)
        return found
    if name == "update":
        more = key.slots if isinstance(key, Mapped) else {} if key is None else {REST: UNKNOWN}
        for each, value in {**more, **given.keywords}.items():
            run.heap.write(base, each, value)
        return NONE
    run.heap.write(base, REST, UNKNOWN)
    return UNKNOWN


def _of_tensor(base: Raw | Held, name: str) -> Thing:
    made = base.made if isinstance(base, Held) else base
    if name.endswith("_") or name in ("to", "cuda", "float", "double", "clone", "detach"):
        return base if isinstance(base, Raw) else Raw(made.ndim)
    return Raw(made.ndim + 1 if name == "unsqueeze" and made.ndim is not None else None)


def _of_text(base: Constant, name: str, given: Given) -> Thing:
    values = [thing.value for thing in given.positional if isinstance(thing, Constant)]
    if not isinstance(base.value, str) or name not in _TEXTS or len(values) < len(given.positional) or given.keywords:
        return HANDED
    try:
        found = getattr(base.value, name)(*values)
    except (TypeError, ValueError, IndexError, KeyError):
        return HANDED
    return tuple(map(Constant, found)) if isinstance(found, list) else Constant(found)
