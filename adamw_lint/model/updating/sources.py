"""Goes backward from a tensor to all that flows into it: sums, names, arguments of functions, lists and their items."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.scopes import Binding, Kind, exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, ends_with, positional
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.operands import Operations
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.values import Values

LEAVING = (cst.Return, cst.Raise, cst.Continue, cst.Break)
_BUDGET = 300  # places looked at for one tensor; no gradient that a person wrote comes near it


@dataclass(frozen=True, slots=True)
class Condition:
    """A test that has to come out as `wanted` for a value to flow."""

    test: Place
    wanted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A sum that flows into the tensor, through some places, if all `conditions` hold."""

    terms: tuple[Term, ...]
    conditions: tuple[Condition, ...]
    through: tuple[Place, ...]


@dataclass(slots=True, eq=False)
class Trail:
    """All that flows into a tensor: the sums, and the places that were passed."""

    sums: list[Sum] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    @property
    def with_gradients(self) -> list[Place]:
        """The tensors whose `.grad` flows in."""
        nodes = ((place.node, place.frame) for place in self.places)
        return [Place(node.value, frame) for node, frame in nodes if isinstance(node, cst.Attribute) and _is_grad(node)]


Step = tuple[Place, tuple[Condition, ...], tuple[Place, ...]]


class Sources:
    """Follows the tensors of a surveyed program backward."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, updates: Updates, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._operations = Operations(values, words)
        self._words = words

    def of(self, place: Place) -> Trail:
        """All that flows into an expression, as far as it is in sight."""
        trail = Trail()
        stack: list[Step] = [(place, (), ())]
        while stack and len(trail.places) < _BUDGET:
            place, conditions, through = stack.pop()
            place = self._updates.tensor(place)
            if any(place.node is other.node and place.frame is other.frame for other in trail.places):
                continue
            trail.places.append(place)
            terms = self._updates.terms(place)
            if len(terms) == 1 and [factor.node for factor in terms[0].scale.factors] == [place.node]:
                flows = list(self._flows(place))
            else:
                flows = [(terms, ())]
            for flow, more in flows:
                met = (*conditions, *more)
                passed = (*through, place)
                if isinstance(flow, Place):
                    stack.append((flow, met, passed))
                    continue
                trail.sums.append(Sum(flow, met, passed))
                stack += [(factor, met, passed) for term in flow for factor in term.scale.factors]
        return trail

    def _flows(self, place: Place) -> Iterator[tuple[Place | tuple[Term, ...], tuple[Condition, ...]]]:
        """What flows directly into an expression that is no sum."""
        node, frame = place.node, place.frame
        match node:
            case cst.IfExp():
                yield Place(node.body, frame), (Condition(Place(node.test, frame), True),)
                yield Place(node.orelse, frame), (Condition(Place(node.test, frame), False),)
            case cst.Call():
                yield from ((each, ()) for each in self._called(node, frame))
            case cst.List() | cst.Tuple():
                yield from ((Place(each.value, frame), ()) for each in node.elements)
            case cst.Name():
                yield from self._named(node, frame)
                yield from self._changes(place, self._floor(node))
            case cst.Attribute():
                yield from self._changes(place, -1)
            case cst.Subscript():
                yield from self._changes(place, -1)
                if isinstance(node.value, cst.Name):
                    yield Place(node.value, frame), ()

    def _called(self, node: cst.Call, frame: Frame | None) -> Iterator[Place]:
        called = self._operations.called(node)
        if called is not None and called[0] in self._words["elementwise"]:
            yield from (Place(each, frame) for each in called[1])
            return
        entered = self._frames.entered(node, frame)
        if entered is not None:
            yield from (Place(result, entered) for result in self._frames.results(entered.function))

    def _floor(self, node: cst.Name) -> int:
        """The order of the binding before which nothing that was done to a name counts."""
        found = self._values.bindings(node) if node in self._survey.places else []
        return found[-1].order if found else -1

    def _named(
        self, node: cst.Name, frame: Frame | None
    ) -> Iterator[tuple[Place | tuple[Term, ...], tuple[Condition, ...]]]:
        for binding in self._values.bindings(node) if node in self._survey.places else ():
            conditions = self.conditions(binding.node, frame)
            if binding.kind is Kind.AUGMENT:
                statement = self._survey.statement(binding.node)
                yield from ((update.terms, conditions) for update in self._updates.of(statement, frame))
            else:
                yield from ((place, conditions) for place in self._bound(binding, frame))
        for call in self._values.calls_on(node, "append"):
            yield from ((Place(each, frame), self.conditions(call, frame)) for each in positional(call))

    def _bound(self, binding: Binding, frame: Frame | None) -> Iterator[Place]:
        value, index = binding.value, binding.index
        if binding.kind is Kind.PARAMETER:
            yield from self._given(binding, frame)
        elif value is None:
            return
        elif binding.kind is Kind.ASSIGN:
            yield Place(value, frame)
        elif binding.kind is Kind.UNPACK and index is not None:
            yield from self._frames.items(Place(value, frame), index)
        elif binding.kind is Kind.LOOP:
            yield from self._iterated(value, index, frame)

    def _given(self, binding: Binding, frame: Frame | None) -> Iterator[Place]:
        """What the callers of a function give to a parameter."""
        function = self._survey.parents.get(self._survey.parents[binding.node])
        if frame is not None and frame.function is function:
            calls = [frame]
        else:
            callers = self._frames.calls_of(function) if isinstance(function, cst.FunctionDef) else []
            calls = [entered for call in callers if (entered := self._frames.entered(call, None)) is not None]
        for each in calls:
            if binding.name in each.given and binding.name not in each.defaults:
                yield Place(each.given[binding.name], each.caller)

    def _iterated(self, value: cst.BaseExpression, index: int | None, frame: Frame | None) -> Iterator[Place]:
        name, plain = ("", []) if not isinstance(value, cst.Call) else (dotted(value.func), positional(value))
        if index is None:
            yield Place(value, frame)
        elif name == "zip" and index < len(plain):
            yield Place(plain[index], frame)
        elif name == "enumerate" and index == 1 and plain:
            yield Place(plain[0], frame)

    def _changes(self, place: Place, floor: int) -> Iterator[tuple[Place | tuple[Term, ...], tuple[Condition, ...]]]:
        """What is added to a tensor in place between `floor` and the use, here or in a function it is handed to."""
        function, use = self._survey.function(place.node), self._survey.use(place.node)
        block = function or self._survey.tree
        for update in self._updates.within(block, place.frame):
            is_binding = isinstance(update.node, cst.AugAssign) and isinstance(update.node.target, cst.Name)
            if not update.in_place or is_binding or not floor < self._survey.orders[update.node] < use.order:
                continue
            if not exclusive(self._survey.places[update.node][1], use.arms) and self._updates.same(
                update.target, place
            ):
                yield update.terms, self.conditions(update.node, place.frame)
        yield from self._handed(place, floor, block)

    def _handed(
        self, place: Place, floor: int, block: cst.CSTNode
    ) -> Iterator[tuple[Place | tuple[Term, ...], tuple[Condition, ...]]]:
        use = self._survey.use(place.node)
        for call in tuple(self._survey.calls_in(None if block is self._survey.tree else block)):
            if not floor < self._survey.orders[call] < use.order:
                continue
            if not any(self._updates.same(Place(arg.value, place.frame), place) for arg in call.args):
                continue
            entered = self._frames.entered(call, place.frame)
            if entered is None or not isinstance(entered.function, cst.FunctionDef):
                continue
            for update in self._updates.within(entered.function, entered):
                if update.in_place and self._updates.same(update.target, place):
                    yield update.terms, (*self.conditions(call, place.frame), *self.conditions(update.node, entered))

    def conditions(self, node: cst.CSTNode, frame: Frame | None) -> tuple[Condition, ...]:
        """The tests under which a node runs in its function, those that leave its block before it among them."""
        arms = [(arm.statement, arm.index) for arm in self._survey.places[node][1]]
        found = [Condition(Place(up.test, frame), index == 0) for up, index in arms if isinstance(up, cst.If)]
        inner = node
        for outer in self._survey.ancestors(node):
            if isinstance(outer, (cst.FunctionDef, cst.Lambda)):
                break
            if isinstance(outer, cst.IndentedBlock):
                before = outer.body[: outer.body.index(inner)]
                exits = (each for each in before if isinstance(each, cst.If) and _leaves(each))
                found += [Condition(Place(each.test, frame), wanted=False) for each in exits]
            inner = outer
        return tuple(found)


def _leaves(node: cst.If) -> bool:
    """Whether a statement is a condition without another arm whose own arm leaves the block."""
    return node.orelse is None and ends_with(node.body, LEAVING)


def _is_grad(node: cst.Attribute) -> bool:
    return node.attr.value in ("grad", "main_grad")
