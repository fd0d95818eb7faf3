"""What a statement of a step takes away from its parameter: λ of the group times the parameter, or something else."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Place
from adamw_lint.model.own.alike import Alike
from adamw_lint.model.own.tensors import Tensors
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Arms, Binding, Kind
from adamw_lint.model.tree import descendants
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.updates import Update, Updates

_DEPTH = 4


class Taken:
    """Answers for one pair of loops of one step."""

    def __init__(self, updates: Updates, alike: Alike, tensors: Tensors, words: dict[str, Any]) -> None:
        self._updates = updates
        self._alike = alike
        self._tensors = tensors
        self._words = words

    def by(self, update: Update) -> Arms | None:
        """The branches, beside its own, on which it hangs that a statement takes λθ away; None where it does not."""
        name = self._tensors.of(update.target)
        if name is None:
            return None
        products = [product for term in update.terms for product in self._updates.multiplied_out(term.scale)]
        if any(self._takes(product, name) for product in products):
            return ()
        found = (self._finished(product) for product in products if product.number < 0)
        return next((each for each in found if each is not None), None)

    def _takes(self, product: Scale, name: cst.Name) -> bool:
        """Whether a product is the parameter, times a minus, the decay of its group and more that is no tensor."""
        for scale in self._spelled_out(product):
            rest = self._without(scale, name)
            if rest is not None and scale.number < 0 and self._is_decay(rest):
                return True
        return False

    def _spelled_out(self, product: Scale) -> Iterator[Scale]:
        """A product, a name in it that stands for a sum of numbers taken apart: `keep` of `p * keep`."""
        yield product
        for index, factor in enumerate(product.factors):
            binding = self._once(factor.node)
            terms = self._updates.terms(Place(binding.value)) if binding is not None and binding.value else ()
            rest = Scale(product.number, product.factors[:index] + product.factors[index + 1 :], product.divisors)
            yield from (rest.times(term.scale) for term in terms if len(terms) > 1)

    def _once(self, node: cst.BaseExpression) -> Binding | None:
        """The only binding that a name of the step ever has, under no condition of its own."""
        found = self._tensors.bindings(node) if isinstance(node, cst.Name) else []
        is_once = len(found) == 1 and found[0].kind is Kind.ASSIGN
        return found[0] if is_once and not any(True for _ in self._alike.tests(found[0].arms)) else None

    def _without(self, scale: Scale, name: cst.Name) -> Scale | None:
        """What is left of a product without the parameter; None where it is not in it just once."""
        tensors = [each for each in scale.factors if self._is_same(each, name)]
        rest = tuple(each for each in scale.factors if each not in tensors)
        return Scale(scale.number, rest, scale.divisors) if len(tensors) == 1 else None

    def _is_same(self, place: Place, name: cst.Name) -> bool:
        """Whether a factor is the tensor that is changed, or is the parameter as well."""
        found = self._tensors.of(place)
        return found is not None and (
            found.value == name.value or self._tensors.is_parameter(found) or self._tensors.is_parameter(name)
        )

    def _is_decay(self, rest: Scale) -> bool:
        """Whether a product is λ of the group and else only what is the same for all its parameters."""
        found = [self._alike.origins(each.node) for each in (*rest.factors, *rest.divisors)]
        return None not in found and any(self._is_written_decay(each.node) for each in rest.factors)

    def _is_written_decay(self, node: cst.BaseExpression, depth: int = 0) -> bool:
        binding = self._once(node)
        if binding is not None and binding.value is not None and depth < _DEPTH:
            return self._is_written_decay(binding.value, depth + 1)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply) and depth < _DEPTH:
            return any(self._is_written_decay(each, depth + 1) for each in (node.left, node.right))
        return self._alike.item(node) == str(self._words["decay"])

    def _finished(self, product: Scale, depth: int = 0) -> Arms | None:
        """The branches in which λθ is added to an update that was divided by a root; None where that is not so."""
        tensors = [each for each in product.factors if self._alike.origins(each.node) is None]
        is_scaled = all(self._alike.origins(each.node) is not None for each in product.divisors)
        name = self._tensors.named(tensors[0]) if len(tensors) == 1 and is_scaled and depth < _DEPTH else None
        found = self._tensors.bindings(name) if name is not None else []
        values = [each.value for each in found if each.kind is Kind.ASSIGN and each.value is not None]
        is_bound = len(values) == 1 and all(each.kind in (Kind.ASSIGN, Kind.AUGMENT) for each in found)
        if name is None or not is_bound or any(True for _ in self._alike.tests(found[0].arms) if len(found) == 1):
            return None
        terms = self._updates.terms(Place(values[0]))
        if len(terms) == 1 and not self._is_rooted(terms[0].scale):
            return self._finished(terms[0].scale, depth + 1) if terms[0].scale.number > 0 else None
        if not any(self._is_rooted(term.scale) for term in terms):
            return None
        return self._added(name, terms)

    def _added(self, name: cst.Name, terms: tuple[Term, ...]) -> Arms | None:
        """The branches in which λθ comes into an update that is bound to a sum, and is changed by nothing after it."""
        found: Arms | None = () if any(map(self._adds, terms)) else None
        for update in self._tensors.changes:
            target = self._tensors.named(update.target)
            is_binding = isinstance(update.node, (cst.Assign, cst.AnnAssign))
            if target is None or target.value != name.value or is_binding:
                continue
            if found is not None:
                return None
            if self._tensors.is_before(update.node, name) and any(map(self._adds, update.terms)):
                found = self._tensors.arms(update)
        return found

    def _is_rooted(self, scale: Scale) -> bool:
        """Whether a product is divided by a root, as by that of a second moment."""
        for divisor in scale.divisors:
            binding = self._once(divisor.node)
            node = binding.value if binding is not None and binding.value is not None else divisor.node
            named = (each.attr.value for each in descendants(node) if isinstance(each, cst.Attribute))
            if not set(named).isdisjoint(self._words["roots"]):
                return True
        return False

    def _adds(self, term: Term) -> bool:
        """Whether an addend is λ of the group times the parameter."""
        for factor in term.scale.factors:
            name = self._tensors.of(factor)
            rest = self._without(term.scale, name) if name is not None else None
            if rest is not None and term.scale.number > 0 and self._is_decay(rest):
                return True
        return False
