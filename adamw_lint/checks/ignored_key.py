"""Finds parameter groups that are given a decay under a key which their optimizer never reads."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety
from adamw_lint.fixes.edits import replace, rewrite_string
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO
from adamw_lint.model.grouping.handed import Handed, key_of
from adamw_lint.model.module import Module
from adamw_lint.model.tree import dotted
from adamw_lint.model.worth import UNKNOWN, Entry, Mapping, Nothing, Reference, Text
from adamw_lint.rulebook import words

RULE = "ignored-key"
_UNCOVERS = ("coupled-decay", "decayed-norms", "vanishing-decay")


@dataclass(frozen=True, slots=True, eq=False)
class _Ignored:
    """One key of a group that nothing reads: its text and its entry."""

    key: str
    entry: Entry


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each optimizer, at the first of the keys that it ignores."""
    seen: set[cst.CSTNode] = set()
    for handed in module.handovers.find(module.tree, module.partitions):
        found = _ignored(module, handed)
        place = key_of(found[0].entry) if found else None
        if place is not None and place not in seen and module.owns(found[0].entry.node):
            seen.add(place)
            yield _finding(module, handed, found, place)


def _ignored(module: Module, handed: Handed) -> list[_Ignored]:
    """The keys of an optimizer's groups that look like a decay and are read by nothing."""
    found = [each for group in handed.groups for each in _decays(module, handed, group.node)]
    read = {key for key in {each.key for each in found} if module.handovers.is_read(key, handed)}
    return [each for each in found if each.key not in read]


def _decays(module: Module, handed: Handed, node: cst.BaseExpression | None) -> Iterator[_Ignored]:
    mapping = module.groups.mapping(node) if node is not None else None
    if mapping is None or not mapping.complete or handed.key in mapping.entries:
        return
    vocabulary = {*words("keys")["decays"], *words("keys")["maybe_decays"]}
    for key, entry in mapping.entries.items():
        if key in vocabulary and _is_amount(module, entry.value):
            yield _Ignored(key, entry)


def _is_amount(module: Module, node: cst.BaseExpression) -> bool:
    """Whether an entry may be a decay: not a flag, a name, a list or a thing of a library."""
    worth = module.values.worth(node)
    is_flag = isinstance(node, cst.Name) and node.value in ("True", "False")
    return not is_flag and not isinstance(worth, (Text, Nothing, Mapping, Reference))


def _finding(module: Module, handed: Handed, found: list[_Ignored], place: cst.BaseExpression) -> Diagnostic:
    name = _name(handed)
    message = f"`{module.line(place)}` is no key that {name} reads, so {_consequence(module, handed)}"
    try:
        fix, reason = _fix(module, handed, found), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    label = Label(module.span(handed.callee), f"reads `{handed.key}`")
    return Diagnostic(RULE, module.span(place), message, f"call it `{handed.key}`{reason}", (label,), fix)


def _name(handed: Handed) -> str:
    if handed.home is not None:
        return f"`{handed.home.name.value}`"
    assert handed.built is not None
    return handed.built.optimizer.short_name


def _consequence(module: Module, handed: Handed) -> str:
    """What the groups decay by, as the end of a sentence."""
    built = handed.built
    if built is None or built.decay == UNKNOWN:
        return "its group decays by what the constructor is given" if built is None else "it changes nothing"
    if built.decay_argument is not None and built.decay != ZERO:
        return f"its group decays by `{module.line(built.decay_argument.node)}` like all the others"
    if built.decay == ZERO:
        return "its group does not decay"
    return f"its group decays by {built.optimizer.default}, the default"


def _fix(module: Module, handed: Handed, found: list[_Ignored]) -> Fix:
    keys = list(dict.fromkeys(each.key for each in found))
    if doubtful := [key for key in keys if key not in words("keys")["decays"]]:
        raise Manual(f"`{doubtful[0]}` may mean something else than a weight decay")
    alike = {built.call for built in module.constructions if built.optimizer.decay_argument == handed.key}
    if others := [dotted(call.func) for call in module.handovers.handed_on(handed) if call not in alike]:
        raise Manual(f"`{next(filter(None, others), 'other code')}` is handed the same groups")
    edits = dict.fromkeys(_renamed(module, each, handed.key) for each in found)
    title = f"call it `{handed.key}`"
    advice = f"`{handed.key}` acts now in the groups of {_name(handed)}, where `{keys[0]}` did not"
    return Fix(title, tuple(edits), Safety.UNSAFE, _UNCOVERS, advice)


def _renamed(module: Module, ignored: _Ignored, key: str) -> Edit:
    place = key_of(ignored.entry)
    if isinstance(place, cst.SimpleString):
        return rewrite_string(module, place, key)
    if place is not None and isinstance(ignored.entry.node, cst.Arg):
        return replace(module, place, key)
    raise Manual("the key is written elsewhere")
