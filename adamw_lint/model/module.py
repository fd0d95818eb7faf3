"""The model of one file, in the words of the checks: constructions, groups and loss terms, and where each stands."""

import sys
from collections.abc import Mapping
from functools import cached_property

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper

from adamw_lint.diagnostics import Span
from adamw_lint.model.constructions import ZERO, Construction, Constructions
from adamw_lint.model.frames import Frames
from adamw_lint.model.groups import Groups
from adamw_lint.model.layers import Layers
from adamw_lint.model.losses import LossTerm, loss_terms
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional, text_of
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
        return Values(self.survey)

    @cached_property
    def groups(self) -> Groups:
        """What expressions of parameters select."""
        return Groups(self.survey, self.values, words("parameters"))

    @cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """The calls that build an optimizer, in the order of the text."""
        return tuple(Constructions(self.survey, self.values, self.groups, optimizers_by_path()))

    @cached_property
    def frames(self) -> Frames:
        """Which functions of the file its calls run."""
        return Frames(self.survey, self.values)

    @cached_property
    def loss_terms(self) -> tuple[LossTerm, ...]:
        """The penalties on parameters that reach a loss, in the order of the text."""
        return loss_terms(self.survey, self.values, self.frames, self.constructions)

    def span(self, node: cst.CSTNode) -> Span:
        """The place of a node, without the white space around it."""
        place = self._places[node]
        if self.source.text.isascii():
            return Span(place.start, place.start + place.length)
        start = len(self._bytes[: place.start].decode())
        return Span(start, start + len(self._bytes[place.start : place.start + place.length].decode()))

    def text(self, node: cst.CSTNode) -> str:
        """The code of a node as the user wrote it."""
        span = self.span(node)
        return self.source.text[span.start : span.end]

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

    def state_is_loaded(self, built: Construction) -> bool:
        """Whether this file loads a state into something called like the optimizer."""
        loaders = words("signs")["state_loaders"]
        name = (dotted(built.variable) or "").rpartition(".")[2]
        receivers = [method[0] for call in self.survey.calls if (method := method_call(call)) and method[1] in loaders]
        return bool(name) and any((dotted(root) or "").rpartition(".")[2] == name for root in receivers)

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

    def groups_are_told_apart(self, built: Construction) -> bool:
        """Whether code in sight counts on the number or the order of the optimizer's groups."""
        return any(self._indexes_groups(node) for node in self._param_groups(built)) or self._scheduled_by_list(built)

    def decay_is_rewritten(self, built: Construction) -> bool:
        """Whether a loop over the optimizer's groups writes the decay of each."""
        loops = [up for node in self._param_groups(built) if isinstance(up := self.survey.parents[node], cst.For)]
        names = {loop.target.value for loop in loops if isinstance(loop.target, cst.Name)}
        keys = [target.target for name in names for item in self.survey.items[name] for target in item.targets]
        texts = [text_of(index_of(key)) for key in keys if isinstance(key, cst.Subscript)]
        return built.optimizer.decay_argument in texts

    def _param_groups(self, built: Construction) -> list[cst.Attribute]:
        name = (dotted(built.variable) or "").rpartition(".")[2]
        found = self.survey.attribute_reads["param_groups"] if name else []
        return [node for node in found if (dotted(node.value) or "").rpartition(".")[2] == name]

    def _indexes_groups(self, node: cst.Attribute) -> bool:
        """Whether `param_groups` is indexed by anything but a 0 whose entry is only read."""
        outer = self.survey.parents[node]
        if not isinstance(outer, cst.Subscript):
            return False
        entry = self.survey.parents[outer]
        written = isinstance(self.survey.parents[entry], (cst.AssignTarget, cst.AugAssign))
        return self.values.worth(index_of(outer)) != ZERO or written or not isinstance(entry, cst.Subscript)

    def _scheduled_by_list(self, built: Construction) -> bool:
        """Whether a call that is handed the optimizer is also handed a list, one value for each group."""
        name = (dotted(built.variable) or "").rpartition(".")[2]
        for call in self.survey.calls if name else ():
            first = [dotted(value) for value in positional(call)[:1]]
            lists = [arg for arg in call.args if isinstance(arg.value, (cst.List, cst.ListComp))]
            if lists and first and (first[0] or "").rpartition(".")[2] == name:
                return True
        return False
