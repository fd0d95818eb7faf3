"""Finds running averages, b·m + (1 − b)·x, and tells those of squares from the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import method_call
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.operands import Operations
from adamw_lint.model.updating.updates import Update, Updates
from adamw_lint.model.values import Values

_MOST = 4  # factors of an addend; no average that a person wrote comes near it


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """A running average of the product `of`, or of its square; `rate` is b, the part of the old value that is kept."""

    node: cst.CSTNode
    of: Place
    rate: tuple[Scale, ...]
    is_square: bool


class Averages:
    """Finds the running averages of a surveyed program."""

    def __init__(self, values: Values, updates: Updates, words: dict[str, Any]) -> None:
        self._values = values
        self._updates = updates
        self._operations = Operations(values, words)
        self._words = words
        self._within: dict[tuple[cst.CSTNode, Frame | None], tuple[Average, ...]] = {}

    def is_share(self, node: cst.CSTNode) -> bool:
        """Whether a node may be the share of a new value in an average: `1 - b`, a small number, a call that mixes."""
        if type(node) is cst.BinaryOperation and isinstance(node.operator, cst.Subtract):
            return isinstance(node.left, (cst.Integer, cst.Float)) and float(node.left.value) == 1
        if type(node) is cst.Float:
            return 0 < float(node.value) <= 0.5
        method = method_call(node)
        return method is not None and any(word in method[1] for word in self._words["mixed"])

    def is_average(self, place: Place) -> bool:
        """Whether an expression is an average by itself."""
        return self._average(place.node, self._updates.terms(place)) is not None

    def within(self, block: cst.CSTNode, frame: Frame | None = None) -> tuple[Average, ...]:
        """The running averages that a function, or another block, updates itself."""
        if (block, frame) not in self._within:
            self._within[block, frame] = tuple(self._found(block, frame))
        return self._within[block, frame]

    def _found(self, block: cst.CSTNode, frame: Frame | None) -> Iterator[Average]:
        shrinks: list[Update] = []
        for update in self._updates.within(block, frame):
            found = self._average(update.node, update.terms) or self._running_maximum(update.node, update.terms)
            if found is None and shrinks and len(update.terms) == 2:
                found = self._average(update.node, self._joined(update, shrinks))
            if found is not None:
                yield found
            if len(update.terms) == 1 and len(update.terms[0].scale.factors) > 1:
                shrinks.append(update)

    def _joined(self, update: Update, shrinks: list[Update]) -> tuple[Term, ...]:
        """The terms of an update with the shrink of the same target before it: `m *= b` and `m += (1 - b) * g`."""
        added = self._updates.added(update)
        if len(added) != 1 or not _is_one(self._updates.kept(update)):
            return ()
        before = next((each for each in reversed(shrinks) if self._updates.same(each.target, update.target)), None)
        return () if before is None or self._updates.added(before) else (*before.terms, *added)

    def _average(self, node: cst.CSTNode, terms: tuple[Term, ...]) -> Average | None:
        if not 2 <= len(terms) <= 3:
            return None
        for held in (factor for term in terms for factor in term.scale.factors[:_MOST]):
            spread = tuple(each for term in terms for each in self._spread(term, held))
            rests = [self._updates.without(term, held) for term in spread]
            kept = tuple(rest for rest in rests if rest is not None)
            others = [term for term, rest in zip(spread, rests, strict=True) if rest is None]
            if kept and len(others) == 1 and not others[0].scale.divisors:
                found = self._complemented(node, kept, others[0].scale)
                if found is not None:
                    return found
        return None

    def _spread(self, term: Term, held: Place) -> Iterator[Term]:
        """A term with the sum that holds the old value multiplied out: `w * (g - m)`."""
        for index, factor in enumerate(term.scale.factors):
            inner = self._updates.terms(factor)
            if len(inner) > 1 and any(self._updates.without(each, held) is not None for each in inner):
                rest = (*term.scale.factors[:index], *term.scale.factors[index + 1 :])
                around = Scale(term.scale.number, rest, term.scale.divisors)
                yield from (Term(each.node, around.times(each.scale)) for each in inner)
                return
        yield term

    def _complemented(self, node: cst.CSTNode, kept: tuple[Scale, ...], new: Scale) -> Average | None:
        """The average whose factors add up to one: some of the factors of the new value are its share."""
        factors = new.factors[:_MOST]
        for count in range(len(factors)):
            for share in combinations(range(len(factors)), count):
                rate = Scale(new.number, tuple(factors[index] for index in share))
                of = [factor for index, factor in enumerate(factors) if index not in share]
                averaged = self._averaged(of)
                if averaged is not None and self._add_up((*kept, rate)):
                    return Average(node, averaged[0], kept, averaged[1])
        square = self._signed_square(factors)
        return Average(node, square, kept, is_square=True) if square is not None and _is_one(kept) else None

    def _averaged(self, of: list[Place]) -> tuple[Place, bool] | None:
        """What is averaged, and whether its square is."""
        if len(of) == 2 and self._alike(*of):
            return of[0], True
        if len(of) != 1:
            return None
        terms = self._updates.terms(self._bound(of[0]))
        factors = terms[0].scale.factors
        is_square = len(terms) == 1 and len(factors) == 2 and self._alike(*factors)
        return (factors[0], True) if is_square else (of[0], False)

    def _signed_square(self, factors: tuple[Place, ...]) -> Place | None:
        """The square whose difference to the old value decides the sign of the step."""
        if not any(self._operands(factor, self._words["sign"]) for factor in factors):
            return None
        pairs = [one for one, other in combinations(factors, 2) if self._alike(one, other)]
        named = [averaged[0] for factor in factors if (averaged := self._averaged([factor])) and averaged[1]]
        return next(iter([*pairs, *named]), None)

    def _running_maximum(self, node: cst.CSTNode, terms: tuple[Term, ...]) -> Average | None:
        """The larger of the shrunk old value and the size of the new one, which stands for a second moment."""
        factors = terms[0].scale.factors
        called = self._operands(factors[0], self._words["larger"]) if len(terms) == len(factors) == 1 else []
        if len(called) != 2:
            return None
        old, new = (self._updates.terms(each) for each in called)
        sizes = [self._operands(factor, self._words["size"]) for term in new for factor in term.scale.factors]
        if len(old) != 1 or len(old[0].scale.factors) != 2 or not any(sizes):
            return None
        return Average(node, next(size[0] for size in sizes if size), (old[0].scale,), is_square=True)

    def _operands(self, place: Place, words: list[str]) -> list[Place]:
        """The operands of a call of one of the functions; none where it is another expression."""
        called = self._operations.called(place.node) if isinstance(place.node, cst.Call) else None
        return [Place(each, place.frame) for each in called[1]] if called is not None and called[0] in words else []

    def _add_up(self, scales: tuple[Scale, ...]) -> bool:
        """Whether factors add up to one, as they are written or with the names among them replaced by their values."""
        products = [product for scale in scales for product in self._updates.multiplied_out(scale)]
        if self._is_unit(products):
            return True
        bound = [Scale(each.number, tuple(map(self._bound, each.factors)), each.divisors) for each in products]
        return self._is_unit([product for scale in bound for product in self._updates.multiplied_out(scale)])

    def _is_unit(self, products: list[Scale]) -> bool:
        """Whether a sum of products is 1 once all that cancel out are left away."""
        left: list[Scale] = []
        for product in products:
            like = next((other for other in left if self._is_multiple(product, other)), None)
            if like is not None:
                left.remove(like)
                product = Scale(product.number + like.number, product.factors, product.divisors)
            if product.number != 0:
                left.append(product)
        return len(left) == 1 and left[0].is_plain and left[0].number == 1

    def _is_multiple(self, one: Scale, other: Scale) -> bool:
        return self._are_alike(one.factors, other.factors) and self._are_alike(one.divisors, other.divisors)

    def _are_alike(self, ones: tuple[Place, ...], others: tuple[Place, ...]) -> bool:
        free = list(others)
        for one in ones:
            match = next((other for other in free if self._alike(one, other)), None)
            if match is None:
                return False
            free.remove(match)
        return not free

    def _alike(self, one: Place, other: Place) -> bool:
        """Whether two places are one variable, or the same code read in the same call."""
        return self._updates.same(one, other) or (one.frame is other.frame and one.node.deep_equals(other.node))

    def differ(self, one: Average, other: Average) -> bool:
        """Whether two averages keep different parts, as first and second moments do."""
        first, second = (
            [product for scale in each.rate for product in self._updates.multiplied_out(scale)] for each in (one, other)
        )
        return not self._is_unit(
            [*first, *(Scale(-each.number, each.factors, each.divisors) for each in second), Scale()]
        )

    def _bound(self, place: Place) -> Place:
        """What a name was bound to, once and by an assignment."""
        binding = self._values.bound_once(place.node) if isinstance(place.node, cst.Name) else None
        if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None:
            return place
        return Place(binding.value, place.frame)


def _is_one(kept: tuple[Scale, ...]) -> bool:
    return len(kept) == 1 and kept[0].is_plain and kept[0].number == 1
