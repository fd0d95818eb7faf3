"""How much of the files that are parsed would be left if only the functions that matter were handed to LibCST."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# What a function has to say for a rule to speak of it: fewer words than the checks know, so that less is left.
SAID = re.compile(
    r"optim|adam|Adam|decay|wd|l2|loss|backward|regulari|penalt|\bparameters|named_|param_group|requires_grad|\.grad\b"
    r"|\.data\b|\bnorm\(|\.pow\(|\*\* ?2|square"
)
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Focus:
    """Which part of the text stands outside of functions or in those that say a word; and with those joined to them."""

    said: float
    joined: float


def focused(texts: Sequence[str]) -> Focus:
    """What would be left of some texts."""
    total = sum(map(len, texts))
    left = [_left(text) for text in texts]
    return Focus(sum(said for said, _ in left) / total, sum(joined for _, joined in left) / total)


def _left(text: str) -> tuple[int, int]:
    """How many characters would be left of one text, without and with what names join to what matters."""
    try:
        bodies = [(name, text[start:end]) for name, start, end in _bodies(text)]
    except (SyntaxError, ValueError):
        return len(text), len(text)
    kept = {index for index, (_, body) in enumerate(bodies) if SAID.search(body)}
    outside = len(text) - sum(len(body) for _, body in bodies)
    said = outside + sum(len(bodies[index][1]) for index in kept)
    words = [frozenset(NAME.findall(body)) for _, body in bodies]
    while True:  # a function is joined to one that it calls, and to one that calls it
        names = {bodies[index][0] for index in kept}
        called = frozenset().union(*(words[index] for index in kept))
        more = {index for index, (name, _) in enumerate(bodies) if name in called or words[index] & names} - kept
        if not more:
            return said, outside + sum(len(bodies[index][1]) for index in kept)
        kept |= more


def _bodies(text: str) -> Iterator[tuple[str, int, int]]:
    """The bodies of the functions that stand in no other, by their names; raises SyntaxError or ValueError."""
    ends = [0]
    for line in text.split("\n"):
        ends.append(ends[-1] + len(line) + 1)
    stack: list[ast.AST] = [ast.parse(text)]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, ends[node.body[0].lineno - 1], ends[node.end_lineno or node.lineno]
        else:
            stack += ast.iter_child_nodes(node) if not isinstance(node, ast.expr) else ()
