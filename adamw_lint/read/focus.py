"""Leaves functions out of a text that say nothing of our subject, so that LibCST parses less where nothing is found."""

import re
from collections.abc import Iterator
from functools import cache

from adamw_lint.read.callees import BY_CALL
from adamw_lint.read.functions import Functions, can_be_cut
from adamw_lint.read.prefilter import may_estimate, may_name_optimizer
from adamw_lint.rulebook import words

_LEAST = 0.1  # the share of a text that is worth leaving out
_FEW = 100  # characters of a function that are not

_INDENT = re.compile(" *")
_WORD = re.compile(r"[A-Za-z_]\w*")
_DEFINED = re.compile(r" *(?:async +)?def +(\w+)")
_CALLED = re.compile(r"(?<![\w.])(?:self\.|cls\.|super\(\)\.)?(\w+) *\(")

Span = tuple[int, int]


def focused(text: str) -> str | None:
    """The text with `...` for the bodies of functions that do not matter; None where it had better be read whole.

    A function matters if it says a word of our subject, makes an object what it is, names a function that says such a
    word, or is called by one. That is a guess: what is found in a focused text is to be looked for in all of it, and
    that nothing is there where nothing is found is held by trial, by `python tests/gates.py --focus TREE`. A text that
    names an optimizer is read whole, for most of these have findings, and so is one that may hand its own a gradient.
    """
    if may_name_optimizer(text) or not can_be_cut(text) or may_estimate(text.encode(errors="replace")):
        return None
    pieces = Functions(text)
    spans = pieces.spans
    free = list(_free(text, spans))
    if sum(spans[number][1] - spans[number][0] for number in free) < _LEAST * len(text):
        return None
    left, at = list[str](), 0
    for number in free:
        if (body := pieces.body(number)) is not None:
            left += [text[at:body], _INDENT.match(text, body)[0], "...\n"]  # type: ignore[index]
            at = spans[number][1]
    return "".join([*left, text[at:]])


def _free(text: str, spans: list[Span]) -> Iterator[int]:
    """The functions that do not matter, by their numbers."""
    telling = {span for span in spans if _said().search(text, *span)}
    called = {name for span in telling for name in _CALLED.findall(text, *span)}
    kept = {*called, *words("focus")["constructors"]}
    names = {name for name in (_name(text, span) for span in telling) if name not in BY_CALL and name[:2] != "__"}
    for number, span in enumerate(spans):
        if span in telling or span[1] - span[0] < _FEW or _name(text, span) in kept:
            continue
        if names.isdisjoint(_WORD.findall(text, *span)):
            yield number


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join([*words("focus")["said"], *words("step_patterns")["decayed"]]))


def _name(text: str, span: Span) -> str:
    found = _DEFINED.match(text, span[0])
    return found[1] if found is not None else ""
