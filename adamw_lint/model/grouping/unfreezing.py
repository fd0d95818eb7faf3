"""Whether a loop trains only what adapts a model, by its name: `p.requires_grad = "prompt" in name`."""

from collections.abc import Iterator
from functools import cached_property

import libcst as cst

from adamw_lint.model.grouping.cases import Cases
from adamw_lint.model.grouping.conditions import Conditions
from adamw_lint.model.grouping.predicates import NAMED, NEVER, Atom, atoms, evaluate, every, inverse
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import positional

Write = tuple[cst.CSTNode, cst.BaseExpression]


class Unfreezing:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, conditions: Conditions, cases: Cases, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._conditions = conditions
        self._cases = cases
        self._words = words

    @cached_property
    def is_of_adapters(self) -> bool:
        """Whether what does not have the name of an adapter is left untrained, whatever is asked for."""
        return any(self._trains_adapters(*write) for write in self._writes())

    def _writes(self) -> Iterator[Write]:
        """Where a file sets whether something is trained, with what it is set to."""
        parents = self._survey.parents
        for word in self._words["trained"]:
            for node in self._survey.own(self._survey.attribute_reads[word]):
                statement = parents[parents[node]]
                if isinstance(statement, cst.Assign):
                    yield statement, statement.value
            for node in self._survey.own(self._survey.attribute_reads[f"{word}_"]):
                call = parents[node]
                if isinstance(call, cst.Call) and positional(call):
                    yield call, positional(call)[0]

    def _trains_adapters(self, node: cst.CSTNode, value: cst.BaseExpression) -> bool:
        loop = self._cases.loop(node)
        if loop is None or any(isinstance(arm.statement, cst.If) for arm in self._survey.places[loop][1]):
            return False
        reached = self._conditions.reached(node, loop)
        if reached is None:
            return False
        given = self._conditions.read(value)
        trained = inverse(reached) if given == NEVER else every([reached, given])
        unnamed: dict[Atom, bool | None] = {atom: False if atom.test in NAMED else None for atom in atoms(trained)}
        texts = [atom.text.lower() for atom in unnamed if atom.test in NAMED]
        is_adapter = all(any(word in text for word in self._words["adapted"]) for text in texts)
        return bool(texts) and is_adapter and evaluate(trained, unnamed) is False
