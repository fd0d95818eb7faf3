"""Says what a decay does that goes through the adaptive step of a chain, and puts it after that step."""

from collections.abc import Iterator

from adamw_lint import claims
from adamw_lint.diagnostics import Diagnostic, Fix, Label
from adamw_lint.fixes.chains import placed
from adamw_lint.manual import Manual
from adamw_lint.model.chained import ChainedDecay
from adamw_lint.model.horizon import acts, horizon
from adamw_lint.model.module import Module
from adamw_lint.model.transformations import Step
from adamw_lint.model.worth import Number
from adamw_lint.rulebook import optimizers_by_path


def findings(module: Module, rule: str) -> Iterator[Diagnostic]:
    """One finding for each decay before an adaptive step of Adam's family."""
    for found, step in module.chained_decays.coupled():
        message = f"`{module.excerpt(found.step.node)}` goes through the adaptive step"
        message += ", so weights with small gradients are decayed most"
        try:
            fix, reason = _fix(module, found, step), ""
        except Manual as manual:
            fix, reason = None, f"; by hand, because {manual.reason}"
        label = Label(module.span(step.node), "is the adaptive step")
        labels = (label,) if module.owns(step.node) else ()
        help_ = f"{_help(step)}; {_acts(module, found, step)}{reason}"
        yield Diagnostic(rule, module.span(found.step.node), message, help_, labels, fix)


def _help(step: Step) -> str:
    to = optimizers_by_path().get(step.built.optimizer.replacement or "") if step.built is not None else None
    return f"use `{to.name}`" if to is not None else "add the decay after it, before the learning rate"


def _acts(module: Module, found: ChainedDecay, step: Step) -> str:
    value = module.values.worth(found.written)
    if step.built is None or not isinstance(value, Number):
        return acts(None, "", None)
    return horizon(step.built, module.values, value.value)


def _fix(module: Module, found: ChainedDecay, step: Step) -> Fix:
    assert found.written is not None
    advice = claims.decoupled_now(f"`{module.line(found.written)}`", _acts(module, found, step))
    return placed(module, found, step, "add it after the adaptive step", advice)
