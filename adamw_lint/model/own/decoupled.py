"""Whether the step of an optimizer that a program defines itself shrinks every parameter by its decay for certain."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames
from adamw_lint.model.own.alike import Alike, Loops
from adamw_lint.model.own.conditions import Conditions
from adamw_lint.model.own.constructors import Written
from adamw_lint.model.own.taken import Taken
from adamw_lint.model.own.tensors import Tensors
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import counted, descendants, dotted, index_of, text_of
from adamw_lint.model.updating.updates import Update, Updates
from adamw_lint.model.values import Values


class Decoupled:
    """Reads the steps of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, updates: Updates, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._words = words

    def settings(self, written: Written) -> frozenset[str] | None:
        """The settings by whose defaults a class decouples; None where it is not known to do so at all."""
        found = (self._within(written, loops) for loops in self._loops(written.step))
        return next((each for each in found if each is not None), None)

    def _loops(self, step: cst.FunctionDef) -> Iterator[Loops]:
        for outer in descendants(step.body):
            group = _variable(outer)
            if not isinstance(outer, cst.For) or group is None or self._survey.places[outer][1]:
                continue
            if dotted(_iterated(outer)) != f"self.{self._words['groups']}":
                continue
            for inner in descendants(outer.body):
                param = _variable(inner)
                arms = [arm.statement for arm in self._survey.places[inner][1]]
                if not isinstance(inner, cst.For) or param is None or arms != [outer]:
                    continue
                of = _iterated(inner)
                if isinstance(of, cst.Subscript) and text_of(index_of(of)) == self._words["params"]:
                    binding = self._values.bound_once(of.value)
                    if binding is not None and binding.node is group:
                        yield Loops(outer, group, inner, param)

    def _within(self, written: Written, loops: Loops) -> frozenset[str] | None:
        """The settings by whose defaults some statement shrinks each parameter; None where none is known to."""
        survey, values, words = self._survey, self._values, self._words
        alike = Alike(survey, values, written, loops, words)
        conditions = Conditions(survey, values, self._frames, written, loops, alike, words)
        if conditions.leaves_early():
            return None
        tensors = Tensors(survey, values, self._updates, alike, conditions, loops, written)
        taken = Taken(self._updates, alike, tensors, words)
        shrinks = [(each, arms) for each in tensors.changes if (arms := taken.by(each)) is not None]
        if not all(self._is_kept(each, tensors, [shrink for shrink, _ in shrinks]) for each in tensors.changes):
            return None
        for shrink, arms in shrinks:
            name = tensors.of(shrink.target)
            parts = [conditions.settings(tensors.arms(shrink)), conditions.settings(arms)]
            if None not in parts and name is not None and tensors.is_written_back(name, shrink):
                return frozenset().union(*(part for part in parts if part is not None))
        return None

    def _is_kept(self, update: Update, tensors: Tensors, shrinks: list[Update]) -> bool:
        """Whether a statement does not write something over the parameter but a copy of it that was shrunk."""
        if not tensors.is_changed(update) or self._updates.kept(update) or self._is_of_gradient(update):
            return True
        source = tensors.single(update.terms)
        before = (each for each in shrinks if tensors.is_before(each.node, update.node))
        targets = (tensors.of(each.target) for each in before)
        return source is not None and any(name is not None and name.value == source.value for name in targets)

    def _is_of_gradient(self, update: Update) -> bool:
        """Whether a statement changes the gradient of what it names."""
        name = dotted(update.node.func) if isinstance(update.node, cst.Call) else None
        return name is not None and name.rpartition(".")[2] in self._words["gradients"]


def _variable(loop: cst.CSTNode) -> cst.Name | None:
    """The variable of a loop, through `enumerate`."""
    target: cst.CSTNode | None = loop.target if isinstance(loop, cst.For) else None
    if isinstance(target, cst.Tuple) and len(target.elements) == 2 and _counted(loop) is not None:
        target = target.elements[1].value
    return target if isinstance(target, cst.Name) else None


def _iterated(loop: cst.For) -> cst.BaseExpression:
    return _counted(loop) or loop.iter


def _counted(loop: cst.CSTNode) -> cst.BaseExpression | None:
    return counted(loop.iter) if isinstance(loop, cst.For) else None
