"""What an expression is worth: a number, a text, an imported thing, a class of the file, a dict … or UNKNOWN."""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal, DecimalException

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind, Use, dominates, find, reaching
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, keyword, method_call, positional, text_of


@dataclass(frozen=True, slots=True)
class Unknown:
    """We do not know what it is."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """`None`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exact in decimals; True is 1 and False is 0."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Something imported, under its full dotted path; `binding` is the import that brought it in."""

    path: str
    binding: Binding | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Defined:
    """A class or function of this file."""

    node: cst.FunctionDef | cst.ClassDef


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable with some of its arguments already given, by the call of `functools.partial`."""

    target: "Value"
    call: cst.Call


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a mapping: its value, the node that writes it, and whether it is there on every path."""

    value: cst.BaseExpression
    node: cst.CSTNode
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict with text keys; `complete` is False where there may be entries that we do not see."""

    entries: dict[str, Entry]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function: whatever the caller gives, or the default."""

    default: "Value"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values, by a condition or a key known only at run time."""

    options: tuple["Value", ...]


Value = Unknown | Nothing | Number | Text | Reference | Defined | Partial | Mapping | Parameter | Choice
UNKNOWN = Unknown()
_ARITHMETIC: dict[type[cst.BaseBinaryOp], Callable[[Decimal, Decimal], Decimal]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
    cst.Power: operator.pow,
}
_LIMIT = 60  # names followed in one chain; no program that a person wrote comes near it


class Values:
    """Evaluates the expressions of one surveyed file, each at most once."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._known: dict[cst.CSTNode, Value] = {}
        self._open: set[cst.CSTNode] = set()
        self._methods: dict[str, list[cst.Call]] = defaultdict(list)
        for call in survey.calls:
            method = method_call(call)
            if method is not None:
                self._methods[dotted(method[0]) or ""].append(call)

    def worth(self, node: cst.CSTNode | None) -> Value:
        """The value of an expression; UNKNOWN where it cannot be told, or is defined by itself."""
        evaluate = _EVALUATORS.get(type(node))
        if node is None or evaluate is None:
            return UNKNOWN
        if node not in self._known:
            if node in self._open or len(self._open) > _LIMIT:
                return UNKNOWN
            self._open.add(node)
            self._known[node] = evaluate(self, node)
            self._open.discard(node)
        return self._known[node]

    def bindings(self, node: cst.BaseExpression) -> list[Binding]:
        """The bindings that may be in force where a name or `self.attribute` is read, latest first."""
        if isinstance(node, cst.Name):
            found = find(node.value, self._survey.use(node))
            return reaching(found[0].bindings[node.value], found[1]) if found else []
        owner = self._owner(node)
        if owner is None or not isinstance(node, cst.Attribute):
            return []
        return self._survey.attributes[owner].get(node.attr.value) or self._class_level(owner, node.attr.value)

    def bound_once(self, node: cst.BaseExpression) -> Binding | None:
        """The only binding that can be in force at a name or `self.attribute`, if there is just one."""
        found = self.bindings(node)
        return found[0] if len(found) == 1 else None

    def calls_on(self, node: cst.BaseExpression, method: str | None = None) -> list[cst.Call]:
        """The calls of methods on the same name (in the same scope) or the same `self.attribute` (in the same class)."""
        calls = self._methods[dotted(node) or ""] if dotted(node) else []
        return [call for call in calls if self._same_variable(node, call) and method in (None, _method_name(call))]

    def item_assignments(self, node: cst.BaseExpression) -> list[cst.Assign]:
        """The assignments `x[…] = …` to items of the same name or `self.attribute`."""
        name = dotted(node)
        return [item for item in self._survey.items[name] if self._same_variable(node, item)] if name else []

    def _same_variable(self, node: cst.BaseExpression, other: cst.CSTNode) -> bool:
        name = dotted(node) or ""
        if name.startswith("self."):
            return self._survey.owner(node) is self._survey.owner(other)
        first = name.split(".")[0]
        here, there = (find(first, self._survey.use(place)) for place in (node, other))
        return here is not None and there is not None and here[0] is there[0]

    def _owner(self, node: cst.BaseExpression) -> cst.ClassDef | None:
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self":
            return self._survey.owner(node)
        return None

    def _class_level(self, owner: cst.ClassDef, name: str) -> list[Binding]:
        return self._survey.scopes[owner].bindings.get(name, [])[-1:]

    def name(self, node: cst.Name) -> Value:
        """The value of a name: that of the last binding before it, or of all that may be in force if they agree."""
        if node.value in ("True", "False", "None"):
            return Nothing() if node.value == "None" else Number(Decimal(node.value == "True"))
        found = self.bindings(node)
        if not found:
            return self._from_star(node)
        return self._amended(node, agreed([self._bound(binding) for binding in found]), found)

    def _bound(self, binding: Binding) -> Value:
        match binding.kind:
            case Kind.ASSIGN:
                return self.worth(binding.value)
            case Kind.IMPORT:
                return Reference(binding.path, binding)
            case Kind.DEFINE if isinstance(binding.node, (cst.FunctionDef, cst.ClassDef)):
                return Defined(binding.node)
            case Kind.PARAMETER:
                return Parameter(self.worth(binding.value))
            case Kind.UNPACK:
                return self._element(binding)
        return UNKNOWN

    def _element(self, binding: Binding) -> Value:
        value = binding.value
        if isinstance(value, (cst.Tuple, cst.List)) and binding.index is not None:
            plain = [item.value for item in value.elements if isinstance(item, cst.Element)]
            return self.worth(plain[binding.index]) if binding.index < len(plain) == len(value.elements) else UNKNOWN
        return UNKNOWN

    def _from_star(self, node: cst.Name) -> Value:
        """A name that nothing binds comes from the last star import before it, if that one is known to have it."""
        module = self._survey.scopes[self._survey.tree]
        if not module.stars or not module.stars[-1].path or node.value in _BUILTINS:
            return UNKNOWN
        last = max(module.stars, key=lambda star: star.order)
        return Reference(f"{last.path}.{node.value}", last)

    def _amended(self, node: cst.Name, value: Value, found: list[Binding]) -> Value:
        """A dict with what was put into it between its binding and this use."""
        mapping = value.default if isinstance(value, Parameter) else value
        if not isinstance(mapping, Mapping):
            return value
        use, since = self._survey.use(node), found[-1].order
        entries, complete = dict(mapping.entries), mapping.complete and not isinstance(value, Parameter)
        for event in self._events(node):
            if since < self._survey.orders[event] < use.order or not self._survey.scope(event) is use.scope:
                complete = self._apply(event, entries, use) and complete
        return Mapping(entries, complete)

    def _events(self, node: cst.Name) -> list[cst.CSTNode]:
        events: list[cst.CSTNode] = [*self.item_assignments(node), *self.calls_on(node)]
        return sorted(events, key=self._survey.orders.__getitem__)

    def _apply(self, event: cst.CSTNode, entries: dict[str, Entry], use: Use) -> bool:
        """Apply one change of a dict to its entries; False if it may have put in entries that we do not see."""
        scope, arms = self._survey.places[event]
        certain = scope is use.scope and dominates(Binding("", Kind.OTHER, event, 0, arms), use)
        new = self._changes(event)
        if new is None:
            return False
        for key, entry in new.entries.items():
            entries[key] = replace(entry, certain=entry.certain and certain)
        return new.complete

    def _changes(self, event: cst.CSTNode) -> Mapping | None:
        if isinstance(event, cst.Assign):
            target = next(item.target for item in event.targets if isinstance(item.target, cst.Subscript))
            key = self.worth(index_of(target))
            return Mapping({key.value: Entry(event.value, event)}) if isinstance(key, Text) else None
        assert isinstance(event, cst.Call)
        match _method_name(event):
            case "get" | "items" | "keys" | "values" | "copy":
                return Mapping({})
            case "update":
                return self._keywords(event)
        return None

    def _keywords(self, call: cst.Call) -> Mapping:
        """The entries that `dict(…)` or `.update(…)` is given."""
        entries: dict[str, Entry] = {}
        complete = True
        for arg in call.args:
            if arg.keyword is not None:
                entries[arg.keyword.value] = Entry(arg.value, arg)
                continue
            more = self.worth(arg.value)
            more = more.default if isinstance(more, Parameter) else more
            complete = complete and isinstance(more, Mapping) and more.complete
            entries |= more.entries if isinstance(more, Mapping) else {}
        return Mapping(entries, complete)

    def attribute(self, node: cst.Attribute) -> Value:
        """The value of `a.b`: a path below an import, or what `self.b` was bound to in the class."""
        found = self.bindings(node)
        if found:
            return agreed([self._bound(binding) for binding in found])
        base = self.worth(node.value)
        if isinstance(base, Reference):
            return Reference(f"{base.path}.{node.attr.value}", base.binding)
        if isinstance(base, Choice):
            return Choice(tuple(_below(option, node.attr.value) for option in base.options))
        return UNKNOWN

    def subscript(self, node: cst.Subscript) -> Value:
        """The value of `d[k]`: the entry if the key is known, else one of all the entries."""
        base = self.worth(node.value)
        if isinstance(node.value, cst.Attribute) and node.value.attr.value == "__dict__":
            return self._member(self.worth(node.value.value), self.worth(index_of(node)))
        return self._lookup(base, self.worth(index_of(node)))

    def _lookup(self, base: Value, key: Value) -> Value:
        if not isinstance(base, Mapping):
            return UNKNOWN
        if isinstance(key, Text):
            entry = base.entries.get(key.value)
            return self.worth(entry.value) if entry is not None and entry.certain else UNKNOWN
        return chosen([self.worth(entry.value) for entry in base.entries.values()])

    def _member(self, base: Value, name: Value) -> Value:
        if isinstance(base, Reference) and isinstance(name, Text):
            return Reference(f"{base.path}.{name.value}", base.binding)
        return UNKNOWN

    def dictionary(self, node: cst.Dict) -> Value:
        """The value of a dict display."""
        entries: dict[str, Entry] = {}
        complete = True
        for element in node.elements:
            if isinstance(element, cst.StarredDictElement):
                more = self.worth(element.value)
                entries |= more.entries if isinstance(more, Mapping) else {}
                complete = complete and isinstance(more, Mapping) and more.complete
                continue
            assert isinstance(element, cst.DictElement)
            key = self.worth(element.key)
            name = key.value if isinstance(key, Text) else f"\0{len(entries)}"  # an unreadable key keeps its value
            entries[name] = Entry(element.value, element)
        return Mapping(entries, complete)

    def call(self, node: cst.Call) -> Value:
        """The value of the few calls that build values: `dict`, `getattr`, `partial`, `float`, `d.get`."""
        method, plain = method_call(node), positional(node)
        if method is not None and method[1] in ("get", "pop") and plain:
            return self._lookup(self.worth(method[0]), self.worth(plain[0]))
        if method is not None and method[1] == "copy" and not plain:
            return self.worth(method[0])
        name = dotted(node.func)
        if name == "dict" and not self.bindings(node.func):
            return self._keywords(node)
        if name == "getattr" and len(plain) >= 2:
            return self._member(self.worth(plain[0]), self.worth(plain[1]))
        if name in ("float", "int", "Decimal") and len(plain) == 1:
            return _to_number(self.worth(plain[0]))
        target = self.worth(node.func)
        if isinstance(target, Reference) and target.path == "functools.partial" and plain:
            return Partial(self.worth(plain[0]), node)
        return self._returned(target)

    def _returned(self, target: Value) -> Value:
        """What a function of this file returns, if it has one plain `return`."""
        if not isinstance(target, Defined) or not isinstance(target.node, cst.FunctionDef):
            return UNKNOWN
        returns = [node.value for node in self._survey.returns if self._survey.function(node) is target.node]
        return self.worth(returns[0]) if len(returns) == 1 else UNKNOWN

    def binary(self, node: cst.BinaryOperation) -> Value:
        """The value of arithmetic on numbers, exact in decimals where it can be; and of `dict | dict`."""
        left, right = self.worth(node.left), self.worth(node.right)
        compute = _ARITHMETIC.get(type(node.operator))
        if compute is not None and isinstance(left, Number) and isinstance(right, Number):
            try:
                return Number(compute(left.value, right.value))
            except (DecimalException, ZeroDivisionError):
                return UNKNOWN
        if isinstance(node.operator, cst.BitOr) and isinstance(left, Mapping) and isinstance(right, Mapping):
            return Mapping(left.entries | right.entries, left.complete and right.complete)
        return UNKNOWN

    def unary(self, node: cst.UnaryOperation) -> Value:
        """The value of `-x`."""
        value = self.worth(node.expression)
        if isinstance(node.operator, cst.Minus) and isinstance(value, Number):
            return Number(-value.value)
        return UNKNOWN

    def conditional(self, node: cst.IfExp) -> Value:
        """The value of `a if c else b`: one of the two."""
        return chosen([self.worth(node.body), self.worth(node.orelse)])


