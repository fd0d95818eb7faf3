"""The calls that build an optimizer, with the decay that arrives there and how it acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

import libcst as cst

from adamw_lint.model.alternatives import within
from adamw_lint.model.calls import Argument, Arguments, bind
from adamw_lint.model.chosen.assigned import Assigned
from adamw_lint.model.chosen.called import Called
from adamw_lint.model.chosen.choice import Chosen
from adamw_lint.model.classes import Built, Classes
from adamw_lint.model.grouping.groups import Group, Groups
from adamw_lint.model.regularizers import worth
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Nothing, Number, Unknown, Value, is_zero
from adamw_lint.rulebook import Coupling, Optimizer, words


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A number known only at run time: not literally zero."""


DYNAMIC = Dynamic()
Decay = Number | Dynamic | Unknown
ZERO = Number(Decimal(0))


@dataclass(frozen=True, slots=True, eq=False)
class Construction:
    """A call that builds an optimizer.

    `callee` is the expression that names the class, also where a partial or a dict stands between it and the call, and
    `named` the one that does in a branch, where the class is chosen; `options` counts the classes to choose from;
    `chosen` says how a text chooses the class, if one does;
    `coupling` is None where the switch is set at run time; `decay` is the constructor's λ; `variable` is what the
    optimizer is bound to; `subclass` is the user's class that derives from the optimizer, if the call builds one;
    `is_default` says that it is the default of what a caller may give another class for;
    `later` has, for each time that what holds the optimizer is told to train, the decay that it is told, if any.
    """

    call: cst.Call
    callee: cst.BaseExpression
    optimizer: Optimizer
    coupling: Coupling | None
    arguments: Arguments
    decay: Decay
    groups: tuple[Group, ...]
    variable: cst.BaseExpression | None = None
    subclass: cst.ClassDef | None = None
    is_partial: bool = False
    options: int = 1
    named: cst.BaseExpression | None = None
    chosen: Chosen | None = None
    later: tuple[Argument | None, ...] = ()
    is_default: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the same call may build another class: of a choice, or what a caller gives in place of a default."""
        return self.is_choice or self.is_default

    @property
    def is_choice(self) -> bool:
        """Whether the same call may build another class."""
        return self.options > 1

    @property
    def exclusion(self) -> str:
        """How biases and norms are spared where it is built."""
        return (self.chosen.exclusion if self.chosen else None) or self.optimizer.exclusion

    @property
    def default(self) -> str:
        """The decay that applies when none is written."""
        is_own = self.chosen is None or self.chosen.default is None
        return self.optimizer.default if is_own else self.chosen.default  # type: ignore[union-attr,return-value]

    @property
    def class_name(self) -> cst.BaseExpression:
        """Where the class is named: the last part of the callee, or of what the callee stands for in a branch."""
        named = self.named or self.callee
        return named.attr if isinstance(named, cst.Attribute) else named

    @property
    def decay_argument(self) -> Argument | None:
        """The constructor's λ as written."""
        return self.arguments.by_name.get(self.optimizer.decay_argument or "")


