"""What calls of libraries give while a constructor is followed: layers, tensors, wrapped models."""

from __future__ import annotations

import ast
import math
from functools import cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from adamw_lint.layer_facts import LayerFact, LayerParameter
from adamw_lint.model.parameters.builtin_calls import mapped
from adamw_lint.model.parameters.copies import copied
from adamw_lint.model.parameters.iteration import spread
from adamw_lint.model.parameters.made import dimensions, parameter_of, tensor
from adamw_lint.model.parameters.tensors import Role
from adamw_lint.model.parameters.things import (
    HANDED,
    NONE,
    PLAIN,
    REST,
    UNKNOWN,
    Constant,
    Given,
    Held,
    Layer,
    Mapped,
    Partial,
    Raw,
    Scope,
    Thing,
    either,
    options_of,
    truth,
)
from adamw_lint.signatures import parameters

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter


class Catalogue:
    """Answers from the rulebook: `facts` are the layers by name, `words` the rest of the vocabulary."""

    def __init__(self, facts: dict[str, LayerFact], words: dict[str, Any]) -> None:
        self._facts = facts
        self.words = words
        self.package = words["package"]
        self.root = self.package.split(".")[0]

    def call(self, run: Interpreter, path: str, given: Given) -> Thing | None:
        """What a call of something imported gives; None where it is not known."""
        name, words, first = path.rpartition(".")[2], self.words, given.first()
        if path.endswith(".__init__") and isinstance(first, Layer):
            self.initialise(run, first, path.removesuffix(".__init__"), Given(given.positional[1:], given.keywords))
            return NONE
        if path in words["parameter_types"]:
            return parameter_of(given.first("data"))
        if self._layer_name(path.removesuffix(".from_pretrained")) or path in words["modules"]:
            return self._built(run, path, given)
        if path in words["wrappers"]:
            wrapped = [*given.all(), UNKNOWN][0]
            return Layer({words["wrappers"][path]: wrapped}, path)
        if path in words["reparametrised"]:
            return self._reparametrised(run, words["reparametrised"][path], given)
        if name in words["copied"]:
            return UNKNOWN if first is None else copied(first)
        if name == "partial" and first is not None:
            return Partial(first, Given(given.positional[1:], given.keywords, given.complete))
        if path == "collections.OrderedDict":
            return mapped(given)
        return self._plain(path, name, given)

    def _built(self, run: Interpreter, path: str, given: Given) -> Thing:
        layer = Layer(label=f"{self.package}.{self._layer_name(path.removesuffix('.from_pretrained')) or 'Module'}")
        is_loaded = path.endswith(".from_pretrained")
        self.initialise(run, layer, path.removesuffix(".from_pretrained"), Given() if is_loaded else given)
        return layer

    def _plain(self, path: str, name: str, given: Given) -> Thing | None:
        """What functions give that build no layer: numbers, tensors, the model itself."""
        layers = [thing for thing in given.all() if any(isinstance(each, Layer) for each in options_of(thing))]
        values = [thing.value for thing in given.positional if isinstance(thing, Constant)]
        if path.startswith("math.") and len(values) == len(given.positional):
            return _computed(getattr(math, name, None), values)
        if any(path.startswith(f"{package}.") for package in self.words["plain"]):
            return PLAIN
        if name in self.words["unchanged"] and layers:
            return layers[0]
        if path.startswith(f"{self.root}.") and not layers and (name.islower() or name in self.words["sized"]):
            return tensor(name, given, self.words)
        return None

    def initialise(self, run: Interpreter, layer: Layer, path: str, given: Given) -> bool:
        """Give a layer what the class at `path` holds; False where that is no module at all."""
        name = self._layer_name(path)
        if path in self.words["mixins"]:
            return False
        if name in self._facts:
            self._fill(run, layer, self._facts[name], given)
        elif name in self.words["sequences"]:
            _sequence(run, layer, given, name == "Sequential")
        elif name in self.words["mappings"]:
            _mapping(run, layer, given)
        elif name not in self.words["empty"] and path not in self.words["modules"]:
            run.heap.write(layer, REST, UNKNOWN)
        return True

    def is_module(self, path: str) -> bool:
        """Whether a base class makes its subclass a module for certain."""
        return path in self.words["modules"] or bool(self._layer_name(path))

    def _layer_name(self, path: str) -> str:
        """The name of a layer of which we know what it holds, empty for anything else."""
        package, _, name = path.rpartition(".")
        words = self.words
        is_ours = (
            package == self.package or package.startswith(f"{self.package}.modules.") or package.endswith(".nn.modules")
        )
        lists = (self._facts, words["empty"], words["sequences"], words["mappings"])
        return name if is_ours and any(name in each for each in lists) else ""

    def _fill(self, run: Interpreter, layer: Layer, fact: LayerFact, given: Given) -> None:
        arguments = _arguments(fact.signature, given)
        if any(arguments[name] != NONE for name in fact.unless):
            run.heap.write(layer, REST, UNKNOWN)
            return
        for suffix, is_sure in _suffixes(arguments) if fact.stacked else [("", True)]:
            for parameter in fact.parameters:
                held = _held(parameter, arguments)
                run.heap.write(layer, parameter.name + suffix, held if is_sure else either([held, NONE]))
        for name, code in fact.parts:
            run.heap.write(layer, name, run.expression(_parsed(code), Scope({**arguments})))

    def _reparametrised(self, run: Interpreter, names: list[str], given: Given) -> Thing | None:
        layer = given.first("module")
        weight = layer.slots.get("weight") if isinstance(layer, Layer) else None
        if (
            not isinstance(layer, Layer)
            or not isinstance(weight, Held)
            or len(given.positional) > 1
            or "name" in given.keywords
        ):
            return None
        run.heap.write(layer, "weight", NONE)
        for name in names:
            run.heap.write(layer, name, Held(weight.made, Role.WEIGHT))
        return layer


