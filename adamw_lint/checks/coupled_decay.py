"""Finds optimizers of the adam family that are built with a decay which goes through their adaptive step."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint import claims
from adamw_lint.chained import coupled
from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety
from adamw_lint.fixes.callees import by_keyword, rename
from adamw_lint.fixes.edits import add_keyword, replace
from adamw_lint.manual import Manual
from adamw_lint.model.alternatives import within
from adamw_lint.model.constructions import ZERO, Construction, Decay, decay
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.horizon import horizon
from adamw_lint.model.module import Module
from adamw_lint.model.regularizers import coefficient, worth
from adamw_lint.model.tree import dotted
from adamw_lint.model.worth import UNKNOWN, Number, is_zero
from adamw_lint.read.declared import declares_older
from adamw_lint.rulebook import Coupling, Family, Optimizer, optimizers_by_path
from adamw_lint.signatures import parameters

RULE = "coupled-decay"


@dataclass(frozen=True, slots=True)
class _Decayed:
    """The first decay that arrives in a construction: the expression, the node that writes it, what it is worth."""

    expression: cst.BaseExpression
    node: cst.CSTNode
    worth: Decay


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each place where a decay is handed to a coupled optimizer of the adam family."""
    seen: set[cst.CSTNode] = set()
    for built in module.constructions:
        if not _is_coupled(built):
            continue
        decayed = _decayed(module, built)
        if decayed is None:
            continue
        place = decayed.node if module.survey.within(decayed.node, built.call) else built.callee
        if place not in seen:
            seen.add(place)
            yield _finding(module, built, decayed)
    yield from coupled.findings(module, RULE)


def _is_coupled(built: Construction) -> bool:
    return built.optimizer.family is Family.ADAM and built.coupling is Coupling.COUPLED


def _decayed(module: Module, built: Construction) -> _Decayed | None:
    told = [each for each in built.later if each is not None]
    worths = [decay(worth(module.values, each.value)) for each in told]
    if later := next((each for each in zip(told, worths, strict=True) if each[1] != ZERO), None):
        return _Decayed(later[0].value, later[0].node, later[1])
    if built.later and len(told) == len(built.later):
        return None
    return _handed(module, built)


def _handed(module: Module, built: Construction) -> _Decayed | None:
    """The decay that the call hands to the class, or to its groups, or that is there by default."""
    argument = built.decay_argument
    own = [decay(worth(module.values, group.decay.value)) if group.decay else None for group in built.groups]
    if own and all(each == ZERO for each in own):
        return None
    if argument is not None and built.decay not in (ZERO, UNKNOWN):
        return _Decayed(argument.value, argument.node, built.decay) if argument.call is built.call else None
    for group in built.groups:
        if group.decay is None or _is_spared(module, built, group):
            continue
        found = decay(worth(module.values, group.decay.value))
        if found != ZERO:
            return _Decayed(group.decay.value, group.decay.node, found)
    return _by_default(built) if not own or None in own else None


def _by_default(built: Construction) -> _Decayed | None:
    """The decay that is not written, where a switch that is written sends it through the gradient."""
    switch = built.arguments.by_name.get(built.optimizer.switch or "")
    is_default = built.decay_argument is None and built.decay not in (ZERO, UNKNOWN) and not built.is_partial
    return _Decayed(switch.value, switch.node, built.decay) if switch is not None and is_default else None


def _is_default(built: Construction, decayed: _Decayed) -> bool:
    return decayed.worth is built.decay and built.decay_argument is None


def _is_spared(module: Module, built: Construction, group: Group) -> bool:
    """Whether a group sets the switch for itself, or may be without decay for the one class of a choice."""
    mapping = module.groups.mapping(group.node) if group.node is not None else None
    if mapping is not None and (built.optimizer.switch or "") in mapping.entries:
        return True
    may_be_zero = group.decay is not None and any(map(is_zero, within(module.values, group.decay.value, ())))
    return built.is_choice and may_be_zero


def _finding(module: Module, built: Construction, decayed: _Decayed) -> Diagnostic:
    text = module.line(decayed.node)
    argument = built.optimizer.decay_argument or ""
    if decayed.node is not decayed.expression and argument not in module.text(decayed.node):  # it came by position
        text = f"{argument}={text}"
    is_written = not _is_default(built, decayed)
    goes = f"`{text}` goes" if is_written else f"`{text}` sends the default decay of {built.default}"
    try:
        fix, reason = _fix(module, built, decayed), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    callee = built.class_name
    place, label = decayed.node, Label(module.span(callee), claims.builds_coupled(built.optimizer))
    if not module.survey.within(decayed.node, built.call):  # other optimizers may rightly use a decay kept elsewhere
        place, label = callee, Label(module.span(decayed.node), "is its decay")
    message = claims.coupled(goes, built.optimizer)
    return Diagnostic(RULE, module.span(place), message, _help(module, built, decayed) + reason, (label,), fix)


