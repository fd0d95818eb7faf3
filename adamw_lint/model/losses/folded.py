"""What a call sums: a builtin sum, a map over a tree whose results are summed, a reduction."""

from typing import Any

import libcst as cst

from adamw_lint.model.tree import dotted, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference


class Folded:
    """Answers for one surveyed program."""

    def __init__(self, values: Values, words: dict[str, Any]) -> None:
        self._values = values
        self._words = words

    def summands(self, call: cst.Call) -> list[cst.BaseExpression]:
        """The expressions that a call sums, over whatever it runs; none where it does something else."""
        plain = positional(call)
        if gathered := self._gathered(call):
            return gathered
        if not plain:
            return []
        if dotted(call.func) == "sum" and not self._values.bindings(call.func):
            return plain
        name, words = self._called(call), self._words
        if name in words["tree_maps"] or name in words["tree_path_maps"]:
            return [plain[0].body] if isinstance(plain[0], cst.Lambda) else []
        if name in words["tree_sums"] or name in words["tree_leaves"]:
            return plain[:1]
        if name in words["tree_reductions"] and len(plain) > 1:
            return self._reduced(plain[0], plain[1])
        return []

    def _gathered(self, call: cst.Call) -> list[cst.BaseExpression]:
        """What the program put where a call gets it from, by a key: `tf.add_to_collection("losses", …)`."""
        gathering = self._words["gathering"].get(self._path(call))
        if gathering is None:
            return []
        plain = positional(call)
        keys = [_key(plain[0])] if gathering["by_key"] and plain else gathering["keys"]
        found: list[cst.BaseExpression] = []
        for other in self._values.survey.calls:
            given, by = positional(other), gathering["from"].get(self._path(other))
            if by == "key" and len(given) == 2 and _key(given[0]) in keys:
                found.append(given[1])
            elif by == "all" and given:
                found.append(given[0])
        return [*([call.func] if found and gathering["more"] else []), *found]

    def _path(self, call: cst.Call) -> str:
        target = self._values.worth(call.func)
        return target.path.replace(".compat.v1.", ".") if isinstance(target, Reference) else ""

    def _called(self, call: cst.Call) -> str:
        target = self._values.worth(call.func)
        path = target.path if isinstance(target, Reference) else ""
        is_tree = path.partition(".")[0] in self._words["tree_roots"] and "numpy" not in path
        return path.rpartition(".")[2] if is_tree or path == "functools.reduce" else ""

    def _reduced(self, function: cst.BaseExpression, over: cst.BaseExpression) -> list[cst.BaseExpression]:
        """A reduction by addition of two, or of what is summed so far and something made of the next leaf."""
        if not isinstance(function, cst.Lambda):
            target = self._values.worth(function)
            name = target.path.rpartition(".")[2] if isinstance(target, Reference) else ""
            return [over] if name in self._words["plus"] else []
        params, body = [each.name.value for each in function.params.params], function.body
        if len(params) != 2 or not isinstance(body, cst.BinaryOperation) or not isinstance(body.operator, cst.Add):
            return []
        sides = [body.left, body.right]
        rest = [each for each in sides if dotted(each) != params[0]]
        if len(rest) != 1:
            return []
        return [over] if dotted(rest[0]) == params[1] else rest


def is_map(call: cst.Call, values: Values) -> bool:
    """Whether a call runs a function on each of what it is given, as Python's own `map` does."""
    return dotted(call.func) == "map" and not values.bindings(call.func)


def mapped(node: cst.BaseExpression, values: Values) -> cst.BaseExpression | None:
    """What a lambda makes of each of what it is mapped over; None where nothing is mapped."""
    plain = positional(node) if isinstance(node, cst.Call) and is_map(node, values) else []
    return plain[0].body if len(plain) == 2 and isinstance(plain[0], cst.Lambda) else None


def _key(node: cst.BaseExpression) -> str:
    """A key of a collection: a text, or the last name of a constant that is one."""
    return text_of(node) or (dotted(node) or "").rpartition(".")[2]
