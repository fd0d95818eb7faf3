"""Which expressions denote parameters of a model: their elements, layers' weights, registered tensors."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.registered import Registered
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, positional, root_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference

_LISTS = frozenset({"list", "tuple", "iter", "reversed", "sorted", "set", "dict", "tqdm"})


class Yield(Enum):
    """What an iterable gives with each step."""

    PARAMETER = auto()
    NAMED_PARAMETER = auto()
    MODULE = auto()
    NAMED_MODULE = auto()


_YIELDS = {  # by the name of the list of methods
    "iterators": Yield.PARAMETER,
    "named_iterators": Yield.NAMED_PARAMETER,
    "modules": Yield.MODULE,
    "named_modules": Yield.NAMED_MODULE,
}


@dataclass(frozen=True, slots=True, eq=False)
class Penalised:
    """Parameters that a norm is taken of: as written, and whether these are all the parameters of `root`."""

    written: cst.BaseExpression
    root: Place
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """An iterable of parameters or modules."""

    yields: Yield
    of: Penalised


class Denotation:
    """Tells what expressions of one surveyed file denote; silent (None) where it is not certain."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._words = words
        self._registered = Registered(survey, values, words)

    def parameter(self, place: Place, depth: int = 0) -> Penalised | None:
        """The parameters that a tensor expression denotes: one, or several flattened into one tensor."""
        place = self._frames.resolve(place)
        node = place.node
        if depth > 12:
            return None
        if isinstance(node, cst.Name):
            return self._named(node, place, depth)
        if isinstance(node, cst.Attribute):
            return self._attribute(node, place)
        if isinstance(node, cst.Subscript):
            of = self.stream(Place(node.value, place.frame), depth + 1)
            return replace(of.of, whole=False, written=node) if of and of.yields is Yield.PARAMETER else None
        return self._called(node, place, depth) if isinstance(node, cst.Call) else None

    def _named(self, node: cst.Name, place: Place, depth: int) -> Penalised | None:
        binding = self._values.bound_once(node)
        if binding is None or binding.value is None:
            return None
        inner = Place(binding.value, place.frame)
        if binding.kind is Kind.LOOP:
            return self._element(self.stream(inner, depth + 1), binding, inner, depth)
        return self.parameter(inner, depth + 1) if binding.kind is Kind.ASSIGN else None

    def _element(self, stream: Stream | None, binding: Binding, over: Place, depth: int) -> Penalised | None:
        """What the variable of a loop over a stream denotes; `enumerate` and `zip` wrap their streams in tuples."""
        call = over.node
        name = dotted(call.func) if isinstance(call, cst.Call) else None
        if isinstance(call, cst.Call) and name in ("enumerate", "zip") and binding.index is not None:
            at, plain = binding.index - (name == "enumerate"), positional(call)
            stream = self.stream(Place(plain[at], over.frame), depth + 1) if 0 <= at < len(plain) else None
            if stream is None or stream.yields is not Yield.PARAMETER:
                return None
            return replace(stream.of, whole=stream.of.whole and name == "enumerate")  # zip ends with the shortest
        expected = {Yield.PARAMETER: None, Yield.NAMED_PARAMETER: 1}.get(stream.yields, -1) if stream else -1
        return stream.of if stream and binding.index == expected else None

    def _attribute(self, node: cst.Attribute, place: Place) -> Penalised | None:
        name = node.attr.value
        if any(word in name.lower() for word in self._words["latent"]):
            return None
        registered = [owner for owner, bound in self._survey.attributes.items() if name in bound]
        is_own = isinstance(node.value, cst.Name) and node.value.value == "self"
        if is_own:
            registered = [owner for owner in registered if owner is self._survey.owner(node)]
        is_weight = (
            name in self._words["weights"]
            and not (is_own and registered)
            and self.is_module(Place(node.value, place.frame))
        )
        is_parameter = bool(registered) and all(self._registered.is_parameter(owner, name) for owner in registered)
        if not is_weight and not is_parameter:
            return None
        return Penalised(node, self._frames.resolve(Place(root_of(node), place.frame)), whole=False)

    def _called(self, node: cst.Call, place: Place, depth: int) -> Penalised | None:
        plain, method, name = positional(node), method_call(node), dotted(node.func)
        last = (name or "").rpartition(".")[2]
        if name == "next" and plain:
            stream = self.stream(Place(plain[0], place.frame), depth + 1)
            return replace(stream.of, whole=False, written=node) if stream else None
        if last in (*self._words["flattened"], *self._words["collected"]) and plain:
            stream = self.stream(Place(plain[0], place.frame), depth + 1)
            return stream.of if stream is not None and stream.yields is Yield.PARAMETER else None
        if method is not None and method[1] in self._words["unchanged"]:
            is_function = isinstance(self._values.worth(node.func), Reference)
            operand = plain[0] if is_function and plain else method[0]
            return self.parameter(Place(operand, place.frame), depth + 1)
        return None

    def stream(self, place: Place, depth: int = 0) -> Stream | None:
        """What an iterable of parameters or modules yields."""
        place = self._frames.resolve(place)
        node, frame = place.node, place.frame
        if depth > 12:
            return None
        if isinstance(node, cst.Call):
            return self._called_stream(node, place, depth)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            return self._comprehended(node, place, depth)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return self._part([Place(node.left, frame), Place(node.right, frame)], depth)
        if isinstance(node, (cst.List, cst.Tuple)):
            return self._displayed(node, place, depth)
        if isinstance(node, (cst.Name, cst.Attribute)):
            return self._bound_stream(node, place, depth)
        return None

    def _called_stream(self, node: cst.Call, place: Place, depth: int) -> Stream | None:
        method, plain, name = method_call(node), positional(node), dotted(node.func) or ""
        yields = self._yields(method[1]) if method else None
        if method is not None and yields is not None:
            root = self._frames.resolve(Place(method[0], place.frame))
            return Stream(yields, Penalised(node, root, whole=not node.args))
        if name in _LISTS and plain:
            return self.stream(Place(plain[0], place.frame), depth + 1)
        if name == "filter" and len(plain) == 2:
            inner = self.stream(Place(plain[1], place.frame), depth + 1)
            return self._narrowed(inner, [plain[0].body if isinstance(plain[0], cst.Lambda) else plain[0]])
        if name.rpartition(".")[2] == "chain" and plain:
            return self._part([Place(each, place.frame) for each in plain], depth)
        if method is not None and method[1] in ("items", "values") and not plain:
            inner = self.stream(Place(method[0], place.frame), depth + 1)
            is_named = inner is not None and inner.yields is Yield.NAMED_PARAMETER
            return replace(inner, yields=Yield.PARAMETER) if inner and is_named and method[1] == "values" else inner
        return self._returned(node, place, depth)

    def _yields(self, method: str) -> Yield | None:
        return next((yields for key, yields in _YIELDS.items() if method in self._words[key]), None)

    def _returned(self, node: cst.Call, place: Place, depth: int) -> Stream | None:
        frame = self._frames.entered(node, place.frame)
        results = list(self._frames.results(frame.function)) if frame is not None else []
        return self.stream(Place(results[0], frame), depth + 1) if len(results) == 1 else None

    def _narrowed(self, stream: Stream | None, tests: list[cst.BaseExpression]) -> Stream | None:
        if stream is None or all(self.is_trained(test) for test in tests):
            return stream
        return replace(stream, of=replace(stream.of, whole=False))

    def is_trained(self, test: cst.BaseExpression) -> bool:
        """Whether a condition only asks if the parameter is trained."""
        return isinstance(test, cst.Attribute) and test.attr.value in self._words["trained"]

    def _part(self, places: list[Place], depth: int) -> Stream | None:
        streams = [self.stream(place, depth + 1) for place in places]
        first = streams[0]
        if first is None or any(stream is None or stream.yields is not first.yields for stream in streams):
            return None
        return replace(first, of=replace(first.of, whole=False))

    def _displayed(self, node: cst.List | cst.Tuple, place: Place, depth: int) -> Stream | None:
        inner = [Place(element.value, place.frame) for element in node.elements]
        found = [self.parameter(each, depth + 1) for each in inner]
        if found and found[0] is not None and all(found):
            return Stream(Yield.PARAMETER, replace(found[0], whole=False))
        if inner and all(self.is_module(each) for each in inner):
            return Stream(Yield.MODULE, Penalised(node, self._frames.resolve(inner[0]), whole=False))
        return None

    def _comprehended(self, node: cst.BaseSimpleComp, place: Place, depth: int) -> Stream | None:
        """A list of parameters by comprehension, or of pairs of name and parameter."""
        source = self.stream(Place(node.for_in.iter, place.frame), depth + 1)
        if isinstance(node.elt, cst.Tuple) and source is not None and source.yields is Yield.NAMED_PARAMETER:
            return self._narrowed(source, [each.test for each in node.for_in.ifs])
        of = self.parameter(Place(node.elt, place.frame), depth + 1)
        if of is None:
            return None
        kept = of if node.for_in.inner_for_in is None and source is not None else replace(of, whole=False)
        return self._narrowed(Stream(Yield.PARAMETER, kept), [each.test for each in node.for_in.ifs])

    def _bound_stream(self, node: cst.Name | cst.Attribute, place: Place, depth: int) -> Stream | None:
        found = self._values.bindings(node)
        values = [each.value for each in found if each.kind in (Kind.ASSIGN, Kind.AUGMENT) and each.value is not None]
        if not values or len(values) < len(found):
            return None
        if self._registered.is_layer(values[0]) and len(values) == 1:  # a ModuleList or ModuleDict yields its layers
            return Stream(Yield.MODULE, Penalised(node, self._frames.resolve(place), whole=False))
        streams = [self.stream(Place(value, place.frame), depth + 1) for value in values]
        first = streams[-1]
        if first is None or None in streams:
            return None
        whole = first.of.whole and len(values) == 1 and not self._values.calls_on(node, "append")
        return replace(first, of=replace(first.of, whole=whole))

    def is_module(self, place: Place, depth: int = 0) -> bool:
        """Whether an expression certainly denotes a module: built in sight, or asked for its parameters."""
        place = self._frames.resolve(place)
        node = place.node
        if depth > 12 or not isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)):
            return False
        if isinstance(node, cst.Subscript):
            return self.is_module(Place(node.value, place.frame), depth + 1)
        bound = self._values.bindings(node)
        if any(self._values.calls_on(node, name) for name in self._words["iterators"]):
            return True
        if len(bound) == 1 and bound[0].kind is Kind.LOOP and bound[0].value is not None:
            return self._is_looped_module(bound[0], place, depth)
        if bound:
            return any(self._registered.is_layer(binding.value) for binding in bound)
        return isinstance(node, cst.Attribute) and self.is_module(Place(node.value, place.frame), depth + 1)

    def _is_looped_module(self, binding: Binding, place: Place, depth: int) -> bool:
        assert binding.value is not None
        stream = self.stream(Place(binding.value, place.frame), depth + 1)
        expected = {Yield.MODULE: None, Yield.NAMED_MODULE: 1}.get(stream.yields, -1) if stream else -1
        return binding.index == expected
