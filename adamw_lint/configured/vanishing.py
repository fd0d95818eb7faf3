"""Finds settings with a decay so small beside their learning rate that no training is long enough for it to act."""

from collections.abc import Iterator
from decimal import Decimal

from adamw_lint import claims
from adamw_lint.diagnostics import Diagnostic, Label
from adamw_lint.model.configured.configuration import Configuration
from adamw_lint.model.worth import Number
from adamw_lint.rulebook import Coupling, words

RULE = "vanishing-decay"


def check(settings: Configuration) -> Iterator[Diagnostic]:
    """One finding for each decoupled optimizer whose written decay acts over more steps than any training has."""
    training = words("training")
    if any(word in settings.source.text for word in training["raises"]):
        return
    for built in settings.constructions:
        eta = settings.number(built.rate, built.root)
        if built.coupling is not Coupling.DECOUPLED or eta is None or built.rate is None or built.written is None:
            continue
        shrink = eta.value * built.decay.value if isinstance(built.decay, Number) else Decimal(0)
        if 0 < shrink < 1 / Decimal(training["longest"]):
            label = Label(built.rate.span, f"its learning rate is {settings.text(built.rate.value.span)}")
            message = claims.vanishing(settings.text(built.written.span), 1 / shrink)
            yield Diagnostic(RULE, built.written.span, message, claims.CHOOSE, (label,))
