"""Which optimizer classes a call builds: named, chosen among several, in a partial, or handed to what wraps them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from adamw_lint.model.alternatives import Alternative, alternatives, asked
from adamw_lint.model.calls import Argument, Arguments, bind, unwrapped
from adamw_lint.model.chosen.choice import Chosen
from adamw_lint.model.scopes import Arms, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Defined, Nothing, Parameter, Partial, Reference, Value, options_of
from adamw_lint.rulebook import Coupling, Optimizer, Wrapper
from adamw_lint.signatures import parameters


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """One optimizer that a call may build, with what the call gives it.

    `callee` is the expression that names the class at the call, `named` the one that does where it is chosen;
    `branches` are those in which it is this one; `options` counts what the call may build, the unknown included;
    `chosen` says how a text chooses it, if one does; `wrapper` is what builds it, where that is not the class itself;
    `is_default` says that it is the default of what a caller, or a user, may give another class for.
    """

    callee: cst.BaseExpression
    optimizer: Optimizer
    arguments: Arguments
    named: cst.BaseExpression
    subclass: cst.ClassDef | None = None
    branches: tuple[Arms, ...] = ()
    options: int = 1
    is_partial: bool = False
    chosen: Chosen | None = None
    wrapper: Wrapper | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Option:
    """One class that a call may build, the expression at the call that names it, and how arguments get there."""

    callee: cst.BaseExpression
    found: Alternative
    skip: int = 0
    wrapper: Wrapper | None = None


class Classes:
    """Resolves the callees of a program."""

    def __init__(
        self, survey: Survey, values: Values, facts: dict[str, Optimizer], wrappers: dict[str, Wrapper]
    ) -> None:
        self._survey = survey
        self._values = values
        self._facts = facts
        self._wrappers = wrappers
        self._stored_in: dict[str, tuple[int, dict[str, list[cst.BaseExpression]]]] = {}
        self._switches = frozenset(fact.switch for fact in facts.values() if fact.switch is not None)

    def built_by(self, call: cst.Call) -> Iterator[Built]:
        """The optimizers that a call may build, each once; nothing where it builds none that we know."""
        known: dict[tuple[Optimizer, cst.ClassDef | None], _Option] = {}
        unknown = 0
        for option in self._options(call):
            every = list(self._optimizers(option.found.value))
            found = [each for each in every if not self._is_asked_for(call, option.found, each[0])]
            unknown += not found
            for each in found:
                known.setdefault(each, option)
        for (optimizer, subclass), option in known.items():
            yield self._built(call, option, optimizer, subclass, len(known) + unknown)

    def _is_asked_for(self, call: cst.Call, found: Alternative, optimizer: Optimizer) -> bool:
        """Whether the program has a switch for it that the decay is coupled: a condition by the name of one we know."""
        if optimizer.coupling is not Coupling.COUPLED:
            return False
        binding = self._values.bound_once(found.node) if isinstance(found.node, cst.Name) else None
        chosen = binding.value if binding is not None and binding.value is not None else found.node
        arms = (*self._survey.use(call).arms, *(arm for arms in found.branches for arm in arms))
        names = (name for each in (chosen, *(arm.statement for arm in arms)) for name in asked(each))
        return any(name.rpartition(".")[2] in self._switches for name in names)

    def _built(
        self, call: cst.Call, option: _Option, optimizer: Optimizer, subclass: cst.ClassDef | None, options: int
    ) -> Built:
        found = option.found
        return Built(
            callee=option.callee,
            optimizer=optimizer,
            arguments=self._arguments(call, option, optimizer),
            named=found.node if found.branches and self._survey.owns(found.node) else option.callee,
            subclass=subclass,
            branches=found.branches if options > 1 else (),
            options=options,
            is_partial=option.skip > 0,
            wrapper=option.wrapper,
            is_default=self._is_default(option.callee),
        )

    def _is_default(self, callee: cst.BaseExpression) -> bool:
        """Whether a class is the default of a parameter, or of what names it."""
        todo, seen = [callee], set[cst.BaseExpression]()
        while todo:
            node = todo.pop()
            if isinstance(self._values.worth(node), Parameter):
                return True
            found = self._values.bindings(node) if isinstance(node, (cst.Name, cst.Attribute)) else []
            if node not in seen and any(binding.kind is Kind.PARAMETER for binding in found):
                return True
            more = (each.value for each in found if node not in seen and each.kind is Kind.ASSIGN)
            todo += [value for value in more if value is not None]
            seen.add(node)
        return False

    def _options(self, call: cst.Call) -> Iterator[_Option]:
        """What a call may build, looking through `functools.partial` and what wraps a class."""
        plain = positional(call)
        curried = list(self._curried(call.func)) if isinstance(call.func, cst.Call) else []
        if curried:
            yield from curried
            return
        for found in self._named(call.func):
            path = found.value.path if isinstance(found.value, Reference) else ""
            if path == "functools.partial" and plain:
                yield from (_Option(plain[0], inner, skip=1) for inner in self._named(plain[0]))
            elif path in self._wrappers and not self._wrappers[path].curried:
                yield from self._wrapped(call, found, self._wrappers[path])
            else:
                yield _Option(call.func, found)

    def _curried(self, inner: cst.Call) -> Iterator[_Option]:
        """The classes that are built by calling what a wrapper of them returns."""
        value = self._values.worth(inner.func)
        wrapper = self._wrappers.get(value.path) if isinstance(value, Reference) else None
        if wrapper is not None and wrapper.curried:
            given = bind(inner, wrapper.signature, self._values).by_name.get(wrapper.wraps or "")
            yield from (_Option(given.value, found) for found in self._named(given.value)) if given else ()

    def _wrapped(self, call: cst.Call, found: Alternative, wrapper: Wrapper) -> Iterator[_Option]:
        given = bind(call, wrapper.signature, self._values).by_name.get(wrapper.wraps or "")
        if given is None:
            default = Reference(wrapper.default) if wrapper.default is not None else UNKNOWN
            yield _Option(call.func, replace(found, value=default), wrapper=wrapper)
            return
        for inner in self._named(given.value):
            both = replace(inner, branches=(*found.branches, *inner.branches))
            yield _Option(given.value, both, wrapper=wrapper)

    def _named(self, node: cst.BaseExpression) -> Iterator[Alternative]:
        """The classes that an expression may name; UNKNOWN for a name that is imported twice, once as we know not what.

        Such a name is meant to be one class, and we do not know which; a variable is a choice of several.
        """
        found = alternatives(self._values, self._stored(node) or node)
        vague = {each.shim for each in found if each.shim is not None and not self._is_known(each.value)}
        for each in found:
            yield replace(each, value=UNKNOWN) if each.shim in vague else each

    def _stored(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """What an object that is handed around is given once, as options are: `opt.optimizer = table[name]`."""
        if not isinstance(node, cst.Attribute) or dotted(node.value) in (None, "self"):
            return None
        if self._values.worth(node) != UNKNOWN or self._values.bindings(node):
            return None
        given = self._stores(node.attr.value).get((dotted(node.value) or "").rpartition(".")[2], [])
        return given[0] if len(given) == 1 else None

    def _stores(self, attribute: str) -> dict[str, list[cst.BaseExpression]]:
        """What is assigned to an attribute, by the last name of the object; looked for again once more was read."""
        reads = self._survey.attribute_reads.get(attribute, [])
        if self._stored_in.get(attribute, (0, {}))[0] != len(reads):
            found: dict[str, list[cst.BaseExpression]] = {}
            for node in reads:
                target = self._survey.parents[node]
                statement = self._survey.parents[target] if isinstance(target, cst.AssignTarget) else None
                if isinstance(statement, cst.Assign):
                    found.setdefault((dotted(node.value) or "").rpartition(".")[2], []).append(statement.value)
            self._stored_in[attribute] = len(reads), found
        return self._stored_in.get(attribute, (0, {}))[1]

    def _is_known(self, value: Value) -> bool:
        is_wrapper = isinstance(value, Reference) and value.path in self._wrappers
        return is_wrapper or any(True for _ in self._optimizers(value))

    def _arguments(self, call: cst.Call, option: _Option, optimizer: Optimizer) -> Arguments:
        _, given = unwrapped(option.found.value, optimizer.signature, self._values)
        if option.wrapper is not None:
            return self._handed_on(call, option.wrapper, given, optimizer)
        return bind(call, optimizer.signature, self._values, given, skip=option.skip)

    def _handed_on(self, call: cst.Call, wrapper: Wrapper, given: Arguments | None, optimizer: Optimizer) -> Arguments:
        """What a wrapper hands on to a class on top of what a partial gives it; None stands for nothing."""
        bound = bind(call, wrapper.signature, self._values)
        kept = parameters(wrapper.signature)[1] - {optimizer.parameters_argument}
        handed = set(wrapper.hands_on) or {*bound.by_name} - kept - {wrapper.wraps}
        own = {name: each for name, each in bound.by_name.items() if name in handed and not self._is_none(each)}
        inner = given or Arguments({}, complete=True)
        return Arguments({**inner.by_name, **own}, inner.complete and bound.complete)

    def _is_none(self, given: Argument) -> bool:
        return isinstance(self._values.worth(given.value), Nothing)

    def _optimizers(self, value: Value) -> Iterator[tuple[Optimizer, cst.ClassDef | None]]:
        """The optimizers that a value may be, by itself or behind partials."""
        while isinstance(value, Partial):
            value = value.target
        for inner in options_of(value):
            optimizer, subclass = self._optimizer(inner)
            if optimizer is not None:
                yield optimizer, subclass

    def _optimizer(self, value: Value, depth: int = 0) -> tuple[Optimizer | None, cst.ClassDef | None]:
        if isinstance(value, Reference):
            return self._facts.get(value.path), None
        if not isinstance(value, Defined) or depth > 4:
            return None, None
        if (stated := self._facts.get(self._values.path_of(value.node))) is not None:
            return stated, None  # the library's own repository, or a class of the user's that the settings state
        if not isinstance(value.node, cst.ClassDef):
            return None, None
        overridden = self._survey.scopes[value.node].bindings
        bases = value.node.bases
        if len(bases) != 1 or not {"__init__", "__new__", "step"}.isdisjoint(overridden):
            return None, None
        return self._optimizer(self._values.worth(bases[0].value), depth + 1)[0], value.node
