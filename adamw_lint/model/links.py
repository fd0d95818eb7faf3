"""What an imported name is worth: a path in a library, or what another file of the program binds it to."""

import builtins
import math
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path

import libcst as cst

from adamw_lint.model.program import Place, Program
from adamw_lint.model.scopes import Binding, Scope, Use, reaching
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import joined
from adamw_lint.model.variables import Variables
from adamw_lint.model.worth import UNKNOWN, Reference, Value, agreed
from adamw_lint.stated import own

_BUILTINS = frozenset(dir(builtins))

MayRead = Callable[[Path], bool]  # whether a file is worth reading for what is asked


class Links(Variables):
    """Follows imports from file to file."""

    def __init__(self, survey: Survey, program: Program) -> None:
        super().__init__(survey)
        self.program = program
        self._linking: set[str] = set()

    @abstractmethod
    def bound(self, binding: Binding) -> Value:
        """What a binding gives its name."""

    def imported(self, reference: Reference) -> Value:
        """What an imported name is worth; where a library has it, or a file that does not concern us, just its path.

        What the user states of a path is enough: the file that has it is not asked.
        """
        is_stated = any(reference.path in fact.paths for fact in own().optimizers)
        return reference if is_stated else self._followed(reference, self._concerns)

    def path_of(self, node: cst.FunctionDef | cst.ClassDef) -> str:
        """The dotted path by which the program imports a class or function that a file of it defines at its top."""
        is_top = self.survey.function(node) is None and self.survey.owner(node) is None
        return f"{self.program.module_of(node)}.{node.name.value}" if is_top else ""

    def behind(self, value: Value) -> Value:
        """What a path below an import is worth in the file of the program that has it; any other value as it is."""
        return self._followed(value, lambda _: True) if isinstance(value, Reference) else value

    def _concerns(self, path: Path) -> bool:
        return path.name == "__init__.py" or self.program.project.concerns(path)

    def _followed(self, reference: Reference, may_read: MayRead) -> Value:
        if reference.binding is None or reference.path in self._linking:
            return reference
        place = self.program.find(reference.path, reference.binding.node)
        if place is None or len(place.names) != 1 or not self._may_bind(place) or not may_read(place.path):
            return reference
        tree = self.program.opened(place.path)
        if tree is None:
            return reference
        self._linking.add(reference.path)
        found = self._exported(tree, place.names[0], may_read)
        self._linking.discard(reference.path)
        return reference if found is None else found

    def _may_bind(self, place: Place) -> bool:
        """Whether the bytes of a file may bind the first of the names."""
        said = self.program.project.says(place.path)
        return place.names[0].encode() in said or b"import *" in said

    def _exported(self, tree: cst.Module, name: str, may_read: MayRead) -> Value | None:
        """What a name is worth to those that import it from a file; None where it is not bound there."""
        scope = self.survey.scopes[tree]
        if name not in scope.bindings:
            return self._starred(scope, name, may_read)
        values = [self.bound(binding) for binding in reaching(scope.bindings[name], Use(scope, math.inf, ()))]
        return agreed([self._followed(each, may_read) if isinstance(each, Reference) else each for each in values])

    def _starred(self, scope: Scope, name: str, may_read: MayRead) -> Value | None:
        """What a name is worth that a star import brings into a file; None where none of them does."""
        for star in sorted(scope.stars, key=lambda star: -star.order):
            place = self.program.find(star.path, star.node)
            if place is None:
                return Reference(joined(star.path, name), star)
            if place.names or not self._may_bind(Place(place.path, (name,))) or not may_read(place.path):
                continue
            tree = self.program.opened(place.path)
            is_other = tree is not None and self.survey.scopes[tree] is not scope
            found = self._exported(tree, name, may_read) if tree is not None and is_other else None
            if found is not None:
                return found
        return None

    def from_star(self, node: cst.Name) -> Value:
        """A name that nothing binds comes from the last star import before it, if that one is known to have it."""
        module = self.survey.scopes[self.survey.root(node)]
        if node.value in _BUILTINS:
            return UNKNOWN
        key = f"* {node.value}"
        if key in self._linking:
            return UNKNOWN
        self._linking.add(key)
        found = self._starred(module, node.value, lambda _: True)
        self._linking.discard(key)
        return UNKNOWN if found is None else found

    def below(self, base: Value, name: str) -> Value:
        """What `base.name` is worth where `base` is imported."""
        if not isinstance(base, Reference):
            return UNKNOWN
        below = Reference(joined(base.path, name), base.binding)
        return self.imported(below) if base.binding else below
