"""What gradients flow through: which expressions are trained, constant, or factors that may be a λ."""

from decimal import Decimal
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.grouping.selection import is_untrained
from adamw_lint.model.kinship import Kinship
from adamw_lint.model.losses.norms import Norms
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, keyword, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Nothing, Number, Parameter, Text, Value

_NUMBERS = ("float", "int", "len", "max")  # functions that make a number
_DEPTH = 20


class Flow:
    """Judges expressions of one surveyed file by what gradients do in them."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, norms: Norms, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._norms = norms
        self._kinship = Kinship(survey, values)
        self._words = words

    def is_trained(self, node: cst.CSTNode) -> bool:
        """Whether gradients flow where a node stands."""
        for up in self._survey.ancestors(node):
            items = up.items if isinstance(up, cst.With) else ()
            decorators = up.decorators if isinstance(up, cst.FunctionDef) else ()
            switches = [*(item.item for item in items), *(each.decorator for each in decorators)]
            if any(map(self._switches_off, switches)):
                return False
        return True

    def _switches_off(self, switch: cst.BaseExpression) -> bool:
        """Whether a context or decorator keeps gradients from being computed."""
        call = switch if isinstance(switch, cst.Call) else None
        name = (dotted(call.func if call else switch) or "").rpartition(".")[2]
        asked = positional(call) if call is not None and name in self._words["grad_switches"] else []
        return name in self._words["untrained"] or (bool(asked) and self._values.worth(asked[0]) == Number(Decimal(0)))

    def is_constant(self, node: cst.BaseExpression) -> bool:
        worth = self._values.worth(node)
        if isinstance(worth, (Number, Nothing)):
            return not any(self._kinship.inherited(node))
        operation = self._norms.operation(node)
        if operation is None or operation.name not in self._words["constants"]:
            return False
        plain = positional(operation.call)
        return all(isinstance(node, (cst.List, cst.Tuple)) or self.is_constant(node) for node in plain)

    def is_scalar(self, place: Place) -> bool:
        """Whether a factor may be a λ; an item by a variable, or an element of a zip, is a weight instead."""
        node = self._frames.resolve(place).node
        if isinstance(node, cst.Subscript):
            keys = [self._values.worth(each.slice.value) for each in node.slice if isinstance(each.slice, cst.Index)]
            return len(keys) == len(node.slice) and all(isinstance(key, (Number, Text)) for key in keys)
        binding = self._values.bound_once(node)
        if binding is not None and binding.kind is Kind.LOOP:
            given = [self._values.worth(item) for item in self._values.collected(binding)]
            return bool(given) and all(isinstance(_or_default(each), Number) for each in given)
        return not isinstance(node, cst.Call) or not node.args or dotted(node.func) in _NUMBERS

    def may_weigh(self, place: Place) -> bool:
        """Whether a factor of squares that are not summed yet may be another for each: a call in it makes a tensor."""
        stack = [(place, 0)]
        while stack:
            current, depth = stack.pop()
            node = (current := self._frames.resolve(current)).node
            if isinstance(node, (cst.BinaryOperation, cst.UnaryOperation)) and depth < _DEPTH:
                sides = (node.left, node.right) if isinstance(node, cst.BinaryOperation) else (node.expression,)
                stack += [(Place(side, current.frame), depth + 1) for side in sides]
            elif isinstance(node, cst.Comparison) or (isinstance(node, cst.Call) and dotted(node.func) not in _NUMBERS):
                return True
            elif isinstance(node, (cst.Name, cst.Attribute)) and depth < _DEPTH:
                bound = self._values.bound_once(node)
                if bound is not None and bound.kind is Kind.ASSIGN and bound.value is not None:
                    stack.append((Place(bound.value, current.frame), depth + 1))
        return False

    def is_single(self, place: Place) -> bool:
        """Whether a name holds one norm, no sum of several: (Σ‖p‖)² is not Σ‖p‖²."""
        place = self._frames.resolve(place)
        binding = self._values.bound_once(place.node)
        if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None:
            return False
        return self._norms.norm(self._frames.resolve(Place(binding.value, place.frame))) is not None

    def is_filtered(self, node: cst.BaseSimpleComp) -> bool:
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            if any(not self._asks_trained(each.test) for each in clause.ifs):
                return True
            clause = clause.inner_for_in
        return False

    def _asks_trained(self, test: cst.BaseExpression) -> bool:
        return isinstance(test, cst.Attribute) and test.attr.value in self._words["trained"]

    def takes_all(self, loop: cst.For, node: cst.BaseExpression) -> bool:
        """Whether every iteration of a loop adds its norm: none is cut short, overwritten or rescaled by the next."""
        if not all(is_untrained(test, self._words["trained"]) for test in self._survey.cut_short(loop)):
            return False
        statement = self._survey.statement(node)
        if not isinstance(statement, cst.Assign):
            return True
        names = {dotted(target.target) for target in statement.targets}
        stack: list[cst.BaseExpression] = [statement.value]
        while stack:
            part = stack.pop()
            if isinstance(part, cst.BinaryOperation) and isinstance(part.operator, cst.Add):
                stack += [part.left, part.right]
            elif dotted(part) in names:
                return True
        return False

    def is_elementwise(self, place: Place) -> bool:
        """Whether squares are not summed yet, or along an axis only: the root of each is an absolute value, no norm."""
        place = self._frames.resolve(place)
        node = place.node
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return any(self.is_elementwise(Place(each, place.frame)) for each in (node.left, node.right))
        operation = self._norms.operation(node)
        if operation is not None and operation.name in self._words["total"]:
            call = operation.call
            return bool(operation.rest) or keyword(call, "dim") is not None or keyword(call, "axis") is not None
        norm = self._norms.norm(place)
        return norm is not None and norm.squared


def _or_default(value: Value) -> Value:
    return value.default if isinstance(value, Parameter) else value
