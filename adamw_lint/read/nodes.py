"""What a file of settings is written as: tables, lists and scalars, each with its place in the text."""

from collections.abc import Iterator
from dataclasses import dataclass

from adamw_lint.diagnostics import Span

_MERGES = 16  # tables that add themselves to one another


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A text or a number; `text` is what it says, without quotation marks, and `tag` what YAML is told it is."""

    span: Span
    text: str
    quoted: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """A list."""

    span: Span
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One entry of a table."""

    key: Scalar
    value: "Node"

    @property
    def span(self) -> Span:
        """From the beginning of the key to the end of the value, or of the key where the value stands elsewhere."""
        return Span(self.key.span.start, self.value.span.end if self.is_here else self.key.span.end)

    @property
    def is_here(self) -> bool:
        """Whether the value stands behind its key: what an alias stands for was written before."""
        return self.value.span.start >= self.key.span.end


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Entries by text keys; `merged` are the tables that it takes further entries from, the first before the others.

    `tag` is what YAML is told it is, and `named` the place of that; `braced` tables stand in braces.
    """

    span: Span
    entries: tuple[Entry, ...]
    merged: tuple["Table", ...] = ()
    braced: bool = False
    tag: str = ""
    named: Span | None = None

    def entry(self, key: str) -> Entry | None:
        """What is found under a key: the last entry with it, else that of a table which adds itself to this one."""
        tables, seen = [self], 0
        while tables and seen < _MERGES:
            table, seen = tables.pop(), seen + 1
            found = [each for each in table.entries if each.key.text == key]
            if found:
                return found[-1]
            tables += reversed(table.merged)
        return None

    def at(self, *keys: str) -> "Node | None":
        """What is found under one key after the other."""
        node: Node | None = self
        for key in keys:
            entry = node.entry(key) if isinstance(node, Table) else None
            node = entry.value if entry is not None else None
        return node


Node = Scalar | Items | Table


def everything(roots: tuple[Node, ...]) -> Iterator[Node]:
    """Every node, each once, in the order of the text but for what an alias stands for."""
    seen: set[int] = set()
    stack: list[Node] = [*reversed(roots)]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Items):
            stack += reversed(node.items)
        elif isinstance(node, Table):
            stack += [part for each in reversed(node.entries) for part in (each.value, each.key)]


def tables(roots: tuple[Node, ...]) -> Iterator[tuple[Table, Node]]:
    """Every table with the root that it stands in, each once, in the order of the text."""
    return ((node, root) for root in roots for node in everything((root,)) if isinstance(node, Table))
