"""What an expression is worth: a number, a text, an imported thing, a class of the file, a dict … or UNKNOWN."""

import operator
from collections.abc import Callable
from decimal import Decimal, DecimalException

import libcst as cst

from adamw_lint.model.command_line import default_text
from adamw_lint.model.links import Links
from adamw_lint.model.mappings import amended, display, entries, keywords, looked_up
from adamw_lint.model.plain_objects import set_in_class
from adamw_lint.model.program import Program
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional, text_of
from adamw_lint.model.worth import (
    UNKNOWN,
    Choice,
    Defined,
    Mapping,
    Nothing,
    Number,
    Parameter,
    Partial,
    Reference,
    Text,
    Value,
    agreed,
    chosen,
    is_zero,
)

_ARITHMETIC: dict[type[cst.BaseBinaryOp], Callable[[Decimal, Decimal], Decimal]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
    cst.Power: operator.pow,
}
_LIMIT = 60  # names followed in one chain; no program that a person wrote comes near it


class Values(Links):
    """Evaluates the expressions of one surveyed file, each at most once."""

    def __init__(self, survey: Survey, program: Program) -> None:
        super().__init__(survey, program)
        self._known: dict[cst.CSTNode, Value] = {}
        self._open: set[cst.CSTNode] = set()

    def worth(self, node: cst.CSTNode | None) -> Value:
        """The value of an expression; UNKNOWN where it cannot be told, or is defined by itself."""
        evaluate = None if node is None else _EVALUATORS.get(type(node))
        if node is None or evaluate is None:
            return UNKNOWN
        if node not in self._known:
            if node in self._open or len(self._open) > _LIMIT:
                return UNKNOWN
            self._open.add(node)
            self._known[node] = evaluate(self, node)
            self._open.discard(node)
        return self._known[node]

    def name(self, node: cst.Name) -> Value:
        """The value of a name: that of the last binding before it, or of all that may be in force if they agree."""
        if node.value in ("True", "False", "None"):
            return Nothing() if node.value == "None" else Number(Decimal(node.value == "True"))
        found = self.bindings(node)
        if not found:
            return self.from_star(node)
        value = agreed([self.bound(binding) for binding in found])
        if isinstance(value, Mapping):
            return amended(self, node, value, found[-1])
        if isinstance(value, Parameter) and isinstance(value.default, Mapping):
            shown = amended(self, node, value.default, found[-1])
            return Mapping(shown.entries, complete=False, by_default=shown.complete)
        return value

    def bound(self, binding: Binding) -> Value:
        """What a binding gives its name."""
        match binding.kind:
            case Kind.ASSIGN:
                return self.worth(binding.value)
            case Kind.IMPORT:
                return self.imported(Reference(binding.path, binding))
            case Kind.DEFINE if isinstance(binding.node, (cst.FunctionDef, cst.ClassDef)):
                return Defined(binding.node)
            case Kind.PARAMETER:
                return Parameter(self.worth(binding.value))
            case Kind.UNPACK:
                return self._element(binding)
        return UNKNOWN

    def _element(self, binding: Binding) -> Value:
        value = binding.value
        if isinstance(value, cst.Call):
            value = self._result(self.worth(value.func))
        if isinstance(value, (cst.Tuple, cst.List)) and binding.index is not None:
            plain = [item.value for item in value.elements if isinstance(item, cst.Element)]
            return self.worth(plain[binding.index]) if binding.index < len(plain) == len(value.elements) else UNKNOWN
        if isinstance(value, cst.Subscript) and binding.index is not None:
            return chosen([self.worth(each) for _, each in entries(self, value, binding.index)])
        return UNKNOWN

    def attribute(self, node: cst.Attribute) -> Value:
        """The value of `a.b`: a path below an import, or what `self.b` was bound to in the class."""
        found = self.bindings(node)
        if found:
            return agreed([self.bound(binding) for binding in found])
        if (before := self.set_before(node)) is not None and is_zero(nothing := self.worth(before)):
            return nothing
        base = self.worth(node.value)
        if isinstance(base, Choice):
            return Choice(tuple(self.below(option, node.attr.value) for option in base.options))
        if not isinstance(node.value, cst.Name) or isinstance(base, Reference):
            return self.below(base, node.attr.value)
        in_class = set_in_class(self, base, node.value, node.attr.value)
        return UNKNOWN if in_class is None else self.bound(in_class)

    def subscript(self, node: cst.Subscript) -> Value:
        """The value of `d[k]`: the entry or item if the key is known, else one of all the entries."""
        index = index_of(node)
        if isinstance(node.value, cst.Attribute) and node.value.attr.value == "__dict__":
            return self._member(self.worth(node.value.value), index)
        key = self.worth(index)
        if isinstance(key, Number) and (item := self._item(node, int(key.value))) is not None:
            return self.worth(item)
        return chosen(looked_up(self, self.worth(node.value), key))

    def _item(self, node: cst.Subscript, index: int) -> cst.BaseExpression | None:
        """The item at an index of a list that is written out once and never changed."""
        held = self.bound_once(node.value)
        display = held.value if held is not None and held.kind is Kind.ASSIGN else None
        changes = (*self.calls_on(node.value), *self.item_assignments(node.value), *self.item_deletions(node.value))
        if not isinstance(display, (cst.List, cst.Tuple)) or changes:
            return None
        items = [each.value for each in display.elements if isinstance(each, cst.Element)]
        is_there = len(items) == len(display.elements) and -len(items) <= index < len(items)
        return items[index] if is_there else None

    def _member(self, base: Value, named: cst.BaseExpression | None) -> Value:
        """What stands under a name that an expression gives: by default, where a caller or a user may give another."""
        name = self.worth(named)
        default = name.default if isinstance(name, Parameter) else UNKNOWN
        if name == UNKNOWN and isinstance(base, Reference) and (text := default_text(self.survey, named)) is not None:
            default = Text(text)
        if isinstance(default, Text):
            return Parameter(self.below(base, default.value))
        return self.below(base, name.value) if isinstance(name, Text) else UNKNOWN

    def dictionary(self, node: cst.Dict) -> Value:
        """The value of a dict display."""
        return display(self, node)

    def call(self, node: cst.Call) -> Value:
        """The value of the few calls that build values: `dict`, `getattr`, `partial`, `float`, `d.get`."""
        method, plain = method_call(node), positional(node)
        if method is not None and method[1] in ("get", "pop") and plain:
            return chosen(looked_up(self, self.worth(method[0]), self.worth(plain[0])))
        if method is not None and method[1] == "copy" and not plain:
            return self.worth(method[0])
        name = dotted(node.func)
        if name == "dict" and not self.bindings(node.func):
            return keywords(self, node)
        if name == "getattr" and len(plain) >= 2:
            return self._member(self.worth(plain[0]), plain[1])
        if name in ("float", "int", "Decimal") and len(plain) == 1:
            return _to_number(self.worth(plain[0]))
        target = self.worth(node.func)
        if isinstance(target, Reference) and target.path == "functools.partial" and plain:
            return Partial(self.worth(plain[0]), node)
        return self._returned(target)

    def _returned(self, target: Value) -> Value:
        """What a function of the program gives back."""
        return self.worth(self._result(target))

    def _result(self, target: Value) -> cst.BaseExpression | None:
        """What a function of the program returns, if it has one plain `return`."""
        if not isinstance(target, Defined) or not isinstance(target.node, cst.FunctionDef):
            return None
        returns = [node.value for node in self.survey.returns_of(target.node)]
        return returns[0] if len(returns) == 1 else None

    def binary(self, node: cst.BinaryOperation) -> Value:
        """The value of arithmetic on numbers, exact in decimals where it can be; and of `dict | dict`."""
        left, right = self.worth(node.left), self.worth(node.right)
        compute = _ARITHMETIC.get(type(node.operator))
        if compute is not None and isinstance(left, Number) and isinstance(right, Number):
            try:
                return _decimal(str(compute(left.value, right.value)))
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


