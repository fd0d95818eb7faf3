"""Dicts as they are at one place: displayed, merged, and changed between their binding and their use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind, Use, dominates, exclusive, left_before
from adamw_lint.model.tree import index_of, method_call
from adamw_lint.model.worth import Entry, Mapping, Number, Parameter, Text, Value

if TYPE_CHECKING:
    from adamw_lint.model.values import Values

_READING = ("get", "items", "keys", "values", "copy")


def display(values: Values, node: cst.Dict) -> Mapping:
    """The entries of a dict display; an entry whose key cannot be read keeps its value under a key of its own."""
    entries: dict[str, Entry] = {}
    complete = True
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = values.worth(element.key)
            entries[key.value if isinstance(key, Text) else f"\0{len(entries)}"] = Entry(element.value, element)
            continue
        more = values.worth(element.value)
        entries |= more.entries if isinstance(more, Mapping) else {}
        complete = complete and isinstance(more, Mapping) and more.complete
    return Mapping(entries, complete)


def keywords(values: Values, call: cst.Call) -> Mapping:
    """The entries that `dict(…)` or `.update(…)` is given."""
    entries: dict[str, Entry] = {}
    complete = True
    for arg in call.args:
        if arg.keyword is not None:
            entries[arg.keyword.value] = Entry(arg.value, arg)
            continue
        more = values.worth(arg.value)
        more = more.default if isinstance(more, Parameter) else more
        complete = complete and isinstance(more, Mapping) and more.complete
        entries |= more.entries if isinstance(more, Mapping) else {}
    return Mapping(entries, complete)


def amended(values: Values, node: cst.Name, mapping: Mapping, since: Binding) -> Mapping:
    """A dict with what was put into it between its binding and its use under a name."""
    use, orders = values.survey.use(node), values.survey.orders
    entries, complete = dict(mapping.entries), mapping.complete
    events: list[cst.CSTNode] = [*values.item_assignments(node), *values.item_deletions(node), *values.calls_on(node)]
    for event in sorted(events, key=orders.__getitem__):
        scope, arms = values.survey.places[event]
        is_never = exclusive(arms, use.arms) or left_before(arms, use.arms)
        if scope is not use.scope or (since.order < orders[event] < use.order and not is_never):
            complete = _apply(values, event, entries, use) and complete
    return Mapping(entries, complete)


def _apply(values: Values, event: cst.CSTNode, entries: dict[str, Entry], use: Use) -> bool:
    """Apply one change of a dict to its entries; False if it may have put in entries that we do not see."""
    if (gone := _removed(values, event)) is not None:
        return _remove(gone, entries)
    scope, arms = values.survey.places[event]
    certain = scope is use.scope and dominates(Binding("", Kind.OTHER, event, 0, arms), use)
    new = _changes(values, event)
    if new is None:
        return False
    for key, entry in new.entries.items():
        entries[key] = replace(entry, certain=entry.certain and certain)
    return new.complete


def _removed(values: Values, event: cst.CSTNode) -> Value | None:
    """The key that `del d[k]` or `d.pop(k)` takes out; None for any other change."""
    if isinstance(event, cst.Del) and isinstance(event.target, cst.Subscript):
        return values.worth(index_of(event.target))
    if isinstance(event, cst.Call) and (method_call(event) or (None, ""))[1] == "pop" and event.args:
        return values.worth(event.args[0].value)
    return None


def _remove(key: Value, entries: dict[str, Entry]) -> bool:
    if isinstance(key, Text):
        entries.pop(key.value, None)
    return isinstance(key, Text)


def _changes(values: Values, event: cst.CSTNode) -> Mapping | None:
    """The entries that an assignment to an item or a call of a method puts into a dict; None where that is unknown."""
    if isinstance(event, cst.Assign):
        target = next(item.target for item in event.targets if isinstance(item.target, cst.Subscript))
        key = values.worth(index_of(target))
        return Mapping({key.value: Entry(event.value, event)}) if isinstance(key, Text) else None
    assert isinstance(event, cst.Call)
    method = method_call(event)
    if method is not None and method[1] == "update":
        return keywords(values, event)
    return Mapping({}) if method is not None and method[1] in _READING else None


def looked_up(values: Values, base: Value, key: Value) -> list[Value]:
    """The values that `d[k]` may have: the entry if the key is known, else all of them; none where d is no dict."""
    if not isinstance(base, Mapping):
        return []
    if not isinstance(key, Text):
        return [values.worth(entry.value) for entry in base.entries.values()]
    entry = base.entries.get(key.value)
    return [values.worth(entry.value)] if entry is not None and entry.certain else []


def entries(values: Values, node: cst.CSTNode | None, index: int | None) -> Iterator[tuple[str, cst.CSTNode | None]]:
    """What `d[k]` may be, or the element of it at an index: each under its key, and only that of k where k is known.

    None stands for an element that is not in sight; nothing is yielded where d is no dict.
    """
    if not isinstance(node, cst.Subscript):
        return
    key, base = values.worth(index_of(node)), values.worth(node.value)
    if isinstance(key, Number) and index is None:
        yield from entries(values, node.value, int(key.value))
    for name, entry in base.entries.items() if isinstance(base, Mapping) else ():
        if not isinstance(key, Text) or key.value == name:
            yield name, entry.value if index is None else _element(entry.value, index)


def _element(node: cst.BaseExpression, index: int) -> cst.CSTNode | None:
    """The element of a tuple or list that is written out."""
    elements = node.elements if isinstance(node, (cst.Tuple, cst.List)) else ()
    plain = [each.value for each in elements if isinstance(each, cst.Element)]
    return plain[index] if index < len(plain) == len(elements) else None
