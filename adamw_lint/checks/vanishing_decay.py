"""Finds decays so small beside their learning rate that no training is long enough for them to act."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from adamw_lint import claims
from adamw_lint.diagnostics import Diagnostic, Label
from adamw_lint.model.calls import Argument
from adamw_lint.model.constructions import Construction
from adamw_lint.model.horizon import rate
from adamw_lint.model.module import Module
from adamw_lint.model.worth import Entry, Number
from adamw_lint.rulebook import Coupling, words

RULE = "vanishing-decay"


@dataclass(frozen=True, slots=True)
class _Weak:
    """A decay as it is written, and over how many steps it acts."""

    written: Argument | Entry
    steps: Decimal


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each construction whose written decay acts over more steps than any training has."""
    for built in module.constructions:
        weak = _weak(module, built)
        if weak is not None and not _is_raised(module):
            yield _finding(module, built, weak)


def _weak(module: Module, built: Construction) -> _Weak | None:
    """The strongest decay of a construction, if that is too weak; None where one of them is not known."""
    eta, _ = rate(built, module.values)
    if eta is None or eta <= 0 or built.coupling is not Coupling.DECOUPLED or built.is_choice or built.is_partial:
        return None
    if not built.arguments.complete or any(not group.complete for group in built.groups):
        return None
    decays = list(_written(built))
    known = [module.values.worth(each.value) for each in decays]
    if any(not isinstance(value, Number) for value in known) or _has_own_rate(module, built):
        return None
    worst = max((value.value for value in known if isinstance(value, Number)), default=Decimal(0))
    if worst <= 0 or 1 / (eta * worst) <= words("training")["longest"]:
        return None
    place = next(each for each, value in zip(decays, known, strict=True) if value == Number(worst))
    return _Weak(place, 1 / (eta * worst))


def _written(built: Construction) -> Iterator[Argument | Entry]:
    """The decays that are written and that some group decays by."""
    own = built.decay_argument
    if own is not None and (not built.groups or any(group.decay is None for group in built.groups)):
        yield own
    yield from (group.decay for group in built.groups if group.decay is not None)


def _has_own_rate(module: Module, built: Construction) -> bool:
    """Whether a group has a learning rate of its own."""
    mappings = (module.groups.mapping(group.node) for group in built.groups if group.node is not None)
    return any(mapping is not None and built.optimizer.rate_argument in mapping.entries for mapping in mappings)


def _is_raised(module: Module) -> bool:
    """Whether something in sight may make the learning rate another one than what is written."""
    return module.survey.mentions(words("training")["raises"]) or module.usage.rewrites("lr")


def _finding(module: Module, built: Construction, weak: _Weak) -> Diagnostic:
    _, written = rate(built, module.values)
    text, name = module.line(weak.written.node), built.optimizer.decay_argument or ""
    text = text if name in module.text(weak.written.node) else f"{name}={text}"
    given = built.arguments.by_name.get(built.optimizer.rate_argument)
    label = Label(module.span(given.node if given else built.class_name), f"its learning rate is {written}")
    return Diagnostic(
        RULE, module.span(weak.written.node), claims.vanishing(text, weak.steps), claims.CHOOSE, (label,), None
    )
