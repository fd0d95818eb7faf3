"""Settings that files add to those of other files: each dict as a list of layers, the file's own first."""

from collections.abc import Iterator
from pathlib import Path

import libcst as cst

from adamw_lint.model.chosen.facts import Document
from adamw_lint.model.program import Program
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Entry, Mapping, Nothing, Text
from adamw_lint.read.asked import is_file

Layers = tuple[Mapping, ...]
_DEPTH = 8  # files that add to files


class Settings:
    """Reads the settings of one kind of file; None is the answer where they are not known."""

    def __init__(self, survey: Survey, values: Values, program: Program, document: Document) -> None:
        self._survey = survey
        self._values = values
        self._program = program
        self._document = document

    def at(self, tree: cst.Module, keys: tuple[str, ...]) -> Layers | None:
        """The layers of the dict that is found under the keys; none where there is no such dict."""
        layers = self._named(tree, keys[0])
        for key in keys[1:]:
            layers = self.below(layers, key) if layers is not None else None
        return layers

    def own(self, tree: cst.Module, name: str) -> Layers:
        """The one layer that the file itself has, whatever it adds to."""
        found = self._survey.scopes[tree].bindings.get(name, [])
        value = self._values.worth(found[0].value) if found and self._is_plain(tree, found) else None
        return (value,) if isinstance(value, Mapping) and value.complete else ()

    def below(self, layers: Layers, key: str) -> Layers | None:
        """The layers of the dict that is an entry of another."""
        found: list[Mapping] = []
        for layer in layers:
            entry = layer.entries.get(key)
            value = self._values.worth(entry.value) if entry is not None else None
            if isinstance(value, Nothing):
                break
            if isinstance(value, Mapping) and value.complete:
                found.append(value)
                if self._replaces(value):
                    break
            elif entry is not None:
                return None
            if self._replaces(layer):
                break
        return tuple(found)

    def entry(self, layers: Layers, key: str) -> Entry | None:
        """What is written under a key: the first layer that has it says so."""
        return next((layer.entries[key] for layer in layers if key in layer.entries), None)

    def _named(self, tree: cst.Module, name: str, depth: int = 0) -> Layers | None:
        """The layers of what a file and its bases bind a name to."""
        own: list[Mapping] = []
        found = self._survey.scopes[tree].bindings.get(name, [])
        if found:
            value = self._values.worth(found[0].value) if self._is_plain(tree, found) else None
            if isinstance(value, Nothing):
                return ()
            if not isinstance(value, Mapping) or not value.complete:
                return None
            if self._replaces(value):
                return (value,)
            own.append(value)
        for base in self._bases(tree):
            more = self._named(base, name, depth + 1) if base is not None and depth < _DEPTH else None
            if more is None:
                return None
            own += more
        return tuple(own)

    def _replaces(self, mapping: Mapping) -> bool:
        return self._document.replaces in mapping.entries

    def _is_plain(self, tree: cst.Module, found: list[Binding]) -> bool:
        """Whether a name is bound once, and nothing is written into what it is bound to."""
        name = found[0].name
        uses = [use for use in self._survey.names.get(name, ()) if self._survey.root(use) is tree]
        is_changed = any(isinstance(self._survey.parents[use], (cst.Attribute, cst.Subscript)) for use in uses)
        return len(found) == 1 and found[0].kind is Kind.ASSIGN and not found[0].arms and not is_changed

    def _bases(self, tree: cst.Module) -> Iterator[cst.Module | None]:
        """The files that a file adds to; None for one that is not in sight."""
        for binding in self._survey.scopes[tree].bindings.get(self._document.bases, ()):
            value = binding.value
            items = value.elements if isinstance(value, (cst.List, cst.Tuple)) else ()
            for node in [each.value for each in items] if items else [value]:
                text = self._values.worth(node)
                yield self._file(tree, text.value) if isinstance(text, Text) else None

    def _file(self, tree: cst.Module, name: str) -> cst.Module | None:
        path = (self._program.file(tree).parent / Path(name)).resolve()
        return self._program.read(path) if path.suffix == ".py" and is_file(path) else None