class Constructions:
    """Finds the constructions in the files of a program."""

    def __init__(self, survey: Survey, values: Values, groups: Groups, classes: Classes, assigned: Assigned) -> None:
        self._survey = survey
        self._values = values
        self._groups = groups
        self._classes = classes
        self._called = Called(survey, values)
        self._assigned = assigned

    def of(self, tree: cst.Module) -> Iterator[Construction]:
        """The constructions of one file, in the order of its text."""
        for call in self._survey.within_file[tree]:
            every = chain(self._classes.built_by(call), self._called.built_by(call))
            yield from (self.of_call(call, built) for built in every)
        yield from (self.of_call(call, built) for call, built in self._assigned.of(tree))

    def of_call(self, call: cst.Call, built: Built) -> Construction:
        """The construction that a call is, of the optimizer that it builds."""
        optimizer, arguments = built.optimizer, built.arguments
        variable = None if built.is_partial else self._variable(call)
        first = arguments.by_name.get(optimizer.parameters_argument or "")
        groups = self._groups.of(first.value, optimizer.decay_argument) if first else ()
        return Construction(
            call=call,
            callee=built.callee,
            optimizer=optimizer,
            coupling=self._coupling(optimizer, arguments),
            arguments=arguments,
            decay=self._decay(built),
            groups=(*groups, *self._added(variable, call, optimizer)),
            variable=variable,
            subclass=built.subclass,
            is_partial=built.is_partial,
            options=built.options,
            named=built.named,
            chosen=built.chosen,
            later=tuple(self._later(built, variable, call)),
            is_default=built.is_default,
        )

    def _variable(self, call: cst.Call) -> cst.BaseExpression | None:
        """The name or attribute that the call's result is bound to."""
        statement = self._survey.parents[self._choice(call)]
        if isinstance(statement, cst.Assign):
            return statement.targets[0].target
        return statement.target if isinstance(statement, (cst.AnnAssign, cst.NamedExpr)) else None

    def _choice(self, call: cst.Call) -> cst.CSTNode:
        """The call, or the expression that chooses it among others: by a condition, by a key."""
        node: cst.CSTNode = call
        while isinstance(up := self._survey.parents[node], (cst.IfExp, cst.DictElement, cst.Dict, cst.Subscript)):
            node = up
        return node

    def _added(self, variable: cst.BaseExpression | None, call: cst.Call, optimizer: Optimizer) -> Iterator[Group]:
        """The groups that `optimizer.add_param_group({…})` adds later."""
        if not isinstance(variable, (cst.Name, cst.Attribute)):
            return
        for added in self._values.calls_on(variable, "add_param_group"):
            if self._is_of(added, call) and positional(added):
                yield from self._groups.of_dict(positional(added)[0], optimizer.decay_argument)

    def _is_of(self, method: cst.Call, call: cst.Call) -> bool:
        """Whether the receiver of a method is what a call built."""
        receiver = method_call(method)
        values = [binding.value for binding in self._values.bindings(receiver[0])] if receiver else []
        return self._choice(call) in values

    def _later(self, built: Built, variable: cst.BaseExpression | None, call: cst.Call) -> Iterator[Argument | None]:
        """The decay of each training by what holds the optimizer: that of `learn.fit(5, wd=0.1)` counts instead."""
        library = built.wrapper.name.partition(".")[0] if built.wrapper is not None else ""
        if not isinstance(variable, (cst.Name, cst.Attribute)):
            return
        for name, signature in words("runs").get(library, {}).items():
            for run in self._values.calls_on(variable, name):
                given = bind(run, signature, self._values).by_name.get(built.optimizer.decay_argument or "")
                if self._is_of(run, call):
                    is_told = given is not None and not isinstance(self._values.worth(given.value), Nothing)
                    yield given if is_told else None

    def _coupling(self, optimizer: Optimizer, arguments: Arguments) -> Coupling | None:
        switch = arguments.by_name.get(optimizer.switch or "")
        if switch is None:
            return optimizer.coupling
        value = self._values.worth(switch.value)
        if not isinstance(value, Number) or not switch.certain:
            return None
        return Coupling.DECOUPLED if value.value else Coupling.COUPLED

    def _decay(self, built: Built) -> Decay:
        optimizer, arguments = built.optimizer, built.arguments
        if optimizer.decay_argument is None:
            return ZERO
        given = built.chosen.default if built.chosen is not None else None
        default = Number(Decimal(given or optimizer.default))
        argument = arguments.by_name.get(optimizer.decay_argument)
        if argument is None:
            return default if arguments.complete else UNKNOWN
        if built.options > 1 and not self._decays_always(built, argument):
            return UNKNOWN
        written = decay(worth(self._values, argument.value))
        if argument.certain:
            return written
        return ZERO if written == ZERO == default else DYNAMIC

    def _decays_always(self, built: Built, argument: Argument) -> bool:
        """Whether a class that is chosen gets its decay whatever else is chosen: a zero may be meant for this one."""
        possible = within(self._values, argument.value, built.branches)
        return argument.certain and not any(map(is_zero, possible))


def decay(value: Value) -> Decay:
    """What a decay that is worth `value` counts as: zero, a number, or known only at run time."""
    if is_zero(value):
        return ZERO
    return value if isinstance(value, Number) else DYNAMIC


def decay_of(built: Construction, group: Group, values: Values) -> Decay:
    """The decay of one group of an optimizer: its own, or that of all of them."""
    return built.decay if group.decay is None else decay(values.worth(group.decay.value))
