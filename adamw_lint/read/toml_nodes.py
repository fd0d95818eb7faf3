"""Reads TOML with the places of its values, which tomllib does not tell, and believes none that tomllib contradicts."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from adamw_lint.diagnostics import Span
from adamw_lint.read.nodes import Entry, Node, Scalar, Table

_KEY = r"(?:[\w-]++|\"[^\"\\\n]*\"|'[^'\n]*')"
_KEYS = rf"{_KEY}(?:[ \t]*+\.[ \t]*+{_KEY})*+"
_HEADER = re.compile(rf"^[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]\]?", re.MULTILINE)
_VALUE = r"\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*'|[\w.+-]+"
_ENTRY = rf"(?P<keys>{_KEYS})[ \t]*=[ \t]*(?P<value>{_VALUE})[ \t]*(?=[,}}#\r\n]|\Z)"
_LINE = re.compile(rf"^[ \t]*(?:{_ENTRY}|(?P<table>{_KEYS})[ \t]*=[ \t]*(?P<braces>\{{[^\n]*))", re.MULTILINE)
_INLINE = re.compile(rf"{_ENTRY}|(?P<opened>{_KEYS})[ \t]*=[ \t]*\{{|{_KEYS}|\}}")

_Path = tuple[str, ...]


def read_toml(text: str) -> tuple[Node, ...] | None:
    """The one document of a text; None where it is no TOML.

    What stands in lists, or on several lines, is left out, and so is what tomllib reads otherwise.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    found = {path: entry for path, entry in _entries(text) if _says(document, path, entry.value)}
    return (_table(found, (), document, Span(0, len(text))),)


def _entries(text: str) -> list[tuple[_Path, Entry]]:
    """Every value that stands on one line, with the keys that lead to it."""
    headers = [(each.end(), each[1] == "[[", _parts(each[2])) for each in _HEADER.finditer(text)]
    ends = [*(each.start() for each in _HEADER.finditer(text)), len(text)]
    parts = [(0, ends[0], ())] + [
        (start, end, path) for (start, is_list, path), end in zip(headers, ends[1:], strict=True) if not is_list
    ]
    return [each for start, end, path in parts for each in _lines(text, start, end, path)]


def _lines(text: str, start: int, end: int, path: _Path) -> list[tuple[_Path, Entry]]:
    found: list[tuple[_Path, Entry]] = []
    for line in _LINE.finditer(text, start, end):
        if line["keys"] is not None:
            found.append(_entry(line, path))
            continue
        found += _inline(text, line.start("table"), line.end("braces"), path)
    return found


def _inline(text: str, start: int, end: int, path: _Path) -> Iterator[tuple[_Path, Entry]]:
    """The values of a table in braces, and of those in it."""
    within = [path]
    for part in _INLINE.finditer(text, start, end):
        if part["keys"] is not None:
            yield _entry(part, within[-1])
        elif part["opened"] is not None:
            within.append((*within[-1], *_parts(part["opened"])))
        elif part[0] == "}" and len(within) > 1:
            within.pop()


def _entry(match: re.Match[str], path: _Path) -> tuple[_Path, Entry]:
    keys = _parts(match["keys"])
    written = match["value"]
    quoted = written[0] in "\"'"
    key = Scalar(Span(*match.span("keys")), keys[-1])
    value = Scalar(Span(*match.span("value")), written[1:-1] if quoted else written, quoted)
    return (*path, *keys), Entry(key, value)


def _parts(keys: str) -> _Path:
    return tuple(each.strip("\"'") for each in re.findall(_KEY, keys))


def _says(document: Any, path: _Path, node: Node) -> bool:
    """Whether tomllib finds the same value under the same keys."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    if not isinstance(node, Scalar) or isinstance(document, (dict, list)) or document is None:
        return False
    if node.quoted:
        return bool(document == node.text)
    return bool(document == tomllib.loads(f"value = {node.text}")["value"])


def _table(found: dict[_Path, Entry], path: _Path, document: dict[str, Any], span: Span) -> Table:
    entries: list[Entry] = []
    for key, value in document.items():
        below = (*path, key)
        if below in found:
            entries.append(found[below])
        elif isinstance(value, dict):
            table = _table(found, below, value, span)
            entries.append(Entry(Scalar(Span(span.start, span.start), key), table))  # the header may be anywhere
    return Table(span, tuple(entries))
