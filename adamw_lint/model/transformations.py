"""Chains of gradient transformations: the steps that take a gradient to an update, as far as they are in sight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import libcst as cst

from adamw_lint.model.calls import Arguments, bind
from adamw_lint.model.constructions import Construction
from adamw_lint.model.grown import Grown
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference
from adamw_lint.rulebook import frameworks

_DEPTH = 6  # steps within steps


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step: `does` is the word of its fact, "optimizer" for a whole optimizer and "" where it is not known.

    `is_part` says that it sees a part of the parameters only; `built` is the construction of a whole optimizer.
    """

    node: cst.BaseExpression
    does: str
    arguments: Arguments
    built: Construction | None = None
    is_part: bool = False

    @property
    def first(self) -> cst.BaseExpression | None:
        """What it is handed first: λ of a decay, η of a rate."""
        return next((argument.value for argument in self.arguments.by_name.values()), None)


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The steps of one chain, those of the chains in it among them, in the order in which updates pass them."""

    call: cst.Call
    steps: tuple[Step, ...]

    @property
    def nodes(self) -> tuple[cst.BaseExpression, ...]:
        """The expressions that are the steps."""
        return tuple(step.node for step in self.steps)


class Chains:
    """Finds the chains of one file of a program."""

    def __init__(self, survey: Survey, values: Values, constructions: Sequence[Construction], tree: cst.Module) -> None:
        self._tree = tree
        self._survey = survey
        self._values = values
        self._grown = Grown(survey, values)
        self._built = {each.call: each for each in constructions}

    def __iter__(self) -> Iterator[Chain]:
        """Each chain that is not a step of another."""
        own = self._survey.within_file[self._tree]
        calls = [call for call in own if self._does(call) in ("chain", "named chain")]
        chains = [Chain(call, tuple(self._steps(call))) for call in calls]
        inner = {step.node for chain in chains for step in chain.steps} | set(self._named_steps(calls))
        yield from (chain for chain in chains if chain.call not in inner)

    def _named_steps(self, calls: Sequence[cst.Call]) -> Iterator[cst.CSTNode]:
        """The chains that are steps of others, by way of a name or directly."""
        for call in calls:
            for node in self._members(call):
                target = self._target(node) if node is not None else None
                if isinstance(target, cst.Call) and target is not call:
                    yield target

    def _fact(self, call: cst.Call) -> dict[str, Any]:
        return _transformations().get(path_of(call, self._values), {})

    def _does(self, call: cst.Call) -> str:
        return str(self._fact(call).get("does", ""))

    def _members(self, call: cst.Call) -> Iterator[cst.BaseExpression | None]:
        """What a chain is handed, in order; None for what is not known."""
        is_named = self._does(call) == "named chain"
        for arg in call.args:
            if arg.star == "*":
                yield from self._grown.items(arg.value) or (None,)
            elif arg.star or arg.keyword is not None:
                yield None
            elif is_named:
                pair = arg.value.elements if isinstance(arg.value, (cst.Tuple, cst.List)) else ()
                yield pair[1].value if len(pair) == 2 else None
            else:
                yield arg.value

    def _target(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """The expression that a name is bound to, where that is one."""
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        return binding.value if binding is not None and binding.value is not None else node

    def _steps(self, call: cst.Call, depth: int = 0) -> Iterator[Step]:
        for node in self._members(call):
            if node is None or depth > _DEPTH:
                yield Step(call, "", Arguments({}, complete=False))
            else:
                yield from self._step(self._target(node), depth)

    def _step(self, node: cst.BaseExpression, depth: int) -> Iterator[Step]:
        fact = self._fact(node) if isinstance(node, cst.Call) else {}
        if not isinstance(node, cst.Call):
            yield Step(node, "", Arguments({}, complete=False))
            return
        does = str(fact.get("does", ""))
        arguments = bind(node, fact.get("signature", ""), self._values)
        if does in ("chain", "named chain"):
            yield from self._steps(node, depth + 1)
        elif does in ("inner", "part"):
            yield from self._within(node, arguments, does == "part", depth)
        elif node in self._built and not self._built[node].is_choice:
            yield Step(node, "optimizer", self._built[node].arguments, self._built[node])
        else:
            yield Step(node, does, arguments)

    def _within(self, node: cst.Call, arguments: Arguments, is_part: bool, depth: int) -> Iterator[Step]:
        handed = next((argument.value for argument in arguments.by_name.values()), None) or next(
            iter(positional(node)), None
        )
        if handed is None:
            yield Step(node, "", Arguments({}, complete=False))
            return
        for step in self._step(self._target(handed), depth + 1):
            yield Step(step.node, step.does, step.arguments, step.built, step.is_part or is_part)


def path_of(call: cst.Call, values: Values) -> str:
    """The path of the function of a library that a call runs; empty where it runs none."""
    value = values.worth(call.func)
    return value.path if isinstance(value, Reference) else ""


@cache
def decaying_step(beside: str) -> str:
    """The path of the step that adds a decay, in the library that another step is of."""
    library = beside.partition(".")[0]
    tables = (table for path, table in _transformations().items() if path.partition(".")[0] == library)
    return next(str(table["names"][0]) for table in tables if table["does"] == "decay")


@cache
def _transformations() -> dict[str, dict[str, Any]]:
    tables = [table for facts in frameworks().values() for table in facts.get("transformation", ())]
    return {name: table for table in tables for name in table["names"]}
