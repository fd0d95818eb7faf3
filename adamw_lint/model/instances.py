"""Which classes of the program an object may be an instance of."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.assigned import assigned
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import method_call
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, options_of
from adamw_lint.rulebook import words

_DEPTH = 6  # names, attributes and parameters between an object and the call that makes it


class Instances:
    """Answers for a surveyed program."""

    def __init__(self, survey: Survey, values: Values) -> None:
        self._survey = survey
        self._values = values

    def classes(self, node: cst.BaseExpression, depth: int = 0) -> tuple[cst.ClassDef, ...]:
        """The classes of the program that an expression may be an instance of; none where that is not in sight."""
        found = dict.fromkeys(self._of(node, depth)) if depth < _DEPTH else {}
        return tuple(found)

    def _of(self, node: cst.BaseExpression, depth: int) -> Iterator[cst.ClassDef]:
        if isinstance(node, cst.Call):
            method = method_call(node)
            is_itself = method is not None and method[1] in words("penalty")["unchanged"]  # Model().to(device)
            yield from self.classes(method[0], depth + 1) if method and is_itself else self.named(node.func)
        elif isinstance(node, cst.Subscript):
            for item in self._values.item_assignments(node.value):
                yield from self.classes(item.value, depth + 1)
        elif isinstance(node, cst.IfExp):
            yield from (*self.classes(node.body, depth + 1), *self.classes(node.orelse, depth + 1))
        elif isinstance(node, (cst.Name, cst.Attribute)):
            for binding in self._bindings(node, depth):
                yield from self._bound(binding, depth)

    def _bindings(self, node: cst.Name | cst.Attribute, depth: int) -> Iterator[Binding]:
        found = self._values.bindings(node)
        yield from found
        if not found and isinstance(node, cst.Attribute):
            for owner in self.classes(node.value, depth + 1):
                yield from self._survey.attributes[owner].get(node.attr.value, ())

    def _bound(self, binding: Binding, depth: int) -> Iterator[cst.ClassDef]:
        value = assigned(binding) if binding.kind is not Kind.AUGMENT else None
        if value is not None:
            yield from self.classes(value, depth + 1)
        elif isinstance(binding.node, cst.Param) and binding.node.annotation is not None:
            yield from self.named(binding.node.annotation.annotation)

    def named(self, node: cst.BaseExpression) -> Iterator[cst.ClassDef]:
        """The classes of the program that an expression names."""
        for option in options_of(self._values.worth(node)):
            behind = self._values.behind(option)
            if isinstance(behind, Defined) and isinstance(behind.node, cst.ClassDef):
                yield behind.node

    def bases(self, node: cst.ClassDef, depth: int = 0) -> Iterator[cst.ClassDef]:
        """A class and those of the program that it derives from, itself first."""
        yield node
        for base in node.bases if depth < _DEPTH else ():
            for each in self.named(base.value):
                yield from self.bases(each, depth + 1)

    def derived(self, node: cst.ClassDef) -> Iterator[cst.ClassDef]:
        """The classes in its own file, and in what was read of others, that derive from a class."""
        self._values.program.read_derived(node)
        classes = [each for each in list(self._survey.scopes) if isinstance(each, cst.ClassDef) and each is not node]
        yield from (each for each in classes if any(base is node for base in self.bases(each)))

    def method(self, owner: cst.ClassDef, name: str) -> cst.FunctionDef | None:
        """The method that a class has under a name, its own or inherited."""
        for each in self.bases(owner):
            found = self._survey.scopes[each].bindings.get(name, [])
            if found:
                return found[-1].node if isinstance(found[-1].node, cst.FunctionDef) else None
        return None
