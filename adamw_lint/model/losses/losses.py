"""The penalties on parameters that reach a loss, found by going backward from where a loss is used."""

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.conditions import never_together
from adamw_lint.model.constructions import Construction
from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.losses.added import added
from adamw_lint.model.losses.addends import Addends
from adamw_lint.model.losses.flow import Flow
from adamw_lint.model.losses.norms import Norms
from adamw_lint.model.losses.parts import Part, leaves
from adamw_lint.model.losses.penalised import Denotation
from adamw_lint.model.losses.sinks import Sink, Sinks
from adamw_lint.model.losses.terms import LossTerm, below, coefficients, penalties, product
from adamw_lint.model.losses.updates import updates
from adamw_lint.model.losses.yielded import Penalised
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.trainers import Built, Trainers
from adamw_lint.model.tree import dotted, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, is_zero

_DEPTH = 5  # classes above one another


class Losses:
    """Finds the loss terms of one surveyed file."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        constructions: Built,
        vocabulary: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._frames = frames
        self._values = values
        self._words = vocabulary
        self._optimizers = Trainers(survey, values, frames, constructions)
        self._denotation = Denotation(survey, values, frames, vocabulary)
        self._norms = Norms(survey, values, self._denotation, vocabulary)
        self._flow = Flow(survey, values, frames, self._norms, vocabulary)
        self._addends = Addends(survey, values, frames, self._norms, vocabulary)
        self._sinks = Sinks(survey, values, frames, vocabulary)
        self._added = added(survey, values, frames, constructions)
        self._entered: set[cst.CSTNode] = set()
        self._explained: set[cst.CSTNode] = set()

    def __iter__(self) -> Iterator[LossTerm]:
        for sink in self._sinks.backward():
            yield from self._terms(sink)
        yield from self._returned(list(self._sinks.returned(self._entered)))
        for sink, trainers in self._added.sinks() if self._added is not None else ():
            yield from self._terms(sink, trainers)

    def _returned(self, sinks: list[Sink]) -> Iterator[LossTerm]:
        """Their terms, but for those which are found in a loss that another function returns of what the first does."""
        functions = {sink: self._survey.function(sink.node) for sink in sinks}
        within = {each for sink in sinks for each in self._functions(self._addends.of(sink.loss)) - {functions[sink]}}
        found: set[cst.CSTNode] = set()
        for sink in sorted(sinks, key=lambda each: functions[each] in within):
            for term in self._terms(sink):
                norms = {leaf.node for leaf in leaves(term.path[-1])}
                if functions[sink] not in within or not norms <= found:
                    yield term
                found |= norms

    def _terms(self, sink: Sink, trainers: tuple[Construction, ...] = ()) -> Iterator[LossTerm]:
        loss = self._addends.of(sink.loss)
        self._entered |= self._functions(loss)
        for path in penalties(loss, self._survey, self._values.program, sink.added_to is not None):
            term = self._term(sink, path, trainers)
            if term is not None:
                self._explained |= self._functions(path[-1])
                yield term

    def unexplained(self) -> list[cst.FunctionDef]:
        """The functions of the file that take norms of parameters which no loss of the files in sight reaches."""
        found: dict[cst.FunctionDef, None] = {}
        for node in self._survey.own_nodes():
            function = self._survey.function(node) if isinstance(node, (cst.Call, cst.BinaryOperation)) else None
            if function is None or function in found or function in self._explained:
                continue
            if self._norms.norm(Place(node)) is not None or self._is_of_an_argument(node):  # type: ignore[arg-type]
                found[function] = None
        return list(found)

    def _is_of_an_argument(self, node: cst.CSTNode) -> bool:
        """Whether a norm or square is taken of each element of an argument that is called parameters."""
        operation = self._norms.operation(node) if isinstance(node, cst.Call) else None
        operand = operation.operand if operation is not None else None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Power):
            operand = node.left
        looped = self._values.bound_once(operand) if isinstance(operand, cst.Name) else None
        over = looped.value if looped is not None and looped.kind is Kind.LOOP else None
        given = self._values.bound_once(over) if isinstance(over, cst.Name) else None
        if given is None or given.kind is not Kind.PARAMETER:
            return False
        return any(re.search(said, given.name) for said in self._words["said_of_parameters"])

    def outermost(self, functions: list[cst.FunctionDef]) -> list[cst.FunctionDef]:
        """Those that run some functions of a file and are run by none of it, so that only other files may do so."""
        every = list(functions)
        inner: set[cst.FunctionDef] = set()
        for function in every:
            callers = [self._survey.function(call) for call in self._frames.calls_of(function)]
            own = [each for each in callers if each is not None and self._survey.owns(each)]
            inner |= {function} if own else set()
            every += [each for each in dict.fromkeys(own) if each not in every]
        return [function for function in every if function not in inner]

    def _functions(self, loss: Part) -> set[cst.CSTNode]:
        """The functions whose results are part of a loss."""
        stack = [loss]
        found: set[cst.CSTNode] = set()
        while stack:
            part = stack.pop()
            stack += part.children
            function = self._survey.function(part.node)
            found |= {function} if function is not None else set()
        return found

    def _term(self, sink: Sink, path: tuple[Part, ...], trainers: tuple[Construction, ...]) -> LossTerm | None:
        part, norms = path[-1], []
        for leaf in leaves(part):
            norms += [leaf.norm] if leaf.norm else []
        scales = list(coefficients(part))
        outer = product(path[:-1])
        factors = [self._values.worth(place.node) for place in scales[0].factors] if scales else []
        if not norms or outer.number * scales[0].number <= 0 or any(map(is_zero, factors)):
            return None
        found = trainers or self._trainers(sink, norms[0].of)
        reaches = tuple(each for each in found if not never_together(self._survey, part.node, each.call))
        is_scaled = bool(factors or scales[0].divisors or outer.factors) or scales[0].number * outer.number != 1
        if not reaches or not (is_scaled or any(self._is_of_a_model(norm.of) for norm in norms)):
            return None
        return LossTerm(
            node=part.node,
            coefficient=scales[0],
            outer=outer,
            penalised=tuple(norm.of for norm in norms),
            squared=all(norm.squared for norm in norms),
            is_open=any(norm.is_open for norm in norms),
            mean=any(norm.mean for norm in norms) or any(each.is_mean for each in below(part)),
            optional=any(each.is_optional for each in (*path, *below(part))) or self._is_optional(sink, path),
            is_uniform=len(norms) == 1,
            sink=sink,
            path=path,
            reaches=reaches,
            backed=len({each.node for each in self._sinks.backward()}),
            steps=tuple(call for call, built in self._steps(sink) if built in reaches),
        )

    def _is_of_a_model(self, penalised: Penalised) -> bool:
        """Whether it is more than a variable of its own, which without a λ may be what the program minimises."""
        made = self._denotation.registered.path(penalised.written)
        return made not in self._words["variable_makers"]

    def _is_optional(self, sink: Sink, path: tuple[Part, ...]) -> bool:
        """Whether the penalty stands under a condition, or in a loop of its own, that the use of the loss does not."""
        allowed = [arm.statement for arm in self._survey.places[sink.node][1]]
        for part in (*path, *below(path[-1])):
            arms = self._survey.places[part.node][1] if part.is_penal else ()
            statements = [arm.statement for arm in arms if arm.statement not in allowed]
            if not all(self._is_loop_over_parameters(statement, part) for statement in statements):
                return True
        return False

    def _is_loop_over_parameters(self, statement: cst.CSTNode, part: Part) -> bool:
        if isinstance(statement, cst.If):
            return self._denotation.is_trained(statement.test)
        if not isinstance(statement, cst.For) or not self._flow.takes_all(statement, part.node):
            return False
        over = [leaf.norm.of.written for leaf in leaves(part) if leaf.norm]
        inside = {self._survey.orders[statement], *(self._survey.orders.get(node, -1) for node in over)}
        return len(inside) > 1 and self._denotation.stream(Place(statement.iter)) is not None

    def _trainers(self, sink: Sink, penalised: Penalised) -> tuple[Construction, ...]:
        """The optimizers that train on a loss if all of them are of the adam family, else none.

        Where a file builds several, those that hold the parameters decide, or those that are stepped beside the loss;
        where neither tells, all of them must be.
        """
        owners = self._optimizers.holding(penalised.root)
        stepped = tuple(dict.fromkeys(built for _, built in self._steps(sink)))
        if not self._optimizers.every:  # a class above may build one, of a file that is read once its name is asked for
            self._read_above(self._survey.owner(sink.node))
        return self._optimizers.adam(owners or stepped or (() if self._steps_unseen(sink) else self._not_beside(sink)))

    def _steps_unseen(self, sink: Sink) -> bool:
        """Whether what steps beside a loss is of a class that only a run knows: `eval(name)(params)`."""
        receivers = (receiver for _, receiver in self._stepping(self._survey.function(sink.node)))
        made = (binding.value for each in receivers if (binding := self._values.bound_once(each)) is not None)
        return any(isinstance(each, cst.Call) and isinstance(each.func, (cst.Call, cst.Subscript)) for each in made)

    def _not_beside(self, sink: Sink) -> tuple[Construction, ...]:
        """All optimizers but those that an object keeps beside another, unseen one, which steps on the loss."""
        owner = self._survey.owner(sink.node)
        names = {dotted(receiver) or "" for _, receiver in self._stepping(self._survey.function(sink.node))}
        own = {each for each in names if each.startswith("self.")}
        own = {each for each in own if any(word in each for word in self._words["said_of_optimizers"])}
        return tuple(built for built in self._optimizers.every if not (own and self._is_beside(built, owner, own)))

    def _is_beside(self, built: Construction, owner: cst.ClassDef | None, own: set[str]) -> bool:
        name = dotted(built.variable) if built.variable is not None else None
        is_kept = name is not None and name.startswith("self.") and self._survey.owner(built.call) is owner
        return is_kept and name not in own

    def _stepping(self, function: cst.FunctionDef | None) -> Iterator[tuple[cst.Call, cst.BaseExpression]]:
        """The calls in a function that ask for a step, each with what is asked."""
        for call in self._survey.calls_in(function):
            method = method_call(call)
            if method is not None and method[1] in self._words["step"]:
                yield call, method[0]

    def _read_above(self, owner: cst.ClassDef | None, depth: int = 0) -> None:
        for base in owner.bases if owner is not None and depth < _DEPTH else ():
            found = self._values.worth(base.value)
            if isinstance(found, Defined) and isinstance(found.node, cst.ClassDef):
                self._read_above(found.node, depth + 1)

    def _steps(self, sink: Sink) -> Iterator[tuple[cst.Call, Construction]]:
        """The steps of optimizers in the function of a sink: `optimizer.step()`, `scaler.step(optimizer)`."""
        function = self._survey.function(sink.node)
        yield from self._updates(function)
        for call, receiver in self._stepping(function):
            for node in (receiver, *positional(call)[:1]):
                found = self._optimizers.bound(Place(node, sink.loss.frame))
                found = found or self._optimizers.behind(Place(node, sink.loss.frame))
                yield from ((call, built) for built in found)

    def _updates(self, function: cst.FunctionDef | None) -> Iterator[tuple[cst.Call, Construction]]:
        """The steps of the only optimizer where it is handed gradients: `tx.update(grads, …)`, `apply_gradients`."""
        for built in self._optimizers.every if len(self._optimizers.every) == 1 else ():
            if built.optimizer.parameters_argument is None:
                calls = updates(self._survey, self._values, self._words)
                yield from ((call, built) for call in calls if self._survey.function(call) is function)
