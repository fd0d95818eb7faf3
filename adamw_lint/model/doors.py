"""The places by which a class that its library no longer has comes into a file, and where it is used there."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from adamw_lint.model.program import Program
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference
from adamw_lint.rulebook import Optimizer

# What a program says where it expects that the class may not be there, or that the code does not run.
_CAUGHT = frozenset({"ImportError", "AttributeError", "Exception", "BaseException"})
_ASKED = frozenset({"hasattr", "TYPE_CHECKING", "version"})


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """One place that asks a library for a class: the name in an import, `library.Class`, or a name from a star import.

    `uses` are the expressions that read the class by way of it, `binding` the import behind it, if it names the class.
    """

    node: cst.CSTNode
    optimizer: Optimizer
    uses: tuple[cst.BaseExpression, ...]
    binding: Binding | None = field(default=None)


class Doors:
    """Finds the doors of one file to the classes under some paths."""

    def __init__(self, survey: Survey, values: Values, program: Program, wanted: dict[str, Optimizer]) -> None:
        self._survey = survey
        self._values = values
        self._program = program
        self._wanted = wanted
        self._names = {path.rpartition(".")[2] for path in wanted}

    def __iter__(self) -> Iterator[Door]:
        """Each of them once, but for those that the program itself guards or fills."""
        found = (*self._imports(), *self._attributes(), *self._starred())
        yield from (door for door in found if not self._is_guarded(door.node) and not self._is_filled(door))

    def _imports(self) -> Iterator[Door]:
        for scope in self._survey.own_scopes:
            for binding in (each for bindings in scope.bindings.values() for each in bindings):
                optimizer = self._wanted.get(binding.path) if binding.kind is Kind.IMPORT else None
                is_own = optimizer is not None and self._survey.owns(binding.node)
                if optimizer is not None and is_own and self._is_library(binding.path, binding):
                    yield Door(binding.node, optimizer, tuple(self._reads(binding)), binding)

    def _reads(self, binding: Binding) -> Iterator[cst.Name]:
        names = self._survey.own(self._survey.names[binding.name])
        return (node for node in names if binding in self._values.bindings(node))

    def _attributes(self) -> Iterator[Door]:
        for name in sorted(self._names):
            for node in self._survey.own(self._survey.attribute_reads.get(name, ())):
                optimizer = self._of_library(node)
                if optimizer is not None and isinstance(self._values.worth(node.value), Reference):
                    yield Door(node, optimizer, (node,))

    def _starred(self) -> Iterator[Door]:
        stars = self._survey.scopes[self._survey.tree].stars
        for name in sorted(self._names) if len(stars) == 1 else ():  # another one may bring a class of that name
            read = self._survey.own(self._survey.names.get(name, ()))
            uses = [node for node in read if not self._values.bindings(node)]
            known = {node: optimizer for node in uses if (optimizer := self._of_library(node)) is not None}
            for node in list(known)[:1]:
                value = self._values.worth(node)
                assert isinstance(value, Reference)
                yield Door(node, known[node], tuple(known), value.binding)

    def _of_library(self, node: cst.BaseExpression) -> Optimizer | None:
        value = self._values.worth(node)
        if not isinstance(value, Reference) or value.path not in self._wanted or value.binding is None:
            return None
        is_own = self._survey.owns(value.binding.node)
        return self._wanted[value.path] if is_own and self._is_library(value.path, value.binding) else None

    def _is_library(self, path: str, binding: Binding) -> bool:
        """Whether a path leads out of the program, which may have a copy of the library."""
        return self._program.find(path, binding.node) is None

    def _is_guarded(self, node: cst.CSTNode) -> bool:
        """Whether the program asks first whether the class is there, or catches the error when it is not."""
        inner = node
        for outer in self._survey.ancestors(node):
            if isinstance(outer, (cst.Try, cst.TryStar)) and any(map(_catches, outer.handlers)):
                return True
            if isinstance(outer, (cst.If, cst.IfExp, cst.While)) and inner is not outer.test and _asks(outer.test):
                return True
            if isinstance(outer, cst.With) and any(_names(item.item) & {"suppress", "raises"} for item in outer.items):
                return True
            inner = outer
        return False

    def _is_filled(self, door: Door) -> bool:
        """Whether the program gives the library a class of that name: `library.Class = …`, `setattr(library, …)`."""
        name, paths = door.optimizer.short_name, set(door.optimizer.paths)
        reads = self._survey.own(self._survey.attribute_reads.get(name, ()))
        written = [node for node in reads if isinstance(self._survey.parents[node], cst.AssignTarget)]
        homes = [self._values.worth(node.value) for node in written]
        for call in self._survey.own(self._survey.calls):
            if dotted(call.func) == "setattr" and len(call.args) == 3 and text_of(call.args[1].value) == name:
                homes.append(self._values.worth(call.args[0].value))
        return any(isinstance(home, Reference) and f"{home.path}.{name}" in paths for home in homes)


def _catches(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    return handler.type is None or bool(_names(handler.type) & _CAUGHT)


def _asks(test: cst.BaseExpression) -> bool:
    return any(name in _ASKED or "version" in name.lower().split("_") for name in _names(test))


def _names(node: cst.CSTNode) -> set[str]:
    """Every name and attribute in an expression."""
    found = set()
    for each in descendants(node):
        if isinstance(each, cst.Name):
            found.add(each.value)
        elif isinstance(each, cst.Attribute):
            found.add(each.attr.value)
    return found
