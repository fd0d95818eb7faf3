"""Which classes of a program derive from which."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.scopes import Binding
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined

_DEPTH = 5


class Kinship:
    """Answers for one surveyed program."""

    def __init__(self, survey: Survey, values: Values) -> None:
        self._survey = survey
        self._values = values

    def derives(self, node: cst.CSTNode, owner: cst.CSTNode, depth: int = 0) -> bool:
        """Whether a class is another one or derives from it."""
        if node is owner or depth > _DEPTH or not isinstance(node, cst.ClassDef):
            return node is owner
        bases = [self._values.worth(base.value) for base in node.bases]
        return any(isinstance(base, Defined) and self.derives(base.node, owner, depth + 1) for base in bases)

    def inherited(self, node: cst.BaseExpression) -> Iterator[Binding]:
        """What classes above or below the one around `self.attribute` bind the attribute to."""
        is_own = isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self"
        owner = self._survey.owner(node) if is_own else None
        if owner is None or not isinstance(node, cst.Attribute):
            return
        for other, bound in tuple(self._survey.attributes.items()):
            is_kin = other is not owner and node.attr.value in bound
            if is_kin and (self.derives(other, owner) or self.derives(owner, other)):
                yield from bound[node.attr.value]
