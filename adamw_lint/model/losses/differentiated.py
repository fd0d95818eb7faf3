"""The functions whose gradient a program takes, and by which of their arguments: what those hold is trained."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import keyword, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Number, Reference

_Function = cst.FunctionDef | cst.Lambda
_DEPTH = 6


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """One place that takes the gradient of a function; `names` are the arguments by which it does."""

    node: cst.CSTNode
    function: _Function
    names: frozenset[str]


class Differentiated:
    """Answers for one surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._words = words
        self._found: list[Gradient] = []
        self._counted = -1

    def gradients(self) -> list[Gradient]:
        """The gradients that are taken anywhere in the files in sight."""
        if self._counted != len(self._survey.calls):  # looking at a call may bring in the calls of another file
            self._found = [*self._of_calls(), *self._of_decorators()]
            self._counted = len(self._survey.calls)
        return self._found

    def names(self, function: cst.CSTNode) -> frozenset[str] | None:
        """The arguments by which a function is differentiated; None where it is not seen to be."""
        found = [each.names for each in self.gradients() if each.function is function]
        return frozenset().union(*found) if found else None

    def losses(self, gradient: Gradient) -> Iterator[Place]:
        """What a function that is differentiated gives back as the loss: the first of a tuple."""
        around = self._frames.around(gradient.node)
        yield from self._firsts(gradient.function, Frame(gradient.function, {}, around))

    def _firsts(self, function: _Function, frame: Frame, depth: int = 0) -> Iterator[Place]:
        for result in self._frames.results(function):
            if isinstance(result, cst.Tuple):
                yield from (Place(each.value, frame) for each in result.elements[:1])
                continue
            inner = self._frames.entered(result, frame) if isinstance(result, cst.Call) else None
            if inner is not None and depth < _DEPTH and self._gives_tuples(inner.function):
                yield from self._firsts(inner.function, inner, depth + 1)
            else:
                yield Place(result, frame)

    def _gives_tuples(self, function: _Function) -> bool:
        return any(isinstance(each, (cst.Tuple, cst.Call)) for each in self._frames.results(function))

    def _of_calls(self) -> Iterator[Gradient]:
        for call in tuple(self._survey.calls):
            plain = positional(call)
            found = [list(self._functions(each)) for each in plain[:2]] if self._takes_gradients(call.func) else []
            for function, skipped in next(filter(None, found), ()):  # after the model, in some libraries
                yield Gradient(call, function, self._by(call, function, skipped))

    def _of_decorators(self) -> Iterator[Gradient]:
        for function in [each for same in self._survey.functions.values() for each in same]:
            for decorator in (each.decorator for each in function.decorators):
                plain = positional(decorator) if isinstance(decorator, cst.Call) else []
                if self._takes_gradients(decorator) or (plain and self._takes_gradients(plain[0])):
                    options = decorator if isinstance(decorator, cst.Call) else None
                    yield Gradient(function, function, self._by(options, function, 0))

    def _takes_gradients(self, node: cst.BaseExpression) -> bool:
        target = self._values.worth(node)
        path = target.path if isinstance(target, Reference) else ""
        root, _, _ = path.partition(".")
        roots = (*self._words["tree_roots"], *self._words["gradient_roots"])
        return root in roots and path.rpartition(".")[2] in self._words["differentiating"]

    def _functions(self, node: cst.BaseExpression, depth: int = 0) -> Iterator[tuple[_Function, int]]:
        """The functions that an expression may be, each with how many of its arguments are given already."""
        if depth > _DEPTH:
            return
        if isinstance(node, cst.Lambda):
            yield node, 0
            return
        target = self._values.behind(self._values.worth(node))
        if isinstance(target, Defined) and isinstance(target.node, cst.FunctionDef):
            yield target.node, 0
        elif isinstance(node, cst.Call):
            yield from self._made(node, depth)
        else:
            yield from self._bound(node, depth)

    def _bound(self, node: cst.BaseExpression, depth: int) -> Iterator[tuple[_Function, int]]:
        binding = self._values.bound_once(node)
        if binding is not None and binding.value is not None:
            yield from self._functions(binding.value, depth + 1)
        elif isinstance(node, cst.Attribute):  # a method
            own = [each for each in self._survey.functions.get(node.attr.value, ()) if self._survey.owner(each)]
            yield from ((each, 0) for each in own if len(own) == 1)

    def _made(self, call: cst.Call, depth: int) -> Iterator[tuple[_Function, int]]:
        """A function that another returns, that a partial fills, or that a transformation is given."""
        target, plain = self._values.worth(call.func), positional(call)
        if isinstance(target, Reference) and plain:
            filled = len(plain) - 1 if target.path == "functools.partial" else 0
            yield from ((each, skipped + filled) for each, skipped in self._functions(plain[0], depth + 1))
        frame = self._frames.entered(call, None)
        for result in self._frames.results(frame.function) if frame is not None else ():
            yield from self._functions(result, depth + 1)

    def _by(self, options: cst.Call | None, function: _Function, skipped: int) -> frozenset[str]:
        """The names of the arguments by number: the first, unless others are asked for."""
        written = keyword(options, self._words["differentiated_by"][0]) if options is not None else None
        items = [each.value for each in written.elements] if isinstance(written, cst.Tuple) else [written]
        if isinstance(written, cst.Call):  # only a part of the argument
            items = positional(written)[:1]
        numbers = [int(found.value) for item in items if isinstance(found := self._values.worth(item), Number)]
        params = [each.name.value for each in (*function.params.posonly_params, *function.params.params)]
        at = skipped + (1 if params[:1] in (["self"], ["cls"]) else 0)
        wanted = [number + at for number in (numbers if written is not None else [0])]
        return frozenset(params[number] for number in wanted if 0 <= number < len(params))
