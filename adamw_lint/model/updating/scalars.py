"""Which factors are certainly numbers, not tensors: those worth one, and those that are called like λ or η."""

import re
from functools import cached_property
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Parameter

_DEPTH = 8


class Scalars:
    """Judges the factors of a surveyed program by what they are worth and by what they are called."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._words = words

    def is_number(self, place: Place, depth: int = 0) -> bool:
        """Whether an expression certainly is a number."""
        is_given = self._is_given_as_number(place.node)
        place = self._frames.resolve(place)
        node, worth = place.node, self._values.worth(place.node)
        worth = worth.default if isinstance(worth, Parameter) else worth
        if isinstance(worth, Number) or is_given:
            return True
        if depth > _DEPTH:
            return False
        if isinstance(node, cst.BinaryOperation):
            return all(self.is_number(Place(each, place.frame), depth + 1) for each in (node.left, node.right))
        if isinstance(node, cst.UnaryOperation):
            return self.is_number(Place(node.expression, place.frame), depth + 1)
        if isinstance(node, cst.Call) and dotted(node.func) in ("float", "int", "max", "min") and positional(node):
            return True
        bound = self._bound(node)
        if bound is not None and not isinstance(bound, (cst.Call, cst.Attribute, cst.Subscript)):
            return self.is_number(Place(bound, place.frame), depth + 1)
        return self.says_decay(place) or self.says_rate(place)

    def _bound(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """What a local name is bound to, if it is an expression and just one."""
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) and node in self._survey.places else None
        return binding.value if binding is not None and binding.kind is Kind.ASSIGN else None

    def _is_given_as_number(self, node: cst.CSTNode) -> bool:
        """Whether it stands where only a number may: `alpha=` of `add_`."""
        arg = self._survey.parents.get(node)
        return isinstance(arg, cst.Arg) and arg.keyword is not None and arg.keyword.value in self._words["by_named"][:1]

    def says_decay(self, place: Place) -> bool:
        """Whether a factor is called like a λ."""
        return self._says(place, self._decays)

    def says_rate(self, place: Place) -> bool:
        """Whether a factor is called like a learning rate."""
        return self._says(place, self._rates)

    def _says(self, place: Place, pattern: re.Pattern[str]) -> bool:
        for node in (place.node, self._frames.resolve(place).node):
            name = _said(node).lower()
            if name and pattern.search(name) and not self._tensors.search(name):
                return True
        return False

    @cached_property
    def _decays(self) -> re.Pattern[str]:
        return re.compile("|".join(self._words["said_of_decays"]))

    @cached_property
    def _rates(self) -> re.Pattern[str]:
        return re.compile("|".join(self._words["said_of_rates"]))

    @cached_property
    def _tensors(self) -> re.Pattern[str]:
        return re.compile("|".join(self._words["said_of_others"]))


def _said(node: cst.BaseExpression) -> str:
    """What a factor is called: the last name, attribute or text key; nothing for an item by a name or an index."""
    if isinstance(node, cst.Subscript):
        index = index_of(node)
        if isinstance(index, cst.Integer) and isinstance(node.value, cst.Call):
            return _said(node.value)
        return text_of(index) or ""
    if isinstance(node, cst.Call):
        return _said(node.func)
    return node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""
