"""The model of one file of settings: the optimizers that it chooses, with what they are given."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from adamw_lint.diagnostics import Span
from adamw_lint.model.configured.schemas import Keys, Penalty, Schema, every_schema
from adamw_lint.model.configured.worth import worth
from adamw_lint.model.constructions import ZERO, Decay
from adamw_lint.model.worth import Nothing, Number
from adamw_lint.read.defaults import Chosen, chosen_by
from adamw_lint.read.nodes import Entry, Node, Scalar, Table, tables
from adamw_lint.read.settings_file import read_nodes
from adamw_lint.read.source import Source
from adamw_lint.rulebook import Coupling, Optimizer

_MERGED = 16  # tables whose entries one table takes
_TABLES = 2_000  # nodes of a chosen file that are looked into
DEFAULTS = "hydra"  # the schema whose files choose others


@dataclass(frozen=True, slots=True, eq=False)
class Configured:
    """An optimizer that settings choose.

    `text` names it and stands at `named`, or in the file `elsewhere` that is chosen there; `holder` is the table of its
    arguments, `arguments` what is written there by the names of the optimizer's own parameters; `decay` is None where
    none is written, and `penalised` says that it is written as a penalty beside the arguments.
    """

    schema: Schema
    optimizer: Optimizer
    text: str
    named: Span
    holder: Table
    arguments: dict[str, Entry]
    coupling: Coupling | None
    decay: Decay | None
    written: Entry | None
    penalised: bool
    root: Node
    elsewhere: Path | None = None

    @property
    def rate(self) -> Entry | None:
        """The learning rate as it is written."""
        return self.arguments.get(self.optimizer.rate_argument)


class Configuration:
    """What a check asks its questions of where a file is settings, not a program."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.roots: tuple[Node, ...] = read_nodes(source) or ()

    def text(self, span: Span) -> str:
        """What stands at a place, on one line."""
        return " ".join(self.source.text[span.start : span.end].split())

    def number(self, entry: Entry | None, root: Node) -> Number | None:
        """The number that an entry is worth; None where it is none."""
        found = worth(entry.value, root) if entry is not None else None
        return found if isinstance(found, Number) else None

    @cached_property
    def constructions(self) -> tuple[Configured, ...]:
        """The optimizers that the settings choose, in the order of the text."""
        found: dict[tuple[Span, Span], Configured] = {}
        for table, root in tables(self.roots):
            for schema in every_schema():
                if schema.beside and not any(table.entry(key) for key in schema.beside):
                    continue
                for each in self._chosen(schema, table, root):
                    found.setdefault((each.named, each.written.span if each.written else each.named), each)
        for each in (each for root in self.roots for each in self._given(root)):
            found.setdefault((each.named, each.written.span if each.written else each.named), each)
        return tuple(found[place] for place in sorted(found))

    def _chosen(self, schema: Schema, table: Table, root: Node) -> Iterator[Configured]:
        for keys in schema.within:
            chooser = table.at(*keys)
            if not isinstance(chooser, Table) or _is_off(chooser.entry(schema.off)):
                continue
            text, named = self._name(schema, chooser)
            optimizer = schema.optimizer(text) if named is not None else None
            holder = chooser.at(*schema.given)
            if optimizer is not None and named is not None and isinstance(holder, Table):
                yield self._configured(schema, optimizer, text, named, holder, table, root)

    def _given(self, root: Node) -> Iterator[Configured]:
        """What the file gives to optimizers that the files of its defaults list name."""
        bases = list(chosen_by(self.source, root))
        schema = next(each for each in every_schema() if each.name == DEFAULTS) if bases else None
        named = [(base, keys, table) for base in bases for keys, table in _below(base)]
        places = Counter(keys for _, keys, table in named if schema and table.entry(schema.text))
        for base, keys, table in named:
            own = root.at(*keys) if isinstance(root, Table) else None
            if schema is not None and isinstance(own, Table) and places[keys] == 1 and not own.entry(schema.text):
                yield from self._handed(schema, base, table, own, root)

    def _handed(self, schema: Schema, base: Chosen, table: Table, own: Table, root: Node) -> Iterator[Configured]:
        name = table.at(schema.text)
        optimizer = schema.optimizer(name.text) if isinstance(name, Scalar) else None
        if optimizer is None or not isinstance(name, Scalar):
            return
        built = self._configured(schema, optimizer, name.text, base.at, own, own, root)
        if base.is_last and table.entry(optimizer.decay_argument or ""):
            return
        if optimizer.switch and (switch := table.entry(optimizer.switch)) and optimizer.switch not in built.arguments:
            built = replace(built, coupling=_coupling(optimizer, switch, base.root))
        yield replace(built, elsewhere=base.path)

    def _name(self, schema: Schema, chooser: Table) -> tuple[str, Span | None]:
        """What names the optimizer in a table, and where that stands."""
        for tag in schema.tags:
            if chooser.tag.startswith(tag) and chooser.named is not None:
                return chooser.tag.removeprefix(tag), Span(chooser.named.start + len(tag), chooser.named.end)
        entry = chooser.entry(schema.text) if schema.text else None
        if entry is None or not isinstance(entry.value, Scalar):
            return "", None
        span, text = entry.value.span, entry.value.text
        inner = Span(span.start + 1, span.end - 1) if entry.value.quoted else span
        return text, inner if self.source.text[inner.start : inner.end] == text else None

    def _configured(
        self, schema: Schema, optimizer: Optimizer, text: str, named: Span, holder: Table, table: Table, root: Node
    ) -> Configured:
        ignored = next((keys for name, keys in schema.ignored.items() if name.lower() == text.lower()), ())
        arguments = _arguments(schema, holder, ignored)
        written = arguments.get(optimizer.decay_argument or "")
        penalty = _penalty(schema.penalty, table)
        decay = worth(written.value, root) if written is not None else None
        if penalty is not None:
            written, decay = penalty, worth(penalty.value, root)
        switch = arguments.get(optimizer.switch or "")
        return Configured(
            schema,
            optimizer,
            text,
            named,
            holder,
            arguments,
            _coupling(optimizer, switch, root),
            ZERO if isinstance(decay, Nothing) else decay,
            written,
            penalty is not None,
            root,
        )


