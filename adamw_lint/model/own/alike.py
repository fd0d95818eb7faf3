"""What comes out the same for all parameters of a group in the step of an optimizer, and what does not."""

import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.own.constructors import Written
from adamw_lint.model.scopes import Arm, Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import children, descendants, dotted, index_of, method_call, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Nothing, Number, Reference, Text

_BUILTINS = frozenset(dir(builtins)) - {"getattr", "len", "id", "isinstance", "type", "vars", "hasattr"}
COUNT = "the step count"
_DEPTH = 40
_BUDGET = 2_000  # expressions looked at for one; no step that a person wrote comes near it
_OPERATIONS = (
    cst.BinaryOperation,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.ComparisonTarget,
    cst.IfExp,
    cst.Tuple,
    cst.List,
    cst.Element,
)


@dataclass(frozen=True, slots=True)
class Loops:
    """The two loops of a step: over the groups, and over the parameters of each; with their variables."""

    groups: cst.For
    group: cst.Name
    params: cst.For
    param: cst.Name


class Alike:
    """Answers for the step of one class."""

    def __init__(self, survey: Survey, values: Values, written: Written, loops: Loops, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._written = written
        self._loops = loops
        self._words = words
        self._open: set[cst.CSTNode] = set()  # the names that are asked for, some of which may name themselves
        self._left = _BUDGET
        self._varying = self._settings_that_vary()

    def origins(self, node: cst.CSTNode, depth: int = 0) -> frozenset[str] | None:
        """What an expression that is the same for all parameters is made of; None where it may be another for each."""
        self._left = self._left - 1 if depth else _BUDGET
        if depth > _DEPTH or self._left < 0:
            return None
        if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript, cst.Call)):
            return self._of_variable(node, depth + 1)
        if isinstance(node, _OPERATIONS):
            inner = [each for each in children(node) if isinstance(each, (cst.BaseExpression, *_OPERATIONS))]
            return self._all(inner, depth + 1)
        is_plain = isinstance(self._values.worth(node), (Number, Text, Nothing))
        return frozenset() if is_plain else None

    def _all(self, nodes: list[Any], depth: int) -> frozenset[str] | None:
        found = [self.origins(each, depth) for each in nodes]
        return None if None in found else frozenset().union(*(each for each in found if each is not None))

    def _of_variable(self, node: cst.BaseExpression, depth: int) -> frozenset[str] | None:
        if (item := self.item(node)) is not None:
            return frozenset({item})
        if isinstance(node, cst.Name):
            return self._of_name(node, depth)
        if isinstance(node, cst.Attribute):
            return self._of_attribute(node)
        if isinstance(node, cst.Subscript):
            index = index_of(node)
            return self._all([node.value, index], depth) if index is not None else None
        return self._of_call(node, depth) if isinstance(node, cst.Call) else None

    def item(self, node: cst.BaseExpression) -> str | None:
        """The setting of a group that an expression is, or the count of steps in the state of a parameter."""
        method = method_call(node)
        if isinstance(node, cst.Subscript):
            base, key = node.value, text_of(index_of(node))
        elif method is not None and method[1] == "get" and isinstance(node, cst.Call) and positional(node):
            base, key = method[0], text_of(positional(node)[0])
        else:
            return None
        if key is None:
            return None
        if isinstance(base, cst.Name) and self.is_variable(base, self._loops.group):
            is_count = key in self._words["counts"]
            return None if key in self._varying else COUNT if is_count else key
        return COUNT if key in self._words["counts"] and self._is_state(base) else None

    def _settings_that_vary(self) -> frozenset[str]:
        """The settings of a group that the step writes anew for each parameter."""
        self._varying = frozenset[str]()
        found: set[str] = set()
        for node in descendants(self._loops.groups.body):
            targets = [each.target for each in node.targets] if isinstance(node, cst.Assign) else []
            targets += [node.target] if isinstance(node, cst.AugAssign) else []
            for target in targets:
                key = text_of(index_of(target)) if isinstance(target, cst.Subscript) else None
                is_own = isinstance(target, cst.Subscript) and self.is_variable(target.value, self._loops.group)
                value = node.value if isinstance(node, (cst.Assign, cst.AugAssign)) else None
                if key is not None and is_own and value is not None and self.origins(value) is None:
                    found.add(key)
        return frozenset(found)

    def _is_state(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Name):
            binding = self._values.bound_once(node)
            value = binding.value if binding is not None and binding.kind is Kind.ASSIGN else None
            return value is not None and not isinstance(value, cst.Name) and self._is_state(value)
        return isinstance(node, cst.Subscript) and dotted(node.value) == f"self.{self._words['state']}"

    def is_variable(self, node: cst.BaseExpression, variable: cst.Name) -> bool:
        """Whether a name is the variable of a loop, which nothing else is bound to."""
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        return binding is not None and binding.node is variable

    def bindings(self, node: cst.Name) -> list[Binding]:
        """All that a name of the step is ever bound to there."""
        found = self._values.bindings(node)
        scope = self._survey.scopes[self._written.step]
        is_own = bool(found) and self._survey.function(found[0].node) is self._written.step
        return scope.bindings.get(node.value, []) if is_own else found

    def _of_name(self, node: cst.Name, depth: int) -> frozenset[str] | None:
        if isinstance(self._values.worth(node), (Number, Text, Nothing, Reference)):
            return frozenset()
        found = self.bindings(node) if node in self._survey.places else []
        made: set[str] = set()
        for binding in found:
            own = self._of_binding(binding, depth)
            if own is None:
                return None
            made |= own
        return frozenset(made) if found else None

    def _of_binding(self, binding: Binding, depth: int) -> frozenset[str] | None:
        """What a name is made of by one of its bindings, also by the conditions under which that holds."""
        if binding.node in self._open:
            return frozenset()
        if self._survey.scope(binding.node).is_module and not binding.arms:
            return frozenset() if binding.kind in (Kind.ASSIGN, Kind.DEFINE, Kind.IMPORT) else None
        value = binding.value if binding.kind in (Kind.ASSIGN, Kind.UNPACK, Kind.AUGMENT) else None
        if value is None or self._survey.function(binding.node) is not self._written.step:
            return None
        self._open.add(binding.node)
        tests = (up.test for up, _ in self.tests(binding.arms))
        made = self._all([value, *(test for test in tests if self.present(test) is None)], depth)
        self._open.discard(binding.node)
        return made

    def _of_attribute(self, node: cst.Attribute) -> frozenset[str] | None:
        """An attribute of the optimizer that only its constructor sets; or a name of a library."""
        if isinstance(self._values.worth(node), Reference):
            return frozenset()
        name = dotted(node) or ""
        if name.count(".") != 1 or not name.startswith("self.") or node.attr.value == self._words["state"]:
            return None
        found = self._survey.attributes.get(self._written.node, {}).get(node.attr.value, [])
        is_set = found and all(self._method_of(each) == "__init__" for each in found)
        return frozenset({name}) if is_set else None

    def _method_of(self, binding: Binding) -> str:
        function = self._survey.function(binding.node)
        return function.name.value if function is not None else ""

    def _of_call(self, node: cst.Call, depth: int) -> frozenset[str] | None:
        """A function, or a method of a number, of what is the same for all parameters."""
        given: list[cst.BaseExpression] = [arg.value for arg in node.args]
        if isinstance(node.func, cst.Name) and node.func.value in _BUILTINS:
            return self._all(given, depth)
        if isinstance(node.func, cst.Attribute) and not isinstance(self._values.worth(node.func), Reference):
            is_own = dotted(node.func.value) == "self"
            return None if is_own else self._all([node.func.value, *given], depth)
        return self._all([node.func, *given], depth)

    def tests(self, arms: tuple[Arm, ...]) -> Iterator[tuple[cst.If, bool]]:
        """The conditions around a statement of the step, and how each has to come out."""
        yield from ((arm.statement, arm.index == 0) for arm in arms if isinstance(arm.statement, cst.If))

    def present(self, test: cst.BaseExpression) -> bool | None:
        """What a test that only asks whether a parameter has a gradient comes out as where it has; None for others."""
        if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
            return None
        target = test.comparisons[0]
        if not isinstance(self._values.worth(target.comparator), Nothing) or not self._is_gradient(test.left):
            return None
        return {cst.Is: False, cst.IsNot: True}.get(type(target.operator))

    def _is_gradient(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Name):
            binding = self._values.bound_once(node)
            value = binding.value if binding is not None and binding.kind is Kind.ASSIGN else None
            return isinstance(value, cst.Attribute) and self._is_gradient(value)
        is_grad = isinstance(node, cst.Attribute) and node.attr.value == "grad"
        return is_grad and isinstance(node, cst.Attribute) and self.is_variable(node.value, self._loops.param)
