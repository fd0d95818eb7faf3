"""Reads TOML with the places of its values, which tomllib does not tell: it is asked again with a mark at each."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from adamw_lint.diagnostics import Span
from adamw_lint.read.nodes import Entry, Items, Node, Scalar, Table

# A string ends with its text at the latest, as in no TOML: so none is searched for its end twice.
_LONG = r"\"{3}(?:[^\"\\]++|\\.|\"(?!\"\"))*+(?:\"{3,5}|\Z)|'{3}(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"
_SHORT = r"\"(?:[^\"\\\n]++|\\.)*+\"?|'[^'\n]*+'?"
_KEY = rf"(?:[\w-]++|{_SHORT})"
_KEYS = rf"{_KEY}(?:[ \t]*+\.[ \t]*+{_KEY})*+"
_VALUE = rf"{_LONG}|{_SHORT}|[\w.+-]++(?=[ \t]*+(?:[],}}#\r\n]|\Z))"
_PART = re.compile(
    rf"(?P<text>{_LONG})|(?P<keys>{_KEYS})(?:[ \t]*+=[ \t]*+(?P<value>{_VALUE}))?+|(?P<comment>#[^\r\n]*+)", re.DOTALL
)


def read_toml(text: str) -> tuple[Node, ...] | None:
    """The one document of a text; None where it is no TOML. Times, and what is no table in a list, are left out."""
    try:
        said, marks = tomllib.loads(text), _Marks(text)
        return (marks.table(said, tomllib.loads(marks.marked)),)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def comments(text: str) -> Iterator[int]:
    """The offsets at which comments begin."""
    return (each.start() for each in _PART.finditer(text) if each["comment"])


def texts(text: str) -> Iterator[Span]:
    """The places of all keys and texts, those in lists and on several lines among them."""
    parts = ((each, group) for each in _PART.finditer(text) for group in ("text", "keys", "value"))
    return (Span(*each.span(group)) for each, group in parts if each[group])


class _Marks:
    """A text with a mark in the place of each value, and what stands where tomllib finds a mark."""

    def __init__(self, text: str) -> None:
        self._span = Span(0, len(text))
        alone = "@" * (1 + max(map(len, re.findall("@+", text)), default=0))
        parts = [each for each in _PART.finditer(text) if each["value"]]
        self._found = {f"{alone}{number}": part for number, part in enumerate(parts)}
        ends = [0, *(each.end() for each in parts)]
        between = [text[end : part.start("value")] for end, part in zip(ends, parts, strict=False)]
        marked = [f'{before}"{mark}"' for before, mark in zip(between, self._found, strict=True)]
        self.marked = "".join([*marked, text[ends[-1] :]])

    def table(self, said: dict[str, Any], marked: dict[str, Any]) -> Table:
        """The entries of a table that tomllib reads in the text, and in the marked one."""
        pairs = ((key, self._entry(key, value, marked[key])) for key, value in said.items())
        return Table(self._span, tuple(entry for _, entry in pairs if entry is not None))

    def _entry(self, key: str, value: Any, mark: Any) -> Entry | None:
        if isinstance(value, (dict, list)):
            return Entry(Scalar(Span(0, 0), key), self._node(value, mark))  # its header may be anywhere
        part = self._found.get(mark) if isinstance(mark, str) else None
        if part is None:
            return None
        is_text = isinstance(value, str)
        written = Scalar(Span(*part.span("value")), value if is_text else part["value"], is_text)
        return Entry(Scalar(Span(*part.span("keys")), key), written)

    def _node(self, value: Any, mark: Any) -> Table | Items:
        if isinstance(value, dict):
            return self.table(value, mark)
        below = zip(value, mark, strict=True)
        return Items(self._span, tuple(self._node(*each) for each in below if isinstance(each[0], (dict, list))))
