"""By what a term is multiplied: an exact number and the expressions that are not numbers."""

from dataclasses import dataclass
from decimal import Decimal, DecimalException

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """`number · Π factors / Π divisors`; factors are places in the code whose value may or may not be known."""

    number: Decimal = Decimal(1)
    factors: tuple[Place, ...] = ()
    divisors: tuple[Place, ...] = ()

    def times(self, other: "Scale") -> "Scale":
        """The product of two scales."""
        factors, divisors = self.factors + other.factors, self.divisors + other.divisors
        return Scale(self.number * other.number, factors, divisors)

    def inverse(self) -> "Scale | None":
        """One over the scale; None for zero and for what decimals cannot hold."""
        try:
            return Scale(1 / self.number, self.divisors, self.factors)
        except (DecimalException, ZeroDivisionError):
            return None

    @property
    def is_plain(self) -> bool:
        """Whether the scale is a number."""
        return not self.factors and not self.divisors


ONE = Scale()
MINUS = Scale(Decimal(-1))
HALF = Scale(Decimal("0.5"))


def scale_of(place: Place, frames: Frames, values: Values, depth: int = 0) -> Scale:
    """The scale that multiplying by an expression makes, its products and quotients taken apart."""
    place = frames.resolve(place)
    node = place.node
    if isinstance(node, (cst.Integer, cst.Float)):
        worth = values.worth(node)
        return Scale(worth.value) if isinstance(worth, Number) else Scale(factors=(place,))
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        return MINUS.times(scale_of(Place(node.expression, place.frame), frames, values, depth + 1))
    if isinstance(node, cst.BinaryOperation) and depth < 20:
        return _product(node, place, frames, values, depth)
    return Scale(factors=(place,))


def _product(node: cst.BinaryOperation, place: Place, frames: Frames, values: Values, depth: int) -> Scale:
    worth = values.worth(node)
    if isinstance(worth, Number) and isinstance(node.operator, cst.Power):
        return Scale(worth.value)
    if not isinstance(node.operator, (cst.Multiply, cst.Divide)):
        return Scale(factors=(place,))
    left = scale_of(Place(node.left, place.frame), frames, values, depth + 1)
    right = scale_of(Place(node.right, place.frame), frames, values, depth + 1)
    other = right.inverse() if isinstance(node.operator, cst.Divide) else right
    return left.times(other) if other is not None else Scale(factors=(place,))


def operator_of(survey: Survey, binding: Binding) -> cst.BaseAugOp | None:
    """`+=` or the like of a binding that augments."""
    statement = survey.parents[binding.node] if binding.kind is Kind.AUGMENT else None
    return statement.operator if isinstance(statement, cst.AugAssign) else None
