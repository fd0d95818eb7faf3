"""The model of one file, in the words of the checks: constructions, groups and loss terms, and where each stands."""

from collections.abc import Iterator
from functools import cached_property, partial

import libcst as cst

from adamw_lint.layer_facts import layers
from adamw_lint.model.callers import bring_in_callers, bring_in_users
from adamw_lint.model.chained import ChainedDecays
from adamw_lint.model.chosen.assigned import Assigned
from adamw_lint.model.classes import Classes
from adamw_lint.model.composed import Composed, composed
from adamw_lint.model.constructions import Construction, Constructions
from adamw_lint.model.doors import Door, Doors
from adamw_lint.model.elsewhere import Elsewhere
from adamw_lint.model.frames import Frames
from adamw_lint.model.grouping.groups import Groups
from adamw_lint.model.grouping.handed import Handovers
from adamw_lint.model.grouping.partitions import Partition, Partitions
from adamw_lint.model.grouping.spent import Iterators
from adamw_lint.model.layered.compiled import Compiled
from adamw_lint.model.layered.onward import Onward
from adamw_lint.model.layered.penalties import LayerPenalties, LayerPenalty
from adamw_lint.model.losses.losses import Losses
from adamw_lint.model.losses.terms import LossTerm
from adamw_lint.model.own.own_steps import OwnSteps
from adamw_lint.model.parameters.architecture import Architecture
from adamw_lint.model.parameters.dimensions import misleading
from adamw_lint.model.parameters.inventory import Inventory
from adamw_lint.model.parameters.layers import Layers
from adamw_lint.model.parameters.pretrained import Pretrained
from adamw_lint.model.placed import Placed
from adamw_lint.model.transformations import Chain, Chains
from adamw_lint.model.updating.estimates import Estimate, Estimates
from adamw_lint.model.updating.shrinks import Shrink, Shrinks
from adamw_lint.model.updating.steps import CoupledStep, Steps
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.usage import Usage
from adamw_lint.model.values import Values
from adamw_lint.read.penalties import may_hold_penalties
from adamw_lint.read.prefilter import may_estimate, may_penalise, may_regularise, may_step
from adamw_lint.read.source import Source
from adamw_lint.read.trees import parsed
from adamw_lint.rulebook import Family, optimizers_by_path, words, wrappers_by_path


