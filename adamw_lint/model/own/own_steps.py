"""The calls of a file that build an optimizer which the program defines itself, and whether its step decouples."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.constructions import Construction, Constructions
from adamw_lint.model.frames import Frames
from adamw_lint.model.own.constructors import Constructors, Written
from adamw_lint.model.own.counting import Counting
from adamw_lint.model.own.decoupled import Decoupled
from adamw_lint.model.survey import Survey
from adamw_lint.model.updating.updates import Updates
from adamw_lint.model.values import Values
from adamw_lint.rulebook import optimizers_by_path, words


@dataclass(frozen=True, slots=True, eq=False)
class OwnBuilt:
    """A call that builds an optimizer of the program, read as if that decoupled."""

    built: Construction
    written: Written


class OwnSteps:
    """Answers for one surveyed program; steps are read last, for little of what is built is worth it."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        updates: Callable[[], Updates],
        constructions: Constructions,
    ) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._constructions = constructions
        self._constructors = Constructors(survey, values, optimizers_by_path(), words("own"))
        self._known: dict[cst.FunctionDef, frozenset[str] | None] = {}

    def built(self, tree: cst.Module) -> Iterator[OwnBuilt]:
        """The calls of one file, in the order of its text."""
        for call in self._survey.within_file[tree]:
            for built, written in self._constructors.built_by(call):
                yield OwnBuilt(self._constructions.of_call(call, built), written)

    def decouples(self, own: OwnBuilt) -> bool:
        """Whether the step shrinks every parameter by the decay for certain, with what the call says."""
        step = own.written.step
        if step not in self._known:
            decoupled = Decoupled(self._survey, self._values, self._frames, self._updates(), words("own"))
            self._known[step] = decoupled.settings(own.written)
        settings, arguments = self._known[step], own.built.arguments
        return settings is not None and arguments.complete and settings.isdisjoint(arguments.by_name)

    def counts_on_groups(self, own: OwnBuilt) -> bool:
        """Whether more groups may change what the class does."""
        return Counting(self._survey, own.written, words("own")).may_tell()
