"""Where a decay stands in a chain of gradient transformations: before the adaptive step, or after it, or too late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.alternatives import decided
from adamw_lint.model.frames import Frames
from adamw_lint.model.scopes import Arms, exclusive
from adamw_lint.model.signs import Signs
from adamw_lint.model.transformations import Chain, Step
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, is_zero
from adamw_lint.rulebook import Family

RATES = ("rate", "factor", "schedule")
_UNTURNED = ("plain", "decay", "adam", "adaptive")  # steps that leave the sign of an update


@dataclass(frozen=True, slots=True, eq=False)
class ChainedDecay:
    """A step that adds λθ to the updates of a chain: `before` and `after` it are the steps that may go with it."""

    chain: Chain
    step: Step
    before: tuple[Step, ...]
    after: tuple[Step, ...]

    @property
    def written(self) -> cst.BaseExpression | None:
        """λ as written."""
        argument = self.step.arguments.by_name.get("weight_decay")
        return argument.value if argument is not None else None

    @property
    def mask(self) -> cst.BaseExpression | None:
        """What says which parameters are decayed."""
        argument = self.step.arguments.by_name.get("mask")
        return argument.value if argument is not None else None


class ChainedDecays:
    """Sorts the decays of the chains of one file by what becomes of them."""

    def __init__(self, values: Values, frames: Frames, chains: Sequence[Chain]) -> None:
        self._values = values
        self._signs = Signs(values, frames)
        self._chains = chains

    def _decays(self) -> Iterator[ChainedDecay]:
        for chain in self._chains:
            for index, step in enumerate(chain.steps):
                before, after = chain.steps[:index], chain.steps[index + 1 :]
                found = ChainedDecay(chain, step, self._possible(before, step), self._possible(after, step))
                if step.does == "decay" and found.written is not None and self._is_decay(found.written):
                    yield found

    def _possible(self, steps: tuple[Step, ...], beside: Step) -> tuple[Step, ...]:
        """The steps that are not in a branch which excludes that of another step."""
        return tuple(each for each in steps if not exclusive(self._arms(each), self._arms(beside)))

    def _goes_with(self, step: Step, found: ChainedDecay) -> bool:
        """Whether a step is there where a decay is, as far as we see: no other condition asks about the same."""
        return not decided(self._values, self._arms(step), found.step.node)

    def _arms(self, step: Step) -> Arms:
        return self._values.survey.places[step.node][1]

    def _is_decay(self, node: cst.BaseExpression) -> bool:
        """Whether λ is no zero, and has no minus, which turns a decay round."""
        return not is_zero(self._values.worth(node)) and not self._signs.may_be_negative(node)

    def coupled(self) -> Iterator[tuple[ChainedDecay, Step]]:
        """The decays that go through an adaptive step of Adam's family, with that step."""
        for found in self._decays():
            if any(step.does in ("optimizer", "adam", "adaptive", *RATES) for step in found.before):
                continue
            adaptive = next((step for step in found.after if step.does in ("adam", "adaptive", "optimizer")), None)
            if adaptive is not None and _is_adam(adaptive) and self._goes_with(adaptive, found):
                yield found, adaptive

    def growing(self) -> Iterator[tuple[ChainedDecay, Step]]:
        """The decays that are added to an update which has its minus sign already, with the step that gave it."""
        for found in self._decays():
            turned = next((step for step in found.before if self._turns(step)), None)
            others = [step for step in found.before if step is not turned]
            is_plain = all(step.does in ("plain", "decay") for step in found.after)
            is_turned = turned is not None and self._goes_with(turned, found)
            if turned is not None and is_turned and is_plain and all(step.does in _UNTURNED for step in others):
                yield found, turned

    def beside(self) -> Iterator[ChainedDecay]:
        """The decays between an adaptive step of Adam's family and its rate: decoupled, of all the parameters."""
        for found in self._decays():
            steps = [step for step in found.before if step.does not in ("plain", "decay")]
            is_beside = len(steps) == 1 and steps[0].does == "adam" and self._goes_with(steps[0], found)
            is_whole = not found.step.is_part and not any(step.is_part for step in steps)
            if is_beside and is_whole and any(step.does in RATES for step in found.after):
                yield found

    def _turns(self, step: Step) -> bool:
        """Whether a step turns an update into what is added to the parameters: it multiplies by a minus."""
        if step.is_part:
            return False
        if step.built is not None:
            rate = step.arguments.by_name.get(step.built.optimizer.rate_argument)
            return rate is None or not self._is_negative(rate.value)
        if step.does == "rate":
            is_negative = step.first is not None and self._is_negative(step.first)
            return "flip_sign" not in step.arguments.by_name and not is_negative
        return step.does == "factor" and step.first is not None and self._is_negative(step.first)

    def _is_negative(self, node: cst.BaseExpression) -> bool:
        value = self._values.worth(node)
        negative = isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus)
        return value.value < 0 if isinstance(value, Number) else negative


def _is_adam(step: Step) -> bool:
    if step.built is not None:
        return step.built.optimizer.family is Family.ADAM
    return step.does == "adam"
