"""Which expressions yield parameters or modules, one by one: iterators of a model, lists, filters, functions."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.losses.pairs import unpaired
from adamw_lint.model.losses.registered import Registered
from adamw_lint.model.losses.yielded import Penalised, Stream, Yield
from adamw_lint.model.scopes import Binding, Kind, all_exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference

_LISTS = frozenset({"list", "tuple", "iter", "reversed", "sorted", "set", "dict", "tqdm"})


_YIELDS = {  # by the name of the list of methods and classes
    "iterators": Yield.PARAMETER,
    "collections": Yield.PARAMETER,
    "named_iterators": Yield.NAMED_PARAMETER,
    "parameter_lists": Yield.PARAMETER,
    "parameter_dicts": Yield.NAMED_PARAMETER,
    "modules": Yield.MODULE,
    "named_modules": Yield.NAMED_MODULE,
}


class Streams(ABC):
    """Tells what iterables yield; silent (None) where it is not certain."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self.survey = survey
        self.values = values
        self.frames = frames
        self.words = words
        self.registered = Registered(survey, values, words)
        self._open: list[tuple[list[Binding], Frame | None]] = []

    @abstractmethod
    def parameter(self, place: Place, depth: int = 0) -> Penalised | None:
        """The parameters that a tensor expression denotes."""

    def stream(self, place: Place, depth: int = 0) -> Stream | None:
        """What an iterable of parameters or modules yields."""
        place = self.frames.resolve(place)
        node, frame = place.node, place.frame
        if depth > 12:
            return None
        if isinstance(node, cst.Call):
            return self._called_stream(node, place, depth)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            return self._comprehended(node, place, depth)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return self._part([Place(node.left, frame), Place(node.right, frame)], depth)
        if isinstance(node, (cst.List, cst.Tuple, cst.Dict)):
            return self._displayed(node, place, depth)
        if rest := self.frames.rest(place):
            return self._each(rest, depth)
        if isinstance(node, (cst.Name, cst.Attribute)):
            return self._collection(node, place) or self._bound_stream(node, place, depth)
        return None

    def _called_stream(self, node: cst.Call, place: Place, depth: int) -> Stream | None:
        method, plain, name = method_call(node), positional(node), dotted(node.func) or ""
        yields = self._yields(method[1]) if method else None
        if method is not None and yields is not None:
            root = self.frames.resolve(Place(method[0], place.frame))
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
        return next((yields for key, yields in _YIELDS.items() if method in self.words[key]), None)

    def _returned(self, node: cst.Call, place: Place, depth: int) -> Stream | None:
        results = list(self.frames.given_back(node, place.frame))
        if not results and (frame := self.frames.entered(node, place.frame)) is not None:
            return self._generated(frame, depth)
        streams = [self.stream(each, depth + 1) for each in results]
        known = streams[0] if streams and None not in streams else None
        if known is None or (len(results) == 1 and results[0].frame is not None):
            return known
        return replace(known, of=replace(known.of, whole=False))

    def _generated(self, frame: Frame, depth: int) -> Stream | None:
        """What a generator yields, if it does so in one place."""
        yields = self.frames.yields(frame.function)
        if len(yields) != 1:
            return None
        if isinstance(made := yields[0], cst.From):
            return self._part([Place(made.item, frame)], depth)
        is_named, tensors = unpaired([made], self.values)
        of = self.parameter(Place(tensors[0], frame), depth + 1)
        kind = Yield.NAMED_PARAMETER if is_named else Yield.PARAMETER
        return Stream(kind, replace(of, whole=False)) if of is not None else None

    def _narrowed(self, stream: Stream | None, tests: list[cst.BaseExpression]) -> Stream | None:
        is_same = stream is None or all(map(self.is_trained, tests))
        return stream if stream is None or is_same else replace(stream, of=replace(stream.of, whole=False))

    def is_trained(self, test: cst.BaseExpression) -> bool:
        """Whether a condition only asks if the parameter is trained."""
        return isinstance(test, cst.Attribute) and test.attr.value in self.words["trained"]

    def _part(self, places: list[Place], depth: int) -> Stream | None:
        streams = [self.stream(place, depth + 1) for place in places]
        first = streams[0]
        if first is None or any(stream is None or stream.yields is not first.yields for stream in streams):
            return None
        return replace(first, of=replace(first.of, whole=False))

    def _collection(self, node: cst.Name | cst.Attribute, place: Place) -> Stream | None:
        """`model.trainable_variables` and kin, which are no methods."""
        if not isinstance(node, cst.Attribute) or node.attr.value not in self.words["collection_attributes"]:
            return None
        root = self.frames.resolve(Place(node.value, place.frame))
        return Stream(Yield.PARAMETER, Penalised(node, root, whole=node.attr.value in self.words["whole_collections"]))

    def _appended(self, node: cst.Name | cst.Attribute, depth: int) -> Stream | None:
        """What is appended to a list that begins empty, in any file of the program, if all of it is parameters."""
        if isinstance(node, cst.Attribute):
            self.values.program.read_appenders(node.attr.value)
            on = self.survey.methods[dotted(node) or ""]
            calls = [call for call in on if (method_call(call) or ("", ""))[1] == "append"]
        else:
            calls = self.values.calls_on(node, "append")
        items = [each for call in calls for each in positional(call)]
        is_named, tensors = unpaired(items, self.values)
        found = [self.parameter(Place(each), depth + 1) for each in tensors]
        known = found[0] if found and None not in found else None
        yields = Yield.NAMED_PARAMETER if is_named else Yield.PARAMETER
        return Stream(yields, replace(known, whole=False)) if known is not None else None

    def _displayed(self, node: cst.List | cst.Tuple | cst.Dict, place: Place, depth: int) -> Stream | None:
        inner = [Place(element.value, place.frame) for element in node.elements]
        if (found := self._each(inner, depth)) is not None:
            return found
        if inner and all(self.is_module(each) for each in inner):
            return Stream(Yield.MODULE, Penalised(node, self.frames.resolve(inner[0]), whole=False))
        return None

    def _each(self, places: Sequence[Place], depth: int) -> Stream | None:
        """What is written one by one yields parameters where all of it is."""
        found = [self.parameter(each, depth + 1) for each in places]
        is_all = bool(found) and None not in found
        return Stream(Yield.PARAMETER, replace(found[0], whole=False)) if is_all and found[0] is not None else None

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
        found = self.values.bindings(node) or self._kept(node)
        if (found, place.frame) in self._open:  # it is made of itself
            return None
        self._open.append((found, place.frame))
        try:
            return self._made(node, place, found, depth)
        finally:
            self._open.pop()

    def _made(self, node: cst.Name | cst.Attribute, place: Place, found: list[Binding], depth: int) -> Stream | None:
        """What a name yields by all that is bound to it."""
        if found and found[-1].kind in (Kind.PARAMETER, Kind.LOOP):
            return self._handed(found[-1], depth)
        values = [each.value for each in found if each.kind in (Kind.ASSIGN, Kind.AUGMENT) and each.value is not None]
        if not values or len(values) < len(found):
            return None
        if len(values) == 1 and (yields := self._yields(self.registered.path(values[0]))) is not None:
            return Stream(yields, Penalised(node, self.frames.resolve(place), whole=False))
        if self.registered.is_layer(values[0]) and len(values) == 1:  # a ModuleList or ModuleDict yields its layers
            return Stream(Yield.MODULE, Penalised(node, self.frames.resolve(place), whole=False))
        if len(values) == 1 and isinstance(values[0], cst.List) and not values[0].elements:
            return self._appended(node, depth)
        if (items := self.values.item_assignments(node)) and isinstance(values[0], (cst.Dict, cst.Call)):
            shown = [each.value for each in values[0].elements] if isinstance(values[0], cst.Dict) else []
            return self._each([Place(each, place.frame) for each in (*shown, *(item.value for item in items))], depth)
        streams = [self.stream(Place(value, place.frame), depth + 1) for value in values]
        known = [stream for stream in streams if stream is not None]
        if not known or (len(known) < len(streams) and not all_exclusive(found)):
            return None
        first = known[-1]
        whole = first.of.whole and len(values) == 1 and not self.values.calls_on(node, "append")
        return replace(first, of=replace(first.of, whole=whole))

    def _handed(self, binding: Binding, depth: int) -> Stream | None:
        """What every caller in sight hands to a parameter; what every tuple in a list holds at one place."""
        given = list(self._given(binding) if binding.kind is Kind.PARAMETER else self.values.collected(binding))
        streams = [self.stream(Place(value), depth + 1) for value in given]
        known = streams[0] if streams and None not in streams else None
        return replace(known, of=replace(known.of, whole=False)) if known is not None else None

    def _given(self, binding: Binding) -> Iterator[cst.BaseExpression]:
        function = self.survey.function(binding.node)
        for call in self.frames.calls_of(function) if function is not None else ():
            frame = self.frames.entered(call, None)
            if frame is not None and binding.name in frame.given:
                yield frame.given[binding.name]

    def _kept(self, node: cst.Name | cst.Attribute) -> list[Binding]:
        """What the classes of the program bind an attribute of their instances to: `model.reg_params`."""
        if not isinstance(node, cst.Attribute) or isinstance(self.values.worth(node.value), Reference):
            return []
        self.values.program.read_definers(node.attr.value)
        return [binding for bound in self.survey.attributes.values() for binding in bound.get(node.attr.value, ())]

    def is_module(self, place: Place, depth: int = 0) -> bool:
        """Whether an expression certainly denotes a module: built in sight, or asked for its parameters."""
        node = (place := self.frames.resolve(place)).node
        if depth > 12 or not isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)):
            return False
        if isinstance(node, cst.Subscript):
            return self.is_module(Place(node.value, place.frame), depth + 1)
        bound = self.values.bindings(node)
        if any(self.values.calls_on(node, name) for name in self.words["iterators"]):
            return True
        if len(bound) == 1 and bound[0].kind is Kind.LOOP and bound[0].value is not None:
            return self._is_looped_module(bound[0], place, depth)
        if bound:
            return any(self.registered.is_layer(binding.value) for binding in bound)
        return isinstance(node, cst.Attribute) and self.is_module(Place(node.value, place.frame), depth + 1)

    def _is_looped_module(self, binding: Binding, place: Place, depth: int) -> bool:
        assert binding.value is not None
        stream = self.stream(Place(binding.value, place.frame), depth + 1)
        expected = {Yield.MODULE: None, Yield.NAMED_MODULE: 1}.get(stream.yields, -1) if stream else -1
        return binding.index == expected
