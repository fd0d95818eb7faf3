"""Over how many steps a decoupled decay acts: 1/(ηλ), the time in which it shrinks a weight by the factor e."""

from decimal import Decimal

import libcst as cst

from adamw_lint.model.constructions import Construction
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number
from adamw_lint.signatures import parameters


def horizon(built: Construction, values: Values, factor: Decimal | None) -> str:
    """A clause that says over how many steps a decoupled decay of `factor` acts beside this construction's η."""
    return acts(*rate(built, values), factor)


def acts(eta: Decimal | None, written: str, factor: Decimal | None) -> str:
    """The clause for a learning rate of η that is written so, None where it is known only at run time."""
    if eta is None or factor is None or eta * factor <= 0:
        return "its decay acts over 1/(ηλ) steps and follows the lr schedule, so choose λ anew"
    steps = f"{int(1 / (eta * factor)):,}"
    return f"with lr={written} its decay acts over 1/(ηλ) = {steps} steps and follows the lr schedule, so choose λ anew"


def rate(built: Construction, values: Values) -> tuple[Decimal | None, str]:
    """η of a construction, and as it is written there; None where it is known only at run time."""
    argument = built.arguments.by_name.get(built.optimizer.rate_argument)
    if argument is None:
        default = parameters(built.optimizer.signature)[2].get(built.optimizer.rate_argument)
        is_number = default not in (None, "None") and built.arguments.complete
        return (Decimal(default), default) if is_number and default else (None, "")
    value = values.worth(argument.value)
    if not isinstance(value, Number) or not argument.certain:
        return None, ""
    written = argument.value.value if isinstance(argument.value, (cst.Float, cst.Integer)) else plain(value.value)
    return value.value, written


def plain(number: Decimal) -> str:
    """A decimal as a person writes it in code: 0.001, 2e-05, 1."""
    return repr(float(number)) if number != number.to_integral_value() else str(int(number))
