"""What a fix may not touch, told by other means than the linter's: notebooks and Markdown without their code."""

from __future__ import annotations

import json
import re

from markdown_it import MarkdownIt

_STRING = r'"(?:[^"\\]|\\.)*"'
_SOURCE = re.compile(rf'("(?:source|input)"\s*:\s*)({_STRING}|\[(?:[^"\]]|{_STRING})*\])')


def remainder(path: str, text: str) -> str:
    """Everything of the text of a file but its code; of a script nothing remains."""
    if path.endswith(".ipynb"):
        return _SOURCE.sub(r"\1", text)
    if path.endswith((".md", ".markdown")):
        return _without_fences(text)
    return ""


def faults(path: str, before: str, after: str) -> list[str]:
    """What the fix of a file changed that it may not."""
    found = [] if remainder(path, before) == remainder(path, after) else ["changes more than code"]
    return found + (_faults_of_notebook(before, after) if path.endswith(".ipynb") else [])


def _faults_of_notebook(before: str, after: str) -> list[str]:
    """A cell that is no code, or whose code is the same, keeps its bytes; so does each line that is the same."""
    sources = [[match[2] for match in _SOURCE.finditer(text)] for text in (before, after)]
    found = []
    for old, new in zip(*sources, strict=True):
        if old != new and _lines(old) == _lines(new):
            found.append(f"writes a source anew: {old[:80]}")
        was, now = ({json.loads(each): each for each in re.findall(_STRING, text)} for text in (old, new))
        found += [f"writes a line anew: {line!r}" for line in was if now.get(line, was[line]) != was[line]]
    return found


def _lines(source: str) -> list[str]:
    value = json.loads(source)
    return value if isinstance(value, list) else [value]


def _without_fences(text: str) -> str:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    for token in reversed(MarkdownIt("commonmark").parse(text)):
        if token.type == "fence" and token.map:
            del lines[token.map[0] + 1 : token.map[1]]
    return "".join(lines)
