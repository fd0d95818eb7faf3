"""What a decay by hand looks like: λθ among the terms of a gradient, or a tensor multiplied by 1 − x."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted
from adamw_lint.model.updating.addition import Term, terms_of_target
from adamw_lint.model.updating.owned import Owned, Ownership
from adamw_lint.model.updating.scalars import Scalars
from adamw_lint.model.updating.updates import Update, Updates
from adamw_lint.model.values import Values
from adamw_lint.model.worth import is_zero

_VARIABLES = (cst.Name, cst.Attribute, cst.Subscript)


class Decays:
    """Reads the updates of a surveyed program; silent (None) on all that may be something else."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        updates: Updates,
        owners: Ownership,
        words: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._owners = owners
        self._words = words
        self.scalars = Scalars(survey, values, frames, words)

    def of_gradient(self, target: Place) -> Place | None:
        """The parameter whose gradient a tensor is, or the list of parameters for a list of gradients."""
        place = self._updates.origin(target)
        node = place.node
        known = isinstance(node, cst.Name) and node in self._survey.places
        binding = self._values.bound_once(node) if known else None
        if binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None:
            node = binding.value
        if isinstance(node, cst.ListComp):
            node = self._updates.origin(Place(node.elt, place.frame)).node
        return Place(node.value, place.frame) if isinstance(node, cst.Attribute) and node.attr.value == "grad" else None

    def added(self, update: Update, parameter: Place, beside: Sequence[Update]) -> Scale | None:
        """λ where an update adds λθ to the gradient of θ, and nothing that pulls elsewhere."""
        others, found = [], []
        for term in self._unfolded(self._updates.added(update)):
            scale = self._without(term, parameter)
            found += [scale] if scale is not None else []
            others += [term] if scale is None else []
        is_new = not self._updates.kept(update)
        if len(found) != 1 or len(others) != is_new or any(not _is_plain_gradient(term) for term in others):
            return None
        (scale,) = found
        pulled = any(
            self._pulls(term, scale, parameter)
            for other in beside
            if other is not update and self._is_same_gradient(other.target, parameter)
            for term in self._updates.added(other)
        )
        return scale if not pulled and scale.number > 0 and self._is_factor(scale) else None

    def _pulls(self, term: Term, factor: Scale, parameter: Place) -> bool:
        """Whether a term beside λθ makes it a pull to another point than zero: a difference, or λ times another."""
        if term.scale.number < 0:
            return True
        named = {dotted(each.node) for each in factor.factors} - {None}
        is_shared = not {dotted(each.node) for each in term.scale.factors}.isdisjoint(named)
        return is_shared and self._without(term, parameter) is None

    def in_terms(self, terms: Sequence[Term], parameter: Place, gradient: str) -> Scale | None:
        """λ where a sum is the gradient of that name and λθ."""
        found = [self._updates.without(term, parameter) for term in terms]
        scales = [scale for scale in found if scale is not None]
        others = [term for term, scale in zip(terms, found, strict=True) if scale is None]
        is_gradient = len(others) == 1 and _is_plain_gradient(others[0])
        named = others[0].scale.factors[0].node if is_gradient else None
        if len(scales) != 1 or not isinstance(named, cst.Name) or named.value != gradient:
            return None
        return scales[0] if scales[0].number > 0 and self._is_factor(scales[0]) else None

    def _without(self, term: Term, parameter: Place) -> Scale | None:
        scale = self._updates.without(term, parameter)
        if scale is not None:
            return scale
        return next(terms_of_target(term, lambda factor: self._is_same_list(factor, parameter)), None)

    def _is_same_list(self, one: Place, other: Place) -> bool:
        """Whether two lists both hold all the parameters of one model."""
        one, other = self._updates.tensor(one), self._updates.tensor(other)
        if self._is_looped(one) or self._is_looped(other):
            return False
        left, right = self._owners.of(one), self._owners.of(other)
        return left is not None and right is not None and left.whole and right.whole and self._share(left, right)

    def _is_looped(self, place: Place) -> bool:
        known = isinstance(place.node, cst.Name) and place.node in self._survey.places
        return known and any(binding.kind is Kind.LOOP for binding in self._values.bindings(place.node))

    def _share(self, one: Owned, other: Owned) -> bool:
        """Whether parameters are of one model, or of one optimizer."""
        pairs = ((one.root, other.root), (one.optimizer, other.optimizer))
        return any(left is not None and right is not None and self._frames.same(left, right) for left, right in pairs)

    def _concern_the_same(self, one: Place, other: Place) -> bool:
        """Whether two updates may concern one parameter: the same name, or an element of the same model."""
        if self._updates.same(one, other):
            return True
        left, right = self._owners.of(one), self._owners.of(other)
        return left is not None and right is not None and self._share(left, right)

    def _is_same_gradient(self, target: Place, parameter: Place) -> bool:
        other = self.of_gradient(target)
        return other is not None and self._concern_the_same(other, parameter)

    def _unfolded(self, terms: Sequence[Term]) -> Iterator[Term]:
        """Terms, a name that stands for a sum in place of which come its terms."""
        for term in terms:
            factor = term.scale.factors[0] if len(term.scale.factors) == 1 else None
            value = self._arithmetic(factor) if factor is not None and not term.scale.divisors else None
            inner = self._updates.terms(value) if value is not None else ()
            is_sum = len(inner) > 1
            yield from (Term(each.node, each.scale.times(Scale(term.scale.number))) for each in inner if is_sum)
            yield from () if is_sum else (term,)

    def _arithmetic(self, place: Place) -> Place | None:
        """What a local name stands for that is bound once to an operation."""
        known = isinstance(place.node, cst.Name) and place.node in self._survey.places
        binding = self._values.bound_once(place.node) if known else None
        if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None:
            return None
        is_operation = isinstance(binding.value, (cst.BinaryOperation, cst.Call))
        return Place(binding.value, place.frame) if is_operation else None

    def taken(self, update: Update, beside: Sequence[Update]) -> Scale | None:
        """x where an update multiplies a tensor by 1 − x and nothing is added to it, here or beside."""
        if not update.in_place or self._updates.added(update):
            return None
        kept = [each for scale in self._updates.kept(update) for each in self._spelled_out(scale)]
        rest = [scale for scale in kept if not (scale.is_plain and scale.number == 1)]
        if len(kept) != 2 or len(rest) != 1 or rest[0].number >= 0:
            return None
        taken = Scale(-rest[0].number, rest[0].factors, rest[0].divisors)
        if not (self._is_factor(taken) and self._says_decay(taken)):
            return None
        moved = any(
            self._updates.added(other) or any(scale.divisors for scale in self._updates.kept(other))
            for other in beside
            if other is not update and other.in_place and self._concern_the_same(other.target, update.target)
        )
        return None if moved else taken

    def _spelled_out(self, scale: Scale) -> Iterator[Scale]:
        """A factor, a name that stands for `1 - x` in place of which come its terms."""
        value = self._arithmetic(scale.factors[0]) if len(scale.factors) == 1 else None
        inner = self._updates.terms(value) if value is not None and not scale.divisors else ()
        if len(inner) > 1:
            yield from (each.scale.times(Scale(scale.number)) for each in inner)
        else:
            yield scale

    def _is_factor(self, scale: Scale) -> bool:
        """Whether all of a product are numbers, and none of them zero."""
        places = (*scale.factors, *scale.divisors)
        if scale.number == 0 or any(self._is_zero(place) for place in places):
            return False
        return all(self.scalars.is_number(place) for place in places)

    def _is_zero(self, place: Place) -> bool:
        return is_zero(self._values.worth(self._frames.resolve(place).node))

    def _says_decay(self, taken: Scale) -> bool:
        """Whether x is a decay's: small, by itself or times η, or a product in which something is called like λ."""
        places = [place for factor in taken.factors for place in self._named(factor)]
        if any(map(self.scalars.says_decay, places)):
            return True
        is_small = taken.number < Decimal(self._words["largest"])
        return is_small and (not places or any(map(self.scalars.says_rate, places)))

    def _named(self, place: Place) -> Iterator[Place]:
        """A factor, or what the name stands for."""
        value = self._arithmetic(place)
        yield place
        if value is not None:
            yield from (Place(node, place.frame) for node in descendants(value.node) if isinstance(node, _VARIABLES))


def _is_plain_gradient(term: Term) -> bool:
    return term.scale.number == 1 and len(term.scale.factors) == 1 and not term.scale.divisors
