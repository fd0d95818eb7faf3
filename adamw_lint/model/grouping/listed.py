"""The texts and classes that a list names, wherever it is written: as a display, a sum, with appends."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.assigned import assigned
from adamw_lint.model.grouping.roles import Given
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Reference, Text


class Listed:
    """Reads the lists of one surveyed file."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def text(self, node: cst.BaseExpression, given: Given) -> str | None:
        """The text that an expression is, None where it is not known."""
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        if binding is not None and binding.node in given:
            return self.text(given[binding.node], given)
        worth = self._values.worth(node)
        return worth.value if isinstance(worth, Text) else None

    def display(self, node: cst.BaseExpression, given: Given, depth: int = 0) -> cst.BaseExpression | None:
        """The display that an expression stands for, if it stands for just one that nothing is put into later."""
        if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            return node
        if isinstance(node, cst.Call) and dotted(node.func) in ("list", "tuple", "set", "frozenset", "sorted"):
            plain = positional(node)
            return self.display(plain[0], given, depth + 1) if len(plain) == 1 and depth < 8 else None
        binding = self._values.bound_once(node)
        if binding is None or binding.kind is Kind.AUGMENT or depth > 8:
            return None
        value = given.get(binding.node, assigned(binding))
        changed = any((method_call(call) or ("", ""))[1] in _CHANGES for call in self._values.calls_on(node))
        return None if value is None or changed else self.display(value, given, depth + 1)

    def items(self, node: cst.BaseExpression, given: Given, depth: int = 0) -> list[cst.BaseExpression] | None:
        """Every item of a list, None where there may be others."""
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, (cst.Add, cst.BitOr)) and depth < 8:
            left, right = self.items(node.left, given, depth + 1), self.items(node.right, given, depth + 1)
            return None if left is None or right is None else [*left, *right]
        found = self.display(node, given)
        if isinstance(found, (cst.List, cst.Tuple, cst.Set)):
            return self._elements(found, given, depth)
        return self._amended(node, given, depth)

    def _elements(
        self, node: cst.List | cst.Tuple | cst.Set, given: Given, depth: int
    ) -> list[cst.BaseExpression] | None:
        items: list[cst.BaseExpression] = []
        for element in node.elements:
            more = self.items(element.value, given, depth + 1) if isinstance(element, cst.StarredElement) else None
            if isinstance(element, cst.StarredElement) and more is None:
                return None
            items += [element.value] if more is None else more
        return items

    def _amended(self, node: cst.BaseExpression, given: Given, depth: int) -> list[cst.BaseExpression] | None:
        """The items of a variable that is bound to lists or put together by `+=`, `append` and `extend`."""
        found = self._values.bindings(node)
        if not found or depth > 4 or any(each.value is None for each in found) or found[0].node in given:
            return None
        if sum(each.kind is Kind.ASSIGN for each in found) != 1 or {each.kind for each in found} - _LISTS:
            return None
        changes = self._changes(node)
        sources = [each.value for each in found if each.value is not None]
        is_sum = isinstance(sources[0], cst.BinaryOperation)
        if changes is None or (len(found) == 1 and not changes and not is_sum):  # a display was read already
            return None
        lists = [self.items(value, given, depth + 1) for value in [*reversed(sources), *changes]]
        return None if None in lists else [item for each in lists for item in each or ()]

    def _changes(self, node: cst.BaseExpression) -> list[cst.BaseExpression] | None:
        """What is appended, each as a list; None where something else happens to the list."""
        changes: list[cst.BaseExpression] = []
        for call in self._values.calls_on(node):
            name, plain = (method_call(call) or ("", ""))[1], positional(call)
            if name in ("append", "add") and plain:
                changes.append(cst.List([cst.Element(plain[0])]))
            elif name in ("extend", "update") and plain:
                changes.append(plain[0])
            elif name in _CHANGES:
                return None
        return changes

    def texts(self, node: cst.BaseExpression, given: Given) -> list[tuple[str, cst.BaseExpression]] | None:
        """Every text of a list with its literal; None where one is not known."""
        items = self.items(node, given)
        if items is None:
            return None
        texts = [(self.text(item, given), item) for item in items]
        return None if any(text is None for text, _ in texts) else [(text or "", item) for text, item in texts]

    def classes(self, node: cst.BaseExpression, given: Given) -> Iterator[str]:
        """The dotted paths of the classes that `isinstance` is given, or the bare names of those of the program."""
        items = self.items(node, given)
        if items is not None:
            for item in items:
                yield from self.classes(item, given)
            return
        target = self._values.worth(node)
        if isinstance(target, Reference):
            yield target.path
        elif isinstance(target, Defined):
            yield target.node.name.value
        elif (name := dotted(node)) and not self._values.bindings(node):
            yield name


_LISTS = {Kind.ASSIGN, Kind.AUGMENT}
_CHANGES = ("append", "extend", "add", "update", "insert", "remove", "pop", "clear", "discard")
