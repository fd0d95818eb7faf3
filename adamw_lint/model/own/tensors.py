"""The names of a step that hold the numbers of its parameter: the parameter itself, other names of it, copies of it."""

import libcst as cst

from adamw_lint.model.frames import Place
from adamw_lint.model.own.alike import Alike, Loops
from adamw_lint.model.own.conditions import Conditions
from adamw_lint.model.own.constructors import Written
from adamw_lint.model.scopes import Arms, Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.updates import Update, Updates
from adamw_lint.model.values import Values


class Tensors:
    """Answers for one pair of loops of one step."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        updates: Updates,
        alike: Alike,
        conditions: Conditions,
        loops: Loops,
        written: Written,
    ) -> None:
        self._survey = survey
        self._values = values
        self._updates = updates
        self._alike = alike
        self._conditions = conditions
        self._loops = loops
        self._written = written
        within = (each for each in updates.within(written.step) if survey.within(each.node, loops.params))
        self.changes = tuple(within)

    def arms(self, update: Update) -> Arms:
        """The branches in which a statement stands."""
        return self._survey.places[update.node][1]

    def is_before(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Whether code stands before other code."""
        return self._survey.orders[one] < self._survey.orders[other]

    def named(self, place: Place) -> cst.Name | None:
        """The name that an expression is, without what leaves its numbers as they are."""
        node = self._updates.tensor(place).node
        return node if isinstance(node, cst.Name) and node in self._survey.places else None

    def of(self, place: Place) -> cst.Name | None:
        """A name that is the parameter of the loop, or holds all its numbers."""
        node = self.named(place)
        return node if node is not None and (self.is_parameter(node) or self.is_copy(node)) else None

    def is_parameter(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is the variable of the loop over the parameters."""
        return self._alike.is_variable(node, self._loops.param)

    def is_changed(self, update: Update) -> bool:
        """Whether a statement changes the parameter itself, by whatever name."""
        return self.is_parameter(self._updates.origin(update.target).node)

    def is_copy(self, node: cst.Name) -> bool:
        """Whether a name is bound to nothing but the parameter, copies of it, and what is made of itself."""
        found = [each for each in self.bindings(node) if each.kind is not Kind.AUGMENT]
        return bool(found) and all(self._copied(each) is not None for each in found)

    def bindings(self, node: cst.Name) -> list[Binding]:
        """All that a name is ever bound to in the step."""
        is_read = node in self._survey.places and self._values.bindings(node)
        return (
            self._alike.bindings(node)
            if is_read
            else self._survey.scopes[self._written.step].bindings.get(node.value, [])
        )

    def _copied(self, binding: Binding) -> bool | None:
        """Whether what is bound is the parameter itself; False for a copy of it, None for anything else."""
        if binding.kind is not Kind.ASSIGN or binding.value is None:
            return None
        inner = self._updates.tensor(Place(binding.value)).node
        if not isinstance(inner, cst.Name):
            return None
        if self.is_parameter(inner):
            alias = self._updates.origin(Place(binding.value)).node
            return self.is_parameter(alias)
        return False if inner.value == binding.name else None

    def single(self, terms: tuple[Term, ...]) -> cst.Name | None:
        """The name that a sum is, and nothing else."""
        scale = terms[0].scale if len(terms) == 1 else None
        if scale is None or scale.number != 1 or scale.divisors or len(scale.factors) != 1:
            return None
        node = scale.factors[0].node
        return node if isinstance(node, cst.Name) and node in self._survey.places else None

    def is_written_back(self, name: cst.Name, shrink: Update) -> bool:
        """Whether what is done to a copy reaches the parameter, at least where the copy is not the parameter itself."""
        if self.is_parameter(name):
            return True
        if all(self._copied(each) for each in self.bindings(name)):
            return True
        for update in self.changes:
            source = self.single(update.terms)
            target = self._updates.origin(update.target).node
            is_back = self.is_parameter(target) and source is not None
            if not is_back or source is None or source.value != name.value:
                continue
            is_later = self._survey.orders[update.node] > self._survey.orders[shrink.node]
            if is_later and self._is_for_all(update, shrink):
                return True
        return False

    def _is_for_all(self, update: Update, shrink: Update) -> bool:
        """Whether a copy is written back wherever it was shrunk, or where it had to be made by reason of its type."""
        shared = {arm.statement: arm.index for arm in self._survey.places[shrink.node][1]}
        arms = tuple(
            arm
            for arm in self._survey.places[update.node][1]
            if shared.get(arm.statement) != arm.index
            and not (isinstance(arm.statement, cst.If) and self._conditions.asks_for_kind(arm.statement.test))
        )
        return not any(arm.statement in shared for arm in arms) and self._conditions.settings(arms) is not None
