"""Whether the step of an optimizer that a program defines itself shrinks every parameter by its decay for certain."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.own.alike import Alike, Loops
from adamw_lint.model.own.constructors import Written
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, index_of, positional, text_of
from adamw_lint.model.updating.addition import Term
from adamw_lint.model.updating.updates import Update, Updates
from adamw_lint.model.values import Values

_DEPTH = 4


class Decoupled:
    """Reads the steps of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, updates: Updates, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._updates = updates
        self._words = words

    def settings(self, written: Written) -> frozenset[str] | None:
        """The settings by whose defaults a class decouples; None where it is not known to do so at all."""
        for loops in self._loops(written.step):
            alike = Alike(self._survey, self._values, self._frames, written, loops, self._words)
            found = _Step(self._survey, self._values, self._updates, alike, loops, written, self._words).settings()
            if found is not None:
                return found
        return None

    def _loops(self, step: cst.FunctionDef) -> Iterator[Loops]:
        for outer in descendants(step.body):
            group = _variable(outer)
            if not isinstance(outer, cst.For) or group is None or self._survey.places[outer][1]:
                continue
            if dotted(_iterated(outer)) != f"self.{self._words['groups']}":
                continue
            for inner in descendants(outer.body):
                param = _variable(inner)
                arms = [arm.statement for arm in self._survey.places[inner][1]]
                if not isinstance(inner, cst.For) or param is None or arms != [outer]:
                    continue
                of = _iterated(inner)
                if isinstance(of, cst.Subscript) and text_of(index_of(of)) == self._words["params"]:
                    binding = self._values.bound_once(of.value)
                    if binding is not None and binding.node is group:
                        yield Loops(outer, group, inner, param)


