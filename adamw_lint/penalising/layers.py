"""Says what a regularizer of layers does beside an optimizer of the adam family, and what to do instead."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic, Fix, Label
from adamw_lint.manual import Manual
from adamw_lint.model.horizon import horizon, plain
from adamw_lint.model.layered.compiled import Trainer
from adamw_lint.model.layered.penalties import LayerPenalty
from adamw_lint.model.module import Module
from adamw_lint.model.worth import Number
from adamw_lint.penalising.moved import moved
from adamw_lint.penalising.sibling import decaying
from adamw_lint.rulebook import Coupling, optimizers_by_path


def findings(module: Module, rule: str) -> Iterator[Diagnostic]:
    """One finding for each regularizer, at the first place where a function or script writes it alike."""
    groups: dict[tuple[object, ...], list[LayerPenalty]] = {}
    for penalty in module.layer_penalties:
        key = (module.survey.function(penalty.node), module.text(penalty.node), penalty.trainer.node)
        groups.setdefault(key, []).append(penalty)
    for penalty, *others in groups.values():
        more = f", here and {len(others)} more time{'s' * (len(others) > 1)}," if others else ""
        name = penalty.trainer.optimizer.short_name
        message = f"`{module.excerpt(penalty.node)}`{more} goes into {name}'s gradient"
        message += ", so weights with small gradients are decayed most"
        labels = tuple(_labels(module, penalty))
        fix, reason = _remedy(module)
        yield Diagnostic(rule, module.span(penalty.node), message, _help(module, penalty) + reason, labels, fix)


def _remedy(module: Module) -> tuple[Fix | None, str]:
    """All penalties go together, or none."""
    try:
        return moved(module), ""
    except Manual as manual:
        return None, f"; by hand, because {manual.reason}"


def _labels(module: Module, penalty: LayerPenalty) -> Iterator[Label]:
    trainer = penalty.trainer
    if module.owns(trainer.node):
        named = trainer.built.class_name if trainer.built is not None else trainer.node
        yield Label(module.span(named), f"{trainer.optimizer.short_name} trains on this loss")


def _help(module: Module, penalty: LayerPenalty) -> str:
    to = penalty.trainer.optimizer.successor or decaying(penalty.trainer.optimizer).name
    rate = "η · " if optimizers_by_path()[to].coupling is Coupling.UNSCALED else ""
    if not isinstance(penalty.worth, Number):
        acts = _acts(module, penalty.trainer, None)
        return f"leave it out and use `{to}` with `weight_decay={rate}2λ` for λ‖θ‖²; {acts}"
    twice = plain(2 * penalty.worth.value)
    acts = _acts(module, penalty.trainer, penalty)
    return f"leave it out and use `{to}` with `weight_decay={rate}{twice}`, the factor in its gradient; {acts}"


def _acts(module: Module, trainer: Trainer, penalty: LayerPenalty | None) -> str:
    if trainer.built is None or penalty is None or not isinstance(penalty.worth, Number):
        return "its decay acts over 1/(ηλ) steps and follows the lr schedule, so choose λ anew"
    return horizon(trainer.built, module.values, 2 * penalty.worth.value)
