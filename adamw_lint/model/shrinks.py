"""Decay that a program writes by hand: λθ added to a gradient, or parameters multiplied by 1 − ηλ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.by_hand import Decays
from adamw_lint.model.constructions import Construction
from adamw_lint.model.cycle import Cycle, Route, Step
from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.hooks import Hooks
from adamw_lint.model.owned import Owned, Ownership
from adamw_lint.model.scale import Scale
from adamw_lint.model.survey import Survey
from adamw_lint.model.trainers import Trainers
from adamw_lint.model.updates import Update, Updates
from adamw_lint.model.values import Values


@dataclass(frozen=True, slots=True, eq=False)
class Shrink:
    """One decay by hand: λ of λθ in a gradient, or x of the 1 − x that parameters are multiplied by.

    `trainers` are the optimizers that step after it; `step` the step in the same turn of the training loop, None where
    a hook or a framework takes it; `conditions` the tests that it stands under and the step does not.
    """

    node: cst.CSTNode
    factor: Scale
    of: Owned
    in_gradient: bool
    trainers: tuple[Construction, ...]
    step: Step | None = None
    conditions: tuple[cst.BaseExpression, ...] = ()


class Shrinks:
    """Finds the decays by hand in the file that is linted."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        updates: Updates,
        constructions: Sequence[Construction],
        words: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._updates = updates
        self._words = words
        self._owners = Ownership(survey, values, frames, words)
        self._decays = Decays(survey, values, frames, updates, self._owners, words)
        self._hooks = Hooks(survey, values, frames, updates, self._decays, words)
        self._cycle = Cycle(survey, frames, words)
        self._optimizers = Trainers(survey, values, frames, constructions)

    def of(self, functions: Sequence[cst.CSTNode]) -> Iterator[Shrink]:
        """The decays by hand in some functions, or in a module outside of any."""
        for function in functions:
            updates = self._updates.within(function)
            for update in updates:
                yield from self._shrunk(update, updates)

    def _shrunk(self, update: Update, beside: Sequence[Update]) -> Iterator[Shrink]:
        parameter = self._decays.of_gradient(update.target)
        if parameter is not None:
            factor = self._decays.added(update, parameter, beside)
        else:
            factor = self._decays.taken(update, beside)
        for route in self._cycle.routes(update.node) if factor is not None else ():
            assert factor is not None
            owned = self._owners.of(self._at(parameter or update.target, route))
            found = self._trained(update, factor, owned, route, parameter is not None) if owned is not None else None
            if found is not None:
                yield found
                return

    def hooked(self) -> Iterator[Shrink]:
        """The decays that hooks add to gradients as they are computed."""
        for hook in self._hooks:
            for route in self._cycle.routes(hook.call):
                owned = self._owners.of(self._at(hook.parameter, route))
                trainers = self._of_owned(owned, (), in_gradient=True) if owned is not None else ()
                if owned is not None and trainers:
                    conditions = tuple(self._conditions(route, None))
                    yield Shrink(hook.node, hook.factor, owned, True, trainers, None, conditions)
                    break

    def _at(self, place: Place, route: Route) -> Place:
        return Place(place.node, place.frame or route.frames[0])

    def _trained(self, update: Update, factor: Scale, owned: Owned, route: Route, in_gradient: bool) -> Shrink | None:
        steps = [step for step in self._cycle.steps(route) if not in_gradient or self._cycle.is_before(route, step)]
        function = self._survey.function(update.node)
        hooks = (*self._words["before_step"], *(() if in_gradient else self._words["beside_step"]))
        if not steps and (function is None or function.name.value not in hooks):
            return None
        trainers = self._of_owned(owned, steps, in_gradient)
        conditions = tuple(self._conditions(route, steps[0] if steps else None))
        return Shrink(update.node, factor, owned, in_gradient, trainers, steps[0] if steps else None, conditions)

    def _of_owned(self, owned: Owned, steps: Sequence[Step], in_gradient: bool) -> tuple[Construction, ...]:
        """The optimizers that hold parameters; where none is known to, those that step after the gradient."""
        if owned.optimizer is not None:
            found = self._optimizers.behind(owned.optimizer)
        else:
            assert owned.root is not None
            found = self._optimizers.holding(owned.root)
        if found or not in_gradient:
            return found
        receivers = [receiver for step in steps for receiver in step.receivers]
        return tuple(built for receiver in receivers for built in self._optimizers.behind(receiver))

    def _conditions(self, route: Route, step: Step | None) -> Iterator[cst.BaseExpression]:
        """The tests under which a route runs and the step in the same turn does not."""
        shared = list(self._survey.ancestors(step.event.anchor)) if step is not None else []
        for anchor in route.anchors:
            function = self._survey.function(anchor)
            for up in self._survey.ancestors(anchor):
                if up is function:
                    break
                if isinstance(up, cst.If) and up not in shared:
                    yield up.test
            if step is not None and anchor is step.anchor:
                return
