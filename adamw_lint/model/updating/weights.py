"""Tells the parameters that an optimizer written by hand updates from its other tensors, and factors from tensors."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import index_of, text_of
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.sources import Trail
from adamw_lint.model.updating.switches import key_of
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Parameter, Text


class Weights:
    """Answers for a surveyed program."""

    def __init__(self, survey: Survey, values: Values, updates: Updates, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._updates = updates
        self._words = words

    def decayed(self, term: Term, trail: Trail, block: cst.CSTNode, after: int) -> Place | None:
        """The parameter in an addend that is λ times a parameter; None where it is not certainly that."""
        if term.scale.number <= 0 or term.scale.divisors:
            return None
        for factor in term.scale.factors:
            rest = self._updates.without(term, factor)
            if rest is None or not all(map(self._is_setting, rest.factors)) or self._is_idle(rest):
                continue
            if any(self._updates.same(owner, factor) for owner in trail.with_gradients):
                return factor
            is_known = self._is_called_so(factor) or self._is_stepped(factor, block, after)
            if is_known and (self._says(rest) or rest.is_plain):
                return factor
        return None

    def _is_stepped(self, place: Place, block: cst.CSTNode, after: int) -> bool:
        return any(self._updates.same(stepped, place) for stepped in self._stepped(block, after))

    def _is_idle(self, rest: Scale) -> bool:
        """Whether there is no factor, or one that is zero."""
        worths = [self._values.worth(factor.node) for factor in rest.factors]
        is_zero = any(isinstance(worth, Number) and worth.value == 0 for worth in worths)
        return is_zero or rest.number == 0 or (rest.is_plain and rest.number == 1)

    def _stepped(self, block: cst.CSTNode, after: int) -> Iterator[Place]:
        """The tensors that something is taken away from, after a place in the code."""
        for update in self._updates.within(block):
            if self._survey.orders[update.node] > after:
                yield from (each for each in self._lessened(update.terms) if self._is_successor(update.target, each))
        for node in self._survey.returns_of(None if block is self._survey.tree else block):
            if node.value is not None:
                elements = node.value.elements if isinstance(node.value, cst.Tuple) else ()
                for value in [each.value for each in elements] or [node.value]:
                    yield from self._lessened(self._updates.terms(Place(value)))

    def _is_successor(self, target: Place, place: Place) -> bool:
        """Whether a tensor is written over, or by its name the next one: `p_t` and `new_p` of `p`."""
        return self._updates.same(target, place) or key_of(place.node) in key_of(target.node).split("_")

    def _lessened(self, terms: tuple[Term, ...]) -> Iterator[Place]:
        """The tensors that a sum holds whole, beside something that is subtracted."""
        if any(self._is_negative(term) for term in terms):
            for term in terms:
                if len(term.scale.factors) == 1 and term.scale.number == 1 and not term.scale.divisors:
                    yield term.scale.factors[0]

    def _is_negative(self, term: Term) -> bool:
        """Whether a term is subtracted, also by a name that was bound to something negative: `step_size = -lr / c`."""
        number = term.scale.number
        for factor in term.scale.factors:
            binding = self._values.bound_once(factor.node) if isinstance(factor.node, cst.Name) else None
            if binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None:
                terms = self._updates.terms(Place(binding.value, factor.frame))
                number *= terms[0].scale.number if len(terms) == 1 else 1
        return number < 0

    def _is_called_so(self, place: Place) -> bool:
        node = place.node.value if isinstance(place.node, cst.Subscript) else place.node
        name = key_of(node).lower().rstrip("s")
        return any(name == word or name.endswith(f"_{word}") for word in self._words["weights"])

    def _says(self, rest: Scale) -> bool:
        """Whether a factor is called a decay."""
        return any(self.is_decay(word) for factor in rest.factors for word in self.keys(factor))

    def is_decay(self, name: str) -> bool:
        """Whether a name says decay: `weight_decay`, `wd`, `l2_coeff`."""
        tokens = name.lower().split("_")
        return any(
            word == token or (len(word) > 4 and word in token) for word in self._words["decays"] for token in tokens
        )

    def keys(self, place: Place) -> Iterator[str]:
        """The names under which a factor is known: its own, and that of the setting that it was bound to."""
        for node in _atoms(place.node):
            yield key_of(node)
            binding = (
                self._values.bound_once(node) if isinstance(node, cst.Name) and node in self._survey.places else None
            )
            if binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None:
                yield from (key_of(each) for each in _atoms(binding.value))

    def _is_setting(self, place: Place) -> bool:
        """Whether a factor is one number for the whole tensor, and neither a tensor nor a weight for each parameter."""
        node = place.node
        if any(map(self.is_decay, self.keys(place))):
            return not isinstance(node, cst.Subscript) or self._is_item_of_settings(node)
        if isinstance(node, (cst.BinaryOperation, cst.UnaryOperation)):
            return all(self._is_setting(Place(each, place.frame)) for each in _atoms(node))
        worth = self._values.worth(node)
        if isinstance(worth, Number) or (isinstance(worth, Parameter) and isinstance(worth.default, Number)):
            return True
        if isinstance(node, cst.Subscript):
            return self._is_item_of_settings(node)
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) and node in self._survey.places else None
        if binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None:
            return not isinstance(binding.value, cst.Name) and self._is_setting(Place(binding.value, place.frame))
        return False

    def _is_item_of_settings(self, node: cst.Subscript) -> bool:
        return isinstance(self._values.worth(index_of(node)), Text) and "state" not in key_of(node.value)


def _atoms(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The settings in an expression of numbers: names, attributes, items by a text."""
    stack: list[cst.BaseExpression] = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.BinaryOperation):
            stack += [node.right, node.left]
        elif isinstance(node, cst.UnaryOperation):
            stack.append(node.expression)
        elif isinstance(node, cst.IfExp):
            stack += [node.orelse, node.body]
        elif isinstance(node, cst.Call) and not key_of(node):
            stack += [arg.value for arg in reversed(node.args)]
            yield node.func
        elif isinstance(node, (cst.Name, cst.Attribute, cst.Call)) or (
            isinstance(node, cst.Subscript) and text_of(index_of(node)) is not None
        ):
            yield node
        elif isinstance(node, cst.Subscript):
            stack.append(node.value)
