"""The instances of the layers and models that a program writes itself, and the calls of its functions."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.frames import Frames
from adamw_lint.model.kinship import Kinship
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Nothing
from adamw_lint.rulebook import words

_DEPTH = 5


class Instances:
    """Answers for one surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._kinship = Kinship(survey, values)
        self._ends = tuple(words("layer_penalties")["model_ends"])

    def is_model(self, owner: cst.CSTNode, depth: int = 0) -> bool:
        """Whether a class is a layer or model, by the names of its bases."""
        if not isinstance(owner, cst.ClassDef) or depth > _DEPTH:
            return False
        for base in owner.bases:
            target = self._values.behind(self._values.worth(base.value))
            if isinstance(target, Defined) and self.is_model(target.node, depth + 1):
                return True
            if (dotted(base.value) or "").endswith(self._ends):
                return True
        return False

    def constructor(self, node: cst.CSTNode | None, depth: int = 0) -> cst.FunctionDef | None:
        """The function that runs when a function or class is called."""
        if isinstance(node, cst.FunctionDef):
            return node
        found = self._survey.scopes[node].bindings.get("__init__", []) if isinstance(node, cst.ClassDef) else []
        if found and isinstance(found[-1].node, cst.FunctionDef):
            return found[-1].node
        return self.inherited_constructor(node, depth + 1)

    def inherited_constructor(self, node: cst.CSTNode | None, depth: int = 0) -> cst.FunctionDef | None:
        """The constructor that a class has of the classes that it derives from, which `super().__init__` runs."""
        for base in node.bases if isinstance(node, cst.ClassDef) and depth < _DEPTH else ():
            target = self._values.behind(self._values.worth(base.value))
            function = self.constructor(target.node, depth) if isinstance(target, Defined) else None
            if function is not None:
                return function
        return None

    def are_kin(self, one: cst.CSTNode | None, other: cst.CSTNode | None) -> bool:
        """Whether two classes are the same or one derives from the other; two times none counts as the same."""
        if one is None or other is None:
            return one is other
        return self._kinship.derives(one, other) or self._kinship.derives(other, one)

    def of(self, owner: cst.ClassDef) -> Iterator[cst.Call]:
        """The calls that make an instance of a class, or of one that derives from it."""
        for call in tuple(self._survey.calls):
            target = self._values.worth(call.func)
            if isinstance(target, Defined) and self._kinship.derives(target.node, owner):
                yield call

    def selves(self, owner: cst.ClassDef) -> Iterator[cst.Name]:
        """The places in a class, or in those that derive from it, that read `self`."""
        for name in self._survey.names.get("self", ()):
            around = self._survey.owner(name)
            if around is not None and self._kinship.derives(around, owner):
                yield name

    def attributes(self, owner: cst.ClassDef | None, name: str) -> Iterator[cst.Attribute]:
        """The places outside a class that read an attribute of an instance of it, be it a name or kept by an object."""
        for node in self._survey.attribute_reads.get(name, ()) if owner is not None else ():
            if owner is not None and self._is_instance(node.value, owner):
                yield node

    def _is_instance(self, node: cst.BaseExpression, owner: cst.ClassDef, depth: int = 0) -> bool:
        """Whether an expression makes an instance of a class, or stands for one that is made once."""
        if depth > _DEPTH:
            return False
        if isinstance(node, cst.Call):
            target = self._values.worth(node.func)
            if isinstance(target, Defined) and self._kinship.derives(target.node, owner):
                return True
            function = self._frames.target(node)
            given = list(self._frames.results(function)) if function is not None else []
        else:
            found = self._values.bindings(node) if isinstance(node, (cst.Name, cst.Attribute)) else []
            given = [each.value for each in found if each.kind is Kind.ASSIGN and each.value is not None]
            given = given if len(given) == len(found) else []
        made = [each for each in given if not isinstance(self._values.worth(each), Nothing)]
        return len(made) == 1 and self._is_instance(made[0], owner, depth + 1)

    def results(self, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
        """What a function gives back: its calls, the reads of a property, the instances whose call it is."""
        owner = self._survey.owner(function)
        if any(dotted(each.decorator) in ("property", "cached_property") for each in function.decorators):
            reads = self._survey.attribute_reads.get(function.name.value, ())
            yield from (node for node in reads if self.are_kin(self._survey.owner(node), owner))
        yield from self._frames.calls_of(function)
        if owner is None:
            names = self._survey.names.get(function.name.value, ())
            yield from (node for node in names if self._is_read(node, function))

    def _is_read(self, node: cst.Name, function: cst.FunctionDef) -> bool:
        """Whether a name stands for a function that is handed on, as to a tuner that builds models by it."""
        is_arg = isinstance(self._survey.parents[node], cst.Arg)
        target = self._values.worth(node) if is_arg else None
        return isinstance(target, Defined) and target.node is function
