"""Finds λθ that is added to an estimated gradient before a method of the program takes Adam's moments of the sum."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Place
from adamw_lint.model.instances import Instances
from adamw_lint.model.program import Program
from adamw_lint.model.scale import Scale
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call
from adamw_lint.model.updating.averages import Averages
from adamw_lint.model.updating.sources import Trail
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.updating.weights import Weights
from adamw_lint.model.values import Values

_DEPTH = 6  # methods that hand a gradient on to another


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A gradient with a decay in it: `node` is the addend λθ, `factor` λ, `optimizer` the class with the moments."""

    node: cst.BaseExpression
    factor: Scale
    optimizer: cst.ClassDef


class Estimates:
    """Finds them in the file that is linted; the optimizer may stand in another one."""

    def __init__(
        self, survey: Survey, values: Values, program: Program, updates: Updates, words: dict[str, Any]
    ) -> None:
        self._survey = survey
        self._program = program
        self._updates = updates
        self._averages = Averages(values, updates, words)
        self._weights = Weights(survey, values, updates, words)
        self._instances = Instances(survey, values)

    def __iter__(self) -> Iterator[Estimate]:
        for call in self._survey.own(self._survey.calls):
            method = method_call(call)
            for index, argument in enumerate(call.args if method is not None else ()):
                decayed = self._decayed(argument.value)
                if method is None or decayed is None or argument.star:
                    continue
                name = argument.keyword.value if argument.keyword is not None else index
                found = self._optimizer(method[0], method[1], name)
                if found is not None:
                    yield Estimate(*decayed, found)

    def _decayed(self, node: cst.BaseExpression) -> tuple[cst.BaseExpression, Scale] | None:
        """The addend and λ of a sum of one gradient and λθ."""
        terms = self._updates.terms(Place(node)) if isinstance(node, cst.BinaryOperation) else ()
        if len(terms) != 2:
            return None
        block = self._survey.function(node) or self._survey.tree
        for term, other in (terms, terms[::-1]):
            weight = self._weights.decayed(term, Trail(), block, self._survey.orders[node])
            factor = self._updates.without(term, weight) if weight is not None else None
            if weight is not None and factor is not None and not self._share(factor, other.scale):
                return term.node, factor
        return None

    def _share(self, factor: Scale, other: Scale) -> bool:
        """Whether λ multiplies the other addend too, so that the sum is a pull to another point than zero."""
        names = {dotted(each.node) for each in factor.factors} - {None}
        return not names.isdisjoint(dotted(each.node) for each in other.factors)

    def _optimizer(
        self, receiver: cst.BaseExpression, method: str, parameter: str | int, depth: int = 0
    ) -> cst.ClassDef | None:
        """The class whose two moments a method of an object takes of one of its arguments, if there is one."""
        for owner in self._instances.classes(receiver) if depth < _DEPTH else ():
            if found := self._with_moments(owner, method, parameter, depth):
                return found
            below = {
                each: self._with_moments(each, method, parameter, depth) for each in self._instances.derived(owner)
            }
            made = [found for each, found in below.items() if self._is_built(each)]
            if made and all(made):
                return made[0]
        return None

    def _is_built(self, owner: cst.ClassDef) -> bool:
        name = owner.name.value
        here = any((dotted(call.func) or "").rpartition(".")[2] == name for call in self._survey.calls)
        return here or next(self._program.callers(name), None) is not None

    def _with_moments(
        self, owner: cst.ClassDef, method: str, parameter: str | int, depth: int = 0
    ) -> cst.ClassDef | None:
        function = self._instances.method(owner, method)
        name = _parameter(function, parameter) if function is not None else None
        if function is None or name is None or depth > _DEPTH:
            return None
        squares = {each.is_square for each in self._averages.within(function) if dotted(each.of.node) == name}
        if squares == {True, False}:
            return owner
        for call in self._survey.calls_in(function):
            handed = method_call(call)
            given = next((index for index, arg in enumerate(call.args) if dotted(arg.value) == name), None)
            if handed is None or given is None:
                continue
            at = call.args[given].keyword
            passed = at.value if at is not None else given
            if dotted(handed[0]) == "self":
                found = self._with_moments(owner, handed[1], passed, depth + 1)
            else:
                found = self._optimizer(handed[0], handed[1], passed, depth + 1)
            if found is not None:
                return found
        return None


def _parameter(function: cst.FunctionDef, given: str | int) -> str | None:
    """The name of the parameter of a method that an argument lands on."""
    params = [param.name.value for param in (*function.params.posonly_params, *function.params.params)][1:]
    if isinstance(given, str):
        return given if given in params else None
    return params[given] if given < len(params) else None