def _to_number(value: Value) -> Value:
    if not isinstance(value, Text):
        return value if isinstance(value, Number) else UNKNOWN
    return _decimal(value.value)


def _literal(_: Values, node: cst.Integer | cst.Float) -> Value:
    text = node.value.replace("_", "")
    is_other_base = isinstance(node, cst.Integer) and text[:2].lower() in ("0x", "0o", "0b")
    return _decimal(int(text, 0) if is_other_base else text)


def _decimal(written: str | int) -> Value:
    """The number that a text is, UNKNOWN where it is none that an optimizer could compute with."""
    try:
        number = Decimal(written)
    except DecimalException:
        return UNKNOWN
    return Number(number) if number.is_finite() and abs(number.adjusted()) < 300 else UNKNOWN


def _string(_: Values, node: cst.SimpleString | cst.ConcatenatedString) -> Value:
    text = text_of(node)
    return UNKNOWN if text is None else Text(text)


_EVALUATORS: dict[type[cst.CSTNode], Callable[..., Value]] = {
    cst.Name: Values.name,
    cst.Attribute: Values.attribute,
    cst.Subscript: Values.subscript,
    cst.Dict: Values.dictionary,
    cst.Call: Values.call,
    cst.BinaryOperation: Values.binary,
    cst.UnaryOperation: Values.unary,
    cst.IfExp: Values.conditional,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
}
