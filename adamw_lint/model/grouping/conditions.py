"""Conditions over the parameters of a model, read out of code into predicates."""

import re
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from adamw_lint.model.grouping.listed import Listed
from adamw_lint.model.grouping.naming import Naming
from adamw_lint.model.grouping.paths import exits, steps
from adamw_lint.model.grouping.predicates import (
    ALWAYS,
    NEVER,
    TRAINED,
    Atom,
    Predicate,
    Test,
    Written,
    every,
    inverse,
    some,
)
from adamw_lint.model.grouping.roles import NOTHING_GIVEN, Given, Roles, What
from adamw_lint.model.grouping.shapes import Shapes
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, keyword, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Nothing, Number


class Conditions:
    """Reads the conditions of one surveyed file; what it cannot read becomes an opaque atom."""

    def __init__(self, survey: Survey, values: Values, roles: Roles, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._values = values
        self._roles = roles
        self._words = words
        self._listed = Listed(values)
        self._naming = Naming(values, roles, self._listed)
        self._shapes = Shapes(values, roles, words)
        self._depth = 0
        self.members: Callable[[cst.BaseExpression], Predicate | None] = lambda _: None  # of a list of names

    def read(self, test: cst.BaseExpression, given: Given = NOTHING_GIVEN) -> Predicate:
        """The predicate that a condition is."""
        self._depth += 1
        try:
            found = self._read(test, given) if self._depth < 40 else None
        finally:
            self._depth -= 1
        return found if found is not None else self._opaque(test, given)

    def _read(self, test: cst.BaseExpression, given: Given) -> Predicate | None:
        if isinstance(test, cst.BooleanOperation):
            sides = [self.read(test.left, given), self.read(test.right, given)]
            return every(sides) if isinstance(test.operator, cst.And) else some(sides)
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return inverse(self.read(test.expression, given))
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            return self._compared(test, given)
        if isinstance(test, cst.Attribute) and test.attr.value in self._words["trained"]:
            return TRAINED
        if isinstance(test, cst.Call):
            return self._called(test, given)
        return self._variable(test, given) if isinstance(test, cst.Name) else None

    def _variable(self, test: cst.Name, given: Given) -> Predicate | None:
        worth = self._values.worth(test)
        if isinstance(worth, Number):
            return ALWAYS if worth.value else NEVER
        binding = self._values.bound_once(test)
        if binding is not None and binding.node in given:
            return self.read(given[binding.node], given)
        is_assigned = binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None
        if not is_assigned or binding is None or binding.value is None or not self._about_parameters(binding.value):
            return None
        return self.read(binding.value, given)

    def _about_parameters(self, node: cst.BaseExpression) -> bool:
        return any(isinstance(each, cst.Name) and self._roles.of(each) for each in descendants(node))

    def _compared(self, test: cst.Comparison, given: Given) -> Predicate | None:
        operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
        worth = self._values.worth(right)
        is_same = isinstance(operator, (cst.Equal, cst.Is))
        if dotted(right) in ("True", "False") and isinstance(worth, Number) and isinstance(operator, _EQUALITIES):
            found = self.read(test.left, given)
            return found if bool(worth.value) is is_same else inverse(found)
        if isinstance(worth, Nothing) and self._is_parameter(test.left, given):
            return NEVER if is_same else ALWAYS
        return (
            self._shapes.compared(test, given)
            or self._naming.compared(test, given)
            or self._layer_compared(test, given)
            or self._membership(test, given)
        )

    def _is_parameter(self, node: cst.BaseExpression, given: Given) -> bool:
        role = self._roles.of(node, given)
        return role is not None and role.what is What.PARAMETER

    def _membership(self, test: cst.Comparison, given: Given) -> Predicate | None:
        """`n in decay`, with `decay` a list of names that was put together before."""
        operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
        role = self._roles.of(test.left, given)
        if role is None or role.what is not What.NAME or not isinstance(operator, (cst.In, cst.NotIn)):
            return None
        found = self.members(right) if right in self._survey.orders else None
        return inverse(found) if found is not None and isinstance(operator, cst.NotIn) else found

    def _layer_compared(self, test: cst.Comparison, given: Given) -> Predicate | None:
        """`type(m) == LayerNorm`, `type(m) in (…)`, `type(m).__name__ == "LayerNorm"`."""
        left, (target,) = test.left, test.comparisons
        asked = left
        while isinstance(asked, cst.Attribute) and asked.attr.value in ("__name__", "__class__"):
            asked = asked.value
        if isinstance(asked, cst.Call) and dotted(asked.func) == "type" and positional(asked):
            asked = positional(asked)[0]
        role = self._roles.of(asked, given) if asked is not left else None
        if role is None or role.what is not What.MODULE:
            return None
        texts = self._listed.texts(target.comparator, given)
        one = self._listed.text(target.comparator, given)
        named = [one] if one is not None else [text for text, _ in texts or ()]
        classes = named or list(self._listed.classes(target.comparator, given))
        found = some([Atom(Test.LAYER, name) for name in classes])
        if not classes or not isinstance(target.operator, (cst.In, cst.Equal, cst.Is, *_NEGATIONS)):
            return None
        return inverse(found) if isinstance(target.operator, _NEGATIONS) else found

    def _called(self, test: cst.Call, given: Given) -> Predicate | None:
        name, plain = dotted(test.func), positional(test)
        if name in ("any", "all") and len(plain) == 1:
            return self._quantified(name, plain[0], given)
        if name == "bool" and len(plain) == 1:
            return self.read(plain[0], given)
        if name == "isinstance" and len(plain) == 2:
            role = self._roles.of(plain[0], given)
            classes = list(self._listed.classes(plain[1], given))
            is_module = role is not None and role.what is What.MODULE
            return some([Atom(Test.LAYER, path) for path in classes]) if classes and is_module else None
        return self._naming.called(test, given) or self._entered(test, given)

    def _quantified(self, name: str, node: cst.BaseExpression, given: Given) -> Predicate | None:
        """`any(… for nd in texts)`: one condition for each text."""
        joined = some if name == "any" else every
        if isinstance(node, (cst.List, cst.Tuple)):
            return joined([self.read(element.value, given) for element in node.elements])
        if not isinstance(node, (cst.GeneratorExp, cst.ListComp)) or node.for_in.inner_for_in or node.for_in.ifs:
            return None
        items, target = self._listed.items(node.for_in.iter, given), node.for_in.target
        if items is None or not isinstance(target, cst.Name):
            return None
        return joined([self.read(node.elt, {**given, target: item}) for item in items])

    def _entered(self, test: cst.Call, given: Given) -> Predicate | None:
        """What a function or lambda of the program returns for its arguments."""
        target = self._values.worth(test.func)
        binding = self._values.bound_once(test.func)
        value = binding.value if binding is not None and binding.kind is Kind.ASSIGN else None
        function = target.node if isinstance(target, Defined) else value
        if not isinstance(function, (cst.FunctionDef, cst.Lambda)) or self._depth > 12:
            return None
        inner = self._arguments(test, function, given)
        if inner is None:
            return None
        if isinstance(function, cst.Lambda):
            return self.read(function.body, inner)
        returned = self._survey.returns_of(function)
        if not 0 < len(returned) < 9:
            return None
        cases = [(self.reached(node, function, inner), node.value) for node in returned]
        if any(path is None or value is None for path, value in cases):
            return None
        return some([every([path, self.read(value, inner)]) for path, value in cases if path is not None and value])

    def _arguments(self, call: cst.Call, function: cst.FunctionDef | cst.Lambda, given: Given) -> Given | None:
        params = list(function.params.params)
        if params and not isinstance(function, cst.Lambda) and params[0].name.value in ("self", "cls"):
            params = params[1:]
        plain = positional(call)
        bound = {
            param: plain[index] if index < len(plain) else keyword(call, param.name.value) or param.default
            for index, param in enumerate(params)
        }
        if any(arg.star for arg in call.args):
            return None
        return {**given, **{param: value for param, value in bound.items() if value is not None}}

    def reached(self, node: cst.CSTNode, outer: cst.CSTNode, given: Given = NOTHING_GIVEN) -> Predicate | None:
        """Under which condition control comes to a node in a loop or function; None where more decides it."""
        arms = steps(self._survey, node, outer)
        before = exits(self._survey, node, outer)
        if arms is None or before is None:
            return None
        left = [inverse(self._conjunction(each, given)) for each in before]
        return every([self._conjunction(arms, given), *left])

    def _conjunction(self, arms: Sequence[tuple[cst.BaseExpression, bool]], given: Given) -> Predicate:
        return every([self.read(test, given) if met else inverse(self.read(test, given)) for test, met in arms])

    def _opaque(self, test: cst.BaseExpression, given: Given) -> Predicate:
        text = cst.Module([]).code_for_node(test)
        variables: list[object] = []
        for each in descendants(test):
            if not isinstance(each, cst.Name) or each not in self._survey.orders:
                continue
            role, found = self._roles.of(each, given), self._values.bindings(each)
            if role is not None:
                text = re.sub(rf"(?<![.\w]){each.value}\b", f"<{role.what.name}>", text)
            else:
                variables += [given.get(binding.node, binding) for binding in found]
        return Atom(Test.OPAQUE, " ".join(text.split()), variables=tuple(variables))

    def classes(self, node: cst.BaseExpression) -> Iterator[str]:
        """The classes that an expression names."""
        return self._listed.classes(node, NOTHING_GIVEN)

    def goes_through(self, node: cst.BaseExpression) -> bool:
        """Whether an iterable goes through the parameters or modules of a model."""
        return self._roles.elements(node) is not None

    def written(self, test: cst.BaseExpression, given: Given = NOTHING_GIVEN) -> Iterator[Written]:
        """Each test on names in a condition, with the list of texts that it uses, in the order of the text."""
        for node in descendants(test):
            if isinstance(node, (cst.Comparison, cst.Call)) and not self._is_in_quantifier(node, test):
                found = self._naming.written(node, given)
                if found is not None:
                    yield found

    def _is_in_quantifier(self, node: cst.CSTNode, test: cst.CSTNode) -> bool:
        for up in self._survey.ancestors(node):
            if up is test:
                break
            if isinstance(up, cst.Call) and dotted(up.func) in ("any", "all"):
                return True
        is_test = isinstance(test, cst.Call) and dotted(test.func) in ("any", "all")
        return is_test and node is not test


_NEGATIONS = (cst.NotEqual, cst.IsNot, cst.NotIn)
_EQUALITIES = (cst.Equal, cst.Is, cst.NotEqual, cst.IsNot)
