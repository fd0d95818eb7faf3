"""Whose parameters a tensor is of: those of a model, or those that an optimizer keeps in its groups."""

from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.losses.penalised import Denotation
from adamw_lint.model.losses.yielded import Yield
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional, text_of
from adamw_lint.model.values import Values

_DEPTH = 8
_LISTS = ("list", "tuple", "iter", "filter")


@dataclass(frozen=True, slots=True, eq=False)
class Owned:
    """Parameters of a model (`root`) or of an optimizer's groups, and whether they are all of them."""

    written: cst.BaseExpression
    root: Place | None
    optimizer: Place | None
    whole: bool


class Ownership:
    """Tells whose parameters the tensors of a surveyed program are; silent (None) where it is not certain."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._denotation = Denotation(survey, values, frames, words)

    def of(self, place: Place) -> Owned | None:
        """Whose parameter a tensor is, or whose parameters a list of them holds."""
        place = self._frames.resolve(place)
        optimizer = self._in_groups(place)
        if optimizer is not None:
            return Owned(place.node, None, optimizer[0], optimizer[1])
        found = self._denotation.parameter(place)
        if found is None:
            stream = self._denotation.stream(place)
            found = stream.of if stream is not None and stream.yields is Yield.PARAMETER else None
        return Owned(found.written, found.root, None, found.whole) if found is not None else None

    def _in_groups(self, place: Place, depth: int = 0) -> tuple[Place, bool] | None:
        """The optimizer whose groups hold a tensor or a list of them, and whether it is taken from every group."""
        place = self._frames.resolve(place)
        node = place.node
        if depth > _DEPTH:
            return None
        if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
            found = self._in_groups(Place(node.elt, place.frame), depth + 1)
            is_filtered = any(True for _ in node.for_in.ifs)
            return (found[0], found[1] and not is_filtered) if found else None
        if isinstance(node, cst.Call) and dotted(node.func) in _LISTS and positional(node):
            return self._in_groups(Place(positional(node)[-1], place.frame), depth + 1)
        if isinstance(node, cst.Subscript) and text_of(index_of(node)) == "params":
            return self._group(Place(node.value, place.frame))
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        if binding is None or binding.value is None:
            return None
        of, at = _iterated(binding.value, binding.index)
        if binding.kind is Kind.LOOP and at is None:
            return self._in_groups(Place(of, place.frame), depth + 1)
        return self._in_groups(Place(binding.value, place.frame), depth + 1) if binding.kind is Kind.ASSIGN else None

    def _group(self, place: Place) -> tuple[Place, bool] | None:
        """The optimizer whose group an expression is, and whether it is every group in turn."""
        place = self._frames.resolve(place)
        node = place.node
        if isinstance(node, cst.Subscript):
            optimizer = _optimizer(node.value)
            return (Place(optimizer, place.frame), False) if optimizer is not None else None
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        if binding is None or binding.value is None:
            return None
        if binding.kind is Kind.ASSIGN:
            return self._group(Place(binding.value, place.frame)) if isinstance(binding.value, cst.Subscript) else None
        of, at = _iterated(binding.value, binding.index)
        optimizer = _optimizer(of) if binding.kind is Kind.LOOP and at is None else None
        return (Place(optimizer, place.frame), True) if optimizer is not None else None


def _iterated(value: cst.BaseExpression, index: int | None) -> tuple[cst.BaseExpression, int | None]:
    """What a loop takes its variable from, through `enumerate` and `zip`; the index that is left over."""
    plain = positional(value) if isinstance(value, cst.Call) else []
    name = dotted(value.func) if isinstance(value, cst.Call) else None
    if name == "enumerate" and index == 1 and plain:
        return plain[0], None
    if name == "zip" and index is not None and index < len(plain):
        return plain[index], None
    return value, index


def _optimizer(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """`optimizer` of `optimizer.param_groups`, also where it is called, as very old code did."""
    method = method_call(node)
    if method is not None and method[1] == "param_groups":
        return method[0]
    return node.value if isinstance(node, cst.Attribute) and node.attr.value == "param_groups" else None
