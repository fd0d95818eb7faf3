"""One module a rule, each with one public function that asks a Module questions and yields diagnostics."""

from collections.abc import Callable, Iterator

from adamw_lint.checks import (
    coupled_decay,
    coupled_step,
    decay_in_gradient,
    decayed_norms,
    default_decay,
    double_decay,
    dropped_parameters,
    ignored_key,
    l2_in_loss,
    misplaced_decay,
    removed_adamw,
    swapped_groups,
    text_decay,
    unknown_ignore,
    unmatched_exclusion,
    unreasoned_ignore,
    unused_ignore,
    vanishing_decay,
)
from adamw_lint.configured import coupled, vanishing
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.model.configured.configuration import Configuration
from adamw_lint.model.module import Module
from adamw_lint.pages import pages
from adamw_lint.suppress.suppressions import Ledger

CHECKS: dict[str, Callable[[Module], Iterator[Diagnostic]]] = {
    coupled_decay.RULE: coupled_decay.check,
    coupled_step.RULE: coupled_step.check,
    misplaced_decay.RULE: misplaced_decay.check,
    l2_in_loss.RULE: l2_in_loss.check,
    decay_in_gradient.RULE: decay_in_gradient.check,
    double_decay.RULE: double_decay.check,
    decayed_norms.RULE: decayed_norms.check,
    unmatched_exclusion.RULE: unmatched_exclusion.check,
    swapped_groups.RULE: swapped_groups.check,
    dropped_parameters.RULE: dropped_parameters.check,
    ignored_key.RULE: ignored_key.check,
    removed_adamw.RULE: removed_adamw.check,
    default_decay.RULE: default_decay.check,
    vanishing_decay.RULE: vanishing_decay.check,
}
# What is said about the comments that silence the others, once it is known what they silenced.
COMMENT_CHECKS: dict[str, Callable[[Ledger], Iterator[Diagnostic]]] = {
    unused_ignore.RULE: unused_ignore.check,
    unknown_ignore.RULE: unknown_ignore.check,
    unreasoned_ignore.RULE: unreasoned_ignore.check,
}
SETTINGS_CHECKS: dict[str, Callable[[Configuration], Iterator[Diagnostic]]] = {
    coupled_decay.RULE: coupled.check,
    text_decay.RULE: text_decay.check,
    vanishing_decay.RULE: vanishing.check,
}


def findings(rule: str, model: Module | Configuration) -> Iterator[Diagnostic]:
    """What a rule finds in a program, or in a file of settings; nothing where it has nothing to say of that."""
    if isinstance(model, Configuration):
        return SETTINGS_CHECKS[rule](model) if rule in SETTINGS_CHECKS else iter(())
    if rule in CHECKS:
        return CHECKS[rule](model)
    page = pages()[rule]
    if page.plugin is None:
        return iter(())
    from adamw_lint.plugged import asking

    return asking.findings(page, model)
