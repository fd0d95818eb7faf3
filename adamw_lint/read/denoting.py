"""Tells from Python's own syntax tree of some functions of a file which expressions may be parameters of a model."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from adamw_lint.read.bindings import Bound, Part
from adamw_lint.read.outline import operands
from adamw_lint.read.syntax import last_name
from adamw_lint.rulebook import words

_LISTS = frozenset({"list", "tuple", "iter", "reversed", "sorted", "set", "dict", "tqdm", "enumerate", "zip", "chain"})
_BY_CALL = frozenset({"forward", "__call__", ""})  # what the call of an object runs; lambdas have no name
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
        self._words = {**words("penalty"), **words("parameters")}
        self._said = re.compile("|".join(self._words["said_of_parameters"]))
        self._handed: frozenset[tuple[bool, str]] = frozenset()  # the functions that are handed parameters, or streams

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
        apart = re.findall(r"^ *\(?((?:[\w.]+ *, *)+[\w.]+)\)? *=", self._text, re.MULTILINE)
        return frozenset([*weights, *made, *(name for names in apart for name in re.findall(r"self\.(\w+)", names))])

    @cached_property
    def _operands(self) -> list[tuple[Part, ast.expr]]:
        return [(piece, each) for piece in self._pieces for each in self._operands_in(piece)]

    def _operands_in(self, piece: Part) -> Iterator[ast.expr]:
        """What norms and squares are taken of, as far as they may become a part of a loss."""
        for node in piece.nodes:
            if type(node) not in (ast.Call, ast.BinOp):
                continue
            found = list(operands(node))
            is_norm = found and not self._is_of_a_layer(node) and not _has_axis(node)
            yield from found if is_norm and piece.flowing(self._text).leaves(node) else ()

    def _is_of_a_layer(self, node: ast.AST) -> bool:
        """`self.norm(x)`, which is no norm of `x`, unless a function is kept under that name."""
        function = node.func if isinstance(node, ast.Call) else None
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return False
        return function.value.id == "self" and not keeps_function(self._text, function.attr)

    def _hand_over(self) -> Iterator[tuple[bool, str]]:
        """Which functions are handed parameters (False) or what yields them (True), as far as a norm depends on it."""
        wanted = {of for piece, node in self._operands for of in self._follow(node, piece).asked}
        done: set[int] = set()
        while True:
            calls = [(piece, call) for piece in self._pieces for call in piece.calls if id(call) not in done]
            new = [(piece, call, name) for piece, call in calls if (name := self._callee(call, piece)) in wanted]
            for piece, call, name in new:
                done.add(id(call))
                given = [*call.args, *(each.value for each in call.keywords)]
                plain = [each.value if isinstance(each, ast.Starred) else each for each in given]
                for streams in (False, True):
                    followed = [self._follow(each, piece, streams) for each in plain]
                    wanted.update(of for each in followed for of in each.asked)
                    if any(each.found for each in followed):
                        yield streams, name or ""
                        yield True, name or ""  # what `*args` is given one by one is looped over
            if not new:
                return

    def _callee(self, call: ast.Call, piece: Part) -> str | None:
        """The function of the file that a call may run, empty for that of some object; None where it runs none."""
        function = call.func
        if isinstance(function, ast.Name):
            is_object = function.id in piece.bound or function.id in self._module_names
            return function.id if function.id in self._functions else "" if is_object else None
        if not isinstance(function, ast.Attribute):
            return "" if not isinstance(function, ast.Call) or last_name(function.func) != "super" else None
        if function.attr in self._functions:
            return function.attr
        return "" if isinstance(function.value, ast.Name) and function.value.id == "self" else None

    @cached_property
    def _functions(self) -> dict[str, str]:
        """The text of each function by its name, up to the next one; that of several of one name together."""
        found: dict[str, str] = defaultdict(str)
        for text in re.split(r"def (?=\w)", self._text)[1:]:
            found[re.match(r"\w+", text)[0]] += text  # type: ignore[index]
        found.pop("__init__", None)
        return found

    @cached_property
    def _module_names(self) -> frozenset[str]:
        return frozenset(re.findall(r"^(\w+) *=", self._text, re.MULTILINE))

    @cached_property
    def _yielding(self) -> frozenset[str]:
        """The functions of the file that say anything of parameters, and so may return them."""
        return frozenset(name for name, text in self._functions.items() if self._says(text))

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
                asked.update("" if each.of in _BY_CALL else each.of for each in bound if each.of is not None)
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
        named = bound.of is not None and (streams, bound.of) in self._handed
        return named or (bound.of in _BY_CALL and (streams, "") in self._handed)

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
        return frozenset(path.rpartition(".")[2] for path in self._words["variable_makers"])

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


@lru_cache(maxsize=32)
def keeps_function(text: str, name: str) -> bool:
    """Whether an attribute is bound to what is no call: `self.norm = torch.norm`."""
    # What begins with the letters themselves is searched for at memory's speed; that a word does is asked after them.
    return re.search(rf"{name}(?<!\w{name})\b[^=\n]{{0,200}}= *[\w.]+ *$", text, re.MULTILINE) is not None
