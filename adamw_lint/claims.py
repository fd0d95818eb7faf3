"""What is said of decays, in whatever kind of file they are written."""

from decimal import Decimal

from adamw_lint.rulebook import Optimizer, decoupled_sibling

UNCOVERED = ("decayed-norms", "vanishing-decay")  # once a decay is decoupled
CHOOSE = "over T steps a weight shrinks by the factor e where λ = 1/(η·T); by hand, because λ is to be chosen"


def coupled(goes: str, optimizer: Optimizer) -> str:
    """The message about a decay that goes through the optimizer's adaptive step: what goes, or sends it, there."""
    return f"{goes} into {optimizer.short_name}'s gradient, so weights with small gradients are decayed most"


def builds_coupled(optimizer: Optimizer) -> str:
    """The label of the place that names the optimizer."""
    return f"builds a coupled {optimizer.short_name}"


def remedy(optimizer: Optimizer, switched: str, acts: str) -> str:
    """The help: the replacement, else the switch as it would be written, else what is left."""
    if optimizer.replacement is not None:
        return f"use `{optimizer.replacement}`; {acts}"
    if optimizer.switch is not None:
        return f"pass `{switched}`; {acts}"
    other = decoupled_sibling(optimizer).name
    return f"it has no decoupled form: leave its decay out, or use `{other}`; {acts}"


def decoupled_now(decay: str, acts: str) -> str:
    """The line that stands for a site once it was rewritten."""
    return f"{decay} is decoupled now; {acts}"


def vanishing(decay: str, steps: Decimal) -> str:
    """The message about a decay, written so, that acts over so many steps."""
    return f"`{decay}` acts over 1/(ηλ) = {int(steps):,} steps, more than any training has"
