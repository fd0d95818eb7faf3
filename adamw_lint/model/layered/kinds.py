"""What is known of a regularizer of layers: which kind a call builds, and the λ that it is given."""

from dataclasses import dataclass
from decimal import Decimal

import libcst as cst

from adamw_lint.model.calls import bind
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference, Value
from adamw_lint.rulebook import words


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A regularizer that a call builds: λ·Σw², or half of that.

    `written` is λ as written, if it is, and `worth` what it is worth; `is_pure` says that nothing is added, no λ·Σ|w|.
    """

    written: cst.BaseExpression | None
    worth: Value
    is_pure: bool
    is_half: bool

    @property
    def weight(self) -> Value:
        """What Σw² is multiplied by, as far as that is known."""
        return Number(self.worth.value / 2) if self.is_half and isinstance(self.worth, Number) else self.worth


def kind(values: Values, call: cst.Call) -> Kind | None:
    """The regularizer that a call builds by the table of regularizers; None where it builds none."""
    known, target = words("layer_penalties"), values.worth(call.func)
    path = target.path if isinstance(target, Reference) else ""
    root, _, name = path.rpartition(".")
    is_home = path.partition(".")[0] in known["roots"] and any(word in root for word in known["homes"])
    fact = next((each for each in known["kinds"] if is_home and name in each["names"]), None)
    if fact is None:
        return None
    given = bind(call, fact["signature"], values).by_name
    written = next((given[name].value for name in fact["arguments"] if name in given), None)
    worth = values.worth(written) if written is not None else Number(Decimal(fact["default"]))
    return Kind(written, worth, fact["pure"], fact["half"])
