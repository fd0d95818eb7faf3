"""Losses that a program adds to a layer or model, beside the one that it compiles the model with."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import libcst as cst

from adamw_lint.model.calls import Arguments
from adamw_lint.model.constructions import Construction
from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.layered.compiled import Compiled, Trainer
from adamw_lint.model.layered.onward import Onward
from adamw_lint.model.layered.stops import Stage, Stop
from adamw_lint.model.losses.sinks import Sink
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.trainers import Built
from adamw_lint.model.tree import method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference
from adamw_lint.rulebook import Family, words


def added(survey: Survey, values: Values, frames: Frames, built: Built) -> "Added | None":
    """The losses that a program adds to models; None where it adds none."""
    vocabulary = words("layer_penalties")
    if not survey.mentions(vocabulary["adding"]):
        return None
    compiled = Compiled(survey, values, frames, built, vocabulary)
    return Added(survey, values, frames, Onward(survey, values, frames, vocabulary), compiled, vocabulary)


class Added:
    """Finds them in one surveyed program."""

    def __init__(
        self, survey: Survey, values: Values, frames: Frames, onward: Onward, compiled: Compiled, words: dict[str, Any]
    ) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._onward = onward
        self._compiled = compiled
        self._words = words

    def sinks(self) -> Iterator[tuple[Sink, tuple[Construction, ...]]]:
        """Each loss that is added to what an optimizer of the adam family trains, with those that do."""
        for call in self._survey.calls:
            method, plain = method_call(call), positional(call)
            if method is None or method[1] not in self._words["adding"] or len(plain) != 1:
                continue
            if isinstance(self._values.worth(method[0]), Reference):  # a function of a library, no method
                continue
            trainers = tuple(self._trainers(call, method[0]))
            if trainers and all(each.optimizer.family is Family.ADAM for each in trainers):
                loss = plain[0].body if isinstance(plain[0], cst.Lambda) else plain[0]
                sink = Sink(call, Place(loss, self._frames.around(call)), is_backward=False, added_to=method[0])
                yield sink, trainers

    def _trainers(self, call: cst.Call, model: cst.BaseExpression) -> Iterator[Construction]:
        """What trains the model, or what holds the layer."""
        for stop in (each for start in self._starts(call, model) for each in self._onward.reached(start)):
            attribute = self._survey.parents[stop.node]
            if not isinstance(attribute, cst.Attribute) or attribute.value is not stop.node:
                continue
            around = self._survey.parents[attribute]
            if attribute.attr.value in self._words["compiling"] and isinstance(around, cst.Call):
                yield from (self._construction(around, each) for each in self._compiled.trainers(around))

    def _starts(self, call: cst.Call, model: cst.BaseExpression) -> Iterator[Stop]:
        """What the model was bound to; a call in a method of its own stands for what the method belongs to."""
        if isinstance(model, cst.Name) and model.value == "self":
            yield Stop(call, Stage.LAYER)
            return
        for binding in self._values.bindings(model):
            if binding.kind is Kind.ASSIGN and binding.value is not None:
                yield Stop(binding.value, Stage.LAYER)

    def _construction(self, compiled: cst.Call, trainer: Trainer) -> Construction:
        """What a trainer is built by; one that only a text names is built by the library, with its defaults."""
        if trainer.built is not None:
            return trainer.built
        fact, named = trainer.optimizer, trainer.node
        assert isinstance(named, cst.BaseExpression)
        default = Number(Decimal(fact.default))
        return Construction(compiled, named, fact, fact.coupling, Arguments({}, complete=True), default, (), options=1)
