"""Which arithmetic operation a call is, and on what: a method of a tensor or a function of a library, old or new."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Place
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Reference

_LISTS = "_foreach_"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation by its bare name: `add` for `add`, `add_` and `_foreach_add_`.

    `tensors` are its operands, the tensor itself first; `by` is what `alpha=`, `value=` or `weight=` says; `changed` is
    the tensor that it writes to, None where the result is a new one.
    """

    name: str
    tensors: tuple[Place, ...]
    by: Place | None = None
    changed: Place | None = None


class Operations:
    """Reads calls of one surveyed program in the vocabulary `updates`."""

    def __init__(self, values: Values, words: dict[str, Any]) -> None:
        self._values = values
        self._words = words
        self._fused = frozenset((*words["plus_product"], *words["plus_quotient"]))
        self._sums = frozenset((*words["plus"], *words["minus"]))

    def called(self, call: cst.Call) -> tuple[str, list[cst.BaseExpression], bool] | None:
        """The name of a library's function or of a method, its operands, and whether it is a function."""
        target, plain, method = self._values.worth(call.func), positional(call), method_call(call)
        if isinstance(target, Reference):
            return target.path.rpartition(".")[2], plain, True
        if target is not UNKNOWN and method is None:
            return None
        root = (dotted(call.func) or "").partition(".")[0]
        is_function = method is None or (root in self._words["roots"] and not self._is_bound(method[0]))
        name = (dotted(call.func) or "").rpartition(".")[2] if method is None else method[1]
        return (name, plain, True) if is_function or method is None else (name, [method[0], *plain], False)

    def _is_bound(self, receiver: cst.BaseExpression) -> bool:
        return not isinstance(receiver, cst.Name) or bool(self._values.bindings(receiver))

    def of(self, place: Place) -> Operation | None:
        """The operation that an expression is, None where it is none that we know."""
        call = place.node
        found = self.called(call) if isinstance(call, cst.Call) else None
        if found is None or not isinstance(call, cst.Call) or any(arg.star for arg in call.args):
            return None
        written, operands, is_function = found
        name = written.removeprefix(_LISTS).rstrip("_")
        named = dict(self._named(call))
        operands = [*named.get("first", []), *operands, *named.get("others", [])]
        by, out = named.get("by", []), named.get("out", [])
        if not operands:
            return None
        if not by:
            operands, by, out = self._positional(written, name, operands, out, is_function)
        places = tuple(Place(each, place.frame) for each in operands)
        is_in_place = written.endswith("_") or written in self._words["in_place"]
        changed = Place(out[0], place.frame) if out else places[0] if is_in_place else None
        return Operation(name, places, Place(by[0], place.frame) if by else None, changed)

    def _named(self, call: cst.Call) -> Iterator[tuple[str, list[cst.BaseExpression]]]:
        for role in ("first", "others", "by", "out"):
            found = [
                arg.value for arg in call.args if arg.keyword and arg.keyword.value in self._words[f"{role}_named"]
            ]
            yield role, found

    def _positional(
        self,
        written: str,
        name: str,
        operands: list[cst.BaseExpression],
        out: list[cst.BaseExpression],
        is_function: bool,
    ) -> tuple[list[cst.BaseExpression], list[cst.BaseExpression], list[cst.BaseExpression]]:
        """Operands, factor and output where no keyword tells them apart: `add(a, wd, p)` was a + wd·p in old torch."""
        if name in self._words["mixed"] and len(operands) == 3:
            return operands[:2], operands[2:], out
        if name in self._fused and len(operands) == 4:
            at = 3 if written.startswith(_LISTS) else 1
            return [*operands[:at], *operands[at + 1 :]], [operands[at]], out
        if name in self._sums and len(operands) == 3:
            is_array = is_function and isinstance(operands[2], (cst.Name, cst.Attribute)) and self._is_array(operands)
            return (operands[:2], [], operands[2:]) if is_array else ([operands[0], operands[2]], [operands[1]], out)
        return operands, [], out

    def _is_array(self, operands: list[cst.BaseExpression]) -> bool:
        """Whether a third argument is where the sum is written to: `np.add(a, b, a)`."""
        return dotted(operands[2]) in (dotted(operands[0]), dotted(operands[1]))
