"""When code runs in training: by which calls it is reached, and whether a step of an optimizer comes after it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, positional

_DEPTH = 4
_CALLERS = 6
_LOOPS = (cst.For, cst.While)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One way to reach a node: the node and the calls around it, innermost first, each with the frame it runs in."""

    anchors: tuple[cst.CSTNode, ...]
    frames: tuple[Frame | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A call that does something by itself or in the function that it runs, seen from the function it stands in."""

    anchor: cst.Call
    call: cst.Call
    frame: Frame | None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A step in the same turn of the training loop: its call, and what may be the optimizer."""

    event: Event
    anchor: cst.CSTNode
    receivers: tuple[Place, ...]


class Cycle:
    """Answers about the training loops of a surveyed program."""

    def __init__(self, survey: Survey, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._frames = frames
        self._words = words

    def routes(self, node: cst.CSTNode, depth: int = 0) -> Iterator[Route]:
        """The ways in which calls in sight reach a node; just the node where its function is not called in sight."""
        function = self._survey.function(node)
        calls = self._frames.calls_of(function) if function is not None and depth < _DEPTH else []
        outside = [call for call in calls[:_CALLERS] if not self._survey.within(call, function or node)]
        for call in outside:
            for route in self.routes(call, depth + 1):
                entered = self._frames.entered(call, route.frames[0])
                yield Route((node, *route.anchors), (entered, *route.frames))
        if not outside:
            yield Route((node,), (None,))

    def steps(self, route: Route) -> Iterator[Step]:
        """The steps that are taken in each turn of the training loop in which a route runs."""
        for anchor, frame in zip(route.anchors, route.frames, strict=True):
            for event in self._events(anchor, frame, self._words["step"]):
                method = method_call(event.call)
                if method is None or not self._share_turn(anchor, event.anchor):
                    continue
                nodes = (method[0], *positional(event.call)[:1])
                receivers = tuple(Place(each, event.frame) for each in nodes if self._says_optimizer(each))
                if receivers:
                    yield Step(event, anchor, receivers)

    def is_before(self, route: Route, step: Step) -> bool:
        """Whether what a route writes to gradients is there at a step: backed before it, and not zeroed in between."""
        frame = route.frames[route.anchors.index(step.anchor)]
        place, end = self._survey.orders[step.anchor], self._survey.orders[step.event.anchor]
        backed = [*self._orders(step.anchor, frame, self._words["backward"]), *self._derived(step.anchor)]
        erased = self._orders(step.anchor, frame, self._words["zeroed"])
        return place < end and any(each < place for each in backed) and not any(place < each < end for each in erased)

    def is_scaled(self, step: Step) -> bool:
        """Whether the gradients are still scaled for half precision where the node of a step's turn stands."""
        method = method_call(step.event.call)
        if method is None or any(method[0] is receiver.node for receiver in step.receivers):
            return False
        place = self._survey.orders[step.anchor]
        return not any(each < place for each in self._orders(step.anchor, None, self._words["unscaled"]))

    def is_clipped(self, step: Step) -> bool:
        """Whether gradients are clipped between the node of a step's turn and the step."""
        place, end = self._survey.orders[step.anchor], self._survey.orders[step.event.anchor]
        return any(place < each < end for each in self._orders(step.anchor, None, self._words["clipped"]))

    def _orders(self, anchor: cst.CSTNode, frame: Frame | None, names: Container[str]) -> list[int]:
        return [self._survey.orders[event.anchor] for event in self._events(anchor, frame, names)]

    def _derived(self, anchor: cst.CSTNode) -> Iterator[int]:
        """Where gradients are computed by a function that returns them."""
        for call in self._calls(anchor):
            if (dotted(call.func) or "").endswith(tuple(self._words["derived"])):
                yield self._survey.orders[call]

    def _events(self, anchor: cst.CSTNode, frame: Frame | None, names: Container[str]) -> Iterator[Event]:
        """The calls of certain names in the function of a node, or one function deeper."""
        for call in self._calls(anchor):
            if call is anchor:
                continue
            if _name(call) in names:
                yield Event(call, call, frame)
                continue
            target = self._frames.target(call)
            inner = self._survey.calls_in(target) if isinstance(target, cst.FunctionDef) else []
            for each in inner:
                if _name(each) in names:
                    yield Event(call, each, self._frames.entered(call, frame))

    def _calls(self, anchor: cst.CSTNode) -> list[cst.Call]:
        function = self._survey.function(anchor)
        root = self._survey.root(anchor)
        return [call for call in self._survey.calls_in(function) if function or self._survey.root(call) is root]

    def _share_turn(self, one: cst.CSTNode, step: cst.CSTNode) -> bool:
        """Whether a node runs in every turn of the innermost loop of a step."""
        loops = self.loops(step)
        return not loops or loops[0] in self.loops(one)

    def loops(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The loops of its function in which a node stands, innermost first."""
        function = self._survey.function(node)
        found: list[cst.CSTNode] = []
        for up in self._survey.ancestors(node):
            if up is function:
                break
            found += [up] if isinstance(up, _LOOPS) else []
        return found

    def _says_optimizer(self, node: cst.BaseExpression) -> bool:
        name = _said(node)
        return any(word in name.lower() for word in self._words["optimizers"])


def _name(call: cst.Call) -> str:
    method = method_call(call)
    return method[1] if method is not None else dotted(call.func) or ""


def _said(node: cst.BaseExpression) -> str:
    while isinstance(node, (cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""
