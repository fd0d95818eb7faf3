"""Finds parameter groups that decay what they were made to spare."""

from collections.abc import Callable, Iterator

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety
from adamw_lint.fixes.groups import exchanged, zeroed
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO
from adamw_lint.model.grouping.pairs import Pair, pairs
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.sparing import named
from adamw_lint.model.module import Module
from adamw_lint.model.worth import UNKNOWN, Number
from adamw_lint.rulebook import words

RULE = "swapped-groups"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each group that is meant to be spared and decays, or that nothing can come to."""
    seen: set[cst.CSTNode] = set()
    for pair in pairs(module.partitions, module.survey):
        place = pair.spared.decay.node if pair.spared.decay else pair.spared.params
        if place is None or place in seen or not module.owns(place):
            continue
        found = _judged(module, pair, place)
        if found is not None:
            seen.add(place)
            yield found
    for node, empty in module.alike_arms():
        yield _unfilled(module, node, empty)


def _judged(module: Module, pair: Pair, place: cst.CSTNode) -> Diagnostic | None:
    partition, spared, kept = pair.partition, pair.spared, pair.kept
    if partition.decay(spared) in (ZERO, UNKNOWN) or not spared.complete:
        return None
    by_default = spared.decay is None and _is_default(partition)
    if not pair.together:
        return _inherited(module, pair, place) if by_default else None
    if spared.decay is not None and kept.decay is not None and partition.decay(kept) == ZERO:
        return _swapped(module, pair, place)
    if by_default and kept.decay is not None and partition.decay(kept) != ZERO:
        return _inherited(module, pair, place)
    if not _decay_alike(module, pair) or _differ(module, pair):
        return None
    return _inherited(module, pair, place) if spared.decay is None else _alike(module, pair, place)


def _is_default(partition: Partition) -> bool:
    """Whether what a group inherits is the library's default."""
    built = partition.built
    return built is not None and built.decay_argument is None and built.arguments.complete


def _decay_alike(module: Module, pair: Pair) -> bool:
    built = pair.partition.built
    written = built.decay_argument.value if built is not None and built.decay_argument else None
    one, other = (group.decay.value if group.decay else written for group in (pair.spared, pair.kept))
    return one is other if one is None or other is None else _same(module, one, other)


def _same(module: Module, one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    first, second = module.values.worth(one), module.values.worth(other)
    if isinstance(first, Number) or isinstance(second, Number):
        return first == second
    return module.text(one).split() == module.text(other).split()


def _differ(module: Module, pair: Pair) -> bool:
    """Whether the groups differ in another setting than the decay."""
    labels = words("parameters")["labels"]
    one, other = (pair.partition.settings(group, labels) for group in (pair.spared, pair.kept))
    if one is None or other is None or set(one) != set(other):
        return True
    return not all(_same(module, value, other[key]) for key, value in one.items())


def _what(pair: Pair) -> str:
    return named(pick.predicate for pick in pair.spared.picks or ())


def _swapped(module: Module, pair: Pair, place: cst.CSTNode) -> Diagnostic:
    kept = pair.kept.decay
    assert kept is not None
    message = f"`{module.excerpt(place)}` decays {_what(pair)}, while the weights are spared"
    labels = _labels(module, kept.node, "spares the weights")
    edits = lambda: exchanged(module, pair.partition, pair.spared, pair.kept)  # noqa: E731
    return _finding(module, pair, place, message, labels, "exchange the two decays", Safety.UNSAFE, edits)


def _alike(module: Module, pair: Pair, place: cst.CSTNode) -> Diagnostic:
    message = f"`{module.excerpt(place)}` decays {_what(pair)} as much as the weights that they were parted from"
    labels = _labels(module, pair.kept.decay.node if pair.kept.decay else None, "decays the weights")
    return _spare(module, pair, place, message, labels)


def _inherited(module: Module, pair: Pair, place: cst.CSTNode) -> Diagnostic:
    built = pair.partition.built
    assert built is not None
    written, holds = built.decay_argument, f"`{module.excerpt(place)}` holds {_what(pair)} and says no decay"
    if written is not None:
        message = f"{holds}, so `{module.line(written.node)}` decays them too"
        labels = _labels(module, written.node, "decays every group that says none")
    else:
        message = f"{holds}, so {built.optimizer.short_name} decays them by {built.optimizer.default}"
        labels = _labels(module, built.class_name, f"its default decay is {built.optimizer.default}")
    return _spare(module, pair, place, message, labels)


def _spare(module: Module, pair: Pair, place: cst.CSTNode, message: str, labels: tuple[Label, ...]) -> Diagnostic:
    edits = lambda: zeroed(module, pair.partition, pair.spared)  # noqa: E731
    return _finding(module, pair, place, message, labels, f"give {_what(pair)} a decay of 0.0", Safety.SAFE, edits)


def _labels(module: Module, node: cst.CSTNode | None, text: str) -> tuple[Label, ...]:
    try:
        return (Label(module.span(node), text),) if node is not None else ()
    except Manual:  # it stands in another file
        return ()


def _finding(
    module: Module,
    pair: Pair,
    place: cst.CSTNode,
    message: str,
    labels: tuple[Label, ...],
    title: str,
    safety: Safety,
    edits: Callable[[], tuple[Edit, ...]],
) -> Diagnostic:
    loaded = module.usage.state_is_loaded(pair.partition.built)
    advice = (
        f"{_what(pair)} of `{module.excerpt(pair.spared.picks[0].root)}` are not decayed any more"
        if pair.spared.picks
        else ""
    )
    try:
        fix, reason = Fix(title, edits(), Safety.UNSAFE if loaded else safety, (), advice), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    return Diagnostic(RULE, module.span(place), message, title + reason, labels, fix)


def _unfilled(module: Module, node: cst.CSTNode, empty: cst.BaseExpression) -> Diagnostic:
    message = f"both arms of `{module.excerpt(node)}` are the same, so the group without decay stays empty"
    labels = _labels(module, empty, "stays empty")
    help_ = "take the group without decay in one arm; by hand, because only its author knows in which"
    return Diagnostic(RULE, module.span(node), message, help_, labels)
