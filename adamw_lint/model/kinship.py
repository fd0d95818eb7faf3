"""Which classes of a program derive from which."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind
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
        """What an attribute is bound to by other classes, above or below its own, or by that of the instance read."""
        if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name):
            return
        is_own = node.value.value == "self"
        owner = self._survey.owner(node) if is_own else self._made(node.value)
        if isinstance(owner, cst.ClassDef):
            self._values.program.read_derived(owner)
        for other, bound in tuple(self._survey.attributes.items()) if owner is not None else ():
            is_kin = node.attr.value in bound and not (is_own and other is owner)
            if is_kin and owner is not None and (self.derives(other, owner) or self.derives(owner, other)):
                yield from bound[node.attr.value]

    def _made(self, name: cst.Name) -> cst.CSTNode | None:
        """The class of which a name holds an instance, if the name is bound once and to one."""
        if name not in self._survey.places:
            return None
        found = self._values.bindings(name)
        value = found[0].value if len(found) == 1 and found[0].kind is Kind.ASSIGN else None
        target = self._values.worth(value.func) if isinstance(value, cst.Call) else None
        return target.node if isinstance(target, Defined) and isinstance(target.node, cst.ClassDef) else None
