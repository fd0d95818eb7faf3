"""Which tensor expressions denote parameters of a model: elements of streams, weights of layers, registered tensors."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.losses.folded import is_map
from adamw_lint.model.losses.streams import Streams
from adamw_lint.model.losses.trees import Trees
from adamw_lint.model.losses.yielded import Penalised, Stream, Yield
from adamw_lint.model.scopes import Binding, Kind, all_exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional, root_of, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Mapping, Number, Reference

_INDEX = {Yield.PARAMETER: None, Yield.NAMED_PARAMETER: 1, Yield.TRAVERSED: 2}  # which of a tuple is the parameter


class Denotation(Streams):
    """Tells what expressions of one surveyed file denote; silent (None) where it is not certain."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        super().__init__(survey, values, frames, words)
        self._trees = Trees(survey, values, frames, words) if survey.mentions(words["tree_libraries"]) else None

    def stream(self, place: Place, depth: int = 0) -> Stream | None:
        """What an iterable of parameters or modules yields, the leaves of a tree too."""
        found = self._trees.stream(place, depth) if self._trees is not None and depth <= 12 else None
        return found or self._listed(place) or self._grouped(place) or super().stream(place, depth)

    def _listed(self, place: Place) -> Stream | None:
        """The parameters of a model that a function of a library lists."""
        place = self.frames.resolve(place)
        node, plain = place.node, positional(place.node) if isinstance(place.node, cst.Call) else []
        if not plain or self.registered.path(node) not in self.words["functions"]:
            return None
        root = self.frames.resolve(Place(plain[0], place.frame))
        return Stream(Yield.PARAMETER, Penalised(node, root, whole=True))

    def _grouped(self, place: Place) -> Stream | None:
        """The parameters of one of the groups of an optimizer, of which a loop runs over all."""
        node = self.frames.resolve(place).node
        if not isinstance(node, cst.Subscript) or text_of(index_of(node)) not in self.words["grouped"]:
            return None
        group = self.values.bound_once(node.value)
        groups = group.value if group is not None and group.kind is Kind.LOOP else None
        if not isinstance(groups, cst.Attribute) or groups.attr.value not in self.words["groups"]:
            return None
        return Stream(Yield.PARAMETER, Penalised(node, self.frames.resolve(Place(groups.value)), whole=False))

    def parameter(self, place: Place, depth: int = 0) -> Penalised | None:
        """The parameters that a tensor expression denotes: one, or several flattened into one tensor, or a tree."""
        found = self._trees.leaf(place) if self._trees is not None and depth <= 12 else None
        return found or self._tensor(place, depth)

    def tree(self, place: Place) -> Penalised | None:
        """The parameters of a tree that is not flattened yet."""
        return self._trees.tree(place) if self._trees is not None else None

    def _tensor(self, place: Place, depth: int) -> Penalised | None:
        place = self.frames.resolve(place)
        node = place.node
        if depth > 12:
            return None
        if isinstance(node, cst.Name):
            return self._named(node, place, depth)
        if isinstance(node, cst.Attribute):
            return self._attribute(node, place)
        if isinstance(node, cst.Subscript):
            of = self.stream(Place(node.value, place.frame), depth + 1)
            entry = self._entry(node, place, depth) or self._paired(node, place, depth)
            return replace(of.of, whole=False, written=node) if of and of.yields is Yield.PARAMETER else entry
        return self._called(node, place, depth) if isinstance(node, cst.Call) else None

    def _entry(self, node: cst.Subscript, place: Place, depth: int) -> Penalised | None:
        """One of the parameters that a program keeps in a dict of its own, which a function may have filled."""
        held, key = self.frames.resolve(Place(node.value, place.frame)), text_of(index_of(node))
        frame = self.frames.entered(held.node, held.frame) if isinstance(held.node, cst.Call) else None
        results = [Place(each, frame) for each in self.frames.results(frame.function)] if frame is not None else []
        for each in results or [held]:
            known = self.values.worth(each.node)
            entries = known.entries if isinstance(known, Mapping) else {}
            options = [entries[key].value] if key in entries else [entry.value for entry in entries.values()]
            if key not in entries and isinstance(each.node, (cst.Name, cst.Attribute)):  # whichever it is
                options += [item.value for item in self.values.item_assignments(each.node)]
            found = [self.parameter(Place(option, each.frame), depth + 1) for option in options]
            if found and found[0] is not None and None not in found:
                return replace(found[0], whole=False, written=node)
        return None

    def _paired(self, node: cst.Subscript, place: Place, depth: int) -> Penalised | None:
        """`pair[1]` of a pair of a name and a parameter, of which a loop runs over all."""
        binding, at = self.values.bound_once(node.value), self.values.worth(index_of(node))
        if binding is None or binding.kind is not Kind.LOOP or binding.index is not None or binding.value is None:
            return None
        stream = self.stream(Place(binding.value, place.frame), depth + 1)
        last = _INDEX.get(stream.yields) if stream is not None else None
        is_it = last is not None and isinstance(at, Number) and at.value in (last, -1)
        return stream.of if stream is not None and is_it else None

    def _named(self, node: cst.Name, place: Place, depth: int) -> Penalised | None:
        found = self.values.bindings(node)
        if len(found) > 1 and all(each.kind is Kind.ASSIGN for each in found):
            return self._one_of(found, place, depth)
        binding = found[0] if len(found) == 1 else None
        if binding is not None and binding.kind is Kind.PARAMETER:
            return self._mapped(binding, place, depth)
        if binding is None or binding.value is None:
            return None
        if any(word in node.value.lower() for word in self.words["latent_names"]):
            return None
        inner = Place(binding.value, place.frame)
        if binding.kind is Kind.LOOP:
            return self._element(self.stream(inner, depth + 1), binding, inner, depth)
        if binding.kind is Kind.UNPACK:
            return self._all_of(self.frames.items(inner, binding.index), depth)
        return self.parameter(inner, depth + 1) if binding.kind is Kind.ASSIGN else None

    def _mapped(self, binding: Binding, place: Place, depth: int) -> Penalised | None:
        """What the argument of a lambda denotes that `map`, or a reduction, runs on each of some parameters."""
        function = self.survey.scope(binding.node).node
        call = self.survey.parents[self.survey.parents[function]] if isinstance(function, cst.Lambda) else None
        plain = positional(call) if isinstance(call, cst.Call) else []
        if not isinstance(call, cst.Call) or not isinstance(function, cst.Lambda) or plain[:1] != [function]:
            return None
        names = [param.name.value for param in (*function.params.posonly_params, *function.params.params)]
        if binding.name not in names:  # `*args`
            return None
        at = names.index(binding.name)
        if self.registered.path(call) == "functools.reduce":
            over = plain[1:2] if at == 1 else []
        else:
            over = plain[at + 1 : at + 2] if is_map(call, self.values) else []
        stream = self.stream(Place(over[0], place.frame), depth + 1) if over else None
        return stream.of if stream is not None and stream.yields is Yield.PARAMETER else None

    def _one_of(self, found: list[Binding], place: Place, depth: int) -> Penalised | None:
        """What a name denotes that is bound in several arms of a condition, if one of them binds it to parameters."""
        values = [each.value for each in found if each.value is not None]
        if not all_exclusive(found):
            return None
        options = (self.parameter(Place(value, place.frame), depth + 1) for value in values)
        known = next((option for option in options if option is not None), None)
        return replace(known, whole=False) if known is not None else None

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
        expected = _INDEX.get(stream.yields, -1) if stream else -1
        return stream.of if stream and binding.index == expected else None

    def _attribute(self, node: cst.Attribute, place: Place) -> Penalised | None:
        name = node.attr.value
        if any(word in name.lower() for word in self.words["latent"]):
            return None
        registered = [owner for owner, bound in self.survey.attributes.items() if name in bound]
        is_own = isinstance(node.value, cst.Name) and node.value.value == "self"
        if is_own:
            registered = [owner for owner in registered if owner is self.survey.owner(node)]
        is_weight = (
            name in self.words["weights"]
            and not (is_own and registered)
            and self.is_module(Place(node.value, place.frame))
        )
        is_parameter = bool(registered) and all(self.registered.is_parameter(owner, name) for owner in registered)
        if not is_weight and not is_parameter:
            return None
        return Penalised(node, self.frames.resolve(Place(root_of(node), place.frame)), whole=False)

    def _called(self, node: cst.Call, place: Place, depth: int) -> Penalised | None:
        plain, method, name = positional(node), method_call(node), dotted(node.func)
        last = (name or "").rpartition(".")[2]
        if name == "next" and plain:
            stream = self.stream(Place(plain[0], place.frame), depth + 1)
            return replace(stream.of, whole=False, written=node) if stream else None
        if last in (*self.words["flattened"], *self.words["collected"]) and plain:
            stream = self.stream(Place(plain[0], place.frame), depth + 1)
            return stream.of if stream is not None and stream.yields is Yield.PARAMETER else None
        if self.registered.path(node) in self.words["variable_makers"]:
            return Penalised(node, place, whole=False)
        if method is not None and method[1] in self.words["unchanged"]:
            is_function = isinstance(self.values.worth(node.func), Reference)
            operand = plain[0] if is_function and plain else method[0]
            return self.parameter(Place(operand, place.frame), depth + 1)
        if method is None or not node.args or dotted(method[0]) == "self":
            return self._all_of(self.frames.given_back(node, place.frame), depth, node)
        return None

    def _all_of(
        self, places: Iterable[Place], depth: int, written: cst.BaseExpression | None = None
    ) -> Penalised | None:
        """A parameter that is one of several, as what a method gives back where we do not see which class has it."""
        found = [self.parameter(each, depth + 1) for each in places]
        known = found[0] if found and None not in found else None
        return replace(known, whole=False, written=written or known.written) if known is not None else None
