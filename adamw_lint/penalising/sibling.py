"""The optimizer that is to decay what a penalty decayed."""

from adamw_lint.rulebook import Coupling, Optimizer, decoupled_sibling


def decaying(optimizer: Optimizer) -> Optimizer:
    """An optimizer itself if its decay is decoupled, else its replacement's fact or the decoupled one beside it."""
    return optimizer if optimizer.coupling is Coupling.DECOUPLED else decoupled_sibling(optimizer)