def agreed(values: list[Value]) -> Value:
    """The one value that all bindings give; UNKNOWN where they differ (a None beside one value does not count)."""
    some = [value for value in values if not isinstance(value, Nothing)]
    if not some:
        return values[0] if values else UNKNOWN
    if len(some) < len(values) and isinstance(some[0], Number):
        return UNKNOWN
    return some[0] if all(value == some[0] for value in some) else UNKNOWN


def chosen(values: Iterable[Value]) -> Value:
    """One of several values, flattened; just the value where all are equal."""
    options: list[Value] = []
    for value in values:
        options += [option for option in options_of(value) if option not in options]
    return options[0] if len(options) == 1 else Choice(tuple(options)) if options else UNKNOWN


def options_of(value: Value) -> tuple[Value, ...]:
    """The values that a value may be; a parameter may be its default."""
    if isinstance(value, Parameter):
        return options_of(value.default)
    return value.options if isinstance(value, Choice) else (value,)


def is_zero(value: Value) -> bool:
    """Whether a decay is literally zero on every path: 0, 0.0, False or None."""
    if isinstance(value, Choice):
        return all(is_zero(option) for option in value.options)
    return isinstance(value, Nothing) or (isinstance(value, Number) and value.value == 0)


def _below(value: Value, name: str) -> Value:
    return Reference(f"{value.path}.{name}", value.binding) if isinstance(value, Reference) else UNKNOWN


