"""Finds λθ that is added to gradients by hand before an optimizer of the adam family steps with them."""

from collections.abc import Iterator
from decimal import Decimal

import libcst as cst

from adamw_lint.claims import UNCOVERED
from adamw_lint.diagnostics import Diagnostic, Fix, Label, Safety
from adamw_lint.fixes.factor import Factor, factor, names, own_decay
from adamw_lint.fixes.loops import drop_loop, outermost
from adamw_lint.fixes.rebuilt import on_top, rebuilt, require_simple
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.frames import Place
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.horizon import horizon
from adamw_lint.model.module import Module
from adamw_lint.model.scale import Scale
from adamw_lint.model.updating.estimates import Estimate
from adamw_lint.model.updating.shrinks import Shrink
from adamw_lint.rulebook import Coupling, decoupled_sibling

RULE = "decay-in-gradient"
_HALF = Scale(Decimal("0.5"))  # the fixes count in λ‖θ‖², whose gradient is 2λθ


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each statement or hook that adds λθ to gradients."""
    for shrink in module.shrinks:
        if shrink.in_gradient and shrink.trainers and not shrink.is_chosen and not _climbs(shrink):
            yield _finding(module, shrink)
    own_steps = {step.node for step in module.coupled_steps}
    yield from (_of_estimate(module, each) for each in module.estimates if each.node not in own_steps)


def replaces_addition(module: Module, built: Construction) -> bool:
    """Whether a fix of this rule will rewrite the decay of a construction, so that others had better wait for it."""
    return any(
        _is_fixable(module, each, built) for each in module.shrinks if each.in_gradient and built in each.trainers
    )


def _is_fixable(module: Module, shrink: Shrink, built: Construction) -> bool:
    try:
        return bool(_fix(module, shrink, built).edits)
    except Manual:
        return False


def _of_estimate(module: Module, estimate: Estimate) -> Diagnostic:
    """The finding of a decay in a gradient that is handed to an optimizer written by hand."""
    name = estimate.optimizer.name.value
    message = (
        f"`{module.excerpt(estimate.node)}` adds a decay to the gradient that `{name}` takes its moments of, "
        "so weights with small gradients are decayed most"
    )
    help_ = f"leave it out and let `{name}` shrink the weights beside its step, by 1 − ηλ; by hand, because "
    reason = f"`{name}` is a class of your own"
    labels = (
        (Label(module.span(estimate.optimizer.name), "divides it by √v̂"),) if module.owns(estimate.optimizer) else ()
    )
    return Diagnostic(RULE, module.span(estimate.node), message, help_ + reason, labels, None)


def _climbs(shrink: Shrink) -> bool:
    """Whether the optimizer goes up the gradient, where λθ makes weights grow."""
    return any("maximize" in built.arguments.by_name for built in shrink.trainers)


def _finding(module: Module, shrink: Shrink) -> Diagnostic:
    built = shrink.trainers[0]
    name = built.optimizer.short_name
    try:
        fix, reason = _fix(module, shrink, built), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    start = f"`{module.excerpt(shrink.node)}` adds a decay to {name}'s gradient"
    message = f"{start}, so weights with small gradients are decayed most{on_top(module, built)}"
    labels = (Label(module.span(built.class_name), f"{name} divides it by √v̂"),) if module.owns(built.call) else ()
    return Diagnostic(RULE, module.span(shrink.node), message, _help(module, shrink, built) + reason, labels, fix)


def _help(module: Module, shrink: Shrink, built: Construction) -> str:
    own = built.optimizer if built.coupling is Coupling.DECOUPLED else decoupled_sibling(built.optimizer)
    to = built.optimizer.replacement or own.name
    try:
        found = _factor(module, shrink, built)
    except Manual:
        return f"leave it out and give that λ to `{to}` as `weight_decay`"
    acts = horizon(built, module.values, found.worth)
    return f"leave it out and use `{to}` with `weight_decay={found.text}`; {acts}"


def _factor(module: Module, shrink: Shrink, built: Construction) -> Factor:
    _require_here(module, built)
    return factor(module, built, shrink.factor.times(_HALF))


def _require_here(module: Module, built: Construction) -> None:
    if not module.owns(built.call):
        raise Manual(f"the optimizer is built in `{module.elsewhere(built.call)}`")


def _fix(module: Module, shrink: Shrink, built: Construction) -> Fix:
    _require_here(module, built)
    outer = _require_once(module, shrink)
    _require_whole(module, shrink, built)
    require_simple(module, built)
    found = _factor(module, shrink, built)
    own = own_decay(module, built)
    total = found.plus(*own) if own else found
    kept = names(shrink.factor) if found.names or found.divisors else []
    is_script = module.survey.scope(built.call).is_module
    edits = (*drop_loop(module, outer, kept, is_script), *rebuilt(module, built, total))
    is_decoupled = built.coupling is not Coupling.COUPLED and built.decay != ZERO
    safety = Safety.UNSAFE if is_decoupled or shrink.is_clipped else Safety.SAFE
    to = built.optimizer.replacement or built.optimizer.name
    title = f"leave it out and build `{to}` with `weight_decay={total.text}`"
    advice = f"`weight_decay={total.text}` stands for it now; {horizon(built, module.values, total.worth)}"
    return Fix(title, edits, safety, UNCOVERED, advice)


def _require_whole(module: Module, shrink: Shrink, built: Construction) -> None:
    """Raise Manual unless the optimizer's parameters, all of them and no others, are decayed."""
    if len(module.constructions) != 1:
        raise Manual("more than one optimizer is built here")
    if not shrink.of.whole or shrink.narrowed:
        raise Manual("it is added to some of the parameters only")
    selects = built.groups[0].selects if len(built.groups) == 1 and built.groups[0].node is None else None
    if selects is None or selects.reach is not Reach.WHOLE or len(selects.roots) != 1:
        raise Manual("the optimizer is given other parameters")
    if shrink.of.optimizer is None:
        assert shrink.of.root is not None
        if not module.frames.same(Place(selects.roots[0], module.frames.around(built.call)), shrink.of.root):
            raise Manual("the optimizer may be given other parameters")


def _require_once(module: Module, shrink: Shrink) -> cst.CSTNode:
    """What is to be taken out; raises Manual unless it certainly runs once before each step, on unscaled gradients."""
    if shrink.is_apart or shrink.step is None:
        raise Manual("it is done in a hook or in a function of its own")
    if shrink.conditions:
        raise Manual("it is added under a condition")
    if shrink.is_scaled:
        raise Manual("the gradients are scaled there")
    outer = outermost(module, shrink.node)
    if module.survey.places[outer][1] != module.survey.places[shrink.step.event.anchor][1]:
        raise Manual("it is not added once for each step")
    return outer
