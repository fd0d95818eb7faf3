"""Finds parameters that are multiplied by 1 − ηλ by hand beside an optimizer of the adam family that decays them."""

from collections.abc import Iterator
from decimal import Decimal

from adamw_lint.diagnostics import Diagnostic, Label
from adamw_lint.model.alternatives import within
from adamw_lint.model.constructions import ZERO, Construction, Decay, decay_of
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.horizon import plain, rate
from adamw_lint.model.module import Module
from adamw_lint.model.scale import Scale
from adamw_lint.model.updating.shrinks import Shrink
from adamw_lint.model.worth import UNKNOWN, Number, is_zero
from adamw_lint.rulebook import Coupling

RULE = "double-decay"
_BY_HAND = "by hand, because which of the two is meant is for you to say"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each statement that shrinks parameters beside an optimizer that decays them too."""
    for shrink in module.shrinks:
        is_certain = not shrink.in_gradient and shrink.trainers and not shrink.conditions
        if is_certain and all(_decays(module, shrink, built) for built in shrink.trainers):
            yield _finding(module, shrink)


def _decays(module: Module, shrink: Shrink, built: Construction) -> bool:
    """Whether an optimizer certainly decays what is shrunk."""
    found = [decay_of(built, group, module.values) for group in built.groups]
    if UNKNOWN in found or module.usage.decay_is_set(built) or _may_be_zero(module, built):
        return False
    if shrink.of.whole and not shrink.narrowed:
        return any(each != ZERO for each in found)
    is_whole = all(group.selects.reach is Reach.WHOLE for group in built.groups)
    return is_whole and bool(found) and ZERO not in found


def _may_be_zero(module: Module, built: Construction) -> bool:
    """Whether a condition in sight may switch the optimizer's decay off, as one does that chooses between the two."""
    options = within(module.values, built.decay_argument.value, ()) if built.decay_argument else ()
    return len(options) > 1 and any(map(is_zero, options))


def _finding(module: Module, shrink: Shrink) -> Diagnostic:
    built = shrink.trainers[0]
    argument, name = built.decay_argument, built.optimizer.short_name
    grouped = next((group.decay.node for group in built.groups if group.decay), None)
    written = grouped if grouped is not None else argument.node if argument else None
    if grouped is not None:
        own = f"{name} decays by what its groups say"
    else:
        own = f"`{module.line(argument.node)}` decays" if argument else f"{name} decays by {built.optimizer.default}"
    message = f"`{module.excerpt(shrink.node)}` shrinks weights that {own} already"
    message += "" if written is not None else ", for nothing is written"
    place = written if written is not None else built.class_name
    label = "decays them" if written is not None else f"its default decay is {built.optimizer.default}"
    is_here = module.owns(written if written is not None else built.call)
    labels = (Label(module.span(place), label),) if is_here else ()
    return Diagnostic(RULE, module.span(shrink.node), message, f"{_help(module, shrink, built)}; {_BY_HAND}", labels)


def _help(module: Module, shrink: Shrink, built: Construction) -> str:
    if built.coupling is not Coupling.DECOUPLED:
        own = "goes through the adaptive step and one past it"
        return f"leave one of the two out: one {own}, and both act"
    total = _total(module, shrink, built)
    return f"leave one of the two out, or write their sum where the optimizer is built: both act{total}"


def _total(module: Module, shrink: Shrink, built: Construction) -> str:
    """The λ that the two are together, as the end of a sentence, where it can be told."""
    eta = rate(built, module.values)[0]
    own, numeric = _number(built.decay), _worth(module, shrink.factor)
    if any(group.decay for group in built.groups):
        return ""
    if shrink.rate is not None:
        rest = tuple(place for place in shrink.factor.factors if place is not shrink.rate)
        by_hand = _worth(module, Scale(shrink.factor.number, rest, shrink.factor.divisors))
    else:
        by_hand = numeric / eta if numeric is not None and eta else None
    if own is None or by_hand is None:
        return ""
    return f" as one λ of {plain(own + by_hand)}"


def _number(value: Decay) -> Decimal | None:
    return value.value if isinstance(value, Number) else None


def _worth(module: Module, scale: Scale) -> Decimal | None:
    """The number that a product is, None where a part of it is known only at run time."""
    product = scale.number
    for places, inverted in ((scale.factors, False), (scale.divisors, True)):
        for place in places:
            worth = module.values.worth(place.node)
            if not isinstance(worth, Number) or not worth.value:
                return None
            product = product / worth.value if inverted else product * worth.value
    return product
