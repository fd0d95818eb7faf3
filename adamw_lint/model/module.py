"""The model of one file, in the words of the checks: constructions, groups and loss terms, and where each stands."""

import sys
from collections.abc import Iterator, Mapping
from functools import cached_property

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper

from adamw_lint.diagnostics import Span
from adamw_lint.fix.manual import Manual
from adamw_lint.model.callers import bring_in_callers
from adamw_lint.model.constructions import Construction, Constructions
from adamw_lint.model.frames import Frames
from adamw_lint.model.groups import Groups
from adamw_lint.model.layers import Layers
from adamw_lint.model.losses import Losses
from adamw_lint.model.program import Program
from adamw_lint.model.shrinks import Shrink, Shrinks
from adamw_lint.model.survey import Survey
from adamw_lint.model.terms import LossTerm
from adamw_lint.model.updates import Updates
from adamw_lint.model.usage import Usage
from adamw_lint.model.values import Values
from adamw_lint.read.source import Source
from adamw_lint.rulebook import optimizers_by_path, words


class Module:
    """What a check asks its questions of; everything is computed when it is first asked for."""

    def __init__(self, source: Source, tree: cst.Module) -> None:
        self.source = source
        self.tree = tree

    @classmethod
    def of(cls, source: Source) -> "Module":
        """The model of a source; raises libcst.ParserSyntaxError."""
        return cls(source, cst.parse_module(source.text))

    @cached_property
    def survey(self) -> Survey:
        """The one walk over the tree."""
        return Survey.of(self.tree)

    @cached_property
    def values(self) -> Values:
        """What expressions are worth."""
        return Values(self.survey, self.program)

    @cached_property
    def program(self) -> Program:
        """The other files of the program."""
        return Program(self.survey, self.source)

    @cached_property
    def groups(self) -> Groups:
        """What expressions of parameters select."""
        return Groups(self.survey, self.values, words("parameters"))

    @cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """The calls that build an optimizer, in the order of the text."""
        return tuple(self._constructions.of(self.tree))

    @cached_property
    def _constructions(self) -> Constructions:
        return Constructions(self.survey, self.values, self.groups, optimizers_by_path())

    @cached_property
    def frames(self) -> Frames:
        """Which functions of the file its calls run."""
        return Frames(self.survey, self.values)

    @cached_property
    def updates(self) -> Updates:
        """How statements change tensors."""
        return Updates(self.survey, self.values, self.frames, words("updates"))

    @cached_property
    def shrinks(self) -> tuple[Shrink, ...]:
        """The decays that the file writes by hand, into gradients or parameters, in the order of the text."""
        if not self.survey.mentions(words("by_hand")["said_of_parameters"]):
            return ()
        own = [node for node in self.survey.scopes if isinstance(node, cst.FunctionDef) and self.owns(node)]
        vocabulary = {**words("parameters"), **words("penalty"), **words("updates"), **words("by_hand")}
        found: dict[cst.CSTNode, Shrink] = {}
        for _ in range(2):  # a caller in another file may have built the optimizer
            built = (*self.constructions, *self._built_elsewhere())
            shrinks = Shrinks(self.survey, self.values, self.frames, self.updates, built, vocabulary)
            found = {each.node: each for each in (*shrinks.of([self.tree, *own]), *shrinks.hooked())}
            lost = [self.survey.function(each.node) for each in found.values() if not each.trainers]
            callers = [function for function in lost if function is not None]
            if not callers or not bring_in_callers(callers, self.survey, self.program):
                break
        return tuple(sorted(found.values(), key=lambda each: self.survey.orders[each.node]))

    @cached_property
    def loss_terms(self) -> tuple[LossTerm, ...]:
        """The penalties on parameters that reach a loss, in the order of the text, one for each addend."""
        terms: dict[cst.CSTNode, LossTerm] = {}
        for _ in range(3):  # a loss may be backed by a caller of a caller
            built = (*self.constructions, *self._built_elsewhere())
            losses = Losses(self.survey, self.values, self.frames, built, {**words("parameters"), **words("penalty")})
            for term in losses:
                if self.owns(term.node):
                    terms.setdefault(term.node, term)
            if not bring_in_callers(losses.unexplained(self.tree), self.survey, self.program):
                break
        return tuple(sorted(terms.values(), key=lambda term: self.survey.orders[term.node]))

    def _built_elsewhere(self) -> Iterator[Construction]:
        for tree in self.program.others:
            yield from self._constructions.of(tree)

    def owns(self, node: cst.CSTNode) -> bool:
        """Whether a node is of this file, not of another one of the program."""
        return self.survey.owns(node)

    def elsewhere(self, node: cst.CSTNode) -> str:
        """The other file in which a node stands, as a path from the root of the project."""
        path = self.program.file(node)
        return (
            path.relative_to(self.program.project.root).as_posix()
            if path.is_relative_to(self.program.project.root)
            else path.name
        )

    def span(self, node: cst.CSTNode) -> Span:
        """The place of a node, without the white space around it; raises Manual for a node of another file."""
        if node not in self._places:
            raise Manual(f"a part of it stands in `{self.elsewhere(node)}`")
        place = self._places[node]
        if self.source.text.isascii():
            return Span(place.start, place.start + place.length)
        start = len(self._bytes[: place.start].decode())
        return Span(start, start + len(self._bytes[place.start : place.start + place.length].decode()))

    def text(self, node: cst.CSTNode) -> str:
        """The code of a node as the user wrote it."""
        if node not in self._places:
            return self.program.text(node)
        span = self.span(node)
        return self.source.text[span.start : span.end]

    def excerpt(self, node: cst.CSTNode) -> str:
        """The code of a node on one line, its end left out where it is long."""
        line = " ".join(self.text(node).split())
        return line if len(line) <= 60 else f"{line[:57].rstrip()}…"

    @cached_property
    def _bytes(self) -> bytes:
        return self.source.text.encode()

    @cached_property
    def _places(self) -> Mapping[cst.CSTNode, CodeSpan]:
        """Only a file that has a finding pays for this: it costs more than the parse."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 20_000))  # the provider recurses some ten frames for every level of nesting
        try:
            wrapper = MetadataWrapper(self.tree, unsafe_skip_copy=True)
            return wrapper.resolve(ByteSpanPositionProvider)
        finally:
            sys.setrecursionlimit(limit)

    @cached_property
    def usage(self) -> Usage:
        """What becomes of the optimizers once they are built."""
        return Usage(self.survey, self.values, words("signs"))

    @cached_property
    def layers(self) -> Layers:
        """What the models in sight are built of."""
        return Layers(self.survey, self.values, words("layers"), words("parameters")["module"])

    @property
    def adapts(self) -> bool:
        """Whether the file trains adapters (LoRA and its kin), whose parameters are chosen elsewhere."""
        return self.survey.mentions(words("signs")["adapters"])

    def dimensions_mislead(self) -> str:
        """Why the number of dimensions of a parameter says nothing in this file; empty where it does."""
        signs = words("signs")
        if self.survey.mentions(signs["sharded"]):
            return "sharded parameters have one dimension whatever they are"
        if self.survey.mentions(signs["reshaped"]):
            return "weight normalisation gives weights a scale of two or more dimensions"
        if any(self.layers.lazy()):
            return "lazy parameters have no shape yet"
        return "a norm has a scale of two or more dimensions" if any(self.layers.shaped_norms()) else ""

    @property
    def quote(self) -> str:
        """The quotation mark that most strings of the file have."""
        single = sum(node.quote == "'" for node in self.survey.strings)
        return "'" if 2 * single > len(self.survey.strings) else '"'
