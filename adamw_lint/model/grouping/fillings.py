"""What loops put into lists, wherever those are kept: in a variable, in an entry of a dict, in one of several lists."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.grouping.cases import Cases
from adamw_lint.model.grouping.predicates import ALWAYS, Predicate, every
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional, same
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Text

Keys = tuple[str | None, ...]  # None for a key that is not known
Receiver = tuple[cst.BaseExpression, Keys, Predicate]  # a variable, keys in it, and when the list is the one there
_GROWING = ("append", "add", "extend", "update", "insert")
_SHRINKING = ("remove", "pop", "clear", "discard", "difference_update", "intersection_update")


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """One call that puts something into a list; `whole` where it is all of a list, `under` the choice of the list."""

    call: cst.Call
    value: cst.BaseExpression
    whole: bool
    under: Predicate


class Fillings:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, values: Values, cases: Cases) -> None:
        self._survey = survey
        self._values = values
        self._cases = cases
        self._known: dict[cst.Call, list[Receiver]] = {}

    def of(self, base: cst.BaseExpression, keys: Keys) -> Iterator[Filling]:
        """What is put into the list that a variable holds, or that is kept in it under keys."""
        for call in self._survey.calls:
            method, plain = method_call(call), positional(call)
            if method is None or method[1] not in _GROWING or not plain:
                continue
            for other, path, under in self._receivers_of(call, method[0]):
                if len(path) == len(keys) and self._is_same(base, other) and all(map(_agree, path, keys)):
                    yield Filling(call, plain[-1], method[1] in ("extend", "update"), under)

    def is_shrunk(self, base: cst.BaseExpression) -> bool:
        """Whether something is taken out of a variable again."""
        return any((method_call(call) or ("", ""))[1] in _SHRINKING for call in self._values.calls_on(base))

    def alike(self) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression]]:
        """The conditions that put something into the same list whether they are met or not, with that list."""
        for call in self._survey.calls:
            method = method_call(call)
            if method is None or method[1] not in _GROWING:
                continue
            base = method[0]
            while isinstance(base, cst.Subscript):
                base = base.value
            if isinstance(base, cst.IfExp) and same(base.body, base.orelse):
                yield base, base.body
            for up in self._survey.ancestors(call):
                if isinstance(up, cst.If) and isinstance(up.orelse, cst.Else) and up.body.deep_equals(up.orelse.body):
                    yield up.test, base

    def container(self, node: cst.BaseExpression) -> tuple[cst.BaseExpression, Keys] | None:
        """`(x, ("a", None))` of `x["a"][k]`; None for what is kept in no variable."""
        keys: list[str | None] = []
        while isinstance(node, cst.Subscript):
            keys.append(self._key(index_of(node)))
            node = node.value
        return (node, tuple(reversed(keys))) if isinstance(node, (cst.Name, cst.Attribute)) and dotted(node) else None

    def _key(self, node: cst.BaseExpression | None) -> str | None:
        worth = self._values.worth(node)
        return str(worth.value) if isinstance(worth, (Text, Number)) else None

    def _is_same(self, one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
        if dotted(one) != dotted(other):
            return False
        here, there = set(self._values.bindings(one)), set(self._values.bindings(other))
        return bool(here & there) or (not here and not there)

    def _receivers_of(self, call: cst.Call, receiver: cst.BaseExpression) -> list[Receiver]:
        if call not in self._known:
            self._known[call] = []  # what decides the list cannot be read out of the list
            self._known[call] = list(self._receivers(receiver))
        return self._known[call]

    def _receivers(self, node: cst.BaseExpression) -> Iterator[Receiver]:
        """The lists that a receiver may be, each with the condition under which it is that one."""
        keys: list[list[tuple[Predicate, str | None]]] = []
        while isinstance(node, cst.Subscript):
            options = self._cases.of(index) if (index := index_of(node)) is not None else []
            keys.append([(under, self._key(each)) for under, each in options] or [(ALWAYS, None)])
            node = node.value
        for under, base in self._cases.of(node):
            paths: list[tuple[Predicate, Keys]] = [(under, ())]
            for choices in reversed(keys):
                paths = [(every([one, more]), (*path, key)) for one, path in paths for more, key in choices]
            for condition, path in paths:
                if (inner := self.container(base)) is not None:
                    yield inner[0], (*inner[1], *path), condition


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
