"""The parts of a model that a program puts in after it was built: `model.fc = nn.Linear(512, 10)`."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.parameters.wellknown import Tensors, tensors_of
from adamw_lint.model.scopes import find
from adamw_lint.model.tree import dotted, index_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference
from adamw_lint.rulebook import models


class Replaced:
    """Follows what one surveyed file assigns to the parts of its models."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._survey = values.survey

    def applied(self, model: cst.BaseExpression, tensors: Tensors | None) -> Tensors | None:
        """The parameters of a model in a variable after all that is put into it; None where some part is not known."""
        for path, value in self._parts(model):
            if tensors is None:
                return None
            inside = [each for each in tensors if each.name.startswith(f"{path}.")]
            if not inside and not isinstance(value, cst.Call):
                continue  # a setting, not a part
            target = self._values.worth(value.func) if isinstance(value, cst.Call) else None
            kinds = models("reading")["replacements"]
            if not isinstance(target, Reference) or target.path not in kinds:
                return tensors if _is_setting(path) else None
            new = tensors_of(path, {"class": target.path, **kinds[target.path]})
            tensors = (*(each for each in tensors if each not in inside), *new)
        return tensors

    def _parts(self, model: cst.BaseExpression) -> Iterator[tuple[str, cst.BaseExpression]]:
        """Each path below a variable that the file assigns to, and what it assigns."""
        for place in self._places(model):
            path, node = "", place
            while (inner := self._step(node)) is not None:
                node, step = inner
                path = f"{path}.{step}" if path else step
            target = self._survey.parents.get(node)
            statement = self._survey.parents.get(target) if isinstance(target, cst.AssignTarget) else None
            if path and isinstance(statement, cst.Assign):
                yield path, statement.value

    def _places(self, model: cst.BaseExpression) -> Iterator[cst.CSTNode]:
        """The places where the file reads a variable: the same name, or `self.attribute` in the same class."""
        if isinstance(model, cst.Name):
            here = find(model.value, self._survey.use(model))
            for name in self._survey.names.get(model.value, ()):
                there = find(name.value, self._survey.use(name))
                if here is not None and there is not None and here[0] is there[0]:
                    yield name
        elif isinstance(model, cst.Attribute):
            for read in self._survey.attribute_reads.get(model.attr.value, ()):
                if dotted(read) == dotted(model) and self._survey.owner(read) is self._survey.owner(model):
                    yield read

    def _step(self, node: cst.CSTNode) -> tuple[cst.CSTNode, str] | None:
        """The part of a model that is next around one, and its name there: `fc` of `model.fc`, `6` of `model[6]`."""
        outer = self._survey.parents.get(node)
        if isinstance(outer, cst.Attribute):
            return outer, outer.attr.value
        if isinstance(outer, cst.Subscript) and outer.value is node:
            index = self._values.worth(index_of(outer))
            return outer, str(index.value) if isinstance(index, Number) else "*"
        return None


def _is_setting(path: str) -> bool:
    """Whether a path leads to what is no part of the network."""
    return path.partition(".")[0] in models("reading")["reading"]["settings"]
