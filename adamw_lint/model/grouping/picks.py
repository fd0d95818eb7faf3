"""Which parameters of which model an expression, or a list that loops fill, takes: roots and predicates."""

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from adamw_lint.model.assigned import assigned
from adamw_lint.model.grouping.cases import Cases
from adamw_lint.model.grouping.comprehensions import Comprehension, clauses, conditions, takes_each
from adamw_lint.model.grouping.conditions import Conditions
from adamw_lint.model.grouping.fillings import Filling, Fillings, Keys
from adamw_lint.model.grouping.picked import Pick, Picks, agreed, handed, narrowed, united
from adamw_lint.model.grouping.predicates import ALWAYS, Atom, Predicate, Test, Written, every, inverse, some
from adamw_lint.model.grouping.roles import Roles, Variable, What
from adamw_lint.model.grouping.unfreezing import Unfreezing
from adamw_lint.model.scopes import Binding, Kind, all_exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, item_at, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Entry, Mapping, Reference, Text

_COPIES = ("list", "tuple", "set", "iter", "sorted", "frozenset", "reversed")


class Picker:
    """Answers for one surveyed file; None is what it cannot tell."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._values = values
        self._words = words
        self._roles = Roles(survey, values, words)
        self._conditions = Conditions(survey, values, self._roles, words)
        self._conditions.members = self._names
        self.cases = Cases(survey, values, self._conditions)
        self.fillings = Fillings(survey, values, self.cases)
        self.unfreezing = Unfreezing(survey, self._conditions, self.cases, words)
        self._known: dict[cst.CSTNode, Picks | None] = {}
        self._open: set[cst.CSTNode] = set()

    def of(self, node: cst.BaseExpression) -> Picks | None:
        """What an expression of parameters, or of their names, takes."""
        if node in self._known:
            return self._known[node]
        if node in self._open or len(self._open) > 40:
            return None
        self._open.add(node)
        self._known[node] = self._of(node)
        self._open.discard(node)
        return self._known[node]

    def _names(self, node: cst.BaseExpression) -> Predicate | None:
        """The condition of a list of names; None where it is no list of one model's."""
        found = self.of(node) if isinstance(node, (cst.Name, cst.Attribute, cst.Call)) else None
        return found[0].predicate if found is not None and len(found) == 1 else None

    def _of(self, node: cst.BaseExpression) -> Picks | None:
        if isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)):
            return self._comprehended(node)
        if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            return united(self._listed(element) for element in node.elements)
        if isinstance(node, cst.BinaryOperation):
            return self._combined(node)
        if isinstance(node, cst.Call):
            return self._called(node)
        if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)):
            return self._kept(node)
        return None

    def _listed(self, element: cst.BaseElement) -> Picks | None:
        if isinstance(element, cst.StarredElement):
            return self.of(element.value)
        return self.single(element.value)

    def single(self, node: cst.BaseExpression) -> Picks | None:
        """The parameters that a variable of a loop stands for in all the rounds in which control comes by."""
        variable = self._roles.of(node) or self._pair(node)
        if variable is None or variable.what in (What.MODULE, What.MODULE_PAIR):
            return None
        return self._in_rounds((self._pick(variable),), node)

    def _pair(self, node: cst.BaseExpression) -> Variable | None:
        elements = [self._roles.of(each.value) for each in node.elements] if isinstance(node, cst.Tuple) else []
        return next((each for each in elements if each is not None and each.what is What.PARAMETER), None)

    def _in_rounds(self, picks: Picks, node: cst.CSTNode) -> Picks | None:
        """Picks made where control comes by `node` only."""
        for up in self._survey.ancestors(node):
            if isinstance(up, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
                return narrowed(picks, *self._tests(up))
            if isinstance(up, cst.For):
                break
        loop = self.cases.loop(node)
        under = self._conditions.reached(node, loop) if loop is not None else None
        if loop is None or under is None:
            return None
        base = self.of(loop.iter) if not self._is_of_modules(loop) else picks
        written = [test for up in self._ifs(node, loop) for test in self._conditions.written(up.test)]
        kept = base if base is not None and [each.key for each in base] == [each.key for each in picks] else picks
        return narrowed(kept, under, written)

    def _is_of_modules(self, loop: cst.For) -> bool:
        found = self._roles.elements(loop.iter)
        return found is None or found.what in (What.MODULE, What.MODULE_PAIR)

    def _ifs(self, node: cst.CSTNode, loop: cst.For) -> list[cst.If]:
        """The `if`s of a loop that decide whether control comes to a node."""
        return [each for each in descendants(loop.body) if isinstance(each, cst.If)]

    def _pick(self, variable: Variable) -> Pick:
        return Pick(variable.root, self._roles.key(variable.root), ALWAYS)

    def _comprehended(self, node: Comprehension) -> Picks | None:
        first, *_, last = [node.for_in, *clauses(node)]
        condition, written = self._tests(node)
        elements = self._roles.elements(last.iter)
        if first is not last:  # the loop over modules around one over their parameters
            outer = self._roles.elements(first.iter)
            is_nested = outer is not None and outer.what in (What.MODULE, What.MODULE_PAIR)
            return narrowed((self._pick(elements),), condition, written) if elements and is_nested else None
        if isinstance(node, cst.DictComp) or takes_each(node.elt, last):
            return narrowed(self.of(last.iter), condition, written)
        return None

    def _tests(self, node: Comprehension) -> tuple[Predicate, list[Written]]:
        tests = conditions(node)
        written = [each for test in tests for each in self._conditions.written(test)]
        return every([self._conditions.read(test) for test in tests]), written

    def _combined(self, node: cst.BinaryOperation) -> Picks | None:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.operator, (cst.Add, cst.BitOr)):
            return united([left, right])
        is_difference = isinstance(node.operator, cst.Subtract) and left and right and len(right) == 1
        if not is_difference or left is None or right is None or any(each.key != right[0].key for each in left):
            return None
        return narrowed(left, inverse(right[0].predicate), right[0].tests)

    def _called(self, node: cst.Call) -> Picks | None:
        method, plain, name = method_call(node), positional(node), dotted(node.func)
        if name in ("set", "list") and not node.args:
            return ()
        if name in _COPIES and plain:
            return self.of(plain[0])
        if name == "filter" and len(plain) == 2 and isinstance(plain[0], cst.Lambda):
            body = plain[0].body
            return narrowed(self.of(plain[1]), self._conditions.read(body), self._conditions.written(body))
        target = self._values.worth(node.func)
        if isinstance(target, Reference) and target.path == "itertools.chain":
            return united(self.of(arg.value) if not arg.star else None for arg in node.args)
        if (name or "").rpartition(".")[2] in self._words["listed_names"] and len(plain) > 1:
            return self._outside(plain[0], plain[1])
        if method is not None and method[1] in ("items", "values", "keys") and not node.args:
            return self._through(node) if self._is_own(method[0]) else self.of(method[0])
        if method is not None and method[1] in (*self._words["iterators"], *self._words["named_iterators"]):
            return self._through(node)
        if name == "dict" and len(plain) == 1:
            return self.of(plain[0])
        return self._returned(node, target.node) if isinstance(target, Defined) else None

    def _is_own(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Attribute) and node.attr.value in self._words["own_parameters"]

    def _through(self, node: cst.Call) -> Picks | None:
        """What a call goes through that gives the parameters of a model."""
        elements = self._roles.elements(node)
        return (self._pick(elements),) if elements is not None else None

    def _outside(self, root: cst.BaseExpression, classes: cst.BaseExpression) -> Picks | None:
        """The names of the parameters of a model that stand in none of some layers."""
        found = list(self._conditions.classes(classes))
        if not found:
            return None
        inside = some([Atom(Test.LAYER, path) for path in found])
        return (Pick(root, self._roles.key(root), inverse(inside)),)

    def _returned(self, call: cst.Call, function: cst.CSTNode) -> Picks | None:
        """What a function of the program returns, its model replaced by the argument."""
        found = [node.value for node in self._survey.returns_of(function)]
        if not isinstance(function, cst.FunctionDef) or len(found) != 1 or found[0] is None:
            return None
        inner = self.of(found[0])
        roots = [handed(pick, call, function) for pick in inner or ()]
        if inner is None or None in roots:
            return None
        pairs = zip(inner, roots, strict=True)
        return tuple(replace(pick, root=root, key=self._roles.key(root)) for pick, root in pairs if root is not None)

    def _kept(self, node: cst.Name | cst.Attribute | cst.Subscript) -> Picks | None:
        """What a variable, or an entry of one, holds: what it is bound to, and what is put into it."""
        container = self.fillings.container(node)
        if container is None or self.fillings.is_shrunk(container[0]):
            return None
        base, keys = container
        found = self._values.bindings(base)
        first = self._first([each for each in found if each.kind is not Kind.AUGMENT], keys)
        added = [self._added(binding) for binding in found if binding.kind is Kind.AUGMENT and not keys]
        return self._with_texts(united([first, *reversed(added), *self.filled(base, keys)]), base, keys)

    def _with_texts(self, picks: Picks | None, base: cst.BaseExpression, keys: Keys) -> Picks | None:
        """A list of names with those that are put into it as literals."""
        texts = [self._text(filling) for filling in self.fillings.of(base, keys)]
        named: list[Predicate] = [Atom(Test.EQUALS, text) for text in texts if text is not None]
        if not named or picks is None or len(picks) != 1:
            return None if named else picks
        return (replace(picks[0], predicate=some([picks[0].predicate, *named])),)

    def _text(self, filling: Filling) -> str | None:
        worth = self._values.worth(filling.value)
        return worth.value if isinstance(worth, Text) and not filling.whole else None

    def _first(self, found: list[Binding], keys: Keys) -> Picks | None:
        """What a variable is bound to, or an entry of the display that it is bound to."""
        if len(found) > 1:
            return agreed(self._first([each], keys) for each in found) if all_exclusive(found) else None
        binding = next(iter(found), None)
        value = assigned(binding) if binding is not None else None
        for key in keys:
            worth = self._values.worth(value)
            entry = worth.entries.get(key or "") if isinstance(worth, Mapping) else None
            index = int(key) if key is not None and key.isdigit() else None
            value = entry.value if isinstance(entry, Entry) else item_at(value, index)
        return self.of(value) if value is not None else None

    def _added(self, binding: Binding) -> Picks | None:
        """What `+=` adds, in the rounds in which control comes by."""
        found = self.of(binding.value) if binding.value is not None else None
        is_single = isinstance(binding.value, (cst.List, cst.Tuple))  # its items are bound to the rounds already
        if found is None or is_single or self.cases.loop(binding.node) is None:
            return found
        return self._in_rounds(found, binding.node)

    def filled(self, base: cst.BaseExpression, keys: Keys) -> Iterator[Picks | None]:
        """What loops put into a list, call by call."""
        for filling in self.fillings.of(base, keys):
            if self._text(filling) is None:
                yield narrowed(self._put(filling), filling.under, self._choosing(filling))

    def _choosing(self, filling: Filling) -> Iterator[Written]:
        """The tests on names by which a call chooses the list that it puts something into."""
        for each in (each for each in descendants(filling.call.func) if isinstance(each, cst.IfExp)):
            yield from self._conditions.written(each.test)

    def _put(self, filling: Filling) -> Picks | None:
        found = self.of(filling.value) if filling.whole else self.single(filling.value)
        if not filling.whole or found is None or self.cases.loop(filling.call) is None:
            return found
        return self._in_rounds(found, filling.call)