def _method_name(call: cst.Call) -> str | None:
    method = method_call(call)
    return method[1] if method else None


def _to_number(value: Value) -> Value:
    if not isinstance(value, Text):
        return value if isinstance(value, Number) else UNKNOWN
    try:
        return Number(Decimal(value.value))
    except DecimalException:
        return UNKNOWN


def _literal(_: Values, node: cst.Integer | cst.Float) -> Value:
    text = node.value.replace("_", "")
    if isinstance(node, cst.Integer):
        return Number(Decimal(int(text, 0)))
    return Number(Decimal(text))


def _string(_: Values, node: cst.SimpleString | cst.ConcatenatedString) -> Value:
    text = text_of(node)
    return UNKNOWN if text is None else Text(text)


_BUILTINS = frozenset("dict list tuple set sum filter map float int getattr len zip enumerate range print".split())
_EVALUATORS: dict[type, Callable[[Values, cst.CSTNode], Value]] = {  # type: ignore[type-arg]
    cst.Name: Values.name,  # type: ignore[dict-item]
    cst.Attribute: Values.attribute,  # type: ignore[dict-item]
    cst.Subscript: Values.subscript,  # type: ignore[dict-item]
    cst.Dict: Values.dictionary,  # type: ignore[dict-item]
    cst.Call: Values.call,  # type: ignore[dict-item]
    cst.BinaryOperation: Values.binary,  # type: ignore[dict-item]
    cst.UnaryOperation: Values.unary,  # type: ignore[dict-item]
    cst.IfExp: Values.conditional,  # type: ignore[dict-item]
    cst.Integer: _literal,  # type: ignore[dict-item]
    cst.Float: _literal,  # type: ignore[dict-item]
    cst.SimpleString: _string,  # type: ignore[dict-item]
    cst.ConcatenatedString: _string,  # type: ignore[dict-item]
}
