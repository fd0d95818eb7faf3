"""Which functions of a file its calls may run, and which arguments take what they give, by Python's own syntax tree."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from adamw_lint.read.bindings import Part
from adamw_lint.read.syntax import last_name

BY_CALL = frozenset({"forward", "__call__", ""})  # what the call of an object runs; lambdas have no name

Argument = str | int | None  # by its name or its index after the object of a method; None stands for any
Handed = tuple[bool, str, Argument]  # whether it is a stream of parameters, to which function it is handed, and where


class Callees:
    """Answers about the calls of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def run_by(self, call: ast.Call, piece: Part) -> str | None:
        """The function of the file that a call may run, empty for that of some object; None where it runs none."""
        function = call.func
        if isinstance(function, ast.Name):
            is_object = function.id in piece.bound or function.id in self._module_names
            return function.id if function.id in self.functions else "" if is_object else None
        if not isinstance(function, ast.Attribute):
            return "" if not isinstance(function, ast.Call) or last_name(function.func) != "super" else None
        if function.attr in self.functions:
            return function.attr
        return "" if isinstance(function.value, ast.Name) and function.value.id == "self" else None

    @cached_property
    def functions(self) -> dict[str, str]:
        """The text of each function by its name, up to the next one; that of several of one name together."""
        found: dict[str, str] = defaultdict(str)
        for text in re.split(r"def (?=\w)", self._text)[1:]:
            found[re.match(r"\w+", text)[0]] += text  # type: ignore[index]
        found.pop("__init__", None)
        return found

    @cached_property
    def _module_names(self) -> frozenset[str]:
        return frozenset(re.findall(r"^(\w+) *=", self._text, re.MULTILINE))

    def given(self, call: ast.Call, name: str) -> Iterator[tuple[ast.expr, tuple[Argument, ...]]]:
        """What a call gives a function, and which of its arguments that may be."""
        is_certain, before = True, isinstance(call.func, ast.Attribute)  # `Class.method(object, x)`
        for index, each in enumerate(call.args):
            is_certain = is_certain and not isinstance(each, ast.Starred)
            places = tuple(range(max(index - before, 0), index + (name in self._shifted) + 1))
            yield each.value if isinstance(each, ast.Starred) else each, places if is_certain else (None,)
        yield from ((each.value, (each.arg,)) for each in call.keywords)

    @cached_property
    def _shifted(self) -> frozenset[str]:
        """The functions that may be methods which call their object by a name of their own."""
        found = re.findall(r"^[ \t]+(?:async +)?def (\w+)\((?!\s*(?:self|cls)\b)", self._text, re.MULTILINE)
        return frozenset({*found, *("" for name in found if name in BY_CALL)})