@cache
def _parsed(code: str) -> cst.BaseExpression:
    return cst.parse_expression(code)


def _arguments(signature: str, given: Given) -> dict[Any, Thing]:
    """The arguments of a layer by name; what a star may bring is not known."""
    names, every, defaults = parameters(signature)
    bound: dict[Any, Thing] = {name: Constant(ast.literal_eval(code)) for name, code in defaults.items()}
    if not given.complete:
        bound = {}
    bound |= zip(names, given.positional, strict=False)
    bound |= {name: value for name, value in given.keywords.items() if name in every}
    return {name: bound.get(name, HANDED) for name in every}


def _held(parameter: LayerParameter, arguments: dict[Any, Thing]) -> Thing:
    answers = {truth(arguments[name]) for name in parameter.when}
    shape = parameter.ndim
    ndim = dimensions((arguments[shape],)) if isinstance(shape, str) else shape
    held = Held(Raw(ndim), Role[parameter.role.upper()])
    return NONE if False in answers else either([held, NONE]) if None in answers else held


def _suffixes(arguments: dict[Any, Thing]) -> list[tuple[str, bool]]:
    """The endings of the names in a stack of recurrent layers, and whether there is such a layer for certain."""
    count = arguments["num_layers"]
    both = truth(arguments["bidirectional"])
    number = count.value if isinstance(count, Constant) and isinstance(count.value, int) else 1
    found: list[tuple[str, bool]] = []
    for index in range(min(number, 1000)):
        found.append((f"_l{index}", True))
        if both is not False:
            found.append((f"_l{index}_reverse", both is True))
    return found


def _sequence(run: Interpreter, layer: Layer, given: Given, is_spread: bool) -> None:
    first = given.first()
    if is_spread and isinstance(first, Mapped):
        _mapping(run, layer, given)
        return
    items = given.positional if is_spread else () if first is None else spread(first)
    if items is None or not given.complete:
        run.heap.write(layer, REST, UNKNOWN)
    for index, item in enumerate(items or ()):
        run.heap.write(layer, str(index), Held(item) if isinstance(item, Raw) else item)


def _mapping(run: Interpreter, layer: Layer, given: Given) -> None:
    known = mapped(given)
    for key, value in known.slots.items() if isinstance(known, Mapped) else ():
        run.heap.write(layer, REST if key is REST else str(key), Held(value) if isinstance(value, Raw) else value)


def _computed(function: Any, values: list[Any]) -> Thing:
    try:
        return Constant(function(*values))
    except (TypeError, ValueError, ArithmeticError):
        return PLAIN
