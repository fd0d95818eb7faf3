"""Reads a statement or an expression into how a tensor is changed: which one, what it keeps, and what is added to it.

The interface, for checks about decay written by hand:

    updates = module.updates
    for update in updates.within(function):     # every statement or call that changes something nameable, in order
        update.node                             # the statement, or the outermost of a chain of in-place calls
        update.target                           # the Place that is changed, without `.data`, `[:]` and the like
        update.terms                            # its new value, a sum: one Term an addend
        updates.kept(update)                    # the terms of the target itself: 1 and −lr·wd of `p.mul_(1 - lr * wd)`
        updates.added(update)                   # all the others: wd·p of `p.grad.add_(p, alpha=wd)`
    updates.terms(Place(expression))            # the same for any expression, through functions of the program
    updates.tensor(place)                       # what is left of an expression without `.data`, `.clone()`, `.float()`
    updates.origin(place)                       # and through names that only stand for another: `d_p = p.grad.data`
    updates.same(one, other)                    # whether two places certainly are one tensor

A Term is `number · Π factors / Π divisors`, in a Scale, where tensors and numbers are both factors: the caller knows
which tensor it looks for (`updates.without(term, place)` takes it out). `node` is the smallest code that writes the
addend: `p` of `grad.add_(p, alpha=wd)`. Products of sums are not multiplied out, but `kept` does so for the target.
`lerp`, `addcmul`, `addcdiv`, old signatures (`add_(wd, p)`), `_foreach_…`, tree maps and NumPy's and JAX's spellings
are read; what is not known is a factor by itself, and a statement without a nameable target is passed over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import children, dotted, index_of
from adamw_lint.model.updating.addition import Addition, Term, terms_of_target
from adamw_lint.model.updating.aliases import Aliases
from adamw_lint.model.values import Values

_INNER = frozenset((cst.FunctionDef, cst.ClassDef, cst.Lambda))
_CHANGING = frozenset((cst.Assign, cst.AnnAssign, cst.NamedExpr, cst.AugAssign, cst.Call))
_DEPTH = 12


@dataclass(frozen=True, eq=False)
class Update:
    """One change of a tensor: `target` becomes the sum of `terms`; `in_place` where all its names see it."""

    node: cst.CSTNode
    target: Place
    in_place: bool
    summed: Callable[[], tuple[Term, ...]]  # most updates are of no interest once their targets are known

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The new value."""
        return self.summed()


