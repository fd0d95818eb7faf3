"""What a parameter-group expression selects, and with what decay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import libcst as cst

from adamw_lint.model.assigned import assigned
from adamw_lint.model.grouping.comprehensions import clauses, conditions
from adamw_lint.model.grouping.growing import adds_one, alone, is_for_all, is_unconditional
from adamw_lint.model.grouping.objects import Objects
from adamw_lint.model.grouping.picked import Picks
from adamw_lint.model.grouping.selection import UNKNOWN, Reach, Selection, either, is_trained, union
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, keyword, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Entry, Mapping, Reference, options_of


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One parameter group; `node` is None for bare parameters, `picks` what a `Partition` has read it to take."""

    selects: Selection
    params: cst.BaseExpression | None
    node: cst.BaseExpression | None = None
    decay: Entry | None = None
    complete: bool = True
    picks: Picks | None = None


_LISTS = ("list", "tuple", "set", "iter")
_MOST = 1000  # items of a list: a function that extends one by what it returns itself would make billions


class Groups:
    """Reads the parameter-group expressions of one surveyed file."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._values = values
        self._words = words
        self._objects = Objects(survey, values)
        self._open: set[cst.CSTNode] = set()
        self._known: dict[cst.CSTNode, Selection] = {}
        self._items: dict[tuple[cst.BaseExpression, int], list[cst.BaseExpression]] = {}

    def of(self, node: cst.BaseExpression, decay_argument: str | None) -> tuple[Group, ...]:
        """The groups that the first argument of a constructor makes."""
        dicts = [item for item in self.items(node) if self.is_group(item)]
        if not dicts:
            return (Group(self.selection(node), node),)
        return tuple(group for item in dicts for group in self.of_dict(item, decay_argument))

    def of_dict(self, node: cst.BaseExpression, decay_argument: str | None) -> Iterator[Group]:
        """The group that one dict makes; nothing where it is no dict that we can read."""
        if (mapping := self.mapping(node)) is None:
            return
        params = mapping.entries.get("params")
        selects = self._singly(params.value, node) or self.selection(params.value) if params else UNKNOWN
        own = mapping.entries.get(decay_argument or "")
        yield Group(selects, params.value if params else None, node, own, mapping.complete)

    def _singly(self, params: cst.BaseExpression, group: cst.BaseExpression) -> Selection | None:
        """What a loop takes that makes such a group for each parameter; None where there is no loop."""
        if (taken := self._looped(alone(params))) is None:
            return None
        is_whole = all(is_for_all(self._survey, node, self._words["trained"]) for node in (params, group))
        return replace(taken, singly=True, reach=taken.reach if is_whole else Reach.NARROWED)

    def items(self, node: cst.BaseExpression, depth: int = 0) -> list[cst.BaseExpression]:
        """The items of a list that is written in sight: displays, comprehensions, sums, appends and extensions."""
        if depth > 8:
            return []
        if (node, depth) not in self._items:
            self._items[node, depth] = list(islice(self._items_of(node, depth), _MOST))
        return self._items[node, depth]

    def _items_of(self, node: cst.BaseExpression, depth: int) -> Iterator[cst.BaseExpression]:
        if isinstance(node, (cst.List, cst.Tuple)):
            for each in node.elements:
                is_many = isinstance(each, cst.StarredElement)
                yield from self.items(each.value, depth + 1) if is_many else [each.value]
        elif isinstance(node, (cst.ListComp, cst.GeneratorExp)):
            yield node.elt
        for part in self._parts(node):
            yield from self.items(part, depth + 1)

    def _parts(self, node: cst.BaseExpression) -> Iterable[cst.BaseExpression]:
        """The lists that an expression joins, or may be."""
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return node.left, node.right
        if isinstance(node, cst.Call) and dotted(node.func) in _LISTS and positional(node):
            return positional(node)[:1]
        if isinstance(node, cst.Call):
            return self._returns(node)
        return self._written(node) if isinstance(node, (cst.Name, cst.Attribute)) else ()

    def _written(self, node: cst.Name | cst.Attribute) -> Iterator[cst.BaseExpression]:
        """The lists that a name is bound to or extended by; an appended item comes as a list of one."""
        for binding in reversed(self._values.bindings(node)):
            if (value := assigned(binding)) is not None:
                yield value
        for call in self._values.calls_on(node):
            method, plain = method_call(call), positional(call)
            if method and method[1] == "append" and plain:
                yield cst.List([cst.Element(plain[0])])
            elif method and method[1] == "extend" and plain:
                yield plain[0]

    def is_group(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is a dict with parameters in it."""
        return (mapping := self.mapping(node)) is not None and "params" in mapping.entries

    def mapping(self, node: cst.BaseExpression) -> Mapping | None:
        """The entries of a dict; None where it is none that we can read."""
        options = options_of(self._values.worth(node)) if node in self._survey.orders else ()
        return next((option for option in options if isinstance(option, Mapping)), None)

    def _returns(self, call: cst.Call) -> Iterator[cst.BaseExpression]:
        """What a function or method of this file returns."""
        function = self._function(call)
        for each in [function] if function is not None else self._objects.methods(call):
            yield from (node.value for node in self._survey.returns_of(each) if node.value is not None)

    def _function(self, call: cst.Call) -> cst.FunctionDef | None:
        target = self._values.worth(call.func)
        return target.node if isinstance(target, Defined) and isinstance(target.node, cst.FunctionDef) else None

    def selection(self, node: cst.BaseExpression) -> Selection:
        """What an expression of parameters selects."""
        if node in self._known:
            return self._known[node]
        if node in self._open or len(self._open) > 40:
            return UNKNOWN
        self._open.add(node)
        self._known[node] = self._selection(node)
        self._open.discard(node)
        return self._known[node]

    def _selection(self, node: cst.BaseExpression) -> Selection:
        if isinstance(node, cst.Call):
            return self._called(node)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            return self._comprehended(node)
        if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            return union(self._listed(element) for element in node.elements)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, (cst.Add, cst.BitOr)):
            return union([self.selection(node.left), self.selection(node.right)])
        if isinstance(node, cst.IfExp):
            return either([self.selection(node.body), self.selection(node.orelse)])
        if isinstance(node, (cst.Name, cst.Attribute)):
            return self._named(node)
        return UNKNOWN

    def _listed(self, element: cst.BaseElement) -> Selection:
        if isinstance(element, cst.StarredElement):
            return replace(self.selection(element.value), once=False)
        return Selection(Reach.TENSORS) if isinstance(element.value, (cst.Name, cst.Attribute)) else UNKNOWN

    def _called(self, node: cst.Call) -> Selection:
        method, plain, name = method_call(node), positional(node), dotted(node.func)
        if method is not None and method[1] in self._words["iterators"]:
            return Selection(Reach.WHOLE, (method[0],), once=True)
        if method is not None and method[1] in self._words["named_iterators"]:
            return Selection(Reach.WHOLE, (method[0],), once=True, named=True)
        if name in _LISTS and len(plain) == 1:
            return replace(self.selection(plain[0]), once=name == "iter")
        if name == "filter" and len(plain) == 2:
            return self._filtered(plain[0], self.selection(plain[1]))
        if isinstance(target := self._values.worth(node.func), Reference) and target.path == "itertools.chain":
            return replace(union(map(self._chained, node.args)), once=True)
        if isinstance(target, Reference) and target.path == "itertools.chain.from_iterable" and plain:
            return replace(union(map(self.selection, self.items(plain[0]))), once=True)
        if isinstance(target, Reference) and target.path in self._words["functions"] and plain:
            return Selection(Reach.WHOLE, (plain[0],))
        returned = list(self._returns(node))
        return either([self.selection(value) for value in returned]) if returned else UNKNOWN

    def _chained(self, arg: cst.Arg) -> Selection:
        if arg.star:
            return union(map(self.selection, self.items(arg.value)))
        return self.selection(arg.value)

    def _filtered(self, test: cst.BaseExpression, of: Selection) -> Selection:
        if isinstance(test, cst.Lambda) and self._trains(test.body):
            return replace(of, once=True)
        return replace(of, reach=Reach.NARROWED)

    def _comprehended(self, node: cst.ListComp | cst.GeneratorExp | cst.SetComp) -> Selection:
        *_, last = clauses(node)
        of = self.selection(last.iter)
        if not isinstance(node.elt, cst.Name) or not all(map(self._trains, conditions(node))):
            return replace(of, reach=Reach.NARROWED)
        return replace(of, named=False, once=isinstance(node, cst.GeneratorExp))

    def _trains(self, test: cst.BaseExpression) -> bool:
        return is_trained(test, self._words["trained"])

    def _named(self, node: cst.Name | cst.Attribute) -> Selection:
        found = self._values.bindings(node) or self._objects.attribute(node)
        if not found:
            return UNKNOWN
        first = [self._bound(binding) for binding in found if binding.kind is not Kind.AUGMENT]
        added = [self._bound(binding) for binding in found if binding.kind is Kind.AUGMENT]
        return union([either(first), *added, *self._grown(node)])

    def _bound(self, binding: Binding) -> Selection:
        if binding.kind is Kind.PARAMETER:
            return self._from_callers(binding)
        return self.selection(value) if (value := assigned(binding)) is not None else UNKNOWN

    def _grown(self, node: cst.Name | cst.Attribute) -> Iterator[Selection]:
        """What is appended to a list, or the list extended by."""
        for call in self._values.calls_on(node):
            method, plain = method_call(call), positional(call)
            if method is None or method[1] not in ("append", "extend", "insert", "remove", "add", "update"):
                continue
            is_sure = is_unconditional(self._survey, call, self._words["trained"])
            if method[1] == "extend" and plain and is_sure:
                yield self.selection(plain[0])
            elif method[1] == "append" and plain and (is_sure or adds_one(self._survey, call, plain[0])):
                yield self._looped(plain[0]) or Selection(Reach.TENSORS)
            else:
                yield Selection(Reach.NARROWED)

    def _looped(self, node: cst.BaseExpression) -> Selection | None:
        """What a loop takes in all of its rounds whose variable an expression is; None where it is none."""
        binding = self._values.bound_once(node)
        if binding is None or binding.kind is not Kind.LOOP or binding.value is None:
            return None
        return replace(self.selection(binding.value), named=False, once=False)

    def _from_callers(self, binding: Binding) -> Selection:
        """What the calls in this file hand to a parameter of one of its functions."""
        function = self._survey.parents[self._survey.parents[binding.node]]
        if not isinstance(function, cst.FunctionDef):
            return UNKNOWN
        given = (self._argument(call, function, binding.name) for call in self._survey.calls)
        selections = [self.selection(value) for value in given if value is not None]
        return replace(either(selections), from_caller=True) if selections else UNKNOWN

    def _argument(self, call: cst.Call, function: cst.FunctionDef, name: str) -> cst.BaseExpression | None:
        if self._function(call) is not function:
            return None
        index = next((i for i, param in enumerate(function.params.params) if param.name.value == name), None)
        plain = positional(call)
        return plain[index] if index is not None and index < len(plain) else keyword(call, name)
