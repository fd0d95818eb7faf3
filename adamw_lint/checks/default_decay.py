"""Finds decoupled optimizers that are given no decay at all, so that the library's default applies."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Safety
from adamw_lint.fixes.edits import add_keyword, add_keywords
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import Construction
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.module import Module
from adamw_lint.model.worth import Number
from adamw_lint.rulebook import Coupling

RULE = "default-decay"
UNCOVERED = ("decayed-norms", "vanishing-decay")  # the former marks a decay where one is written


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each construction whose decay is nowhere written and whose default is not zero."""
    for built in module.constructions:
        if built.coupling not in (Coupling.DECOUPLED, Coupling.UNSCALED) or not _is_silent(built):
            continue
        if _inherits(built) and not module.usage.decay_is_set(built):
            yield _finding(module, built)


def _is_silent(built: Construction) -> bool:
    """Whether the call is known to say nothing about a decay, and the class to have one of its own."""
    is_known = built.arguments.complete and not built.is_choice and not built.is_partial and not any(built.later)
    return is_known and built.decay_argument is None and isinstance(built.decay, Number) and built.decay.value > 0


def _inherits(built: Construction) -> bool:
    """Whether some of what is trained is known to decay by what the constructor says."""
    if built.optimizer.parameters_argument is None:
        return True
    return any(_is_without(group) for group in built.groups) and all(map(_is_known, built.groups))


def _is_known(group: Group) -> bool:
    return group.complete and (group.node is not None or group.selects.reach is not Reach.UNKNOWN)


def _is_without(group: Group) -> bool:
    return group.decay is None and group.complete


def _finding(module: Module, built: Construction) -> Diagnostic:
    optimizer = built.optimizer
    written = f"{optimizer.decay_argument}={optimizer.default}"
    message = f"`{module.line(built.class_name)}` is given no decay, so its default of {optimizer.default} applies"
    help_ = f"write `{written}`, or the decay that is meant"
    try:
        edits, advice = tuple(_written(module, built)), f"`{written}` is what applied before"
        fix, reason = Fix(f"write `{written}`", edits, Safety.SAFE, UNCOVERED, advice), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    return Diagnostic(RULE, module.span(built.class_name), message, help_ + reason, (), fix)


def _written(module: Module, built: Construction) -> Iterator[Edit]:
    name, value = built.optimizer.decay_argument or "", built.optimizer.default
    if built.call.args:
        yield from add_keywords(module, built.call.args[-1], [f"{name}={value}"])
    else:
        yield add_keyword(module, built.call, name, value)
