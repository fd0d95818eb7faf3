"""Finds penalties on parameters that are added to a loss which an optimizer of the adam family trains."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.claims import UNCOVERED
from adamw_lint.diagnostics import Diagnostic, Fix, Label, Safety
from adamw_lint.fixes.factor import Factor, factor, names, own_decay
from adamw_lint.fixes.given import completed, require_given
from adamw_lint.fixes.inserted import composition, inserted, step
from adamw_lint.fixes.rebuilt import on_top, require_simple
from adamw_lint.fixes.terms import drop
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.frames import Place
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.horizon import horizon
from adamw_lint.model.losses.parts import leaves
from adamw_lint.model.losses.terms import LossTerm
from adamw_lint.model.module import Module
from adamw_lint.model.scale import ONE, Scale
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import descendants, keyword
from adamw_lint.penalising import layers
from adamw_lint.penalising.added import decaying, require_of_model
from adamw_lint.rulebook import Coupling, decoupled_sibling, optimizers_by_path, words

RULE = "l2-in-loss"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each penalty, at the addend that brings it into the loss."""
    for term in module.loss_terms:
        yield _finding(module, term)
    yield from layers.findings(module, RULE)


def replaces_penalty(module: Module, built: Construction) -> bool:
    """Whether a fix of this rule will rewrite the decay of a construction, so that others had better wait for it."""
    return any(_is_fixable(module, term) for term in module.loss_terms if built in term.reaches)


def _is_fixable(module: Module, term: LossTerm) -> bool:
    try:
        return bool(_fix(module, term).edits)
    except Manual:
        return False


def _finding(module: Module, term: LossTerm) -> Diagnostic:
    built = term.reaches[0]
    try:
        fix, reason = _fix(module, term), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    labels = (
        (Label(module.span(built.class_name), f"{built.optimizer.short_name} trains on this loss"),)
        if module.owns(built.call)
        else ()
    )
    place = term.node if fix is not None else _made(module, term)
    return Diagnostic(
        RULE, module.span(place), _message(module, place, term), _help(module, term) + reason, labels, fix
    )


def _made(module: Module, term: LossTerm) -> cst.BaseExpression:
    """Where a penalty is written that the addend is but the name of."""
    children = term.path[-1].children if isinstance(term.node, (cst.Name, cst.Attribute)) else ()
    if len(children) != 1 or not module.owns(children[0].node):
        return term.node
    norms = [leaf.node for leaf in leaves(children[0])]
    is_whole = all(node is children[0].node or module.survey.within(node, children[0].node) for node in norms)
    return children[0].node if is_whole else term.node


def _message(module: Module, place: cst.BaseExpression, term: LossTerm) -> str:
    built = term.reaches[0]
    start = f"`{module.excerpt(place)}` goes into {built.optimizer.short_name}'s gradient"
    if term.is_open:
        return f"{start}: a norm whose order is known only at run time{on_top(module, built)}"
    if not term.squared:
        return f"{start}, and is no L2 penalty but a norm that is not squared{on_top(module, built)}"
    return f"{start}, so weights with small gradients are decayed most{on_top(module, built)}"


def _help(module: Module, term: LossTerm) -> str:
    built = term.reaches[0]
    own = built.optimizer if built.coupling is Coupling.DECOUPLED else decoupled_sibling(built.optimizer)
    to = built.optimizer.replacement or built.optimizer.successor or own.name
    if term.is_open:
        return f"leave it out and use `{to}` with a `weight_decay` of its own where the order is 2"
    if not term.squared:
        return f"leave it out and choose a `weight_decay` for `{to}`; no λ stands for a norm that is not squared"
    if term.mean:
        return f"leave it out and use `{to}` with a `weight_decay` of its own: a mean divides λ by the weights' number"
    try:
        _require_here(module, term)
        if term.outer.factors:
            raise Manual("what multiplies all of it is not in the factor")
        found = factor(module, built, _gradient(term))
    except Manual:
        if optimizers_by_path()[to].coupling is Coupling.UNSCALED:
            return f"leave it out and {_use(module, built, to, 'ηλ')} for λ/2·‖θ‖², or 2ηλ for λ‖θ‖²"
        return f"leave it out and {_use(module, built, to, 'λ')} for λ/2·‖θ‖², or 2λ for λ‖θ‖²"
    acts = horizon(built, module.values, found.worth)
    written = f"η · {found.text}" if optimizers_by_path()[to].coupling is Coupling.UNSCALED else found.text
    return f"leave it out and {_use(module, built, to, written)}, the factor in its gradient; {acts}"


def _use(module: Module, built: Construction, to: str, decay: str, verb: str = "use") -> str:
    """What is to decay in place of a penalty, as an order."""
    if composition(module, built) is None:
        return f"{verb} `{to}` with `weight_decay={decay}`"
    return f"add `{step(built, decay)}` after `{built.optimizer.name}`"


def _gradient(term: LossTerm) -> Scale:
    """The coefficient with what the whole loss is multiplied by, unless that only averages accumulated gradients."""
    return term.coefficient.times(Scale(term.outer.number)) if term.outer.is_plain else term.coefficient


