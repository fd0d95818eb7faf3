"""The optimizers that a model is compiled with: built in sight, named by a text, or handed in by a caller."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.constructions import Construction
from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.trainers import Built, Trainers
from adamw_lint.model.tree import keyword, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference, Text, options_of
from adamw_lint.rulebook import Optimizer, optimizers, optimizers_by_path

_DEPTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class Trainer:
    """An optimizer that a model is trained by: `node` builds or names it, `built` is its construction."""

    optimizer: Optimizer
    node: cst.CSTNode
    built: Construction | None = None


class Compiled:
    """Answers for one surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, built: Built, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._trainers = Trainers(survey, values, frames, built)
        self._words = words
        self._named = {text: fact for fact in optimizers() for text in fact.strings}

    def trainers(self, call: cst.Call) -> Iterator[Trainer]:
        """What one call of `compile` may give a model as its optimizer."""
        given = keyword(call, "optimizer") or next(iter(positional(call)), None)
        if given is not None:
            yield from self._of(given)

    def stepping(self, node: cst.CSTNode, depth: int = 0) -> Iterator[Trainer]:
        """What steps in the function in which a loss is computed, or in those that call it."""
        function = self._survey.function(node)
        for call in self._survey.calls:
            method = method_call(call)
            if method is not None and method[1] in self._words["stepping"] and self._survey.function(call) is function:
                yield from self._of(method[0])
        for call in self._frames.calls_of(function) if function is not None and depth < _DEPTH else ():
            yield from self.stepping(call, depth + 1)

    def collecting(self) -> Iterator[Trainer]:
        """What minimizes the losses that a program of TensorFlow 1 collects, if it collects those of its layers."""
        if any(self._survey.attribute_reads.get(word) for word in self._words["collected"]):
            adam = self._trainers.adam(self._trainers.every)
            yield from (Trainer(built.optimizer, built.call, built) for built in adam)

    def _of(self, node: cst.BaseExpression, depth: int = 0) -> Iterator[Trainer]:
        found = self._trainers.behind(Place(node))
        yield from (Trainer(built.optimizer, built.call, built) for built in found)
        if found or depth > _DEPTH:
            return
        for option in options_of(self._values.worth(node)):
            fact = self._fact(option)
            if fact is not None:
                yield Trainer(fact, node)
        for inner in self._behind(node):
            yield from self._of(inner, depth + 1)

    def _fact(self, value: object) -> Optimizer | None:
        if isinstance(value, Text):
            return self._named.get(value.value.lower())
        return optimizers_by_path().get(value.path) if isinstance(value, Reference) else None

    def _behind(self, node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """What else an expression may be: the arms of a condition, what a name was bound to, what callers hand in."""
        if isinstance(node, cst.IfExp):
            yield from (node.body, node.orelse)
        if isinstance(node, cst.Call) and self._path(node).rpartition(".")[2] in self._words["wrappers"]:
            yield from positional(node)[:1]
        for binding in self._values.bindings(node) if isinstance(node, (cst.Name, cst.Attribute)) else ():
            if binding.kind is Kind.ASSIGN and binding.value is not None:
                yield binding.value
            elif binding.kind is Kind.PARAMETER:
                yield from self._given(binding.node, binding.name)

    def _path(self, call: cst.Call) -> str:
        worth = self._values.worth(call.func)
        return worth.path if isinstance(worth, Reference) else ""

    def _given(self, parameter: cst.CSTNode, name: str) -> Iterator[cst.BaseExpression]:
        function = self._survey.function(parameter)
        for call in self._frames.calls_of(function) if function is not None else ():
            frame = self._frames.entered(call, None)
            if frame is not None and name in frame.given and name not in frame.defaults:
                yield frame.given[name]
