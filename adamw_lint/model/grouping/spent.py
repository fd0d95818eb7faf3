"""Iterators over a model's parameters that are read a second time, when nothing is left in them."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.roles import Roles
from adamw_lint.model.scopes import Arms, Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, method_call
from adamw_lint.model.values import Values

_LAZY = ("iter", "filter", "map", "zip", "enumerate", "reversed", "chain")
_READERS = ("list", "tuple", "set", "sorted", "dict", "sum", "frozenset")


@dataclass(frozen=True, slots=True, eq=False)
class Spent:
    """A group that reads an iterator which `first` has read to its end before; `binding` made the iterator."""

    group: Group
    partition: Partition
    read: cst.Name
    first: cst.CSTNode
    binding: Binding


class Iterators:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._values = values
        self._words = words
        self._roles = Roles(survey, values, words)

    def spent(self, partition: Partition) -> Iterator[Spent]:
        """The groups of an optimizer that come too late for the parameters that they are to take."""
        for group in partition.groups:
            for expression in self._written(group):
                for name in _names(expression):
                    binding = self._values.bound_once(name)
                    if binding is None or not self._is_iterator(binding):
                        continue
                    if self._reader(name) is None and (name is not expression or group.node is None):
                        continue
                    first = self._read_before(name, binding)
                    if first is not None:
                        yield Spent(group, partition, name, first, binding)

    def _written(self, group: Group) -> Iterator[cst.BaseExpression]:
        """The expressions of a group's parameters, followed to where a name is bound."""
        node, depth = group.params, 0
        while isinstance(node, cst.Name) and depth < 4:
            binding = self._values.bound_once(node)
            if binding is None or binding.kind is not Kind.ASSIGN or self._is_iterator(binding):
                break
            node, depth = binding.value, depth + 1
        if node is not None:
            yield node

    def _is_iterator(self, binding: Binding) -> bool:
        """Whether a name is bound to an iterator over the parameters or modules of a model."""
        value = binding.value
        if binding.kind is not Kind.ASSIGN or value is None:
            return False
        if isinstance(value, cst.GeneratorExp):
            return self._roles.elements(value) is not None
        if not isinstance(value, cst.Call):
            return False
        method, name = method_call(value), (dotted(value.func) or "").rpartition(".")[2]
        if name in _LAZY:
            return any(self._roles.elements(arg.value) is not None for arg in value.args)
        given = {*self._words["named_iterators"], *self._words["modules"], *self._words["named_modules"]}
        if not self._survey.mentions(self._words["listing_libraries"]):
            given |= {*self._words["iterators"]}
        return method is not None and method[1] in given and not self._survey.functions.get(method[1])

    def _reader(self, name: cst.Name) -> cst.CSTNode | None:
        """What reads an iterator to its end where it is named; None where that is not certain."""
        up = self._survey.parents[name]
        if isinstance(up, cst.CompFor) and up.iter is name:
            comp = next(each for each in self._survey.ancestors(up) if isinstance(each, cst.BaseComp))
            is_outermost = comp.for_in is up
            return comp if is_outermost and not isinstance(comp, cst.GeneratorExp) else self._drained(comp)
        if isinstance(up, cst.For) and up.iter is name:
            left = any(isinstance(each, (cst.Break, cst.Return)) for each in descendants(up.body))
            return None if left else up
        call = self._survey.parents.get(up)
        return call if isinstance(call, cst.Call) and dotted(call.func) in _READERS else None

    def _drained(self, comp: cst.BaseComp) -> cst.CSTNode | None:
        """A generator that is read at once: `sum(p.numel() for p in params)`."""
        call = self._survey.parents.get(self._survey.parents[comp])
        return call if isinstance(call, cst.Call) and dotted(call.func) in _READERS else None

    def _read_before(self, name: cst.Name, binding: Binding) -> cst.CSTNode | None:
        """What has certainly read the iterator before, in the same function and round."""
        scope, arms = self._outer(name), self._arms(name)
        for other in self._survey.names[name.value]:
            if other is name or self._values.bound_once(other) is not binding or self._outer(other) is not scope:
                continue
            reader = self._reader(other)
            before = self._arms(other)
            earlier = self._survey.orders[other] < self._survey.orders[name]
            if reader is not None and earlier and arms[: len(before)] == before:
                return reader
        return None

    def _arms(self, node: cst.CSTNode) -> Arms:
        """The arms in which a node runs, those around a comprehension among them."""
        scope, arms = self._survey.places[node]
        while scope.immediate and scope.parent is not None:
            scope, arms = scope.parent, (*scope.arms, *arms)
        return arms

    def _outer(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The function in which a node runs, lambdas among them."""
        for up in self._survey.ancestors(node):
            if isinstance(up, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
                return up
        return None


def _names(node: cst.BaseExpression) -> Iterator[cst.Name]:
    return (each for each in descendants(node) if isinstance(each, cst.Name))
