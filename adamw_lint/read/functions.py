"""Cuts a text into its outermost functions by their indentation, so that no more of it is parsed than concerns us."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from adamw_lint.read.syntax import tree_of

_DEFINITION = re.compile(r"\n( *)(?:async +)?def ")  # a newline is found at memory's speed, unlike the start of a line


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

    def parsed(self, number: int) -> ast.Module:
        """The tree of one function alone; raises what `tree_of` raises."""
        text = self._text[self._starts[number] : self._ends[number]]
        return tree_of(f"if True:\n{text}" if text.startswith(" ") else text)


def _end(text: str, definition: re.Match[str]) -> int:
    following = text.find("\n", definition.end())
    found = _outside(len(definition[1])).search(text, following) if following >= 0 else None
    return found.start() if found is not None else len(text) - 1


@cache
def _outside(indent: int) -> re.Pattern[str]:
    """A line that ends a function: no deeper than its `def`, and neither empty, a comment nor a closing bracket."""
    return re.compile(rf"\n {{0,{indent}}}[^\s#)\]}}]")
