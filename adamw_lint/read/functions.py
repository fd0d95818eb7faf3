"""Cuts a text into its outermost functions by their indentation, so that no more of it is parsed than concerns us."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from adamw_lint.read.syntax import UNREADABLE, tree_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_AROUND = "if True:\n"  # a line before a function that is indented
_DEFINITION = re.compile(r"\n( *)(?:async +)?def ")  # a newline is found at memory's speed, unlike the start of a line
# Where indentation does not tell what belongs together, in a text after a newline: `^` is asked at each character.
_UNBROKEN = re.compile(r"\n(?: *\t| +global )|\r(?!\n)")


def can_be_cut(text: str) -> bool:
    """Whether indentation tells where the functions of a text end, and none of them binds a name of the module."""
    return _UNBROKEN.search(f"\n{text}") is None


class Functions:
    """The functions of a text that stand in no other; what is in none of them is the rest.

    What is cut where a string or a bracket is still open does not parse, and then the text has to be parsed as a whole.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        after_newline = f"\n{text}"  # where the newline before a line stands, the line itself begins in the text
        for found in _DEFINITION.finditer(after_newline):
            if not self._ends or found.start() >= self._ends[-1]:
                self._starts.append(found.start())
                self._ends.append(_end(after_newline, found))

    def around(self, offsets: Iterable[int]) -> set[int] | None:
        """The functions in which the offsets stand; None where one stands in none of them."""
        places = list(offsets)
        found = {bisect_right(self._starts, offset) - 1 for offset in places}
        return None if -1 in found or not all(map(self._holds, places)) else found

    def _holds(self, offset: int) -> bool:
        return offset < self._ends[bisect_right(self._starts, offset) - 1]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where each function begins, and where what follows it does."""
        return list(zip(self._starts, self._ends, strict=True))

    def parsed(self, number: int) -> ast.Module:
        """The tree of one function alone; raises what `tree_of` raises."""
        text = self._text[self._starts[number] : self._ends[number]]
        return tree_of(f"{_AROUND}{text}" if text.startswith(" ") else text)

    def body(self, number: int) -> int | None:
        """Where the line begins with which the body of a function does; None where that has no line of its own.

        None as well of what does not parse.
        """
        start, end = self._starts[number], self._ends[number]
        try:
            function = next(node for node in ast.walk(self.parsed(number)) if isinstance(node, _FUNCTIONS))
        except UNREADABLE:
            return None
        first = min([function.body[0], *getattr(function.body[0], "decorator_list", ())], key=lambda node: node.lineno)
        lines = self._text[start:end].split("\n")
        line = first.lineno - 1 - self._text.startswith(" ", start)
        before = lines[line].encode()[: first.col_offset].strip()
        return start + sum(len(each) + 1 for each in lines[:line]) if before in (b"", b"@") else None


def _end(text: str, definition: re.Match[str]) -> int:
    following = text.find("\n", definition.end())
    found = _outside(len(definition[1])).search(text, following) if following >= 0 else None
    return found.start() if found is not None else len(text) - 1


@cache
def _outside(indent: int) -> re.Pattern[str]:
    """A line that ends a function: no deeper than its `def`, and neither empty, a comment nor a closing bracket."""
    return re.compile(rf"\n {{0,{indent}}}[^\s#)\]}}]")
