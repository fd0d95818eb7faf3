"""Sees through what only gives a tensor another name: `.data`, `.clone()`, a variable of a comprehension."""

from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, positional
from adamw_lint.model.updating.operands import Operations
from adamw_lint.model.values import Values


class Aliases:
    """Strips the expressions of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._aliases = frozenset(words["aliases"])
        self._aliases_and_copies = frozenset((*words["aliases"], *words["copies"]))
        self._operations = Operations(values, words)

    def bare(self, place: Place) -> Place:
        """An expression without what leaves its numbers as they are: `.data`, `.clone()`, `.float()`, `asarray(…)`."""
        return self._stripped(place, self._aliases_and_copies)

    def aliased(self, place: Place) -> Place:
        """An expression without what makes another name of the same memory: `.data`, `.detach()`, `.view(…)`."""
        return self._stripped(place, self._aliases)

    def _stripped(self, place: Place, words: frozenset[str]) -> Place:
        met: set[cst.CSTNode] = set()  # `[p for p in p]` names itself
        while True:
            place = self._frames.resolve(place)
            inner = self._inner(place.node, words)
            if inner is None or inner in met:
                return place
            met.add(inner)
            place = Place(inner, place.frame)

    def _inner(self, node: cst.BaseExpression, words: frozenset[str]) -> cst.BaseExpression | None:
        if type(node) is cst.Name:  # quicker than `isinstance`, and asked of every tensor again and again
            return self._iterated(node)
        if type(node) is cst.Attribute:
            return node.value if node.attr.value in words else None
        if type(node) is cst.NamedExpr:
            return node.value
        called = self._operations.called(node) if type(node) is cst.Call else None
        return called[1][0] if called is not None and called[0] in words and called[1] else None

    def _iterated(self, node: cst.Name) -> cst.BaseExpression | None:
        """What a comprehension takes a variable from, the whole list in place of its element."""
        binding = self._values.bound_once(node) if node in self._survey.places else None
        if binding is None or binding.kind is not Kind.LOOP or binding.value is None:
            return None
        if not isinstance(self._survey.scope(binding.node).node, cst.BaseComp):
            return None
        if binding.index is None:
            return binding.value
        plain = positional(binding.value) if isinstance(binding.value, cst.Call) else []
        is_zip = isinstance(binding.value, cst.Call) and dotted(binding.value.func) == "zip"
        return plain[binding.index] if is_zip and binding.index < len(plain) else None
