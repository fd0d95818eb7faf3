"""What the variables of loops over a model stand for: the name of a parameter, the parameter, the module it is in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

import libcst as cst

from adamw_lint.model.grouping.comprehensions import copied
from adamw_lint.model.grouping.growing import is_for_all
from adamw_lint.model.scopes import Binding, Kind, all_exclusive
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, index_of, keyword, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number


class What(Enum):
    """What an expression in a loop over a model is."""

    NAME = auto()  # the dotted name of a parameter
    LEAF = auto()  # its name in its module
    OWNER = auto()  # the name of its module
    PARAMETER = auto()
    MODULE = auto()
    PAIR = auto()  # (NAME, PARAMETER)
    LOCAL_PAIR = auto()  # (LEAF, PARAMETER)
    MODULE_PAIR = auto()  # (OWNER, MODULE)
    COUNTED_PAIR = auto()  # (a number, PAIR)


@dataclass(frozen=True, slots=True)
class Variable:
    """What an expression is, and the model whose parts it goes through."""

    what: What
    root: cst.BaseExpression


Given = Mapping[cst.CSTNode, cst.BaseExpression]  # what names bound at a node stand for, in a function that is called
NOTHING_GIVEN: Given = {}
_ELEMENTS = {
    (What.PAIR, 0): What.NAME,
    (What.PAIR, 1): What.PARAMETER,
    (What.LOCAL_PAIR, 0): What.LEAF,
    (What.LOCAL_PAIR, 1): What.PARAMETER,
    (What.MODULE_PAIR, 0): What.OWNER,
    (What.MODULE_PAIR, 1): What.MODULE,
    (What.COUNTED_PAIR, 1): What.PAIR,
}
_PAIRS = (What.PAIR, What.LOCAL_PAIR)
_SAME_ELEMENTS = ("list", "tuple", "set", "iter", "sorted", "reversed", "tqdm")


class Roles:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._values = values
        self._words = words
        self._open: set[cst.CSTNode] = set()

    def of(self, node: cst.BaseExpression, given: Given = NOTHING_GIVEN) -> Variable | None:
        """What an expression is; None where it is none of these things."""
        if node in self._open or len(self._open) > 30:
            return None
        self._open.add(node)
        try:
            return self._of(node, given)
        finally:
            self._open.discard(node)

    def key(self, root: cst.BaseExpression) -> object:
        """What is equal for two expressions that are the same variable."""
        name = dotted(root)
        if name is None:
            return root
        first = root
        while isinstance(first, cst.Attribute):
            first = first.value
        whose = self._survey.owner(root) if name.startswith("self.") else tuple(self._values.bindings(first))
        return name, whose

    def _of(self, node: cst.BaseExpression, given: Given) -> Variable | None:
        if isinstance(node, cst.Subscript):
            index = self._values.worth(index_of(node))
            whole = self.of(node.value, given)
            return _element(whole, int(index.value)) if whole and isinstance(index, Number) else None
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        if binding is None:
            return self._joined(node, given)
        if binding.node in given:
            return self.of(given[binding.node], given)
        if binding.kind is Kind.ASSIGN and binding.value is not None:
            return self.of(binding.value, given)
        if binding.kind is Kind.PARAMETER:
            return self._lambda(binding)
        return self._iterated(binding, given)

    def _iterated(self, binding: Binding, given: Given) -> Variable | None:
        """What a variable of a loop, or of an unpacking, is."""
        path: list[int] = []
        node = binding.node
        while not isinstance(node, (cst.For, cst.CompFor, cst.Assign)):
            up = self._survey.parents.get(node)
            if up is None or not isinstance(up, (cst.Element, cst.Tuple, cst.List, cst.AssignTarget, *_LOOPS)):
                return None
            if isinstance(up, (cst.Tuple, cst.List)):
                path.append(next(i for i, element in enumerate(up.elements) if element is node))
            node = up
        found = self.of(node.value, given) if isinstance(node, cst.Assign) else self.elements(node.iter, given)
        for index in reversed(path):
            found = _element(found, index) if found is not None else None
        return found

    def _lambda(self, binding: Binding) -> Variable | None:
        """What the variable of a lambda that `filter` is given stands for."""
        ups = list(self._survey.ancestors(binding.node))[:4]
        call = next((up for up in ups if isinstance(up, cst.Call)), None)
        if call is None or dotted(call.func) != "filter" or len(positional(call)) != 2:
            return None
        return self.elements(positional(call)[1])

    def _joined(self, node: cst.BaseExpression, given: Given) -> Variable | None:
        """The whole name, put together from that of the module and that in the module."""
        if isinstance(node, (cst.Name, cst.Attribute, cst.Call)) and method_call(node) is None:
            return None
        found = [self.of(each, given) for each in descendants(node) if isinstance(each, cst.Name)]
        whats = {each.what: each for each in found if each is not None}
        if set(whats) == {What.OWNER, What.LEAF}:
            return Variable(What.NAME, whats[What.LEAF].root)
        return None

    def elements(self, node: cst.BaseExpression, given: Given = NOTHING_GIVEN) -> Variable | None:
        """What each element of an iterable is; None where it does not go through a model."""
        if isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            return self._comprehended(node, given)
        if isinstance(node, cst.Name):
            return self._bound(self._values.bindings(node), given)
        return self._called(node, given) if isinstance(node, cst.Call) else None

    def _bound(self, found: list[Binding], given: Given) -> Variable | None:
        """What each element of a variable is, bound once or in the arms of a condition, to the same thing in all."""
        bound = [given.get(one.node, one.value) for one in found if one.kind is Kind.ASSIGN or one.node in given]
        if len(bound) < len(found) or (len(found) > 1 and not all_exclusive(found)):
            return None
        every = [self.elements(value, given) if value is not None else None for value in bound]
        said = {(one.what, self.key(one.root)) if one is not None else None for one in every}
        return every[0] if len(said) == 1 else None

    def _comprehended(self, node: cst.BaseSimpleComp, given: Given) -> Variable | None:
        if not isinstance(node.elt, cst.Tuple):
            return self.of(node.elt, given)
        found = [self.of(copied(element.value), given) for element in node.elt.elements]
        whats = tuple(each.what if each else None for each in found)
        pair = next((pair for pair in _PAIRS if whats == tuple(_ELEMENTS[pair, index] for index in (0, 1))), None)
        return Variable(pair, found[0].root) if pair and found[0] else None

    def _called(self, node: cst.Call, given: Given) -> Variable | None:
        method, plain, name = method_call(node), positional(node), dotted(node.func)
        if name in _SAME_ELEMENTS and plain:
            return self.elements(plain[0], given)
        if name == "filter" and len(plain) == 2:
            return self.elements(plain[1], given)
        if name == "enumerate" and plain:
            inner = self.elements(plain[0], given)
            return Variable(What.COUNTED_PAIR, inner.root) if inner and inner.what is What.PAIR else None
        if (name or "").rpartition(".")[2] in self._words["listed_names"] and plain:
            return Variable(What.NAME, plain[0])
        return self._method(node, *method, given) if method is not None else None

    def _method(self, node: cst.Call, of: cst.BaseExpression, name: str, given: Given) -> Variable | None:
        words, owner = self._words, self.of(of, given)
        is_module = owner is not None and owner.what is What.MODULE
        root = owner.root if owner is not None and is_module else of
        if name in words["iterators"]:
            return Variable(What.PARAMETER, root)
        if name in words["named_iterators"]:
            return Variable(What.LOCAL_PAIR if is_module or _is_local(node) else What.PAIR, root)
        if name in words["modules"]:
            return Variable(What.MODULE, root)
        if name in words["named_modules"]:
            return Variable(What.MODULE_PAIR, root)
        pairs = self.entries(of, given) if name in ("items", "values") else None
        if pairs is None:
            return None
        return pairs if name == "items" else Variable(What.PARAMETER, pairs.root)

    def entries(self, node: cst.BaseExpression, given: Given = NOTHING_GIVEN) -> Variable | None:
        """What each entry of a dict is: a name and its parameter; None for any other dict."""
        if isinstance(node, cst.Attribute) and node.attr.value in self._words["own_parameters"]:
            owner = self.of(node.value, given)
            return Variable(What.LOCAL_PAIR, owner.root) if owner and owner.what is What.MODULE else None
        if isinstance(node, cst.Call) and dotted(node.func) == "dict" and len(positional(node)) == 1:
            return self.elements(positional(node)[0], given)
        if isinstance(node, cst.DictComp):
            key, value = self.of(node.key, given), self.of(node.value, given)
            is_pair = key and key.what is What.NAME and value and value.what is What.PARAMETER
            return Variable(What.PAIR, key.root) if key and is_pair else None
        binding = self._values.bound_once(node)
        if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None or node in self._open:
            return None
        if isinstance(binding.value, cst.Dict) and not binding.value.elements:
            return self._collected(node)
        return None if isinstance(binding.value, cst.Name) else self.entries(binding.value, given)

    def _collected(self, node: cst.BaseExpression) -> Variable | None:
        """What a dict holds that is filled by `d[name] = parameter` alone, for every parameter that is trained."""
        items = self._values.item_assignments(node)
        found = [self._entry(item) for item in items]
        are_all = all(is_for_all(self._survey, item, self._words["trained"]) for item in items)
        said = {self.key(each.root) if each is not None else None for each in found}
        return found[0] if len(said) == 1 and are_all else None

    def _entry(self, item: cst.Assign) -> Variable | None:
        target = item.targets[0].target
        key = index_of(target) if isinstance(target, cst.Subscript) else None
        found, value = self.of(key) if key is not None else None, self.of(item.value)
        is_pair = found and found.what is What.NAME and value and value.what is What.PARAMETER
        return Variable(What.PAIR, found.root) if found and is_pair else None


def _is_local(call: cst.Call) -> bool:
    recurse = keyword(call, "recurse")
    return isinstance(recurse, (cst.Name, cst.Integer)) and recurse.value in ("False", "0")


def _element(whole: Variable | None, index: int) -> Variable | None:
    what = _ELEMENTS.get((whole.what, index)) if whole is not None else None
    return Variable(what, whole.root) if what is not None and whole is not None else None


_LOOPS = (cst.For, cst.CompFor, cst.Assign)
