"""Tells from Python's own syntax tree of some functions of a file which expressions may be parameters of a model."""

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import NoneType

from adamw_lint.read.bindings import Bound, Part
from adamw_lint.read.callees import BY_CALL, Callees, Handed
from adamw_lint.read.operands import keeps_function
from adamw_lint.read.outline import operands
from adamw_lint.read.syntax import last_name
from adamw_lint.rulebook import words

_LISTS = frozenset({"list", "tuple", "iter", "reversed", "sorted", "set", "dict", "tqdm", "enumerate", "zip", "chain"})
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether an expression may be parameters, else the functions whose arguments and the free names that decide it."""

    found: bool
    asked: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()


class Denoting:
    """Answers for some pieces of a file; what it says is no parameter is none for the model either."""

    def __init__(self, text: str, pieces: list[Part]) -> None:
        self._text = text
        self._pieces = pieces
        self._callees = Callees(text)
        self._words = {**words("penalty"), **words("parameters")}
        self._said = re.compile("|".join(self._words["said_of_parameters"]))
        self._handed: frozenset[Handed] = frozenset()  # what of the functions are parameters, or streams of them

    def takes_norms(self) -> bool:
        """Whether some norm or square in the pieces may be of parameters."""
        while not any(self._follow(node, piece).found for piece, node in self._operands):
            handed = self._handed | frozenset(self._hand_over())
            if handed == self._handed:  # what is found only grows
                return False
            self._handed = handed
        return True

    @property
    def asked(self) -> frozenset[str]:
        """The functions of whose arguments a norm may be taken; empty for what the call of an object runs."""
        return frozenset(name for piece, node in self._operands for name in self._follow(node, piece).asked)

    @property
    def reads_module(self) -> bool:
        """Whether a norm is taken of what only the module itself may bind."""
        free = {name for piece, node in self._operands for name in self._follow(node, piece).free}
        pattern = r"^(?!.*\bimport\b)(?:for .*)?\b{}\b"
        return any(re.search(pattern.format(name), self._text, re.MULTILINE) for name in free - _BUILTINS)

    @cached_property
    def registered(self) -> frozenset[str]:
        """The attributes that classes of the file may register as parameters."""
        made_by = [f"self\\.(?:{'|'.join(self._words['parameter_methods'])})"]
        made_by += [rf"[\w.]*\b{name}" for name in sorted(self._makers) if f"{name}(" in self._text]
        called = rf"self\.(\w+)\b[^=\n]{{0,200}}=[\s(\\]*(?:{'|'.join(made_by)})\("
        weights = re.findall(called, self._text)
        if "Parameter" not in self._text:
            return frozenset(weights)
        made = re.findall(r"self\.(\w+)\b[^=\n]{0,200}=[\s(\\]*[\w.]*Param", self._text)
        apart = re.findall(r"^ *\(?((?:[\w.]+ *, *)+[\w.]+)\)? *=[ (\\\n]*([\w.]+)\(", self._text, re.MULTILINE)
        returned = (names for names, function in apart if function not in _BUILTINS)
        return frozenset([*weights, *made, *(name for names in returned for name in re.findall(r"self\.(\w+)", names))])

    @cached_property
    def _operands(self) -> list[tuple[Part, ast.expr]]:
        return [(piece, each) for piece in self._pieces for each in self._operands_in(piece)]

    def _operands_in(self, piece: Part) -> Iterator[ast.expr]:
        """What norms and squares are taken of, as far as they may become a part of a loss."""
        for node in piece.nodes:
            found = list(operands(node)) if type(node) in (ast.Call, ast.BinOp) else []
            if not found or self._is_of_a_layer(node, piece) or _has_axis(node) or self._is_an_error(node, piece):
                continue
            yield from found if piece.flowing(self._text).leaves(node) else ()

    def _is_of_a_layer(self, node: ast.AST, piece: Part) -> bool:
        """`self.norm(x)` or `norm(x)`, which is no norm of `x`, unless a function is kept under that name."""
        function = node.func if isinstance(node, ast.Call) else None
        if isinstance(function, ast.Name):  # an argument, or one of those that are looped over
            bound = piece.bound.get(function.id, ())
            return bool(bound) and all(each.looped or type(each.value) in (ast.Constant, NoneType) for each in bound)
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return False
        return function.value.id == "self" and not keeps_function(self._text, function.attr)

    def _is_an_error(self, node: ast.AST, piece: Part) -> bool:
        """Whether the error of a prediction is called for: only that from zeros is a norm."""
        if not isinstance(node, ast.Call) or last_name(node.func) not in self._words["squared_error"]:
            return False
        target = node.args[1] if len(node.args) > 1 else None
        bound = piece.bound.get(target.id) if isinstance(target, ast.Name) else None
        found = [target] if bound is None else [each.value for each in bound]
        return all(isinstance(each, (ast.Call, NoneType)) and not self._makes_zeros(each) for each in found)

    def _makes_zeros(self, node: ast.Call | None) -> bool:
        return node is not None and last_name(node.func) in self._words["zeros"]

    def _hand_over(self) -> Iterator[Handed]:
        """What functions are handed parameters, or what yields them, as far as a norm depends on it."""
        wanted = {of for piece, node in self._operands for of in self._follow(node, piece).asked}
        done: set[int] = set()
        while True:
            calls = [(piece, call) for piece in self._pieces for call in piece.calls if id(call) not in done]
            new = [
                (piece, call, name) for piece, call in calls if (name := self._callees.run_by(call, piece)) in wanted
            ]
            for piece, call, name in new:
                done.add(id(call))
                for node, places in self._callees.given(call, name or ""):
                    for streams in (False, True):
                        followed = self._follow(node, piece, streams)
                        wanted.update(followed.asked)
                        if followed.found:  # what `*args` is given one by one is looped over
                            yield from ((kind, name or "", place) for kind in {streams, True} for place in places)
            if not new:
                return

    @cached_property
    def _yielding(self) -> frozenset[str]:
        """The functions of the file that say anything of parameters, and so may return them."""
        return frozenset(name for name, text in self._callees.functions.items() if self._says(text))

    @cached_property
    def _kept(self) -> frozenset[str]:
        """The attributes in which a class of the file may keep what yields parameters."""
        bound = re.findall(rf"self\.(\w+)\b[^=\n]{{0,200}}=(?=[^\n]{{0,200}}(?:{self._said.pattern}))", self._text)
        return frozenset(bound)

    def _follow(self, node: ast.expr, piece: Part, streams: bool = False) -> Followed:
        """Whether an expression may be parameters in a tensor, or yield them one by one; what that depends on."""
        stack: list[tuple[ast.expr, bool]] = [(node, streams)]
        seen: set[tuple[str, bool]] = set()
        asked: set[str] = set()
        while stack:
            current, streams = stack.pop()
            if isinstance(current, ast.Name):
                if (current.id, streams) in seen:
                    continue
                seen.add((current.id, streams))
                bound = piece.bound.get(current.id, ())
                if any(self._is_handed(each, streams) for each in bound):
                    return Followed(True)
                if streams and self._says(current.id) and any(each.of is not None for each in bound):
                    return Followed(True)  # another file may hand them over
                asked.update("" if each.of in BY_CALL else each.of for each in bound if each.of is not None)
                stack += [(each.value, streams or each.looped) for each in bound if each.value is not None]
                stack += [(each, False) for each in (piece.appended.get(current.id, ()) if streams else ())]
            elif self._yields(current) if streams else self._is_parameter(current):
                return Followed(True)
            else:
                stack += self._within(current, streams)
        free = frozenset(name for name, _ in seen if name not in piece.bound)
        return Followed(False, frozenset(asked), free)

    def _is_handed(self, bound: Bound, streams: bool) -> bool:
        if bound.looped:  # over a list to which tuples are appended
            return streams and isinstance(bound.value, (ast.Name, ast.Attribute)) and "append((" in self._text
        if bound.of is None:
            return False
        functions = (bound.of, "") if bound.of in BY_CALL else (bound.of,)
        if bound.from_there:
            return any(streams == each[0] and each[1] in functions for each in self._handed)
        places = (bound.name, bound.index, None)
        return any((streams, of, place) in self._handed for of in functions for place in places)

    def _is_parameter(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):
            is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
            is_known = node.attr in self._words["weights"] or node.attr in self.registered
            return is_known or (not is_own and self._says(node.attr))
        if not isinstance(node, ast.Call):
            return False
        is_given = isinstance(node.func, ast.Attribute) and not node.args and self._says(node.func.attr)
        return is_given or last_name(node.func) in self._makers

    @cached_property
    def _makers(self) -> frozenset[str]:
        """What makes a parameter by itself, and the functions of the file that may give back one."""
        known = {path.rpartition(".")[2] for path in (*self._words["variable_makers"], *self._words["parameter_types"])}
        called = re.compile(rf"\b(?:{'|'.join(known)})\(")
        return frozenset((*known, *(name for name, text in self._callees.functions.items() if called.search(text))))

    def _yields(self, node: ast.expr) -> bool:
        """Whether an expression may yield parameters by itself, where other files or classes may decide it too."""
        if isinstance(node, ast.Attribute):
            is_kept = node.attr in self._kept or node.attr in self._words["collection_attributes"]
            return is_kept or node.attr in self.registered or self._says(node.attr)
        if not isinstance(node, ast.Call):
            return False
        name = last_name(node.func)
        if any(name in self._words[key] for key in ("iterators", "named_iterators", "collections")):
            return True
        return name in self._yielding or self._says(name)

    def _says(self, text: str) -> bool:
        return self._said.search(text) is not None

    def _within(self, node: ast.expr, streams: bool) -> Iterator[tuple[ast.expr, bool]]:
        """The expressions of which one has to be parameters, or yield them (True), for this one to do so."""
        if isinstance(node, ast.Call):
            yield from self._within_call(node, streams)
        elif isinstance(node, ast.Subscript):
            yield node.value, True
        elif streams and isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            yield from ((each, False) for each in (node.elt.elts if isinstance(node.elt, ast.Tuple) else [node.elt]))
        elif not streams and isinstance(node, ast.Tuple):  # a pair of a name and a parameter
            yield from ((each, False) for each in node.elts)
        elif streams and isinstance(node, ast.BinOp):
            yield from ((node.left, True), (node.right, True))
        elif streams and isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            elements = node.values if isinstance(node, ast.Dict) else node.elts
            yield from ((each.value if isinstance(each, ast.Starred) else each, False) for each in elements)

    def _within_call(self, node: ast.Call, streams: bool) -> Iterator[tuple[ast.expr, bool]]:
        name, known = last_name(node.func), self._words
        receiver = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        if streams:
            given = receiver if name in ("items", "values") else node.args if name in (*_LISTS, "filter") else []
            yield from ((each.value if isinstance(each, ast.Starred) else each, True) for each in given)
        elif name == "next" or name in known["flattened"] or name in known["collected"]:
            yield from ((each, True) for each in node.args[:1])
        elif name in known["unchanged"]:
            yield from ((each, False) for each in (*receiver, *node.args[:1]))


def _has_axis(node: ast.AST) -> bool:
    """Whether what is called names an axis, so that a norm is one of many vectors, not of all."""
    name = last_name(node.func) if isinstance(node, ast.Call) else ""
    return name in words("penalty")["norm"] and any(each.arg in ("dim", "axis") for each in node.keywords)  # type: ignore[attr-defined]
