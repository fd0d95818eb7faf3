"""Where a loss is used: backed, or returned from a function that says it returns one."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.losses.differentiated import Differentiated, Gradient
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, keyword, method_call, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Mapping, Reference


@dataclass(frozen=True, slots=True, eq=False)
class Sink:
    """One use of a loss: the call or return, and the loss with the call of the function around it.

    `added_to` is the layer or model to whose loss it is added, where it is not the whole.
    """

    node: cst.CSTNode
    loss: Place
    is_backward: bool
    added_to: cst.BaseExpression | None = None


class Sinks:
    """Finds the uses of losses in one surveyed file."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._words = words
        self._differentiated = Differentiated(survey, values, frames, words)

    def backward(self) -> list[Sink]:
        """The losses that are backed: `loss.backward()`, `accelerator.backward(loss)`, `jax.grad(loss)` and kin."""
        gradients = [each for each in self._gradients() if not self._is_handed_off(each)]
        taken = [Sink(each.node, loss, True) for each in gradients for loss in self._differentiated.losses(each)]
        return [sink for call in self._survey.calls for sink in self._backed(call)] + taken

    def _gradients(self) -> list[Gradient]:
        return self._differentiated.gradients() if self._survey.mentions(self._words["differentiating"]) else []

    def _is_handed_off(self, gradient: Gradient) -> bool:
        """Whether a gradient goes to another library, which may solve for where it is zero and take no step."""
        arg = self._survey.parents[gradient.node]
        call = self._survey.parents[arg] if isinstance(arg, cst.Arg) else None
        value = self._values.worth(call.func) if isinstance(call, cst.Call) else None
        root = value.path.partition(".")[0] if isinstance(value, Reference) else ""
        return root not in ("", "functools", *self._words["tree_roots"], *self._words["gradient_roots"])

    def _backed(self, call: cst.Call) -> Iterator[Sink]:
        method = method_call(call)
        name = method[1] if method else dotted(call.func)
        if name not in self._words["backward"]:
            return
        frame = self._frames.around(call)
        if method is not None and not isinstance(self._values.worth(method[0]), Reference):
            yield Sink(call, Place(method[0], frame), is_backward=True)
        named = (keyword(call, name) for name in self._words["loss_arguments"])
        loss = next(iter(positional(call)), None) or next((each for each in named if each is not None), None)
        if loss is not None:
            yield Sink(call, Place(loss.body if isinstance(loss, cst.Lambda) else loss, frame), is_backward=True)

    def returned(self, entered: Container[cst.CSTNode]) -> Iterator[Sink]:
        """The losses that are returned to code that we do not see; `entered` holds the functions that we have seen."""
        has_backward = any(True for _ in self.backward())
        handed_off = {each.function for each in self._gradients() if self._is_handed_off(each)}
        for node in self._survey.returns:
            function = self._survey.function(node)
            if function is None or node.value is None or function in entered or function in handed_off:
                continue
            if self._is_evaluation(function) or not self._is_open(function, has_backward):
                continue
            frame = self._frames.around(node)
            yield from (Sink(node, Place(loss, frame), False) for loss in self._losses(node.value, function))

    def _is_evaluation(self, function: cst.FunctionDef) -> bool:
        name = re.split(r"_+", function.name.value.lower().strip("_"))
        return not set(name).isdisjoint(self._words["evaluations"])

    def _is_open(self, function: cst.FunctionDef, has_backward: bool) -> bool:
        """Whether code that we do not see may call a function and train on what it returns."""
        if function.name.value in self._words["hooks"]:
            return True
        if self._frames.calls_of(function):
            return not has_backward
        is_method = isinstance(self._survey.scope(function).node, cst.ClassDef)
        uses = [name for name in self._survey.names[function.name.value] if name is not function.name]
        return is_method or bool(uses) or not has_backward

    def _losses(self, value: cst.BaseExpression, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
        """The returned expressions that a name says are losses."""
        says = self._says_loss(function.name.value) or function.name.value in self._words["hooks"][:1]
        if isinstance(value, cst.Tuple):
            named = [item.value for item in value.elements if self._says_loss(dotted(item.value) or "")]
            yield from named or ([value.elements[0].value] if says and value.elements else [])
        elif isinstance(value, cst.Dict):
            pairs = [item for item in value.elements if isinstance(item, cst.DictElement)]
            yield from (item.value for item in pairs if self._says_loss(text_of(item.key) or ""))
        elif isinstance(known := self._values.worth(value), Mapping):  # a dict that a name holds
            yield from (entry.value for key, entry in known.entries.items() if self._says_loss(key))
        elif says or self._says_loss(dotted(value) or "") or function.name.value in self._words["hooks"]:
            yield value

    def _says_loss(self, name: str) -> bool:
        return any(word in name.rpartition(".")[2].lower() for word in self._words["loss_words"])
