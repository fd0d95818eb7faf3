"""Decay that a program writes by hand: λθ added to a gradient, or parameters multiplied by 1 − ηλ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst

from adamw_lint.model.constructions import Construction
from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scale import Scale
from adamw_lint.model.survey import Survey
from adamw_lint.model.trainers import Built, Trainers
from adamw_lint.model.tree import dotted
from adamw_lint.model.updating.by_hand import Decays
from adamw_lint.model.updating.circumstances import Circumstances
from adamw_lint.model.updating.cycle import Cycle, Route, Step
from adamw_lint.model.updating.hooks import Hooks
from adamw_lint.model.updating.owned import Owned, Ownership
from adamw_lint.model.updating.updates import Update, Updates
from adamw_lint.model.values import Values


@dataclass(frozen=True, slots=True, eq=False)
class Shrink:
    """One decay by hand: λ of λθ in a gradient, or x of the 1 − x that parameters are multiplied by.

    `trainers` are the optimizers that step with the gradient, or that were given the parameters; `step` is the step in
    the same turn of the training loop, None where a hook or a framework takes it, and `is_apart` says that it is taken
    in another function; `conditions` are the tests that this stands under and the step does not, but for those that
    only ask for the parameter or for λ; `narrowed` says that such a test leaves parameters out; `rate` is the factor η;
    `is_scaled` says that the gradients are scaled there for half precision, `is_clipped` that they are clipped later;
    `is_chosen` that one of the conditions asks which optimizer or mode it is.
    """

    node: cst.CSTNode
    factor: Scale
    of: Owned
    in_gradient: bool
    trainers: tuple[Construction, ...]
    step: Step | None = None
    is_apart: bool = False
    conditions: tuple[cst.BaseExpression, ...] = ()
    narrowed: bool = False
    rate: Place | None = None
    is_scaled: bool = False
    is_clipped: bool = False
    is_chosen: bool = False


class Shrinks:
    """Finds the decays by hand in the file that is linted."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        updates: Updates,
        constructions: Built,
        words: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._updates = updates
        self._words = words
        self._owners = Ownership(survey, values, frames, words)
        self._decays = Decays(survey, values, frames, updates, self._owners, words)
        self._hooks = Hooks(survey, values, frames, updates, self._decays, words)
        self._conditions = Circumstances(survey, values, words)
        self._cycle = Cycle(survey, frames, words)
        self._optimizers = Trainers(survey, values, frames, constructions)

    def of(self, functions: Sequence[cst.CSTNode]) -> Iterator[Shrink]:
        """The decays by hand in some functions, or in a module outside of any."""
        for function in functions:
            if self._is_of_optimizer(function):
                continue
            updates = self._updates.within(function)
            for update in updates:
                yield from self._shrunk(update, updates)

    def _is_of_optimizer(self, function: cst.CSTNode) -> bool:
        """Whether a function is a method of a class that derives from an optimizer: its step is its own affair."""
        owner = self._survey.owner(function) if isinstance(function, cst.FunctionDef) else None
        names = (dotted(base.value) or "" for base in owner.bases) if owner is not None else ()
        return any(word in name.lower() for name in names for word in self._words["optimizers"])

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
                if owned is not None:
                    found = self._made(hook.node, hook.factor, owned, route, in_gradient=True)
                    yield replace(found, is_apart=True)
                    break

    def _at(self, place: Place, route: Route) -> Place:
        return Place(place.node, place.frame or route.frames[0])

    def _trained(self, update: Update, factor: Scale, owned: Owned, route: Route, in_gradient: bool) -> Shrink | None:
        steps = [step for step in self._cycle.steps(route) if not in_gradient or self._cycle.is_before(route, step)]
        function = self._survey.function(update.node)
        hooks = (*self._words["before_step"], *(() if in_gradient else self._words["beside_step"]))
        if not steps and (function is None or function.name.value not in hooks):
            return None
        found = self._made(update.node, factor, owned, route, in_gradient, steps)
        return replace(
            found,
            is_apart=not steps
            or steps[0].event.call is not steps[0].event.anchor
            or steps[0].anchor is not update.node,
        )

    def _made(
        self,
        node: cst.CSTNode,
        factor: Scale,
        owned: Owned,
        route: Route,
        in_gradient: bool,
        steps: Sequence[Step] = (),
    ) -> Shrink:
        step = steps[0] if steps else None
        tests = list(self._conditions.around(route, step))
        conditions = tuple(test for test in tests if not self._conditions.is_about(test, factor))
        every = self._of_owned(owned, steps, in_gradient)
        adam = self._optimizers.adam(every)
        return Shrink(
            node=node,
            factor=factor,
            of=owned,
            in_gradient=in_gradient,
            trainers=adam,
            step=step,
            conditions=conditions,
            is_chosen=bool(conditions) and (len(adam) < len(every) or any(map(self._conditions.chooses, conditions))),
            narrowed=any(self._conditions.leaves_out(test) for test in (*tests, *self._conditions.skips(node))),
            rate=next((place for place in factor.factors if self._decays.scalars.says_rate(place)), None),
            is_scaled=step is not None and self._cycle.is_scaled(step),
            is_clipped=step is not None and self._cycle.is_clipped(step),
        )

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
