"""The conditions that code stands under: which they are, and whether they only ask for a parameter or for λ."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import children, descendants, dotted
from adamw_lint.model.updating.cycle import Route, Step
from adamw_lint.model.values import Values

_TEXTS = (cst.SimpleString, cst.FormattedString)
_VARIABLES = (cst.Name, cst.Attribute, cst.Subscript)
_CONSTANTS = ("None", "True", "False", "len", "isinstance", "any", "all")


class Circumstances:
    """Reads the conditions of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._words = words

    def around(self, route: Route, step: Step | None) -> Iterator[cst.BaseExpression]:
        """The tests under which a route runs and the step in the same turn does not."""
        shared = list(self._survey.ancestors(step.event.anchor)) if step is not None else []
        for anchor in route.anchors:
            function = self._survey.function(anchor)
            for up in self._survey.ancestors(anchor):
                if up is function:
                    break
                if isinstance(up, cst.If) and up not in shared:
                    yield up.test
            if step is not None and anchor is step.anchor:
                return

    def skips(self, node: cst.CSTNode) -> Iterator[cst.BaseExpression | None]:
        """The conditions under which the loop around a node goes on to the next parameter."""
        loop = next((up for up in self._survey.ancestors(node) if isinstance(up, cst.For)), None)
        if loop is not None:
            yield from self._survey.cut_short(loop)

    def is_about(self, test: cst.BaseExpression, factor: Scale) -> bool:
        """Whether a test asks for nothing but the variables of loops, as a parameter is one, or the factors."""
        factors = {dotted(place.node) for place in factor.factors} - {None}
        return all(dotted(each) in factors or self._is_looped(each) for each in _variables(test))

    def _is_looped(self, node: cst.BaseExpression) -> bool:
        while isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        found = self._values.bindings(node) if isinstance(node, cst.Name) else []
        return bool(found) and all(binding.kind is Kind.LOOP for binding in found)

    def leaves_out(self, test: cst.BaseExpression | None) -> bool:
        """Whether a test leaves some of the parameters out that an optimizer would step."""
        if test is None:
            return True
        asked = [each for each in _variables(test) if self._is_looped(each)]
        return any(not isinstance(each, cst.Attribute) or each.attr.value not in self._kept for each in asked)

    def chooses(self, test: cst.BaseExpression) -> bool:
        """Whether a test asks which optimizer or mode it is: it compares with a text, or speaks of an optimizer."""
        for node in descendants(test):
            name = (
                node.value if isinstance(node, cst.Name) else node.attr.value if isinstance(node, cst.Attribute) else ""
            )
            if isinstance(node, _TEXTS) or any(word in name.lower() for word in self._words["optimizers"]):
                return True
        return False

    @property
    def _kept(self) -> tuple[str, ...]:
        return ("grad", *self._words["trained"])


def _variables(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The outermost names, attributes and items in a test."""
    stack: list[cst.CSTNode] = [test]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name) and node.value in _CONSTANTS:
            continue
        if isinstance(node, _VARIABLES):
            yield node
        else:
            stack.extend(children(node))
