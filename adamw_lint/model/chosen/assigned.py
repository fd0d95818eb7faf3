"""The optimizers that files of nothing but assignments choose by a text in a dict of settings."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import libcst as cst

from adamw_lint.model.calls import Argument, Arguments
from adamw_lint.model.chosen.choice import Chosen, Sparing
from adamw_lint.model.chosen.facts import Document, documents
from adamw_lint.model.chosen.layers import Layers, Settings
from adamw_lint.model.classes import Built
from adamw_lint.model.program import Program
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Entry, Mapping, Nothing, Number, Reference, Text
from adamw_lint.rulebook import Optimizer, optimizers, optimizers_by_path

_ONE = Number(Decimal(1))
_DEPTH = 4  # dicts in dicts, each of which may be the settings of one optimizer


class Written(NamedTuple):
    """The settings of one optimizer, and the call that writes them."""

    call: cst.Call
    built: Built


class Assigned:
    """Reads the files of a program that are nothing but assignments."""

    def __init__(self, survey: Survey, values: Values, program: Program) -> None:
        self._survey = survey
        self._values = values
        self._program = program

    def of(self, tree: cst.Module) -> Iterator[Written]:
        """The optimizers that one file chooses; nothing where it is no such file for certain."""
        for document in documents():
            if not self._is_one(tree, document):
                continue
            settings = Settings(self._survey, self._values, self._program, document)
            layers = settings.at(tree, document.optimizer[:1])
            seen = settings.own(tree, document.optimizer[0]) if layers is None else layers
            for keys, found in self._choices(tree, document, settings, seen, document.optimizer[:1]):
                yield from self._written(tree, document, settings, keys, found, layers is not None)
            if layers != ():
                return

    def _is_one(self, tree: cst.Module, document: Document) -> bool:
        bindings = self._survey.scopes[tree].bindings
        is_beside = any(name in bindings for name in (document.bases, *document.beside))
        if not is_beside and self._survey.imported.isdisjoint(document.imports):
            return False
        self._program.read(self._program.file(tree))
        return all(each.kind is not Kind.DEFINE for found in bindings.values() for each in found)

    def _choices(
        self, tree: cst.Module, document: Document, settings: Settings, layers: Layers, keys: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Layers]]:
        """The dicts of the file itself that name an optimizer, with the keys by which they are found."""
        if not layers:
            return
        named = layers[0].entries.get(document.type)
        if named is not None and self._survey.root(named.value) is tree and self._optimizer(document, named):
            yield keys, layers
        for key in layers[0].entries if len(keys) < _DEPTH else ():
            below = settings.below(layers, key) if key != document.exclusion[-1] else None
            yield from self._choices(tree, document, settings, below or (), (*keys, key))

    def _optimizer(self, document: Document, named: Entry) -> Optimizer | None:
        value = self._values.worth(named.value)
        path = f"{document.registry}.{value.value}" if isinstance(value, Text) else ""
        path = value.path if isinstance(value, Reference) else path
        return optimizers_by_path().get(path)

    def _written(
        self,
        tree: cst.Module,
        document: Document,
        settings: Settings,
        keys: tuple[str, ...],
        layers: Layers,
        is_all: bool,
    ) -> Iterator[Written]:
        named = layers[0].entries[document.type]
        optimizer, call = self._optimizer(document, named), self._survey.parents.get(named.node)
        if optimizer is None or not isinstance(call, cst.Call):
            return
        sparing = self._sparing(tree, document, settings, call) if keys == document.optimizer else None
        prefix = f"{document.registry}."
        texts = {each.name: each.short_name for each in optimizers() if each.name.startswith(prefix)}
        chosen = Chosen(document.name, texts, "settings", resumes=self._resumes(tree, document), sparing=sparing)
        arguments = self._arguments(document, layers, call, is_all)
        yield Written(call, Built(named.value, optimizer, arguments, named.value, chosen=chosen))

    def _arguments(self, document: Document, layers: Layers, call: cst.Call, is_all: bool) -> Arguments:
        entries: dict[str, Entry] = {}
        for layer in layers:
            entries = {**layer.entries, **entries}
        given = {name: entry for name, entry in entries.items() if name not in document.own}
        own = {name: entry for name, entry in given.items() if self._survey.owns(entry.value)}
        found = {name: Argument(each.value, each.node, call, each.certain) for name, each in own.items()}
        return Arguments(found, is_all and len(own) == len(given))

    def _resumes(self, tree: cst.Module, document: Document) -> bool:
        bindings = self._survey.scopes[tree].bindings
        values = [self._values.worth(each.value) for name in document.resumes for each in bindings.get(name, ())]
        return any(not isinstance(value, Nothing) and value != Number(Decimal(0)) for value in values)

    def _sparing(self, tree: cst.Module, document: Document, settings: Settings, call: cst.Call) -> Sparing:
        bindings = self._survey.scopes[tree].bindings
        is_whole = any(name in bindings for name in (document.bases, *document.whole))
        is_whole = is_whole or not self._survey.imported.isdisjoint(document.imports)
        own_way = settings.at(tree, document.constructor[:-1])
        said = settings.at(tree, document.exclusion)
        if not is_whole or own_way is None or said is None or self._is_constructed(settings, document, own_way):
            return Sparing(document, spares=True)
        if any(self._may_spare(document, layer) for layer in said):
            by = self._overruling(document, settings, said)
            return Sparing(document, spares=by is None, overruled_by=by)
        if said:
            return self._added_to(document, said)
        return self._new(document, own_way, call)

    def _is_constructed(self, settings: Settings, document: Document, layers: Layers) -> bool:
        entry = settings.entry(layers, document.constructor[-1])
        return entry is not None and not isinstance(self._values.worth(entry.value), Nothing)

    def _may_spare(self, document: Document, layer: Mapping) -> bool:
        """Whether one layer of the settings may spare biases or norms."""
        for name, entry in layer.entries.items():
            value = self._values.worth(entry.value)
            if name in document.harmless or name == document.replaces or (name in document.spares and value == _ONE):
                continue
            if name != document.by_name or not isinstance(value, Mapping) or not value.complete:
                return True
            if any(self._spares_some(document, each) for each in value.entries.values()):
                return True
        return False

    def _overruling(self, document: Document, settings: Settings, said: Layers) -> tuple[str, cst.CSTNode] | None:
        """The part of the model that has settings by its name alone, which therefore does not get the others."""
        named = settings.below(said, document.by_name)
        keys = [key for layer in said for key in layer.entries]
        is_known = {*document.spares, *document.harmless, document.by_name, document.replaces}.issuperset(keys)
        if not named or not is_known or any(self._spares_some(document, e) for m in named for e in m.entries.values()):
            return None
        found = ((key, each.node) for layer in named for key, each in layer.entries.items() if key in document.parts)
        return next((each for each in found if self._survey.owns(each[1])), None)

    def _spares_some(self, document: Document, entry: Entry) -> bool:
        some = self._values.worth(entry.value)
        if not isinstance(some, Mapping) or not some.complete:
            return True
        factor = some.entries.get(document.decay_by_name)
        return factor is not None and self._values.worth(factor.value) != _ONE

    def _added_to(self, document: Document, said: Layers) -> Sparing:
        """Where to write what spares them, beside what the settings say already."""
        is_by_name = any(document.by_name in layer.entries for layer in said)
        is_taken = any(name in layer.entries for layer in said for name in document.spares)
        holder = self._holder(said[0]) if len(said) == 1 else None
        if is_by_name or is_taken or holder is None:
            return Sparing(document, spares=False)
        return Sparing(document, False, holder, adds_to=True)

    def _new(self, document: Document, layers: Layers, call: cst.Call) -> Sparing:
        """Where to write what spares them, when the settings say nothing."""
        if document.exclusion[:-1] == document.optimizer:
            return Sparing(document, False, call)
        entry = layers[0].entries.get(document.optimizer[-1]) if layers else None
        holder = self._holder(layers[0]) if layers else None
        if entry is None or holder is None or not isinstance(entry.node, cst.Arg):
            return Sparing(document, spares=False)
        return Sparing(document, False, holder, entry.node)

    def _holder(self, mapping: Mapping) -> cst.Call | None:
        """The call of the file that writes a dict."""
        nodes = {self._survey.parents.get(entry.node) for entry in mapping.entries.values()}
        holder = nodes.pop() if len(nodes) == 1 else None
        return holder if isinstance(holder, cst.Call) and self._survey.owns(holder) else None
