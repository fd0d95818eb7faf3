"""Takes a loss apart into its addends, through names, loops, lists and functions of the file."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.kinship import Kinship
from adamw_lint.model.losses.flow import Flow
from adamw_lint.model.losses.folded import Folded, mapped
from adamw_lint.model.losses.norms import Norms, Operation
from adamw_lint.model.losses.parts import Part, collapsed, constant, leaves, other, penalty, rescaled, sum_of
from adamw_lint.model.losses.picked import appended, listed, picked, raised
from adamw_lint.model.scale import MINUS, ONE, Scale, operator_of, scale_of
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, keyword, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Mapping, Number, Text

_BUDGET = 4000  # nodes looked at for one loss; no loss that a person wrote comes near it
_DEPTH = 60


class Addends:
    """Takes the losses of one surveyed file apart."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, norms: Norms, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._norms = norms
        self._kinship = Kinship(survey, values)
        self._flow = Flow(survey, values, frames, norms, words)
        self._folded = Folded(values, words)
        self._words = words
        self._open: list[cst.CSTNode] = []
        self._left = 0

    def of(self, place: Place) -> Part:
        """The parts of a loss."""
        self._left, self._open = _BUDGET, []
        return self._part(place)

    def _part(self, place: Place) -> Part:
        place = self._frames.resolve(place)
        node = place.node
        self._left -= 1
        if self._left < 0 or len(self._open) > _DEPTH or node in self._open or node not in self._survey.orders:
            return other(node)
        self._open.append(node)
        try:
            norm = self._norms.norm(place) or self._norms.error_module(place)
            if norm is not None:
                return penalty(node, norm) if self._flow.is_trained(node) else other(node)
            return constant(node) if self._flow.is_constant(node) else self._compound(place)
        finally:
            self._open.pop()

    def _compound(self, place: Place) -> Part:
        node = place.node
        match node:
            case cst.BinaryOperation():
                return self._binary(node, place.frame)
            case cst.UnaryOperation(operator=cst.Minus()):
                return sum_of(node, [self._part(Place(node.expression, place.frame))], MINUS)
            case cst.IfExp():
                arms = [self._part(Place(each, place.frame)) for each in (node.body, node.orelse)]
                return replace(sum_of(node, arms), is_optional=True)
            case cst.NamedExpr():
                return self._part(Place(node.value, place.frame))
            case cst.Name() | cst.Attribute():
                return self._named(node, place.frame)
            case cst.Call():
                return self._called(node, place)
            case cst.Subscript():
                return self._subscript(node, place.frame)
        return other(node)

    def _binary(self, node: cst.BinaryOperation, frame: Frame | None) -> Part:
        left, right = Place(node.left, frame), Place(node.right, frame)
        if isinstance(node.operator, cst.Add):
            return sum_of(node, [self._part(left), self._part(right)])
        if isinstance(node.operator, cst.Subtract):
            negated = self._part(right)
            return sum_of(node, [self._part(left), sum_of(negated.node, [negated], MINUS)])
        if isinstance(node.operator, cst.Multiply):
            return self._product(node, left, right)
        if isinstance(node.operator, cst.Divide):
            return self._quotient(node, left, right)
        return self._power(node, left, node.right) if isinstance(node.operator, cst.Power) else other(node)

    def _product(self, node: cst.BaseExpression, left: Place, right: Place) -> Part:
        parts = self._part(left), self._part(right)
        if parts[0].is_penal is parts[1].is_penal:
            return other(node)
        by, of, part = (left, right, parts[1]) if parts[1].is_penal else (right, left, parts[0])
        if not self._flow.is_scalar(by) or (self._flow.is_elementwise(of) and self._flow.may_weigh(by)):
            return other(node)
        return sum_of(node, [part], scale_of(by, self._frames, self._values))

    def _quotient(self, node: cst.BaseExpression, left: Place, right: Place) -> Part:
        scale = scale_of(right, self._frames, self._values).inverse()
        part = self._part(left)
        return sum_of(node, [part], scale) if scale is not None and part.is_penal else other(node)

    def _power(self, node: cst.BaseExpression, base: Place, by: cst.BaseExpression) -> Part:
        """The square of a norm that a name holds; its root."""
        part = collapsed(self._part(base))
        exponent = self._values.worth(by)
        if not part.is_penal or part.is_mixed or not isinstance(exponent, Number):
            return other(node)
        if str(exponent.value) == "0.5":
            return other(node) if self._flow.is_elementwise(base) else self._rooted(node, part)
        if exponent.value == 2 and self._flow.is_single(base) and part.norm is not None and not part.norm.squared:
            return replace(part, node=node, norm=replace(part.norm, squared=True))
        return other(node)

    def _rooted(self, node: cst.BaseExpression, part: Part) -> Part:
        norm = next((leaf.norm for leaf in leaves(part)), None)
        return other(node) if norm is None else Part(node, norm=replace(norm, squared=False), is_penal=True)

    def _named(self, node: cst.Name | cst.Attribute, frame: Frame | None) -> Part:
        """Everything that a name may hold: the last assignments, and what was added to them since."""
        parts, scale = list[Part](), ONE
        for binding in (*self._values.bindings(node), *self._kinship.inherited(node)):
            operator = operator_of(self._survey, binding)
            if operator is None or isinstance(operator, (cst.AddAssign, cst.SubtractAssign)):
                sign = MINUS if isinstance(operator, cst.SubtractAssign) else ONE
                parts.append(rescaled(self._bound(binding, frame), scale.times(sign)))
                continue
            more = self._rescaled(binding, frame)
            if more is None:
                return other(node)
            scale = scale.times(more)
        parts += [self._part(Place(item, frame)) for item in appended(node, self._values)]
        return sum_of(node, parts) if parts else other(node)

    def _rescaled(self, binding: Binding, frame: Frame | None) -> Scale | None:
        assert binding.value is not None
        scale = scale_of(Place(binding.value, frame), self._frames, self._values)
        operator = operator_of(self._survey, binding)
        if isinstance(operator, cst.DivideAssign):
            return scale.inverse()
        return scale if isinstance(operator, cst.MultiplyAssign) else None

    def _bound(self, binding: Binding, frame: Frame | None) -> Part:
        if binding.kind in (Kind.ASSIGN, Kind.AUGMENT) and binding.value is not None:
            return self._part(Place(binding.value, frame))
        if binding.kind is Kind.UNPACK and binding.value is not None:
            return self._unpacked(binding, binding.value, frame)
        item = next((up for up in self._survey.ancestors(binding.node) if isinstance(up, cst.WithItem)), None)
        if binding.kind is Kind.OTHER and item is not None:  # with amp.scale_loss(loss, optimizer) as scaled
            return self._part(Place(item.item, frame))
        return other(binding.node)  # type: ignore[arg-type]

    def _unpacked(self, binding: Binding, value: cst.BaseExpression, frame: Frame | None) -> Part:
        """One element of a tuple that is written, or that a function of the file returns."""
        parts = [self._part(item) for item in self._frames.items(Place(value, frame), binding.index)]
        if parts and not isinstance(value, cst.Call):
            return parts[0]
        return sum_of(value, parts) if parts else other(value)

    def _called(self, node: cst.Call, place: Place) -> Part:
        if summands := self._folded.summands(node):
            return self._collection(node, [Place(each, place.frame) for each in summands])
        if (frame := self._frames.entered(node, place.frame)) is not None:
            results = [self._part(Place(value, frame)) for value in self._frames.results(frame.function)]
            return sum_of(node, results) if results else other(node)
        operation = self._norms.operation(node)
        return self._operation(operation, place.frame) if operation is not None else other(node)

    def _operation(self, operation: Operation, frame: Frame | None) -> Part:
        node, name, words = operation.call, operation.name, self._words
        operand = Place(operation.operand, frame)
        second = Place(operation.rest[0], frame) if operation.rest else None
        if name in words["scaled"]:
            return self._part(Place(positional(node)[0], frame)) if node.args else other(node)
        if name in (*words["total"], *words["collected"]):
            return self._collection(node, [operand])
        if name in words["mean"]:
            return replace(self._collection(node, [operand]), is_mean=True)
        if name in words["unchanged"]:
            return self._part(operand)
        if name in words["root"]:
            part = self._part(operand)
            return other(node) if part.is_mixed or self._flow.is_elementwise(operand) else self._rooted(node, part)
        if second is not None and name in words["plus"]:
            alpha = keyword(node, "alpha")
            scale = scale_of(Place(alpha, frame), self._frames, self._values) if alpha is not None else ONE
            return sum_of(node, [self._part(operand), rescaled(self._part(second), scale)])
        if second is not None and name in words["product"]:
            return self._product(node, operand, second)
        if second is not None and name in words["quotient"]:
            return self._quotient(node, operand, second)
        if second is not None and name in words["power"]:
            return self._power(node, operand, second.node)
        return other(node)

    def _collection(self, node: cst.BaseExpression, places: Iterable[Place]) -> Part:
        """The sum over what a list, a generator or the values of a dict hold."""
        return sum_of(node, [part for place in places for part in self._items(self._frames.resolve(place))])

    def _items(self, place: Place) -> Iterator[Part]:
        node, frame = place.node, place.frame
        method = method_call(node)
        if isinstance(node, (cst.GeneratorExp, cst.ListComp)):
            yield replace(sum_of(node, [self._part(Place(node.elt, frame))]), is_optional=self._flow.is_filtered(node))
        elif isinstance(node, (cst.List, cst.Tuple)):
            for element in node.elements:
                yield self._part(Place(element.value, frame))
        elif isinstance(node, cst.Call) and dotted(node.func) == "list" and node.args:
            yield from self._items(Place(node.args[0].value, frame))
        elif (body := mapped(node, self._values)) is not None:
            yield self._part(Place(body, frame))
        elif method is not None and method[1] == "values":
            worth = self._values.worth(method[0])
            for entry in worth.entries.values() if isinstance(worth, Mapping) else ():
                yield self._part(Place(entry.value, frame))
        elif isinstance(node, cst.Name) and (binding := listed(node, self._values)) is not None:
            yield from self._items(Place(binding, frame))
            for item in appended(node, self._values):
                yield self._part(Place(item, frame))
        else:
            yield self._part(place)

    def _subscript(self, node: cst.Subscript, frame: Frame | None) -> Part:
        """`losses["l2"]` of a dict that is written in sight; `losses[i]` of a list, which may be any of them."""
        base, key = self._values.worth(node.value), self._values.worth(index_of(node))
        entry = base.entries.get(key.value) if isinstance(base, Mapping) and isinstance(key, Text) else None
        since = self._survey.orders[entry.node] if entry is not None and entry.certain else -1
        more = [each for each in raised(node, self._survey, self._values) if self._survey.orders[each] > since]
        parts = [self._part(Place(each.value, frame)) for each in more]
        if entry is not None:
            held = self._part(Place(entry.value, frame))
            return sum_of(node, [held, *parts]) if parts else replace(held, is_optional=not entry.certain)
        if parts:
            return sum_of(node, [other(node), *parts])
        parts = [self._part(Place(item, frame)) for item in picked(node, self._values)]
        return replace(sum_of(node, parts), is_optional=True) if parts else other(node)
