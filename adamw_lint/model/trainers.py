"""Which optimizers train something: those that were given a module's parameters, and those that a name is bound to."""

from collections.abc import Callable
from functools import cached_property

import libcst as cst

from adamw_lint.model.command_line import default_text
from adamw_lint.model.conditions import asked_around
from adamw_lint.model.constructions import Construction
from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.scopes import exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted
from adamw_lint.model.values import Values
from adamw_lint.rulebook import Family

Built = Callable[[], tuple[Construction, ...]]
_DEPTH = 4


class Trainers:
    """Answers about the optimizers that a surveyed program builds."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, constructions: Built) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._constructions = constructions

    @cached_property
    def every(self) -> tuple[Construction, ...]:
        """All of them; looked for once something may be trained by one."""
        return self._constructions()

    def holding(self, root: Place) -> tuple[Construction, ...]:
        """The optimizers that were given parameters of a module, or of one that contains it."""
        return tuple(built for built in self.every if self._holds(built, root))

    def _holds(self, built: Construction, part: Place) -> bool:
        around = self._frames.around(built.call)
        roots = [Place(root, around) for group in built.groups for root in group.selects.roots]
        return any(self._contains(root, part) for root in roots)

    def _contains(self, root: Place, part: Place) -> bool:
        """Whether a module is the other or contains it: `model` holds `model.encoder`."""
        node = part.node
        while True:
            if self._frames.same(root, Place(node, part.frame)):
                return True
            if not isinstance(node, (cst.Attribute, cst.Subscript)):
                return False
            node = node.value

    def bound(self, receiver: Place) -> tuple[Construction, ...]:
        """The optimizers that an expression may be: by the name that each is bound to."""
        return tuple(built for built in self.every if self._is_bound(built, receiver))

    def _is_bound(self, built: Construction, receiver: Place) -> bool:
        if built.variable is None or dotted(receiver.node) is None:
            return False
        return self._frames.same(Place(built.variable, self._frames.around(built.call)), receiver)

    def behind(self, receiver: Place, depth: int = 0) -> tuple[Construction, ...]:
        """The optimizers that an expression may be, through other names and functions that return them."""
        receiver = self._frames.resolve(receiver)
        found = self.bound(receiver) or tuple(built for built in self.every if built.call is receiver.node)
        if found or depth > _DEPTH:
            return found
        if isinstance(receiver.node, cst.Call):
            entered = self._frames.entered(receiver.node, receiver.frame)
            results = list(self._frames.results(entered.function)) if entered is not None else []
            return tuple(built for each in results for built in self.behind(Place(each, entered), depth + 1))
        binding = self._values.bound_once(receiver.node) if receiver.node in self._survey.places else None
        if binding is None or binding.value is None:
            return ()
        return self.behind(Place(binding.value, receiver.frame), depth + 1)

    def adam(self, some: tuple[Construction, ...]) -> tuple[Construction, ...]:
        """Those of the adam family, if any other of `some` is but the other choice of a condition; else none.

        One that an option chooses which is another by default is none of them.
        """
        adam = tuple(built for built in some if built.optimizer.family is Family.ADAM and not self._is_left(built))
        return adam if all(built in adam or self._is_other_choice(built, adam) for built in some) else ()

    def _is_left(self, built: Construction) -> bool:
        """Whether the default of an option of the command line chooses another."""
        for asked in asked_around(self._survey, built.call):
            place = self._frames.resolve(Place(asked.node, self._frames.around(built.call)))
            default = default_text(self._survey, place.node)
            if default is not None and not asked.holds(default):
                return True
        return False

    def _is_other_choice(self, built: Construction, adam: tuple[Construction, ...]) -> bool:
        """Whether a condition chooses between an optimizer and one of the adam family, for the same variable."""
        name, place = self._kept(built), self._survey.places[built.call]
        for other in adam:
            scope, arms = self._survey.places[other.call]
            same = self._kept(other) == name and scope is place[0]
            if name is not None and same and exclusive(arms, place[1]):
                return True
        return False

    def _kept(self, built: Construction) -> str | None:
        """The name that an optimizer is bound to, or what is made of it at once: `step = Adam(lr).minimize(loss)`."""
        if built.variable is not None:
            return dotted(built.variable)
        statement = self._survey.statement(built.call)
        targets = [dotted(each.target) for each in statement.targets] if isinstance(statement, cst.Assign) else []
        is_called = isinstance(self._survey.parents.get(built.call), cst.Attribute)
        return targets[0] if is_called and targets else None
