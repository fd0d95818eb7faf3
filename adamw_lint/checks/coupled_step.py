"""Finds optimizers written by hand that put the decay into the gradient before they take its moments."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic, Fix, Label, Safety
from adamw_lint.fix.decouple import decouple
from adamw_lint.fix.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.steps import CoupledStep

RULE = "coupled-step"
_ACTS = "over 1/(ηλ) steps and follows the lr schedule, so choose λ anew"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each decay that reaches a first moment through the gradient."""
    for step in module.coupled_steps:
        yield _finding(module, step)


def _finding(module: Module, step: CoupledStep) -> Diagnostic:
    written = module.excerpt(step.node)
    message = f"`{written}` goes into the gradient before its moments, so weights with small gradients are decayed most"
    if step.flag:
        message += f"; `{step.flag}` decides so by default"
    try:
        fix, reason = _fix(module, step), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    label = Label(module.span(step.moment.node), "takes the first moment of it")
    return Diagnostic(RULE, module.span(step.node), message, _help(module, step) + reason, (label,), fix)


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
