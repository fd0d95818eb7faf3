"""What loops put into lists, wherever those are kept: in a variable, in an entry of a dict, in one of several lists."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.cases import Cases
from adamw_lint.model.predicates import ALWAYS, Predicate, every
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Text

Keys = tuple[str | None, ...]  # None for a key that is not known
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
        self._by_name: dict[str, list[tuple[cst.BaseExpression, Keys, Filling]]] = defaultdict(list)
        self._shrunk: set[str] = set()
        self._seen = 0  # calls; other files of the program bring more

    def of(self, base: cst.BaseExpression, keys: Keys) -> Iterator[Filling]:
        """What is put into the list that a variable holds, or that is kept in it under keys."""
        for other, path, filling in self._index().get(dotted(base) or "", ()):
            if len(path) == len(keys) and self._is_same(base, other) and all(map(_agree, path, keys)):
                yield filling

    def is_shrunk(self, base: cst.BaseExpression) -> bool:
        """Whether something is taken out of a variable again."""
        self._index()
        return dotted(base) in self._shrunk

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
        here, there = set(self._values.bindings(one)), set(self._values.bindings(other))
        return bool(here & there) or (not here and not there)

    def _index(self) -> dict[str, list[tuple[cst.BaseExpression, Keys, Filling]]]:
        start, self._seen = self._seen, len(self._survey.calls)
        for call in self._survey.calls[start : self._seen]:
            method, plain = method_call(call), positional(call)
            if method is not None and method[1] in _SHRINKING:
                self._shrunk.add(dotted(method[0]) or "")
            if method is None or method[1] not in _GROWING or not plain:
                continue
            for base, keys, under in self._receivers(method[0]):
                filling = Filling(call, plain[-1], method[1] in ("extend", "update"), under)
                self._by_name[dotted(base) or ""].append((base, keys, filling))
        return self._by_name

    def _receivers(self, node: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, Keys, Predicate]]:
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


def item_of(value: cst.BaseExpression | None, key: str | None) -> cst.BaseExpression | None:
    """The item of a display at an index that is written as a number."""
    if not isinstance(value, (cst.List, cst.Tuple)) or key is None or not key.isdigit():
        return None
    return value.elements[int(key)].value if int(key) < len(value.elements) else None
