"""Optimizers that a program composes of gradient transformations: chains in which no whole optimizer stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.calls import Arguments
from adamw_lint.model.chained import RATES
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.survey import Survey
from adamw_lint.model.transformations import Chain, Step, path_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN
from adamw_lint.rulebook import Coupling, Family, Optimizer

_FAMILIES = {"adam": Family.ADAM, "adaptive": Family.ADAPTIVE}


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """A chain that is an optimizer by its steps, as a construction; `adaptive` is the step that makes it one."""

    chain: Chain
    adaptive: Step | None
    built: Construction


def composed(chains: Iterable[Chain], survey: Survey, values: Values) -> Iterator[Composed]:
    """Each chain that is an optimizer by its steps; how it decays by itself is not looked into."""
    for chain in chains:
        adaptive = next((step for step in chain.steps if step.does in _FAMILIES), None)
        if not _is_optimizer(chain, adaptive):
            continue
        named = adaptive.node if adaptive is not None and isinstance(adaptive.node, cst.Call) else chain.call
        statement = survey.parents[chain.call]
        fact = Optimizer(
            name=path_of(named, values),
            family=_FAMILIES[adaptive.does] if adaptive is not None else Family.SGD,
            coupling=Coupling.NONE,
            signature="",
            source="",
            parameters_argument=None,
        )
        built = Construction(
            call=chain.call,
            callee=named.func,
            optimizer=fact,
            coupling=Coupling.NONE,
            arguments=Arguments({}, complete=True),
            decay=UNKNOWN if any(step.does == "decay" for step in chain.steps) else ZERO,
            groups=(),
            variable=statement.targets[0].target if isinstance(statement, cst.Assign) else None,
        )
        yield Composed(chain, adaptive, built)


def _is_optimizer(chain: Chain, adaptive: Step | None) -> bool:
    """Whether the steps of a chain make an optimizer: an adaptive one, or none that is unknown and a learning rate."""
    kinds = {step.does for step in chain.steps}
    return "optimizer" not in kinds and (adaptive is not None or ("" not in kinds and not kinds.isdisjoint(RATES)))
