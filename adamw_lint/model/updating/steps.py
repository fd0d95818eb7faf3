"""Finds optimizers written by hand that add a decay to the gradient before they take its first and second moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.averages import Average, Averages
from adamw_lint.model.updating.sources import LEAVING, Sources, Sum, Trail
from adamw_lint.model.updating.switches import Switches
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.updating.weights import Weights
from adamw_lint.model.values import Values


@dataclass(frozen=True, slots=True, eq=False)
class CoupledStep:
    """A decay that is added to a gradient before its moments.

    `node` is the smallest code that adds it, `factor` what `parameter` is multiplied by there, `moment` the first
    moment that it reaches, `flag` the setting that would decouple it and by default does not.
    """

    node: cst.BaseExpression
    factor: Scale
    parameter: Place
    moment: Average
    block: cst.CSTNode
    flag: str


class Steps:
    """Finds the coupled steps of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, updates: Updates, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._averages = Averages(values, updates, words)
        self._sources = Sources(survey, values, frames, updates, words)
        self._switches = Switches(survey, values, frames)
        self._weights = Weights(survey, values, updates, words)
        self._words = words
        self._averaging: set[cst.CSTNode] = set()  # functions that update an average themselves

    def __iter__(self) -> Iterator[CoupledStep]:
        seen: set[cst.CSTNode] = set()
        for block in self._blocks():
            for step in self._within(block):
                place = step.node if self._survey.owns(step.node) else step.moment.node
                if place not in seen and self._survey.owns(place):
                    seen.add(place)
                    yield step

    def _blocks(self) -> list[cst.CSTNode]:
        """The functions that take running averages, or call one that does; the module is one as well."""
        shares = [node for node in self._survey.own_nodes() if self._averages.is_share(node)]
        found = dict.fromkeys(map(self._block, shares))
        returning = {self._block(node) for node in shares if self._is_returned(node)}
        self._averaging = {block for block in found if self._averages.within(block)} - {self._survey.tree}
        for function in returning | self._averaging:
            if isinstance(function, cst.FunctionDef):
                calls = self._frames.calls_of(function)
                found |= {self._block(call): None for call in calls if self._survey.owns(call)}
        return sorted(found, key=lambda block: self._survey.orders[block])

    def _is_returned(self, node: cst.CSTNode) -> bool:
        """Whether a function returns the average of which a node is a share."""
        statement = self._survey.statement(node)
        value = statement.value if isinstance(statement, cst.Return) else None
        return value is not None and self._averages.is_average(Place(value))

    def _block(self, node: cst.CSTNode) -> cst.CSTNode:
        return self._survey.function(node) or self._survey.tree

    def _within(self, block: cst.CSTNode) -> Iterator[CoupledStep]:
        averages = list(self._averages_of(block))
        squares = [(each, self._sources.of(each.of)) for each in averages if each.is_square]
        firsts = [each for each in averages if not each.is_square]
        for first in sorted(firsts, key=lambda each: not self._is_direct(each, squares)) if squares else ():
            trail = self._sources.of(first.of)
            if any(self._averages.differ(first, square) and self._meet(trail, other) for square, other in squares):
                moments = {name for square, _ in squares for name in self._names(square)}
                yield from self._decays(block, first, trail, moments)

    def _is_direct(self, first: Average, squares: list[tuple[Average, Trail]]) -> bool:
        """Whether an average is of just what some second moment is the square of, so that it is the one to name."""
        return any(self._updates.same(first.of, square.of) for square, _ in squares)

    def _averages_of(self, block: cst.CSTNode) -> Iterator[Average]:
        """The running averages that a function updates, itself or by handing them to another."""
        yield from self._averages.within(block)
        elsewhere = self._averaging - {block}
        for call in tuple(self._survey.calls_in(None if block is self._survey.tree else block)) if elsewhere else ():
            entered = self._frames.entered(call, None)
            if entered is not None and entered.function in elsewhere:
                yield from self._averages.within(entered.function, entered)

    def _meet(self, one: Trail, other: Trail) -> bool:
        """Whether two trails pass the same tensor."""
        names = {dotted(place.node) for place in one.places} - {None}
        return any(dotted(place.node) in names for place in other.places)

    def _names(self, average: Average) -> Iterator[str]:
        """What the tensor that holds an average is called."""
        targets = (dotted(update.target.node) for update in self._updates.of(average.node))
        yield from (name for name in targets if name is not None)

    def _decays(self, block: cst.CSTNode, first: Average, trail: Trail, moments: set[str]) -> Iterator[CoupledStep]:
        for added in trail.sums:
            for term in added.terms:
                after = self._survey.orders[first.node]
                parameter = self._weights.decayed(term, trail, block, after)
                factor = self._updates.without(term, parameter) if parameter is not None else None
                if parameter is None or factor is None or self._is_anchored(term, factor, trail):
                    continue
                if any(self._updates.same(parameter, place) for place in added.through):  # it shrinks itself
                    continue
                if self._is_divided(term, trail, moments):
                    continue
                flag = self._flag(added, first, term, factor)
                if flag is not None and not self._is_dead(term.node):
                    yield CoupledStep(self._written(term.node), factor, parameter, first, block, flag)

    def _is_divided(self, term: Term, trail: Trail, moments: set[str]) -> bool:
        """Whether what a decay is added to was divided before by a tensor into which second moments flow."""
        for other in (each for added in trail.sums for each in added.terms):
            is_before = self._survey.function(other.node) is self._survey.function(term.node) and (
                self._survey.orders[other.node] < self._survey.orders[term.node]
            )
            for divisor in other.scale.divisors if is_before else ():
                parts = (part for place in self._sources.of(divisor).places for part in descendants(place.node))
                if any(dotted(part) in moments for part in parts):
                    return True
        return False

    def _is_anchored(self, term: Term, factor: Scale, trail: Trail) -> bool:
        """Whether another tensor is taken away with the same factor: a pull towards that one, not towards zero."""
        for other in (each for added in trail.sums for each in added.terms):
            is_opposite = other.scale.number == -term.scale.number
            if not is_opposite or len(other.scale.factors) != len(term.scale.factors):
                continue
            if all(self._updates.without(other, each) is not None for each in factor.factors):
                return True
        return False

    def _flag(self, added: Sum, first: Average, term: Term, factor: Scale) -> str | None:
        """The setting that decides for the coupled form, empty where none does; None where it is not the default."""
        decays = frozenset(key for each in factor.factors for key in self._weights.keys(each) if key)
        shared = {condition.test.node for condition in self._sources.conditions(first.node, None)}
        if any(isinstance(arm.statement, cst.Match) for arm in self._survey.places[term.node][1]):
            return None
        named: list[str] = []
        for condition in added.conditions:
            truth = self._switches.truth(condition.test, decays)
            if any(map(self._decouples, truth.unknown)):
                return None
            flags = list(filter(self._decouples, truth.flags))
            is_against = truth.value is not None and truth.value is not condition.wanted
            if is_against and (flags or condition.test.node not in shared):
                return None
            named += flags
        return next(iter(named), "")

    def _decouples(self, flag: str) -> bool:
        return any(word in flag.lower() for word in self._words["decoupling"])

    def _is_dead(self, node: cst.CSTNode) -> bool:
        """Whether code stands behind the end of its block."""
        inner = node
        for outer in self._survey.ancestors(node):
            if isinstance(outer, cst.IndentedBlock):
                before = outer.body[: next(index for index, each in enumerate(outer.body) if each is inner)]
                lines = [each for each in before if isinstance(each, cst.SimpleStatementLine)]
                if any(isinstance(each.body[-1], LEAVING) for each in lines):
                    return True
            inner = outer
        return False

    def _written(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """The addend as it is written: the call that adds it, where it is an argument of one."""
        argument = self._survey.parents.get(node)
        call = self._survey.parents.get(argument) if isinstance(argument, cst.Arg) else None
        return call if isinstance(call, cst.Call) else node
