"""Whether code in the step of an optimizer runs for all parameters of a group, and by which defaults of settings."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.own.alike import COUNT, Alike, Loops
from adamw_lint.model.own.constructors import Written
from adamw_lint.model.scopes import Arms
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants
from adamw_lint.model.updating.switches import Switches
from adamw_lint.model.values import Values


class Conditions:
    """Answers for the step of one class."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        frames: Frames,
        written: Written,
        loops: Loops,
        alike: Alike,
        words: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._switches = Switches(survey, values, frames)
        self._written = written
        self._loops = loops
        self._alike = alike
        self._words = words
        self._decays = frozenset({words["decay"]})

    def settings(self, arms: Arms) -> frozenset[str] | None:
        """The settings by whose defaults code of the inner loop runs for all parameters; None where it may not."""
        loops = (self._loops.groups, self._loops.params)
        if any(arm.statement not in loops and not isinstance(arm.statement, cst.If) for arm in arms):
            return None
        found: set[str] = set()
        for statement, wanted in self._alike.tests(arms):
            present = self._alike.present(statement.test)
            if present is not None:
                own = frozenset[str]() if present is wanted else None
            else:
                own = self._decided(statement.test, wanted)
            if own is None:
                return None
            found |= own
        return frozenset(found)

    def _decided(self, test: cst.BaseExpression, wanted: bool) -> frozenset[str] | None:
        """The settings by whose defaults a test comes out so for all parameters, now or at some later step."""
        origins = self._alike.origins(test)
        if origins is None:
            return None
        if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And) and wanted:
            sides = [self._decided(each, wanted) for each in (test.left, test.right)]
            return None if None in sides else frozenset().union(*(each for each in sides if each is not None))
        if COUNT in origins:
            return frozenset() if isinstance(test, cst.Comparison) else None
        truth = self._switches.truth(Place(test), self._decays | set(self._named_decays(test)))
        is_known = truth.value is wanted and not truth.unknown and self._written.settings.issuperset(truth.flags)
        return frozenset(truth.flags) if is_known else None

    def _named_decays(self, test: cst.BaseExpression) -> Iterator[str]:
        """The names in a test that stand for the decay of the group."""
        for node in descendants(test):
            if isinstance(node, cst.Name) and self._alike.origins(node) == self._decays:
                yield node.value

    def asks_for_kind(self, test: cst.BaseExpression) -> bool:
        """Whether a test asks for the type of the numbers of a parameter and for nothing else of it."""
        if isinstance(test, cst.Comparison):
            inner = [test.left]
            return all(isinstance(each, cst.Attribute) and each.attr.value in self._words["kinds"] for each in inner)
        return False

    def leaves_early(self) -> bool:
        """Whether a parameter may be passed over for another reason than that it has no gradient."""
        loops = self._loops
        for test in self._survey.cut_short(loops.params):
            if test is None or self._alike.present(test) is not False:
                return True
        for node in descendants(loops.groups.body):
            is_own = isinstance(node, (cst.Continue, cst.Break)) and not self._survey.within(node, loops.params)
            if is_own or isinstance(node, cst.Return):
                return True
        return False