class Module(Placed):
    """What a check asks its questions of; everything is computed when it is first asked for."""

    @classmethod
    def of(cls, source: Source) -> "Module":
        """The model of a source; raises libcst.ParserSyntaxError."""
        return cls(source, parsed(source.text))

    @cached_property
    def values(self) -> Values:
        """What expressions are worth."""
        return Values(self.survey, self.program)

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
        classes = Classes(self.survey, self.values, optimizers_by_path(), wrappers_by_path())
        assigned = Assigned(self.survey, self.values, self.program)
        return Constructions(self.survey, self.values, self.groups, classes, assigned)

    @cached_property
    def chained_decays(self) -> ChainedDecays:
        """The decays in chains of gradient transformations."""
        return ChainedDecays(self.values, self.frames, [c for c in self._chains if all(map(self.owns, c.nodes))])

    @cached_property
    def _chains(self) -> tuple[Chain, ...]:
        return tuple(Chains(self.survey, self.values, self.constructions, self.tree))

    @cached_property
    def composed(self) -> tuple[Composed, ...]:
        """The optimizers that are chains of gradient transformations and nothing more."""
        return tuple(composed(self._chains, self.survey, self.values))

    @cached_property
    def doors(self) -> tuple[Door, ...]:
        """The places that ask a library for a class that it no longer has, in the order of the text."""
        gone = {path: each for path, each in optimizers_by_path().items() if each.removed or each.ended}
        if not self.survey.mentions({path.split(".")[0] for path in gone}):
            return ()
        found = Doors(self.survey, self.values, self.program, gone)
        return tuple(sorted(found, key=lambda door: self.survey.orders[door.node]))

    @cached_property
    def partitions(self) -> tuple[Partition, ...]:
        """The groups of each optimizer with the parameters that they take, also where the optimizer is not known."""
        return tuple(self._partitions.find(self.constructions))

    @cached_property
    def _partitions(self) -> Partitions:
        return Partitions(self.survey, self.values, self.groups, words("parameters"))

    @cached_property
    def iterators(self) -> Iterators:
        """Which iterators over parameters are read twice."""
        return Iterators(self.survey, self.values, words("parameters"))

    def alike_arms(self) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression]]:
        """The conditions that leave a group without decay empty, whether they are met or not, with what stays empty."""
        found = {node: empty for each in self.partitions for node, empty in self._partitions.alike_arms(each)}
        return ((node, empty) for node, empty in found.items() if self.owns(node))

    @cached_property
    def handovers(self) -> Handovers:
        """Which optimizers are handed groups, and which keys of groups the program reads."""
        facts = optimizers_by_path()
        return Handovers(self.survey, self.values, self.program, self._partitions, words("keys"), facts)

    @cached_property
    def frames(self) -> Frames:
        """Which functions of the file its calls run."""
        return Frames(self.survey, self.values)

    @cached_property
    def updates(self) -> Updates:
        """How statements change tensors."""
        return Updates(self.survey, self.values, self.frames, words("updates"))

    @cached_property
    def coupled_steps(self) -> tuple[CoupledStep, ...]:
        """The decays that optimizers written by hand add to the gradient before its moments, in order."""
        if not may_step(self.source.text.encode()):
            return ()
        found = Steps(self.survey, self.values, self.frames, self.updates, words("updates"))
        return tuple(sorted(found, key=lambda step: self.survey.orders[step.node]))

    @cached_property
    def own_steps(self) -> OwnSteps:
        """The calls that build an optimizer which the program defines itself."""
        return OwnSteps(self.survey, self.values, self.frames, lambda: self.updates, self._constructions)

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """The decays that the file adds to a gradient which it hands to an optimizer of the program."""
        if not may_estimate(self.source.text.encode()):
            return ()
        return tuple(Estimates(self.survey, self.values, self.program, self.updates, words("updates")))

    @cached_property
    def shrinks(self) -> tuple[Shrink, ...]:
        """The decays that the file writes by hand, into gradients or parameters, in the order of the text."""
        if not self.survey.mentions(words("by_hand")["said_of_parameters"]):
            return ()
        own = [each.node for each in self.survey.own_scopes if isinstance(each.node, cst.FunctionDef)]
        vocabulary = {**words("parameters"), **words("penalty"), **words("updates"), **words("by_hand")}
        found: dict[cst.CSTNode, Shrink] = {}
        for _ in range(2):  # a caller in another file may have built the optimizer
            shrinks = Shrinks(self.survey, self.values, self.frames, self.updates, self._built, vocabulary)
            found = {each.node: each for each in (*shrinks.of([self.tree, *own]), *shrinks.hooked())}
            lost = [self.survey.function(each.node) for each in found.values() if not each.trainers]
            callers = [function for function in lost if function is not None]
            if not callers or not bring_in_callers(callers, self.survey, self.program):
                break
        return tuple(sorted(found.values(), key=lambda each: self.survey.orders[each.node]))

    @cached_property
    def loss_terms(self) -> tuple[LossTerm, ...]:
        """The penalties on parameters that reach a loss, in the order of the text, one for each addend."""
        is_searched = may_penalise(self.source.text.encode())
        own = (*self.constructions, *(each.built for each in self.composed))
        is_trained = is_searched or any(built.optimizer.family is Family.ADAM for built in own)
        if not is_trained or not (is_searched or may_hold_penalties(self.source.text)):
            return ()
        vocabulary = {**words("parameters"), **words("penalty")}
        terms: dict[cst.CSTNode, LossTerm] = {}
        for _ in range(3):  # a loss may be backed by a caller of a caller
            said = len(self.survey.calls)
            built = (*own, *self._elsewhere.built())  # what is read for it may back the loss as well
            losses = Losses(self.survey, self.values, self.frames, partial(tuple, built), vocabulary)
            for term in losses:
                if self.owns(term.node) and not any(self.survey.within(term.node, other) for other in terms):
                    terms.setdefault(term.node, term)
            if not is_searched or not bring_in_users(losses, self.survey, self.program, said):
                break
        return tuple(sorted(terms.values(), key=lambda term: self.survey.orders[term.node]))

    @cached_property
    def layer_penalties(self) -> tuple[LayerPenalty, ...]:
        """The penalties that layers bring into a loss by their regularizers, in the order of the text."""
        if not may_regularise(self.source.text.encode()):
            return ()
        vocabulary = words("layer_penalties")
        found: tuple[LayerPenalty, ...] = ()
        for _ in range(3):  # a model may be compiled by a caller of a caller
            compiled = Compiled(self.survey, self.values, self.frames, self._built, vocabulary)
            onward = Onward(self.survey, self.values, self.frames, vocabulary)
            penalties = LayerPenalties(self.survey, self.values, onward, compiled, vocabulary)
            found = tuple(penalties.find())
            if not bring_in_callers(penalties.unexplained(), self.survey, self.program):
                break
        return tuple(sorted(found, key=lambda each: self.survey.orders[each.node]))

    def _built(self) -> tuple[Construction, ...]:
        """The optimizers that the program builds, as far as it was read."""
        return (*self.constructions, *self._elsewhere.built())

    @cached_property
    def _elsewhere(self) -> Elsewhere:
        return Elsewhere(self.survey, self.values, self.program, self._constructions)

    @cached_property
    def usage(self) -> Usage:
        """What becomes of the optimizers once they are built."""
        return Usage(self.survey, self.values, words("signs"), words("parameters")["trained"])

    @cached_property
    def layers(self) -> Layers:
        """What the models in sight are built of."""
        return Layers(self.survey, self.values, words("layers"))

    @cached_property
    def architecture(self) -> Architecture:
        """The parameters of the models in sight, by name."""
        return Architecture(self.survey, self.values, self.frames, layers(), words("layers"))

    @cached_property
    def pretrained(self) -> Pretrained:
        """The parameters of well-known models that libraries build."""
        return Pretrained(self.values, self.frames)

    @cached_property
    def inventory(self) -> Inventory:
        """What is known of the parameters of models."""
        return Inventory(self.survey, self.values, self.architecture, self.pretrained)

    @property
    def adapts(self) -> bool:
        """Whether the file trains adapters (LoRA and its kin), which are chosen elsewhere or by their names."""
        return self.survey.mentions(words("signs")["adapters"]) or self._partitions.picker.unfreezing.is_of_adapters

    def dimensions_mislead(self) -> str:
        """Why the number of dimensions of a parameter says nothing in this file; empty where it does."""
        return misleading(self.survey, self.layers)
