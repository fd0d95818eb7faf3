"""Finds optimizers written by hand that put the decay into the gradient before they take its moments."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic, Fix, Label, Safety
from adamw_lint.fixes.decouple import decouple
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.updating.steps import CoupledStep

RULE = "coupled-step"
_ACTS = "over 1/(ηλ) steps and follows the lr schedule, so choose λ anew"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each decay that reaches a first moment through the gradient."""
    for step in module.coupled_steps:
        yield _finding(module, step)


def _finding(module: Module, step: CoupledStep) -> Diagnostic:
    is_here = module.owns(step.node)
    place = step.node if is_here else step.moment.node
    try:
        fix, reason = _fix(module, step), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    labels = (Label(module.span(step.moment.node), "takes the first moment of it"),) if is_here else ()
    return Diagnostic(RULE, module.span(place), _message(module, step), _help(module, step) + reason, labels, fix)


def _message(module: Module, step: CoupledStep) -> str:
    message = f"`{module.excerpt(step.node)}` goes into the gradient before its moments"
    if not module.owns(step.node):
        message = f"`{module.excerpt(step.moment.node)}` takes the moment of a gradient with the decay in it"
        message += f", which `{module.elsewhere(step.node)}` adds"
    message += ", so weights with small gradients are decayed most"
    return f"{message}; `{step.flag}` decides so by default" if step.flag else message


def _help(module: Module, step: CoupledStep) -> str:
    if step.flag:
        return f"give `{step.flag}` the other default, or set it; the decay then acts {_ACTS}"
    name = module.excerpt(step.parameter.node)
    return f"shrink `{name}` by the factor 1 − ηλ instead, beside the step; the decay then acts {_ACTS}"


def _fix(module: Module, step: CoupledStep) -> Fix:
    edits = decouple(module, step)
    name = module.excerpt(step.parameter.node)
    return Fix(
        f"shrink `{name}` beside the step instead",
        edits,
        Safety.SAFE,
        (),
        f"the decay of `{name}` is decoupled now and acts {_ACTS}",
    )