class _Step:
    """One pair of loops of one step."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        updates: Updates,
        alike: Alike,
        loops: Loops,
        written: Written,
        words: dict[str, Any],
    ) -> None:
        self._survey = survey
        self._values = values
        self._updates = updates
        self._alike = alike
        self._loops = loops
        self._written = written
        self._words = words

    def settings(self) -> frozenset[str] | None:
        """The settings by whose defaults some statement shrinks each parameter; None where none is known to."""
        if self._alike.leaves_early():
            return None
        every = [each for each in self._updates.within(self._written.step) if self._is_inside(each)]
        if not all(self._is_kept(each, every) for each in every):
            return None
        for update in every:
            name = self._tensor(update.target)
            if name is None or not self._shrinks(update, name):
                continue
            found = self._alike.settings(self._survey.places[update.node][1])
            if found is not None and self._is_written_back(name, update, every):
                more = self._also(update)
                if more is not None:
                    return found | more
        return None

    def _is_inside(self, update: Update) -> bool:
        return self._survey.within(update.node, self._loops.params)

    def _tensor(self, place: Place) -> cst.Name | None:
        """A name that is the parameter of the loop, or holds all its numbers."""
        node = self._updates.tensor(place).node
        if not isinstance(node, cst.Name) or node not in self._survey.places:
            return None
        return node if self._alike.is_variable(node, self._loops.param) or self._is_copy(node) else None

    def _is_copy(self, node: cst.Name) -> bool:
        """Whether a name is bound to nothing but the parameter, copies of it, and what is made of itself."""
        found = [each for each in self._bindings(node) if each.kind is not Kind.AUGMENT]
        return bool(found) and all(self._copied(each) is not None for each in found)

    def _bindings(self, node: cst.Name) -> list[Binding]:
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
        if self._alike.is_variable(inner, self._loops.param):
            alias = self._updates.origin(Place(binding.value)).node
            return isinstance(alias, cst.Name) and self._alike.is_variable(alias, self._loops.param)
        return False if inner.value == binding.name else None

    def _is_kept(self, update: Update, every: list[Update]) -> bool:
        """Whether a statement does not write something over the parameter but a copy of it that is shrunk as well."""
        target = self._updates.origin(update.target).node
        if not self._alike.is_variable(target, self._loops.param) or self._updates.kept(update):
            return True
        source = self._single(update.terms)
        if source is None or not self._is_copy(source):
            return False
        return any(
            (name := self._tensor(each.target)) is not None
            and name.value == source.value
            and self._survey.orders[each.node] < self._survey.orders[update.node]
            and self._shrinks(each, name)
            for each in every
        )

    def _single(self, terms: tuple[Term, ...]) -> cst.Name | None:
        """The name that a sum is, and nothing else."""
        scale = terms[0].scale if len(terms) == 1 else None
        if scale is None or scale.number != 1 or scale.divisors or len(scale.factors) != 1:
            return None
        node = scale.factors[0].node
        return node if isinstance(node, cst.Name) and node in self._survey.places else None

    def _is_written_back(self, name: cst.Name, shrink: Update, every: list[Update]) -> bool:
        """Whether what is done to a copy reaches the parameter, at least where the copy is not the parameter itself."""
        if self._alike.is_variable(name, self._loops.param):
            return True
        if all(self._copied(each) for each in self._bindings(name)):
            return True
        for update in every:
            source = self._single(update.terms)
            target = self._updates.origin(update.target).node
            is_back = self._alike.is_variable(target, self._loops.param) and source is not None
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
            and not (isinstance(arm.statement, cst.If) and self._alike.asks_for_kind(arm.statement.test))
        )
        return not any(arm.statement in shared for arm in arms) and self._alike.settings(arms) is not None

    def _shrinks(self, update: Update, name: cst.Name) -> bool:
        """Whether a statement takes λ times the parameter away from it, itself or by the finished update."""
        products = [product for term in update.terms for product in self._updates.multiplied_out(term.scale)]
        if any(self._takes(product, name) for product in products):
            return True
        return any(self._finished(product) is not None for product in products if product.number < 0)

    def _takes(self, product: Scale, name: cst.Name) -> bool:
        """Whether a product is the parameter, times a minus, the decay of its group and more that is no tensor."""
        for scale in self._spelled_out(product):
            rest = self._without(scale, name)
            if rest is not None and scale.number < 0 and self._is_decay(rest):
                return True
        return False

    def _spelled_out(self, product: Scale) -> Iterator[Scale]:
        """A product, a name in it that stands for a sum of numbers taken apart: `keep` of `p * keep`."""
        yield product
        for index, factor in enumerate(product.factors):
            binding = self._once(factor.node)
            terms = self._updates.terms(Place(binding.value)) if binding is not None and binding.value else ()
            rest = Scale(product.number, product.factors[:index] + product.factors[index + 1 :], product.divisors)
            yield from (rest.times(term.scale) for term in terms if len(terms) > 1)

    def _once(self, node: cst.BaseExpression) -> Binding | None:
        """The only binding that a name of the step ever has, under no condition of its own."""
        known = isinstance(node, cst.Name) and node in self._survey.places
        found = self._alike.bindings(node) if known and isinstance(node, cst.Name) else []
        is_once = len(found) == 1 and found[0].kind is Kind.ASSIGN
        return found[0] if is_once and not any(True for _ in self._alike.tests(found[0].arms)) else None

    def _without(self, scale: Scale, name: cst.Name) -> Scale | None:
        """What is left of a product without the parameter; None where it is not in it just once."""
        tensors = [each for each in scale.factors if self._is_same(each, name)]
        rest = tuple(each for each in scale.factors if each not in tensors)
        return Scale(scale.number, rest, scale.divisors) if len(tensors) == 1 else None

    def _is_same(self, place: Place, name: cst.Name) -> bool:
        """Whether a factor is the tensor that is changed, or is the parameter as well."""
        found = self._tensor(place)
        return found is not None and (found.value == name.value or self._is_alias(found) or self._is_alias(name))

    def _is_alias(self, name: cst.Name) -> bool:
        return self._alike.is_variable(name, self._loops.param)

    def _is_decay(self, rest: Scale) -> bool:
        """Whether a product is λ of the group and else only what is the same for all its parameters."""
        found = [self._alike.origins(each.node) for each in (*rest.factors, *rest.divisors)]
        return None not in found and any(self._is_written_decay(each.node) for each in rest.factors)

    def _is_written_decay(self, node: cst.BaseExpression, depth: int = 0) -> bool:
        binding = self._once(node)
        if binding is not None and binding.value is not None and depth < _DEPTH:
            return self._is_written_decay(binding.value, depth + 1)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply) and depth < _DEPTH:
            return any(self._is_written_decay(each, depth + 1) for each in (node.left, node.right))
        return self._alike.item(node) == self._words["decay"]

    def _finished(self, product: Scale, depth: int = 0) -> Update | bool | None:
        """What adds λθ to an update that was divided by a root; True where it is in it from the start."""
        tensors = [each for each in product.factors if self._alike.origins(each.node) is None]
        others = [each for each in product.divisors if self._alike.origins(each.node) is None]
        if len(tensors) != 1 or others or depth > _DEPTH or not isinstance(tensors[0].node, cst.Name):
            return None
        name = tensors[0].node
        found = self._bindings(name)
        values = [each for each in found if each.kind is Kind.ASSIGN and each.value is not None]
        if len(values) != 1 or any(each.kind not in (Kind.ASSIGN, Kind.AUGMENT) for each in found):
            return None
        (first,) = values
        assert first.value is not None
        terms = self._updates.terms(Place(first.value))
        if any(True for _ in self._alike.tests(first.arms)):
            return None
        if len(terms) == 1 and not self._is_rooted(terms[0].scale) and terms[0].scale.number > 0:
            return self._finished(terms[0].scale, depth + 1)
        if not any(self._is_rooted(term.scale) for term in terms):
            return None
        if any(self._adds(term) for term in terms):
            return True
        for update in self._updates.within(self._written.step):
            target = self._updates.tensor(update.target).node
            is_own = isinstance(target, cst.Name) and target.value == name.value and update.node is not None
            is_before = self._survey.orders[update.node] < self._survey.orders[name]
            if is_own and is_before and self._is_inside(update) and any(map(self._adds, update.terms)):
                return update
        return None

    def _is_rooted(self, scale: Scale) -> bool:
        """Whether a product is divided by a root, as by that of a second moment."""
        for divisor in scale.divisors:
            binding = self._once(divisor.node)
            node = binding.value if binding is not None and binding.value is not None else divisor.node
            named = (each.attr.value for each in descendants(node) if isinstance(each, cst.Attribute))
            if not set(named).isdisjoint(self._words["roots"]):
                return True
        return False

    def _adds(self, term: Term) -> bool:
        """Whether an addend is λ of the group times the parameter."""
        for factor in term.scale.factors:
            name = self._tensor(factor)
            rest = self._without(term.scale, name) if name is not None else None
            if rest is not None and term.scale.number > 0 and self._is_decay(rest):
                return True
        return False

    def _also(self, update: Update) -> frozenset[str] | None:
        """The settings by whose defaults λθ comes into the finished update that a statement takes away."""
        products = [product for term in update.terms for product in self._updates.multiplied_out(term.scale)]
        name = self._tensor(update.target)
        if name is not None and any(self._takes(product, name) for product in products):
            return frozenset()
        for product in products:
            found = self._finished(product) if product.number < 0 else None
            if isinstance(found, Update):
                return self._alike.settings(self._survey.places[found.node][1])
            if found:
                return frozenset()
        return None


def _variable(loop: cst.CSTNode) -> cst.Name | None:
    """The variable of a loop, through `enumerate`."""
    target = loop.target if isinstance(loop, cst.For) else None
    if isinstance(target, cst.Tuple) and len(target.elements) == 2 and _is_counted(loop):
        target = target.elements[1].value
    return target if isinstance(target, cst.Name) else None


def _iterated(loop: cst.For) -> cst.BaseExpression:
    return positional(loop.iter)[0] if isinstance(loop.iter, cst.Call) and _is_counted(loop) else loop.iter


def _is_counted(loop: cst.CSTNode) -> bool:
    call = loop.iter if isinstance(loop, cst.For) else None
    return isinstance(call, cst.Call) and dotted(call.func) == "enumerate" and len(positional(call)) == 1
