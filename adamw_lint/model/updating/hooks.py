"""Hooks that change a gradient as it is computed: what they are registered on, and the λθ that they add."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.updating.by_hand import Decays
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined

_Function = cst.FunctionDef | cst.Lambda


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A hook that decays: the call that registers it, the parameter, the code that adds λθ, and λ."""

    call: cst.Call
    parameter: Place
    node: cst.CSTNode
    factor: Scale


class Hooks:
    """Finds the hooks of the file that is linted."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        updates: Updates,
        decays: Decays,
        words: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._decays = decays
        self._words = words

    def __iter__(self) -> Iterator[Hook]:
        for name in (*self._words["tensor_hooks"], *self._words["parameter_hooks"]):
            for read in self._survey.attribute_reads.get(name, ()):
                call = self._survey.parents[read]
                if isinstance(call, cst.Call) and call.func is read and self._survey.owns(call) and positional(call):
                    yield from self._registered(call, name)

    def _registered(self, call: cst.Call, name: str) -> Iterator[Hook]:
        method = method_call(call)
        assert method is not None
        function, frame = self._function(positional(call)[0])
        if function is None:
            return
        names = [param.name.value for param in function.params.params]
        if names and name in self._words["parameter_hooks"]:
            yield from self._changed(call, Place(method[0]), function)
        elif names:
            yield from self._returned(call, Place(method[0]), function, frame)

    def _function(self, node: cst.BaseExpression) -> tuple[_Function | None, Frame | None]:
        """The function that a hook is, and the frame of the call that made it."""
        if isinstance(node, cst.Lambda):
            return node, None
        worth = self._values.worth(node)
        if isinstance(worth, Defined) and isinstance(worth.node, cst.FunctionDef):
            return worth.node, None
        entered = self._frames.entered(node, None) if isinstance(node, cst.Call) else None
        results = list(self._frames.results(entered.function)) if entered is not None else []
        return (self._function(results[0])[0], entered) if len(results) == 1 else (None, None)

    def _returned(self, call: cst.Call, parameter: Place, function: _Function, frame: Frame | None) -> Iterator[Hook]:
        """λ where a function returns the gradient that it is given and λθ."""
        results = list(self._frames.results(function))
        if len(results) != 1:
            return
        same = dotted(parameter.node)  # `lambda g, p=p: …` names the parameter that it is registered on
        defaults = (param for param in function.params.params if same is not None and dotted(param.default) == same)
        given = {param.name.value: parameter.node for param in defaults}
        terms = self._updates.terms(Place(results[0], Frame(function, given) if given else frame))
        factor = self._decays.in_terms(terms, parameter, function.params.params[0].name.value)
        if factor is not None:
            yield Hook(call, parameter, results[0], factor)

    def _changed(self, call: cst.Call, parameter: Place, function: _Function) -> Iterator[Hook]:
        """λ where a function adds λθ to the gradient of the parameter that it is given."""
        updates = list(self._updates.within(function.body))
        for update in updates:
            changed = self._decays.of_gradient(update.target)
            factor = self._decays.added(update, changed, updates) if changed is not None else None
            if factor is not None:
                yield Hook(call, parameter, update.node, factor)
