"""For rules of one's own: the model of a program as the check of a plug-in sees it, and what it answers with."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety, Span
from adamw_lint.fixes.edits import add_keyword
from adamw_lint.manual import Manual
from adamw_lint.model.calls import Argument as GivenArgument
from adamw_lint.model.constructions import DYNAMIC, Dynamic
from adamw_lint.model.constructions import Construction as KnownConstruction
from adamw_lint.model.grouping.groups import Group as KnownGroup
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.losses.terms import LossTerm as KnownTerm
from adamw_lint.model.module import Module as KnownModule
from adamw_lint.model.worth import UNKNOWN, Entry, Nothing, Number, Text, Unknown
from adamw_lint.rulebook import Coupling, Family, Optimizer
from adamw_lint.signatures import parameters

__all__ = [
    "DYNAMIC",
    "UNKNOWN",
    "Argument",
    "Construction",
    "Coupling",
    "Diagnostic",
    "Dynamic",
    "Edit",
    "Family",
    "Fix",
    "Group",
    "Label",
    "LossTerm",
    "Module",
    "Nothing",
    "Number",
    "Optimizer",
    "Reach",
    "Safety",
    "Span",
    "Text",
    "Unknown",
]


@dataclass(frozen=True, slots=True)
class Argument:
    """What a call or a group is given under one name.

    `span` is all of it, as in `weight_decay=0.1`, `value` the 0.1 alone, and `text` that as it is written. `worth` is
    what it is known to be on every path. Both places are None where it stands in another file.
    """

    span: Span | None
    value: Span | None
    text: str
    worth: Number | Text | Nothing | Unknown


@dataclass(frozen=True, slots=True)
class Group:
    """One parameter group; `span` is its dict, None for bare parameters and where it stands in another file.

    `decay` is the group's own, None where it has none; `reach` is how much of a model it takes, `is_complete` False
    where it may have keys that are not seen.
    """

    span: Span | None
    decay: Argument | None
    reach: Reach
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Construction:
    """A call that builds an optimizer, `name` being the place of what names the class.

    `coupling` is None where a switch is set at run time; `decay` is λ for parameters without one of their own: a
    number, zero too, DYNAMIC where it is known only at run time, UNKNOWN where it may be anything. `arguments` go by
    the names of the constructor's parameters, and `is_complete` is False where more may arrive by a star. `is_choice`
    says that the same call may build another class.
    """

    span: Span
    name: Span
    optimizer: Optimizer
    coupling: Coupling | None
    decay: Number | Dynamic | Unknown
    arguments: dict[str, Argument]
    groups: tuple[Group, ...]
    is_complete: bool
    is_choice: bool

    def default(self, name: str) -> str | None:
        """What a parameter of the constructor is when nothing is written, as code; None where it has to be given."""
        return parameters(self.optimizer.signature)[2].get(name)


@dataclass(frozen=True, slots=True)
class LossTerm:
    """A penalty on parameters in a loss: `coefficient · ‖θ‖²`, or without the square.

    `coefficient` is DYNAMIC where it is no number; `penalised` are the places of the norms' operands as far as they are
    in this file, `reaches` the optimizers that train on the loss.
    """

    span: Span
    coefficient: Number | Dynamic
    squared: bool
    penalised: tuple[Span, ...]
    reaches: tuple[Optimizer, ...]


class Module:
    """One program: a script, the cells of a notebook, or the blocks of a page."""

    def __init__(self, program: KnownModule) -> None:
        """The linter makes it; what it is made of is no part of what stays as it is."""
        self._program = program

    @property
    def path(self) -> str:
        """The file, as it was named."""
        return self._program.source.path

    @property
    def text(self) -> str:
        """The text of the program, into which all spans are offsets."""
        return self._program.source.text

    @cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """The calls that build an optimizer that is known, in the order of the text."""
        return tuple(map(self._construction, self._program.constructions))

    @cached_property
    def loss_terms(self) -> tuple[LossTerm, ...]:
        """The penalties on parameters that reach a loss, in the order of the text."""
        return tuple(map(self._loss_term, self._program.loss_terms))

    def with_argument(self, built: Construction, name: str, text: str) -> tuple[Edit, ...]:
        """The edits by which a call says `name=text`; none where it cannot be told how."""
        given = built.arguments.get(name)
        if given is not None:
            inside = given.value is not None and built.span.start <= given.value.start <= built.span.end
            return (Edit(given.value, text),) if inside and given.value is not None else ()
        call = next(each.call for each in self._program.constructions if self._span(each.call) == built.span)
        if not built.is_complete or any(arg.star for arg in call.args):
            return ()
        try:
            return (add_keyword(self._program, call, name, text),)
        except Manual:
            return ()

    def _construction(self, built: KnownConstruction) -> Construction:
        return Construction(
            self._program.span(built.call),
            self._span(built.class_name) or self._program.span(built.call.func),
            built.optimizer,
            built.coupling,
            built.decay,
            {name: self._argument(given) for name, given in built.arguments.by_name.items()},
            tuple(map(self._group, built.groups)),
            built.arguments.complete,
            built.is_choice or built.is_partial,
        )

    def _argument(self, given: GivenArgument | Entry) -> Argument:
        worth = self._program.values.worth(given.value) if given.certain else UNKNOWN
        known = worth if isinstance(worth, Number | Text | Nothing) else UNKNOWN
        return Argument(self._span(given.node), self._span(given.value), self._program.text(given.value), known)

    def _group(self, group: KnownGroup) -> Group:
        decay = self._argument(group.decay) if group.decay is not None else None
        span = self._span(group.node) if group.node is not None else None
        return Group(span, decay, group.selects.reach, group.complete)

    def _loss_term(self, term: KnownTerm) -> LossTerm:
        is_number = term.is_uniform and term.coefficient.is_plain and not term.mean
        return LossTerm(
            self._program.span(term.node),
            Number(term.coefficient.number) if is_number else DYNAMIC,
            term.squared,
            tuple(self._spans(each.written for each in term.penalised)),
            tuple(built.optimizer for built in term.reaches),
        )

    def _spans(self, nodes: Iterable[cst.CSTNode]) -> Iterable[Span]:
        yield from (span for node in nodes if (span := self._span(node)) is not None)

    def _span(self, node: cst.CSTNode) -> Span | None:
        try:
            return self._program.span(node)
        except Manual:
            return None
