"""Finds chains of gradient transformations whose decay comes after the learning rate and its minus sign."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic, Fix, Label
from adamw_lint.fixes.chains import placed
from adamw_lint.manual import Manual
from adamw_lint.model.chained import ChainedDecay
from adamw_lint.model.module import Module
from adamw_lint.model.transformations import Step

RULE = "misplaced-decay"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each decay that is added to an update which has its sign already."""
    for found, other in module.chained_decays.growing():
        yield _finding(module, found, other)


def _finding(module: Module, found: ChainedDecay, other: Step) -> Diagnostic:
    message = f"`{module.excerpt(found.step.node)}` comes after the learning rate, so it makes the weights grow"
    try:
        fix, reason = _fix(module, found, other), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    does = "is a whole optimizer, learning rate included" if other.built is not None else "multiplies by the rate"
    return Diagnostic(
        RULE,
        module.span(found.step.node),
        message,
        "add the decay before the learning rate and its minus sign, after an adaptive step" + reason,
        (Label(module.span(other.node), does),) if module.owns(other.node) else (),
        fix,
    )


def _fix(module: Module, found: ChainedDecay, other: Step) -> Fix:
    assert found.written is not None
    factor = module.line(found.written)
    advice = f"a decay of {factor} shrinks the weights now, by η times as much, and follows the lr schedule"
    return placed(module, found, other, "add it before the learning rate", advice)
