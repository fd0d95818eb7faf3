"""Takes an expression of tensors apart into a sum of products, through operators, methods, functions and tree maps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.scale import MINUS, ONE, Scale
from adamw_lint.model.tree import dotted, positional
from adamw_lint.model.updating.aliases import Aliases
from adamw_lint.model.updating.operands import Operation, Operations
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Number

_DEPTH = 40
_FRAMES = 8
_PRODUCTS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One addend: a product of numbers and tensors; `node` is the smallest code that writes it."""

    node: cst.BaseExpression
    scale: Scale = ONE


Terms = tuple[Term, ...]


class Addition:
    """Takes the expressions of a surveyed program apart."""

    def __init__(self, values: Values, frames: Frames, names: Aliases, words: dict[str, Any]) -> None:
        self._values = values
        self._frames = frames
        self._words = words
        self._operations = Operations(values, words)
        self._names = names
        self._depth = 0

    def terms(self, place: Place) -> Terms:
        """An expression as a sum; what is not known is one term with one factor."""
        place = self._names.bare(place)
        if self._depth > _DEPTH:
            return (_atom(place),)
        self._depth += 1
        try:
            return self._taken_apart(place) or (_atom(place),)
        finally:
            self._depth -= 1

    def _taken_apart(self, place: Place) -> Terms | None:
        node, frame = place.node, place.frame
        match node:
            case cst.Integer() | cst.Float():
                worth = self._values.worth(node)
                return (Term(node, Scale(worth.value)),) if isinstance(worth, Number) else None
            case cst.UnaryOperation(operator=cst.Minus()):
                return _scaled(self.terms(Place(node.expression, frame)), MINUS)
            case cst.BinaryOperation():
                return self._binary(node, node.operator, Place(node.left, frame), Place(node.right, frame))
            case cst.ListComp() | cst.GeneratorExp():
                return self.terms(Place(node.elt, frame))
            case cst.DictComp():
                return self.terms(Place(node.value, frame))
            case cst.Call():
                return self._call(node, frame)
        return None

    def _binary(self, node: cst.BaseExpression, operator: object, left: Place, right: Place) -> Terms | None:
        match operator:
            case cst.Add() | cst.AddAssign():
                return self.terms(left) + self.terms(right)
            case cst.Subtract() | cst.SubtractAssign():
                return self.terms(left) + _scaled(self.terms(right), MINUS)
            case cst.Multiply() | cst.MultiplyAssign():
                return (Term(node, self._factor(left).times(self._factor(right))),)
            case cst.Divide() | cst.DivideAssign():
                return (Term(node, self._factor(left).times(self._divisor(right))),)
            case cst.Power():
                return self._power(node, left, right)
        return None

    def augmented(self, node: cst.AugAssign, frame: Frame | None = None) -> Terms:
        """What the target of `+=` and its kin becomes."""
        target, value = Place(node.target, frame), Place(node.value, frame)
        if isinstance(node.operator, (cst.MultiplyAssign, cst.DivideAssign)):
            by = self._factor(value) if isinstance(node.operator, cst.MultiplyAssign) else self._divisor(value)
            return _scaled(self.terms(target), by)
        return self._binary(node.target, node.operator, target, value) or (_atom(value),)

    def _factor(self, place: Place) -> Scale:
        """An expression as a factor; a sum is one by itself."""
        terms = self.terms(place)
        return terms[0].scale if len(terms) == 1 else Scale(factors=(self._names.bare(place),))

    def _divisor(self, place: Place) -> Scale:
        return self._factor(place).inverse() or Scale(divisors=(self._names.bare(place),))

    def _power(self, node: cst.BaseExpression, base: Place, by: Place) -> Terms | None:
        exponent = self._values.worth(self._frames.resolve(by).node)
        if not isinstance(exponent, Number) or exponent.value != 2:
            return None
        factor = self._factor(base)
        return (Term(node, factor.times(factor)),)

    def _call(self, node: cst.Call, frame: Frame | None) -> Terms | None:
        operation = self._operations.of(Place(node, frame))
        found = self._operation(node, operation) if operation is not None else None
        if found is not None:
            return found
        entered = self._mapped(node, frame) or self._frames.entered(node, frame)
        if entered is None or entered.depth > _FRAMES:
            return None
        results = list(self._frames.results(entered.function))
        return self.terms(Place(results[0], entered)) if len(results) == 1 else None

    def _operation(self, node: cst.Call, found: Operation) -> Terms | None:
        """An operation of the framework: a sum, a product, or one of those that do both."""
        words, name = self._words, found.name
        first, rest = found.tensors[0], found.tensors[1:]
        scale = self._factor(found.by) if found.by is not None else ONE
        if name in words["negative"]:
            return _scaled(self.terms(first), MINUS)
        if name in words["square"]:
            return (Term(node, self._factor(first).times(self._factor(first))),)
        if not rest:
            return None
        if name in words["plus"]:
            return self.terms(first) + self._addend(rest[0], scale)
        if name in words["minus"]:
            return self.terms(first) + self._addend(rest[0], MINUS.times(scale))
        if name in words["power"]:
            return self._power(node, first, rest[0])
        if name in words["copied"]:
            return self.terms(rest[0])
        if name in words["product"]:
            return _whole(node, _scaled(self.terms(first), self._factor(rest[0])))
        if name in words["quotient"]:
            return _whole(node, _scaled(self.terms(first), self._divisor(rest[0])))
        return self._fused(node, found, scale)

    def _addend(self, place: Place, scale: Scale) -> Terms:
        """An argument times a scale; a sum is a factor by itself where it is multiplied, as it is under an operator."""
        if scale.is_plain:
            return _scaled(_whole(place.node, self.terms(place)), scale)
        return (Term(place.node, scale.times(self._factor(place))),)

    def _fused(self, node: cst.Call, found: Operation, scale: Scale) -> Terms | None:
        words, name = self._words, found.name
        first, second = found.tensors[:2]
        if name in words["mixed"] and found.by is not None:
            kept = self.terms(first)
            return kept + _scaled(kept, MINUS.times(scale)) + self._addend(second, scale)
        if len(found.tensors) < 3:
            return None
        scale = scale.times(self._factor(second))
        if name in words["plus_product"]:
            return (*self.terms(first), Term(node, scale.times(self._factor(found.tensors[2]))))
        if name in words["plus_quotient"]:
            return (*self.terms(first), Term(node, scale.times(self._divisor(found.tensors[2]))))
        return None

    def _mapped(self, node: cst.Call, frame: Frame | None) -> Frame | None:
        """The call that a tree map makes of its function, with whole trees in place of their leaves."""
        plain, name = positional(node), dotted(node.func) or ""
        if not plain or not any(name == word or name.endswith(f".{word}") for word in self._words["maps"]):
            return None
        function: cst.CSTNode = plain[0]
        if isinstance(function, cst.Name):
            worth, binding = self._values.worth(function), self._values.bound_once(function)
            function = worth.node if isinstance(worth, Defined) else (binding and binding.value) or function
        if not isinstance(function, (cst.FunctionDef, cst.Lambda)):
            return None
        names = (param.name.value for param in (*function.params.posonly_params, *function.params.params))
        return Frame(function, dict(zip(names, plain[1:], strict=False)), frame)

    def changed(self, place: Place) -> Place | None:
        """The tensor that an in-place call changes, at the start of the chain of such calls that it ends."""
        operation = self._operations.of(place)
        if operation is None or operation.changed is None:
            return None
        first = self._names.aliased(operation.changed)
        return self.changed(first) if isinstance(first.node, cst.Call) else first

    def multiplied_out(self, scale: Scale) -> tuple[Scale, ...]:
        """A product as a sum of products: 1 and −lr·wd of `(1 - lr * wd)`."""
        products = [Scale(scale.number, divisors=scale.divisors)]
        for factor in scale.factors:
            terms = self.terms(factor)
            products = [product.times(term.scale) for product in products for term in terms][:_PRODUCTS]
        return tuple(products)


def terms_of_target(term: Term, is_target: Callable[[Place], bool]) -> Iterator[Scale]:
    """What is left of a term once the tensor is taken out of its factors; nothing where it is none of them."""
    factors = term.scale.factors
    for index, factor in enumerate(factors):
        if is_target(factor):
            yield Scale(term.scale.number, factors[:index] + factors[index + 1 :], term.scale.divisors)
            return


def _atom(place: Place) -> Term:
    return Term(place.node, Scale(factors=(place,)))


def _whole(node: cst.BaseExpression, terms: Terms) -> Terms:
    """Terms that an expression writes as a whole where it is but one."""
    return (Term(node, terms[0].scale),) if len(terms) == 1 else terms


def _scaled(terms: Terms, by: Scale) -> Terms:
    return terms if by is ONE else tuple(Term(term.node, term.scale.times(by)) for term in terms)