def _is_off(entry: Entry | None) -> bool:
    return entry is not None and isinstance(entry.value, Scalar) and entry.value.text.lower() == "true"


def _arguments(schema: Schema, holder: Table, ignored: Keys) -> dict[str, Entry]:
    """What the optimizer is given, by the names of its own parameters."""
    called = {name: holder.at(*keys[:-1]) for name, keys in schema.takes.items()}
    found: dict[str, Entry] = {}
    for name, place in called.items():
        entry = place.entry(schema.takes[name][-1]) if isinstance(place, Table) else None
        found |= {name: entry} if entry is not None else {}
    without = {*schema.own, *ignored, schema.text, schema.penalty.at[-1] if schema.penalty else ""}
    if not schema.only:
        names = {each.key.text for each in _entries(holder)} - without
        found = {name: entry for name in names if (entry := holder.entry(name)) is not None} | found
    return found


def _below(base: Chosen) -> Iterator[tuple[Keys, Table]]:
    """The tables of a chosen file with the keys that lead to them from the choosing one."""
    waiting, seen = [(base.keys, base.root)], 0
    while waiting and seen < _TABLES:
        (keys, node), seen = waiting.pop(), seen + 1
        if isinstance(node, Table):
            yield keys, node
            waiting += [((*keys, each.key.text), each.value) for each in reversed(node.entries)]


def _entries(table: Table) -> Iterator[Entry]:
    waiting, seen = [table], 0
    while waiting and seen < _MERGED:
        each, seen = waiting.pop(), seen + 1
        yield from each.entries
        waiting += each.merged


def _penalty(penalty: Penalty | None, table: Table) -> Entry | None:
    place = table.at(*penalty.at) if penalty is not None else None
    if penalty is None or not isinstance(place, Table):
        return None
    kind = place.at(penalty.kind)
    if not isinstance(kind, Scalar) or kind.text not in penalty.kinds:
        return None
    return next((entry for key in penalty.factor if (entry := place.entry(key)) is not None), None)


def _coupling(optimizer: Optimizer, switch: Entry | None, root: Node) -> Coupling | None:
    if switch is None:
        return optimizer.coupling
    value = worth(switch.value, root)
    if not isinstance(value, Number):
        return None
    return Coupling.DECOUPLED if value.value else Coupling.COUPLED
