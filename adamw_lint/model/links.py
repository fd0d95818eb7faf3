"""What an imported name is worth: a path in a library, or what another file of the program binds it to."""

import builtins
import math
from abc import abstractmethod

import libcst as cst

from adamw_lint.model.program import Place, Program
from adamw_lint.model.scopes import Binding, Scope, Use, reaching
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import joined
from adamw_lint.model.variables import Variables
from adamw_lint.model.worth import UNKNOWN, Reference, Value, agreed
from adamw_lint.read.prefilter import may_concern

_BUILTINS = frozenset(dir(builtins))


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
        """What an imported name is worth; where a library has it, or a file that does not concern us, just its path."""
        assert reference.binding is not None
        place = self.program.find(reference.path, reference.binding.node)
        if place is None or not place.names:
            return reference
        concerns = place.path.name == "__init__.py" or may_concern(self.program.project.says(place.path))
        return self.behind(reference) if concerns else reference

    def behind(self, value: Value) -> Value:
        """What a path below an import is worth in the file of the program that has it; any other value as it is."""
        if not isinstance(value, Reference) or value.binding is None or value.path in self._linking:
            return value
        place = self.program.find(value.path, value.binding.node)
        if place is None or len(place.names) != 1 or not self._may_bind(place):
            return value
        tree = self.program.read(place.path)
        if tree is None:
            return value
        self._linking.add(value.path)
        found = self._exported(tree, place.names[0])
        self._linking.discard(value.path)
        return value if found is None else found

    def _may_bind(self, place: Place) -> bool:
        """Whether the bytes of a file may bind the first of the names."""
        said = self.program.project.says(place.path)
        return place.names[0].encode() in said or b"import *" in said

    def _exported(self, tree: cst.Module, name: str) -> Value | None:
        """What a name is worth to those that import it from a file; None where it is not bound there."""
        scope = self.survey.scopes[tree]
        if name in scope.bindings:
            found = reaching(scope.bindings[name], Use(scope, math.inf, ()))
            return agreed([self._behind(binding) for binding in found])
        return self._starred(scope, name)

    def _starred(self, scope: Scope, name: str) -> Value | None:
        """What a name is worth that a star import brings into a file; None where none of them does."""
        for star in sorted(scope.stars, key=lambda star: -star.order):
            place = self.program.find(star.path, star.node)
            if place is None:
                return Reference(joined(star.path, name), star)
            tree = (
                None if place.names or not self._may_bind(Place(place.path, (name,))) else self.program.read(place.path)
            )
            found = self._exported(tree, name) if tree is not None and self.survey.scopes[tree] is not scope else None
            if found is not None:
                return found
        return None

    def _behind(self, binding: Binding) -> Value:
        return self.behind(self.bound(binding))

    def from_star(self, node: cst.Name) -> Value:
        """A name that nothing binds comes from the last star import before it, if that one is known to have it."""
        module = self.survey.scopes[self.survey.root(node)]
        if node.value in _BUILTINS:
            return UNKNOWN
        key = f"* {node.value}"
        if key in self._linking:
            return UNKNOWN
        self._linking.add(key)
        found = self._starred(module, node.value)
        self._linking.discard(key)
        return UNKNOWN if found is None else found

    def below(self, base: Value, name: str) -> Value:
        """What `base.name` is worth where `base` is imported."""
        if not isinstance(base, Reference):
            return UNKNOWN
        below = Reference(joined(base.path, name), base.binding)
        return self.imported(below) if base.binding else below
