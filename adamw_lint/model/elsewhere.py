"""The optimizers that the other files of a program build."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.composed import composed
from adamw_lint.model.constructions import Construction, Constructions
from adamw_lint.model.program import Program
from adamw_lint.model.survey import Survey
from adamw_lint.model.transformations import Chains
from adamw_lint.model.values import Values


class Elsewhere:
    """Looks into the files that were read for the sake of the one that is linted."""

    def __init__(self, survey: Survey, values: Values, program: Program, constructions: Constructions) -> None:
        self._survey = survey
        self._values = values
        self._program = program
        self._constructions = constructions
        self._known: dict[tuple[int, int], tuple[Construction, ...]] = {}

    def built(self) -> tuple[Construction, ...]:
        """What the files read so far build; looked for anew only once more of them are read."""
        others = self._program.others
        read = len(others), len(self._survey.calls)  # of a file, only what is asked for is read
        if read not in self._known:
            self._known[read] = tuple(each for tree in others for each in self._built_in(tree))
        return self._known[read]

    def _built_in(self, tree: cst.Module) -> Iterator[Construction]:
        whole = tuple(self._constructions.of(tree))
        yield from whole
        chains = Chains(self._survey, self._values, whole, tree)
        yield from (each.built for each in composed(chains, self._survey, self._values))
