"""Follows a regularizer forward through a program: into a layer, a model, and to where that model is compiled."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames
from adamw_lint.model.layered.classes import Instances
from adamw_lint.model.layered.stops import Stage, Stop
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, positional, text_of, unpacked
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Reference

_CALLS = 4  # into functions of functions that are told apart
_BUDGET = 4000  # steps for one regularizer; no program that a person wrote comes near it
_CONTAINERS = (cst.Element, cst.List, cst.Tuple, cst.IfExp, cst.NamedExpr, cst.StarredElement, cst.ListComp, cst.Dict)
_PASSED = (cst.GeneratorExp, cst.Subscript, cst.BinaryOperation, cst.Lambda, cst.Await)


class Onward:
    """Takes the steps in a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._words = words
        self._instances = Instances(survey, values, frames)

    def reached(self, start: Stop) -> Iterator[Stop]:
        """Everything that a regularizer reaches, from its own expression on."""
        seen: dict[Stop, None] = {start: None}
        waiting = [start]
        while waiting and len(seen) < _BUDGET:
            stop = waiting.pop()
            yield stop
            new = [each for each in self._onward(stop) if each not in seen]
            seen |= dict.fromkeys(new)
            waiting += new

    def _onward(self, stop: Stop) -> Iterator[Stop]:
        """The next stops, which know the calls that led here until the function is left."""
        parent, function = self._survey.parents[stop.node], self._survey.function(stop.node)
        if isinstance(parent, cst.Return) and stop.via:
            yield Stop(stop.via[-1], stop.stage, stop.via[:-1])
            return
        for each in self._next(stop):
            is_here = self._survey.function(each.node) is function
            via = (*stop.via, *each.via)[-_CALLS:] if each.via else stop.via if is_here else ()
            yield Stop(each.node, each.stage, via)

    def is_regularizing(self, name: str) -> bool:
        """Whether an argument of that name is a regularizer of weights; one of activities is none."""
        is_one = name in self._words["keywords"] or name.endswith(tuple(self._words["keyword_ends"]))
        return is_one and not name.startswith(tuple(self._words["other_starts"]))

    def _next(self, stop: Stop) -> Iterator[Stop]:
        node, stage = stop.node, stop.stage
        parent = self._survey.parents[node]
        match parent:
            case cst.Arg():
                yield from self._handed(parent, stage)
            case cst.Element() if (target := self._unpacked(parent)) is not None:
                yield from self._bound(target, stage)
            case cst.DictElement() if parent.value is node:
                yield from self._entered(parent, stage)
            case cst.Assign() | cst.AnnAssign() | cst.AugAssign():
                yield from self._assigned(parent, stage)
            case cst.NamedExpr():
                yield from (*self._read(parent.target, stage), Stop(parent, stage))
            case cst.Return():
                yield from self._returned(parent, stage)
            case cst.Param():
                yield from self._reads_of_parameter(self._survey.function(parent), parent.name.value, stage)
            case cst.For() | cst.CompFor() if parent.iter is node and stage is Stage.LAYER:
                yield from self._bound(parent.target, stage)
            case cst.Call() if stage is Stage.LAYER:
                yield Stop(parent, stage)
            case cst.Attribute() if stage is Stage.LAYER:
                yield from self._asked(parent)
            case cst.Dict() | cst.StarredDictElement():
                yield Stop(parent, stage)  # type: ignore[arg-type]
            case _ if isinstance(parent, _CONTAINERS) or (isinstance(parent, _PASSED) and stage is Stage.LAYER):
                yield Stop(parent, stage)  # type: ignore[arg-type]
        if stage is Stage.LAYER and isinstance(node, cst.Call):
            yield from self._kept(node)

    def _unpacked(self, element: cst.Element) -> cst.BaseExpression | None:
        whole = self._survey.parents[element]
        return unpacked(element, whole, self._survey.parents[whole])

    def _entered(self, element: cst.DictElement, stage: Stage) -> Iterator[Stop]:
        """An entry of a dict: of arguments, if the key is that of a regularizer."""
        display = self._survey.parents[element]
        if stage is Stage.REGULARIZER:
            if not self.is_regularizing(text_of(element.key) or ""):
                return
            stage = Stage.ARGUMENTS
        yield Stop(display, stage)  # type: ignore[arg-type]

    def _handed(self, arg: cst.Arg, stage: Stage) -> Iterator[Stop]:
        call = self._survey.parents[arg]
        if not isinstance(call, cst.Call):
            return
        name = arg.keyword.value if arg.keyword is not None else ""
        callee = self._values.worth(self._called(call))
        is_partial = self._path(call) == "functools.partial"
        if dotted(call.func) in ("dict", "list", "tuple"):
            named = stage is Stage.REGULARIZER and self.is_regularizing(name)
            yield Stop(call, Stage.ARGUMENTS if named else stage)
            return
        method = method_call(call)
        if method is not None and method[1] in ("get", "pop", "setdefault"):  # what is given back by default
            yield Stop(call, stage)
            key = text_of(next(iter(positional(call)), None))
            if method[1] == "setdefault" and stage is Stage.REGULARIZER and self.is_regularizing(key or ""):
                yield from self._read(method[0], Stage.ARGUMENTS)
            return
        target = self._values.behind(callee)
        if isinstance(target, Defined):
            entered = self._into(call, arg, self._instances.constructor(target.node), stage)
            yield from (Stop(each.node, each.stage, () if is_partial else (call,)) for each in entered)
        elif self._is_call_of_super(call):
            yield from self._into(call, arg, self._instances.inherited_constructor(self._survey.owner(call)), stage)
        if stage is Stage.LAYER:
            yield from self._combined(call, isinstance(target, Defined))
        elif (stage is Stage.ARGUMENTS and arg.star == "**") or self.is_regularizing(name):
            is_function = isinstance(target, Defined) and isinstance(target.node, cst.FunctionDef)
            if not is_function or is_partial:
                yield Stop(call, Stage.LAYER)

    def _is_call_of_super(self, call: cst.Call) -> bool:
        receiver, method = method_call(call) or (None, "")
        return method == "__init__" and isinstance(receiver, cst.Call) and dotted(receiver.func) == "super"

    def _called(self, call: cst.Call) -> cst.BaseExpression:
        """What a call runs, or has run later by a partial."""
        plain = positional(call)
        return plain[0] if self._path(call) == "functools.partial" and plain else call.func

    def _path(self, call: cst.Call) -> str:
        worth = self._values.worth(call.func)
        return worth.path if isinstance(worth, Reference) else ""

    def _combined(self, call: cst.Call, is_own: bool) -> Iterator[Stop]:
        """A call that is handed a layer: another layer or model of it, or a list that it is appended to.

        `is_own` says that it runs a function of the program, in whatever file that stands.
        """
        method = method_call(call)
        if method is not None and method[1] in self._words["collecting"]:
            yield from self._read(method[0], Stage.LAYER)
        root = self._path(call).partition(".")[0]
        if not root or is_own or root in self._words["roots"]:
            yield Stop(call, Stage.LAYER)

    def _into(self, call: cst.Call, arg: cst.Arg, function: cst.FunctionDef | None, stage: Stage) -> Iterator[Stop]:
        """The parameter of a function of the program that an argument becomes."""
        if function is None:
            return
        params = [*function.params.posonly_params, *function.params.params]
        names = [param.name.value for param in params]
        if self._survey.owner(function) is not None and names[:1] == ["self"]:
            names = names[1:]
        every = {*names, *(param.name.value for param in function.params.kwonly_params)}
        rest = function.params.star_kwarg.name.value if function.params.star_kwarg is not None else ""
        plain = [each for each in call.args if each.keyword is None and not each.star]
        if self._path(call) == "functools.partial":
            plain = plain[1:]
        name = arg.keyword.value if arg.keyword is not None else ""
        if arg.star == "**":
            for each in every:
                if self.is_regularizing(each):
                    yield from self._reads_of_parameter(function, each, Stage.REGULARIZER)
            yield from self._reads_of_parameter(function, rest, stage)
        elif name in every:
            yield from self._reads_of_parameter(function, name, stage)
        elif name and self.is_regularizing(name):
            yield from self._reads_of_parameter(function, rest, Stage.ARGUMENTS)
        elif arg in plain and plain.index(arg) < len(names):
            yield from self._reads_of_parameter(function, names[plain.index(arg)], stage)

    def _reads_of_parameter(self, function: cst.CSTNode | None, name: str, stage: Stage) -> Iterator[Stop]:
        for node in self._survey.names.get(name, ()):
            bound = self._values.bindings(node) if self._survey.function(node) is not None else []
            if any(each.kind is Kind.PARAMETER and self._survey.function(each.node) is function for each in bound):
                yield Stop(node, stage)

    def _assigned(self, statement: cst.Assign | cst.AnnAssign | cst.AugAssign, stage: Stage) -> Iterator[Stop]:
        for each in statement.targets if isinstance(statement, cst.Assign) else (statement,):
            yield from self._bound(each.target, stage)

    def _bound(self, target: cst.BaseExpression, stage: Stage) -> Iterator[Stop]:
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                yield from self._bound(element.value, stage)
        elif isinstance(target, cst.Subscript):
            key = text_of(target.slice[0].slice.value) if isinstance(target.slice[0].slice, cst.Index) else None
            if stage is Stage.REGULARIZER:
                stage = Stage.ARGUMENTS if self.is_regularizing(key or "") else stage
            yield from self._read(target.value, stage)
        else:
            yield from self._read(target, stage)

    def _read(self, target: cst.BaseExpression, stage: Stage) -> Iterator[Stop]:
        """The places that read what a name or attribute holds."""
        if isinstance(target, cst.Name):
            scope = self._survey.scope(target)
            for node in self._survey.names.get(target.value, ()):
                if node is not target and self._may_see(node, target, scope.bindings.get(target.value, [])):
                    yield Stop(node, stage)
        elif isinstance(target, cst.Attribute):
            owner = self._survey.owner(target)
            for read in self._survey.attribute_reads.get(target.attr.value, ()):
                is_same = dotted(read) == dotted(target) and self._instances.are_kin(self._survey.owner(read), owner)
                if read is not target and is_same:
                    yield Stop(read, stage)
            yield from (Stop(node, stage) for node in self._instances.attributes(owner, target.attr.value))

    def _may_see(self, read: cst.Name, target: cst.Name, bindings: list[Binding]) -> bool:
        """Whether a read of a name may find there what one binding of it, or a call on it, left."""
        here = self._values.bindings(read)
        own = [binding for binding in bindings if binding.node is target]
        if own:
            return any(each in here for each in own)
        there = self._values.bindings(target)
        return any(each in there for each in here)

    def _returned(self, statement: cst.Return, stage: Stage) -> Iterator[Stop]:
        function = self._survey.function(statement)
        if function is not None:
            yield from (Stop(node, stage) for node in self._instances.results(function))

    def _asked(self, attribute: cst.Attribute) -> Iterator[Stop]:
        """What is asked of a layer or model: its outputs and layers are it still, whatever else is not."""
        if attribute.attr.value in self._words["passed"]:
            yield Stop(attribute, Stage.LAYER)

    def _kept(self, call: cst.Call) -> Iterator[Stop]:
        """The instances of the user's own layer or model in which a layer is built."""
        owner = self._survey.owner(call)
        if owner is not None and self._instances.is_model(owner):
            yield from (Stop(node, Stage.LAYER) for node in self._instances.of(owner))
            yield from (Stop(node, Stage.LAYER) for node in self._instances.selves(owner))