def _fix(module: Module, term: LossTerm) -> Fix:
    built = _require_whole(module, term)
    _require_simple(module, term, built)
    own = own_decay(module, built)
    found = factor(module, built, _gradient(term) if _steps_at_once(module, term) else term.coefficient)
    _require_own_factor(module, term, found)
    total = found.plus(*own) if own else found
    is_script = module.survey.scope(built.call).is_module
    kept = names(term.coefficient) if found.names or found.divisors else []
    chain = composition(module, built)
    more = decaying(module, built, total) if chain is None else inserted(module, chain, total.text)
    given = completed(module, built) if term.sink.added_to is None else ()
    edits = (*drop(module, term.node, kept, is_script), *more, *given)
    safety = Safety.SAFE if _is_safe(module, term, built) else Safety.UNSAFE
    to = built.optimizer.replacement or built.optimizer.name
    title = f"leave it out and {_use(module, built, to, total.text, 'build')}"
    written = f"weight_decay={total.text}" if chain is None else step(built, total.text)
    advice = f"`{written}` stands for the penalty now; {horizon(built, module.values, total.worth)}"
    return Fix(title, edits, safety, UNCOVERED, advice)


def _require_own_factor(module: Module, term: LossTerm, found: Factor) -> None:
    """Raise Manual where the factor is what one caller gives the function: another may give something else."""
    for node in descendants(term.node) if not found.names else ():
        if isinstance(node, cst.Name) and isinstance(module.survey.parents[node], cst.BinaryOperation):
            binding = module.values.bound_once(node)
            if binding is not None and binding.kind is Kind.PARAMETER:
                raise Manual("λ is an argument of the function")


def _require_whole(module: Module, term: LossTerm) -> Construction:
    """The optimizer that takes exactly the penalised parameters; raises Manual where λ would not say the same."""
    if term.is_open:
        raise Manual("the order of the norm is known only at run time")
    if not term.squared:
        raise Manual("the norm is not squared")
    if term.mean:
        raise Manual("it is a mean")
    built, penalised = _require_here(module, term), term.penalised[0]
    if not term.is_uniform or not penalised.whole:
        raise Manual("it is taken over some of the parameters only")
    own = built.optimizer
    if not (own.replacement or own.decay_argument or composition(module, built) is not None):
        other = f"and `{own.successor}` {own.differs}" if own.successor else ""
        raise Manual(f"`{own.name}` has no form that decays beside its step{', ' * bool(other)}{other}")
    if own.coupling is Coupling.COUPLED and not (own.replacement or own.switch):
        raise Manual("this changes which optimizer is used")
    if any(each is not built for each in (*module.constructions, *(each.built for each in module.composed))):
        raise Manual("more than one optimizer is built here")
    if term.sink.added_to is not None:
        require_of_model(module, term, term.sink.added_to)
        return built
    if built.optimizer.parameters_argument is None:
        require_given(module, built, term.sink.is_backward)
        return built
    selects = built.groups[0].selects if len(built.groups) == 1 and built.groups[0].node is None else None
    if selects is None or selects.reach is Reach.UNKNOWN:
        raise Manual("it is not known which parameters the optimizer is given")
    if selects.reach is not Reach.WHOLE or len(selects.roots) != 1:
        raise Manual("the optimizer is given other parameters")
    if not module.frames.same(Place(selects.roots[0], module.frames.around(built.call)), penalised.root):
        raise Manual("the optimizer may be given other parameters")
    return built


def _require_here(module: Module, term: LossTerm) -> Construction:
    """The optimizer that trains on the loss, if the whole of it is in this file; raises Manual."""
    for node, what in ((term.reaches[0].call, "the optimizer is built"), (term.sink.node, "it is added to the loss")):
        if not module.owns(node):
            raise Manual(f"{what} in `{module.elsewhere(node)}`")
    return term.reaches[0]


def _require_simple(module: Module, term: LossTerm, built: Construction) -> None:
    if term.optional:
        raise Manual("it, or a part of it, is added under a condition or in a loop of its own")
    require_simple(module, built)
    if term.backed > 1:
        raise Manual("more than one loss is backed")
    if any(part.is_mean for part in term.path):
        raise Manual("the loss is a mean over its terms")


def _steps_at_once(module: Module, term: LossTerm) -> bool:
    """Whether the optimizer is stepped as often as the loss is backed."""
    node = term.sink.node
    if not term.sink.is_backward or (isinstance(node, cst.Call) and keyword(node, "gradient") is not None):
        return False
    loops = [up for up in module.survey.ancestors(node) if isinstance(up, cst.For)]
    if any(True for loop in loops for _ in module.survey.cut_short(loop)):
        return False
    arms = module.survey.places[term.sink.node][1]
    return any(module.survey.places[step][1] == arms for step in term.steps)


def _is_safe(module: Module, term: LossTerm, built: Construction) -> bool:
    """Whether nothing in sight may make another λ of it: see the table of fix safety."""
    if built.coupling is not Coupling.COUPLED and built.decay != ZERO:
        return False
    is_scaled = term.outer is not ONE and (not term.outer.is_plain or term.outer.number != 1)
    if is_scaled or not _steps_at_once(module, term):
        return False
    return not module.survey.mentions(words("penalty")["steering"])