def _help(module: Module, built: Construction, decayed: _Decayed) -> str:
    factor = decayed.worth.value if isinstance(decayed.worth, Number) else None
    acts = horizon(built, module.values, factor)
    return claims.remedy(built.optimizer, f"{built.optimizer.switch}=True", acts)


def _fix(module: Module, built: Construction, decayed: _Decayed) -> Fix:
    optimizer = built.optimizer
    if built.subclass is not None:
        raise Manual(f"`{built.subclass.name.value}` is a class of your own")
    if optimizer.replacement is None and optimizer.switch is None:
        raise Manual("this changes which optimizer is used")
    if not built.arguments.complete:
        raise Manual("not all of its arguments are known")
    if any(each.call is built.call and each is not built and _is_coupled(each) for each in module.constructions):
        raise Manual("the same call may build another coupled optimizer")
    replacement = optimizers_by_path()[optimizer.replacement] if optimizer.replacement else None
    accepted = replacement is not None and set(built.arguments.by_name) <= parameters(replacement.signature)[1]
    factor = decayed.worth.value if isinstance(decayed.worth, Number) else None
    what = f"`{module.line(decayed.node)}`"
    if _is_default(built, decayed):
        what = f"the default decay of {built.default}"
    advice = claims.decoupled_now(what, horizon(built, module.values, factor))
    loaded = module.usage.state_is_loaded(built)
    if replacement is not None and accepted:
        moved = by_keyword(module, built, replacement)
        edits = (
            *rename(module, built, replacement),
            *_old_default(module, built, replacement),
            *moved,
            *_bare(module, built),
        )
        title = f"build `{replacement.name}` instead"
        return Fix(title, edits, Safety.UNSAFE if loaded else Safety.SAFE, claims.UNCOVERED, advice)
    if optimizer.switch is None:
        raise Manual(f"`{optimizer.replacement}` does not take all of its arguments")
    if loaded:
        raise Manual("an old state of this optimizer, which is loaded here, undoes the switch")
    return Fix(
        f"pass `{optimizer.switch}=True`",
        _switched(module, built),
        Safety.SAFE,
        (*claims.UNCOVERED, "default-decay") if _is_default(built, decayed) else claims.UNCOVERED,
        advice,
    )


def _bare(module: Module, built: Construction) -> Iterator[Edit]:
    """The decay as a number where it is written as an object or as None, which a decoupled optimizer may not take."""
    groups = (group.decay.value for group in built.groups if group.decay is not None)
    for node in (*groups, *([built.decay_argument.value] if built.decay_argument is not None else [])):
        inner = coefficient(module.values, node)
        if inner is not None and not isinstance(node, cst.Call):
            raise Manual("the decay is an object that other code may use")
        if inner is not None:
            yield replace(module, node, module.text(inner))
        elif dotted(node) == "None":
            yield replace(module, node, "0.0")


def _old_default(module: Module, built: Construction, replacement: Optimizer) -> tuple[Edit, ...]:
    """Where groups carry the decay and the constructor writes none, a group without one must not inherit a new one."""
    if built.decay_argument is not None or replacement.default == built.optimizer.default:
        return ()
    assert replacement.decay_argument is not None
    if built.is_open:
        raise Manual("the same call may build another optimizer, with a default decay of its own")
    return (add_keyword(module, built.call, replacement.decay_argument, built.optimizer.default),)


def _switched(module: Module, built: Construction) -> tuple[Edit, ...]:
    optimizer = built.optimizer
    assert optimizer.switch is not None
    if built.is_open:
        raise Manual(f"the same call may build an optimizer without `{optimizer.switch}`")
    library = optimizer.name.split(".")[0]
    if optimizer.since and declares_older(module.source.path, library, optimizer.since):
        raise Manual(f"`{optimizer.switch}` needs {library} {optimizer.since}, and the project declares an older one")
    written = built.arguments.by_name.get(optimizer.switch)
    if written is not None:
        return (replace(module, written.value, "True"),)
    if built.chosen is not None:
        raise Manual(f"not every version of `{built.chosen.name}` hands `{optimizer.switch}` on")
    argument = built.decay_argument
    after = argument.node if argument and isinstance(argument.node, cst.Arg) and argument.node.keyword else None
    return (add_keyword(module, built.call, optimizer.switch, "True", after),)