class Updates:
    """Reads the updates of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._names = Aliases(survey, values, frames, words)
        self._addition = Addition(values, frames, self._names, words)
        self._within: dict[tuple[cst.CSTNode, Frame | None], tuple[Update, ...]] = {}

    def terms(self, place: Place) -> tuple[Term, ...]:
        """An expression as a sum."""
        return self._addition.terms(place)

    def tensor(self, place: Place) -> Place:
        """What is left of an expression without what changes neither its numbers nor which parameter it is."""
        return self._names.bare(place)

    def within(self, block: cst.CSTNode, frame: Frame | None = None) -> tuple[Update, ...]:
        """The updates in a function, or in any other block, but not in functions and classes inside it."""
        if (block, frame) not in self._within:
            body = block.body if isinstance(block, cst.FunctionDef) else block
            self._within[block, frame] = tuple(update for node in _changing(body) for update in self.of(node, frame))
        return self._within[block, frame]

    def of(self, node: cst.CSTNode, frame: Frame | None = None) -> Iterator[Update]:
        """The updates that one statement or call makes by itself, in the call of its function that `frame` is."""
        if isinstance(node, cst.Assign):
            for target in node.targets:
                yield from self._assigned(node, target.target, node.value, frame)
        elif (isinstance(node, cst.AnnAssign) and node.value is not None) or isinstance(node, cst.NamedExpr):
            yield from self._assigned(node, node.target, node.value, frame)
        elif isinstance(node, cst.AugAssign):
            summed = partial(self._addition.augmented, node, frame)
            yield Update(node, self._target(Place(node.target, frame)), in_place=True, summed=summed)
        elif isinstance(node, cst.Call):
            yield from self._called(node, frame)

    def _assigned(
        self, node: cst.CSTNode, target: cst.BaseExpression, value: cst.BaseExpression | None, frame: Frame | None
    ) -> Iterator[Update]:
        if isinstance(target, (cst.Tuple, cst.List)):
            if isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == len(target.elements):
                for left, right in zip(target.elements, value.elements, strict=True):
                    yield from self._assigned(node, left.value, right.value, frame)
            return
        is_place = not isinstance(target, cst.Name)
        if value is not None:
            summed = partial(self.terms, Place(value, frame))
            yield Update(node, self._target(Place(target, frame)), is_place, summed)

    def _called(self, node: cst.Call, frame: Frame | None) -> Iterator[Update]:
        """An in-place call that is no link of a longer chain of them."""
        changed = self._addition.changed(Place(node, frame))
        link = self._survey.parents.get(node)
        outer = self._survey.parents.get(link) if isinstance(link, cst.Attribute) else None
        is_link = (
            isinstance(outer, cst.Call)
            and outer.func is link
            and self._addition.changed(Place(outer, frame)) is not None
        )
        if changed is not None and not is_link:
            target = self._target(changed)
            if isinstance(target.node, (cst.Name, cst.Attribute, cst.Subscript, cst.ListComp)):
                yield Update(node, target, in_place=True, summed=partial(self.terms, Place(node, frame)))

    def _target(self, place: Place) -> Place:
        """What a write to an alias of a tensor changes: `p` of `p.data`, `w` of `w[:]`."""
        while True:
            place = self._names.aliased(place)
            node = place.node
            if not isinstance(node, cst.Subscript) or not isinstance(index_of(node), (cst.Ellipsis, type(None))):
                return place
            place = Place(node.value, place.frame)

    def kept(self, update: Update) -> tuple[Scale, ...]:
        """By what the target is multiplied, the sum multiplied out: 1 and −lr·wd of `p *= 1 - lr * wd`."""
        rests = (rest for term in update.terms for rest in self._rests(term, update.target))
        return tuple(scale for rest in rests for scale in self._addition.multiplied_out(rest))

    def added(self, update: Update) -> tuple[Term, ...]:
        """The terms in which the target is no factor."""
        return tuple(term for term in update.terms if self.without(term, update.target) is None)

    def multiplied_out(self, scale: Scale) -> tuple[Scale, ...]:
        """A product as a sum of products: 1 and −lr·wd of `(1 - lr * wd)`."""
        return self._addition.multiplied_out(scale)

    def without(self, term: Term, tensor: Place) -> Scale | None:
        """By what a tensor is multiplied in a term; None where it is no factor of it."""
        return next(self._rests(term, tensor), None)

    def _rests(self, term: Term, tensor: Place) -> Iterator[Scale]:
        yield from terms_of_target(term, lambda factor: self.same(factor, tensor))

    def origin(self, place: Place) -> Place:
        """What a place stands for, through names that were bound once to another tensor and not to a new one."""
        for _ in range(_DEPTH):
            place = self._target(place)
            binding = self._values.bound_once(place.node) if isinstance(place.node, cst.Name) else None
            if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None:
                return place
            value = self._target(Place(binding.value, place.frame))
            if not isinstance(value.node, (cst.Name, cst.Attribute, cst.Subscript)):
                return place
            place = value
        return place

    def same(self, one: Place, other: Place) -> bool:
        """Whether two places certainly are one tensor: one variable, one attribute of it, one item of it."""
        one, other = self._target(one), self._target(other)
        return self._is_written_alike(one, other) or self._is_written_alike(self.origin(one), self.origin(other))

    def _is_written_alike(self, one: Place, other: Place) -> bool:
        if dotted(one.node) is not None:
            return self._frames.same(one, other)
        if isinstance(one.node, cst.Subscript) and isinstance(other.node, cst.Subscript):
            is_item = self.same(Place(one.node.value, one.frame), Place(other.node.value, other.frame))
            pairs = zip(one.node.slice, other.node.slice, strict=False)
            return is_item and all(left.slice.deep_equals(right.slice) for left, right in pairs)
        if isinstance(one.node, cst.Attribute) and isinstance(other.node, cst.Attribute):
            is_name = one.node.attr.value == other.node.attr.value
            return is_name and self.same(Place(one.node.value, one.frame), Place(other.node.value, other.frame))
        return False


def _changing(block: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What may change something in a block, in order, but for what is in functions and classes inside it."""
    stack = [block]
    while stack:
        node = stack.pop()
        if type(node) in _CHANGING:
            yield node
        stack.extend([child for child in reversed(children(node)) if type(child) not in _INNER])
