"""The calls that build an optimizer, with the decay that arrives there and how it acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import libcst as cst

from adamw_lint.model.calls import Argument, Arguments, bind, parameters, unwrapped
from adamw_lint.model.groups import Group, Groups
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Defined, Number, Partial, Reference, Unknown, Value, is_zero, options_of
from adamw_lint.rulebook import Coupling, Optimizer


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A number known only at run time: not literally zero."""


DYNAMIC = Dynamic()
Decay = Number | Dynamic | Unknown
ZERO = Number(Decimal(0))


@dataclass(frozen=True, slots=True, eq=False)
class Construction:
    """A call that builds an optimizer.

    `callee` is the expression that names the class, also where a partial or a dict stands between it and the call;
    `coupling` is None where the switch is set at run time; `decay` is the constructor's λ; `variable` is what the
    optimizer is bound to; `subclass` is the user's class that derives from the optimizer, if the call builds one.
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
    is_choice: bool = False

    @property
    def class_name(self) -> cst.BaseExpression:
        """Where the class is named: the last part of the callee."""
        return self.callee.attr if isinstance(self.callee, cst.Attribute) else self.callee

    @property
    def decay_argument(self) -> Argument | None:
        """The constructor's λ as written."""
        return self.arguments.by_name.get(self.optimizer.decay_argument or "")


class Constructions:
    """Finds the constructions in the files of a program."""

    def __init__(self, survey: Survey, values: Values, groups: Groups, facts: dict[str, Optimizer]) -> None:
        self._survey = survey
        self._values = values
        self._groups = groups
        self._facts = facts

    def of(self, tree: cst.Module) -> Iterator[Construction]:
        """The constructions of one file, in the order of its text."""
        for call in tuple(self._survey.calls):  # looking at a call may bring in the calls of another file
            if self._survey.root(call) is tree:
                yield from self._built_by(call)

    def _built_by(self, call: cst.Call) -> Iterator[Construction]:
        callee, is_partial = call.func, False
        target = self._values.worth(call.func)
        if isinstance(target, Reference) and target.path == "functools.partial" and positional(call):
            callee, is_partial = positional(call)[0], True
            target = self._values.worth(callee)
        options = options_of(self._agreed(callee) or target)
        for option in options:
            base = option
            while isinstance(base, Partial):
                base = base.target
            for inner in options_of(base):
                optimizer, subclass = self._optimizer(inner)
                if optimizer is not None:
                    built = self._construction(call, callee, option, optimizer, subclass, is_partial, len(options) > 1)
                    yield built

    def _agreed(self, callee: cst.BaseExpression) -> Value | None:
        """The class that a name stands for if it is imported on several paths, all of them to the same optimizer."""
        found = self._values.bindings(callee) if isinstance(callee, cst.Name) else []
        facts = {self._facts.get(binding.path) for binding in found}
        if len(found) < 2 or len(facts) > 1 or None in facts:
            return None
        return Reference(found[0].path, found[0])

    def _optimizer(self, value: Value, depth: int = 0) -> tuple[Optimizer | None, cst.ClassDef | None]:
        if isinstance(value, Reference):
            return self._facts.get(value.path), None
        if not isinstance(value, Defined) or not isinstance(value.node, cst.ClassDef) or depth > 4:
            return None, None
        overridden = self._survey.scopes[value.node].bindings
        bases = value.node.bases
        if len(bases) != 1 or not {"__init__", "__new__", "step"}.isdisjoint(overridden):
            return None, None
        return self._optimizer(self._values.worth(bases[0].value), depth + 1)[0], value.node

    def _construction(
        self,
        call: cst.Call,
        callee: cst.BaseExpression,
        option: Value,
        optimizer: Optimizer,
        subclass: cst.ClassDef | None,
        is_partial: bool,
        is_choice: bool,
    ) -> Construction:
        _, given = unwrapped(option, optimizer.signature, self._values)
        arguments = bind(call, optimizer.signature, self._values, given, skip=1 if is_partial else 0)
        variable = None if is_partial else self._variable(call)
        first = arguments.by_name.get(parameters(optimizer.signature)[0][0])
        groups = self._groups.of(first.value, optimizer.decay_argument) if first else ()
        return Construction(
            call=call,
            callee=callee,
            optimizer=optimizer,
            coupling=self._coupling(optimizer, arguments),
            arguments=arguments,
            decay=self._decay(optimizer, arguments),
            groups=(*groups, *self._added(variable, call, optimizer)),
            variable=variable,
            subclass=subclass,
            is_partial=is_partial,
            is_choice=is_choice,
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
            receiver = method_call(added)
            values = [binding.value for binding in self._values.bindings(receiver[0])] if receiver else []
            if self._choice(call) in values and positional(added):
                yield from self._groups.of_dict(positional(added)[0], optimizer.decay_argument)

    def _coupling(self, optimizer: Optimizer, arguments: Arguments) -> Coupling | None:
        switch = arguments.by_name.get(optimizer.switch or "")
        if switch is None:
            return optimizer.coupling
        value = self._values.worth(switch.value)
        if not isinstance(value, Number) or not switch.certain:
            return None
        return Coupling.DECOUPLED if value.value else Coupling.COUPLED

    def _decay(self, optimizer: Optimizer, arguments: Arguments) -> Decay:
        if optimizer.decay_argument is None:
            return ZERO
        default = Number(Decimal(optimizer.default))
        argument = arguments.by_name.get(optimizer.decay_argument)
        if argument is None:
            return default if arguments.complete else UNKNOWN
        written = decay(self._values.worth(argument.value))
        if argument.certain:
            return written
        return ZERO if written == ZERO == default else DYNAMIC


def decay(value: Value) -> Decay:
    """What a decay that is worth `value` counts as: zero, a number, or known only at run time."""
    if is_zero(value):
        return ZERO
    return value if isinstance(value, Number) else DYNAMIC
