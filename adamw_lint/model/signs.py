"""Whether a number that a program computes may be below zero."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.frames import Frames
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import descendants, dotted
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number

_DEPTH = 6  # names that stand for names
_READING = frozenset({"float", "get", "getattr"})  # calls that say what something written elsewhere is


class Signs:
    """Answers for one surveyed program."""

    def __init__(self, values: Values, frames: Frames) -> None:
        self._values = values
        self._frames = frames

    def may_be_negative(self, node: cst.BaseExpression, depth: int = 0) -> bool:
        """Whether a number is, or a minus is in sight of it, or a function may give it one.

        A number that is only read, as `args.decay` is, is taken for one that is not.
        """
        value = self._values.worth(node)
        if isinstance(value, Number):
            return value.value < 0
        for each in descendants(node):
            if isinstance(each, (cst.Minus, cst.Subtract)):
                return True
            if isinstance(each, cst.Call) and (dotted(each.func) or "").rpartition(".")[2] not in _READING:
                return True
            is_name = isinstance(each, (cst.Name, cst.Attribute)) and depth < _DEPTH
            if is_name and any(self.may_be_negative(behind, depth + 1) for behind in self._behind(each)):
                return True
        return False

    def _behind(self, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
        """What a name was bound to, or a parameter is by default, or what callers hand to it."""
        for binding in self._values.bindings(node) if node in self._values.survey.places else ():  # type: ignore[arg-type]
            if binding.value is not None and binding.kind in (Kind.ASSIGN, Kind.AUGMENT, Kind.PARAMETER):
                yield binding.value
            if binding.kind is Kind.PARAMETER:
                yield from self._given(binding.node, binding.name)

    def _given(self, parameter: cst.CSTNode, name: str) -> Iterator[cst.BaseExpression]:
        function = self._values.survey.function(parameter)
        for call in self._frames.calls_of(function) if function is not None else ():
            frame = self._frames.entered(call, None)
            if frame is not None and name in frame.given:
                yield frame.given[name]
