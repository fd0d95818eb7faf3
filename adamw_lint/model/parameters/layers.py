"""Which layers of a file have parameters whose number of dimensions says nothing about what they are."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, keyword, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference


class Layers:
    """Looks for such layers in one surveyed file."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._words = words

    def shaped_norms(self) -> Iterator[cst.Call]:
        """The norms of the file whose scale may have two or more dimensions."""
        for call in self._survey.calls:
            shape = next(iter(positional(call)), keyword(call, "normalized_shape"))
            if self._name(call) in self._words["shaped"] and shape is not None and not self._is_one(shape):
                yield call
            if self._is_broadcast_scale(call):
                yield call

    def _is_one(self, shape: cst.BaseExpression) -> bool:
        """Whether a shape has one dimension, as far as it is in sight."""
        binding = self._values.bound_once(shape)
        return _one_dimension(binding.value if binding is not None and binding.value is not None else shape)

    def _is_broadcast_scale(self, call: cst.Call) -> bool:
        """Whether a call makes a scale or bias by hand, of more than one dimension: `Parameter(ones(1, c, 1, 1))`."""
        statement = self._survey.parents[call]
        targets = statement.targets if isinstance(statement, cst.Assign) else ()
        names = {(dotted(target.target) or "").rpartition(".")[2] for target in targets}
        if self._name(call) != "Parameter" or names.isdisjoint(self._words["spared_names"]):
            return False
        made = next(iter(positional(call)), None)
        return isinstance(made, cst.Call) and len(positional(made)) > 1

    def lazy(self) -> Iterator[cst.Call]:
        """The layers of the file whose parameters have no shape until the first batch."""
        return (call for call in self._survey.calls if self._name(call) in self._words["lazy"])

    def _name(self, call: cst.Call) -> str | None:
        """The name of a layer class of the library that a call builds; None for any other call."""
        target = self._values.worth(call.func)
        package, _, name = target.path.rpartition(".") if isinstance(target, Reference) else ("", "", "")
        return name if name and package.startswith(self._words["package"]) and name[0].isupper() else None


def _one_dimension(shape: cst.BaseExpression) -> bool:
    if isinstance(shape, (cst.List, cst.Tuple)):
        return len(shape.elements) < 2
    return (
        not isinstance(shape, cst.Subscript)
        or shape.slice is None
        or (len(shape.slice) == 1 and isinstance(shape.slice[0].slice, cst.Index))
    )
