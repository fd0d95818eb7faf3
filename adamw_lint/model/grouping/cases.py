"""What a variable is in each round of a loop, case by case: `0.0 if "bias" in n else wd`, or bound under an `if`."""

import libcst as cst

from adamw_lint.model.grouping.conditions import Conditions
from adamw_lint.model.grouping.predicates import ALWAYS, Predicate, every, inverse, some
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values

Case = tuple[Predicate, cst.BaseExpression]


class Cases:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, values: Values, conditions: Conditions) -> None:
        self._survey = survey
        self._values = values
        self._conditions = conditions

    def of(self, node: cst.BaseExpression, depth: int = 0) -> list[Case]:
        """What an expression may be, each with its condition; just itself where nothing in the loop decides that."""
        if isinstance(node, cst.IfExp) and depth < 6:
            met = self._conditions.read(node.test)
            arms = ((met, node.body), (inverse(met), node.orelse))
            return [(every([under, more]), each) for under, arm in arms for more, each in self.of(arm, depth + 1)]
        loop = self.loop(node) if isinstance(node, cst.Name) else None
        if loop is None or depth > 5:
            return [(ALWAYS, node)]
        found = self._values.bindings(node)
        within = [binding for binding in found if self._survey.within(binding.node, loop)]
        if not within or any(each.kind is not Kind.ASSIGN or each.value is None for each in found):
            return [(ALWAYS, node)]
        return self._bound(found, loop, depth) or [(ALWAYS, node)]

    def _bound(self, found: list[Binding], loop: cst.For, depth: int) -> list[Case]:
        """The cases of a variable by its bindings, latest first: each holds where no later one has run."""
        cases: list[Case] = []
        later: list[Predicate] = []
        for binding in found:
            inside = self._survey.within(binding.node, loop)
            under = self._conditions.reached(binding.node, loop) if inside else ALWAYS
            if under is None or binding.value is None:
                return []
            left = every([under, inverse(some(later))])
            cases += [(every([left, more]), each) for more, each in self.of(binding.value, depth + 1)]
            later.append(under)
        return cases

    def loop(self, node: cst.CSTNode) -> cst.For | None:
        """The outermost of the loops around a node that go through a model, without another loop between."""
        outermost: cst.For | None = None
        for up in self._survey.ancestors(node):
            if isinstance(up, cst.For):
                if not self._conditions.goes_through(up.iter):
                    break
                outermost = up
            elif isinstance(up, (cst.FunctionDef, cst.ClassDef)):
                break
        return outermost
