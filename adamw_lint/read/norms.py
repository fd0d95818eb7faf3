"""Where a text takes a norm or a square, found as fast as a text can be searched for a word."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from adamw_lint.rulebook import words

_KINDS = ("square", "half_square", "power", "norm", "squared_error", "dot", "product", "zeros")
_EXPONENT = re.compile(r"(?<! ) *(?:2(?:\.0*)?(?![\w.])|[A-Za-z_(])")  # one that may be 2
_RIGHT = re.compile(r" ?([A-Za-z_][\w.]*)")
_WORD = re.compile(r"\w")
_NAMED = re.compile(r"[\w.]")


class Written(NamedTuple):
    """A norm, by the name of what is called and the places of that name; None stands for a power or a product."""

    start: int
    end: int
    name: str | None


def norms(text: str) -> Iterator[Written]:
    """What may take a norm or a square: calls by the names of the rulebook, powers, products of a thing with itself."""
    for name in _names():
        called = f"{name}("
        for start in _places(text, called):
            if start == 0 or not _WORD.match(text, start - 1):
                yield Written(start, start + len(called), name)
    for start in _places(text, "**"):
        if _EXPONENT.match(text, start + 2) and _has_base(text, start):
            yield Written(start, start + 2, None)
    for operator in "*@":
        for start in _places(text, operator):
            if _multiplies_itself(text, start):
                yield Written(start, start + 1, None)


@cache
def _names() -> tuple[str, ...]:
    known = words("penalty")
    return tuple(sorted({name for kind in _KINDS for name in known[kind]}))


def _places(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


def _has_base(text: str, start: int) -> bool:
    """Whether something stands before `**`, which unpacks a table where nothing does."""
    before = text[max(start - 120, 0) : start].rstrip(" \t\r\n\\")
    return before[-1:].isalnum() or before[-1:] in ("_", ")", "]", "}", '"', "'")


def _multiplies_itself(text: str, start: int) -> bool:
    """Whether the same name, dots and all, stands on both sides of an operator."""
    right = _RIGHT.match(text, start + 1)
    if right is None:
        return False
    left = start - 1 if text.startswith(" ", start - 1) else start
    begin = left - len(right[1])
    return begin >= 0 and text.startswith(right[1], begin) and not (begin and _NAMED.match(text, begin - 1))
