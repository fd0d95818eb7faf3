"""The penalties that layers bring into a loss by their regularizers, and the optimizers that train on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import libcst as cst

from adamw_lint.model.layered.compiled import Compiled, Trainer
from adamw_lint.model.layered.kinds import kind
from adamw_lint.model.layered.onward import Onward
from adamw_lint.model.layered.stops import Stage, Stop
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference, Value, is_zero
from adamw_lint.read.asked import NOTEBOOK
from adamw_lint.rulebook import Family

# What is given back, or is the scope of what is.
_HANDING = (cst.Return, cst.Element, cst.WithItem)


@dataclass(frozen=True, slots=True, eq=False)
class LayerPenalty:
    """λ·Σw² of the weights of layers: `node` is the regularizer as written, `worth` λ, `trainer` who trains on it.

    `is_pure` says that nothing is added to it, no λ·Σ|w|; `uses` are the arguments and dicts by which layers get it.
    """

    node: cst.BaseExpression
    is_pure: bool
    worth: Value
    trainer: Trainer
    call: cst.CSTNode
    uses: tuple[cst.CSTNode, ...]


class LayerPenalties:
    """Finds them in one file, as far as its program shows that the layers are trained."""

    def __init__(
        self, survey: Survey, values: Values, onward: Onward, compiled: Compiled, words: dict[str, Any]
    ) -> None:
        self._survey = survey
        self._values = values
        self._onward = onward
        self._compiled = compiled
        self._words = words
        self._unused: dict[cst.FunctionDef, None] = {}

    def find(self) -> Iterator[LayerPenalty]:
        """The penalties, in the order of the text."""
        self._unused = {}
        for node, is_pure, worth in self._regularizers():
            stage = Stage.LAYER if isinstance(node, cst.SimpleString) else Stage.REGULARIZER
            start = self._survey.parents[self._survey.parents[node]] if stage is Stage.LAYER else node
            found = self._trained(Stop(start, stage))  # type: ignore[arg-type]
            if found is not None:
                yield LayerPenalty(node, is_pure, worth, *found)

    def unexplained(self) -> list[cst.FunctionDef]:
        """The functions from which a regularizer comes back to code that was not in sight."""
        return list(self._unused)

    def _regularizers(self) -> Iterator[tuple[cst.BaseExpression, bool, Value]]:
        """Every L2 regularizer of the file that is written with a λ that is not zero."""
        for call in self._survey.own(self._survey.calls):
            found = kind(self._values, call)
            if found is not None and not is_zero(found.worth):
                yield call, found.is_pure, found.weight
        for text in self._survey.own(self._survey.strings):
            parent = self._survey.parents[text]
            name = parent.keyword.value if isinstance(parent, cst.Arg) and parent.keyword is not None else ""
            if text_of(text) in self._words["strings"] and self._onward.is_regularizing(name):
                yield text, True, _number(self._words["default"])

    def _trained(self, start: Stop) -> tuple[Trainer, cst.CSTNode, tuple[cst.CSTNode, ...]] | None:
        """The first optimizer of the adam family that a model with the regularizer is trained by."""
        stops = list(self._onward.reached(start))
        uses = tuple(dict.fromkeys(stop.node for stop in stops if self._is_use(stop)))
        for stop in stops:
            for call, trainer in self._compilations(stop):
                if trainer.optimizer.family is Family.ADAM:
                    return trainer, call, uses
        self._unused |= dict.fromkeys(self._functions(stops))
        return None

    def _is_use(self, stop: Stop) -> bool:
        """Whether an expression gives a layer, or a dict of the arguments of layers, the regularizer."""
        parent = self._survey.parents[stop.node]
        if stop.stage is Stage.ARGUMENTS:
            return isinstance(parent, cst.Arg) and parent.star == "**"
        return stop.stage is Stage.REGULARIZER and self._onward.is_regularizing(key_of(parent))

    def _functions(self, stops: Iterable[Stop]) -> Iterator[cst.FunctionDef]:
        """The functions that return what is reached, and the constructors of the classes that hold it."""
        for stop in stops:
            if stop.stage is not Stage.LAYER:
                continue
            function, owner = self._survey.function(stop.node), self._survey.owner(stop.node)
            if function is not None and owner is not None:
                found = self._survey.scopes[owner].bindings.get("__init__", [])
                yield from (each.node for each in found if isinstance(each.node, cst.FunctionDef))
            if function is not None and isinstance(self._survey.parents[stop.node], _HANDING):
                yield function

    def _compilations(self, stop: Stop) -> Iterator[tuple[cst.CSTNode, Trainer]]:
        """The optimizers that a model is trained by, if an expression is asked to compile, or for its losses."""
        if stop.stage is not Stage.LAYER:
            return
        if isinstance(stop.node, cst.Call) and self._is_of_graphs(stop.node):
            yield from ((stop.node, trainer) for trainer in self._compiled.collecting())
        attribute = self._survey.parents[stop.node]
        if not isinstance(attribute, cst.Attribute) or attribute.value is not stop.node:
            return
        call = self._survey.parents[attribute]
        if attribute.attr.value in self._words["compiling"] and isinstance(call, cst.Call):
            if self._only_shows(call):
                return
            yield from ((call, trainer) for trainer in self._compiled.trainers(call))
        elif attribute.attr.value in self._words["losses"]:
            yield from ((attribute, trainer) for trainer in self._compiled.stepping(attribute))

    def _only_shows(self, call: cst.Call) -> bool:
        """Whether a call stands in another file that is a notebook, and nothing there trains a model."""
        program = self._values.program
        if self._survey.owns(call) or program.file(call).suffix != NOTEBOOK:
            return False
        text = program.text_around(call)
        return not any(f".{word}" in text for word in self._words["fitting"])

    def _is_of_graphs(self, call: cst.Call) -> bool:
        """Whether a call makes a layer or variable of TensorFlow 1, whose penalties the program has to collect."""
        worth = self._values.worth(call.func)
        path = worth.path if isinstance(worth, Reference) else ""
        return path.partition(".")[0] in self._words["graph_roots"] and "keras" not in path


def key_of(item: cst.CSTNode) -> str:
    """The name that an argument or an entry of a dict has; empty where it has none that is written."""
    if isinstance(item, cst.Arg):
        return item.keyword.value if item.keyword is not None else ""
    return text_of(item.key) or "" if isinstance(item, cst.DictElement) else ""


def _number(text: str) -> Value:
    return Number(Decimal(text))
