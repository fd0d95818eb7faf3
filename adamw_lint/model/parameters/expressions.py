"""What each kind of expression gives while a constructor is followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from adamw_lint.model.parameters.arithmetic import binary, comparison
from adamw_lint.model.parameters.attributes import attribute
from adamw_lint.model.parameters.builtin_calls import builtin
from adamw_lint.model.parameters.iteration import comprehended, spread
from adamw_lint.model.parameters.slots import assign
from adamw_lint.model.parameters.subscripts import subscript
from adamw_lint.model.parameters.things import (
    HANDED,
    INDEX,
    PLAIN,
    REST,
    UNKNOWN,
    Constant,
    Function,
    Given,
    Listed,
    Mapped,
    Scope,
    Thing,
    truth,
)
from adamw_lint.model.tree import number_of, text_of

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_WORDS = {"True": True, "False": False, "None": None}


def _name(run: Interpreter, node: cst.Name, scope: Scope) -> Thing:
    return Constant(_WORDS[node.value]) if node.value in _WORDS else run.name(node, scope)


def _attribute(run: Interpreter, node: cst.Attribute, scope: Scope) -> Thing:
    return attribute(run, node, run.expression(node.value, scope))


def _call(run: Interpreter, node: cst.Call, scope: Scope) -> Thing:
    given = _given(run, node, scope)
    if isinstance(node.func, cst.Name):
        found = builtin(run, node.func, given, scope)
        if found is not None:
            return found
    return run.call(run.expression(node.func, scope), given)


def _given(run: Interpreter, node: cst.Call, scope: Scope) -> Given:
    positional: list[Thing] = []
    keywords: dict[str, Thing] = {}
    complete = True
    for arg in node.args:
        value = run.expression(arg.value, scope)
        if arg.star == "**":
            known = value.slots if isinstance(value, Mapped) else {REST: UNKNOWN}
            keywords |= {key: thing for key, thing in known.items() if isinstance(key, str)}
            complete = complete and REST not in known
        elif arg.star:
            items = spread(value)
            positional += items or ()
            complete = complete and items is not None
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = value
        else:
            positional.append(value)
    return Given(tuple(positional), keywords, complete)


def _items(run: Interpreter, node: cst.Tuple | cst.List, scope: Scope) -> Thing:
    found: list[Thing] = []
    for element in node.elements:
        value = run.expression(element.value, scope)
        if isinstance(element, cst.StarredElement):
            items = spread(value)
            if items is None:
                return UNKNOWN
            found += items
        else:
            found.append(value)
    return tuple(found)


def _listed(run: Interpreter, node: cst.List, scope: Scope) -> Thing:
    return Listed({"items": _items(run, node, scope)})


def _dict(run: Interpreter, node: cst.Dict, scope: Scope) -> Thing:
    slots: dict[Any, Thing] = {}
    for element in node.elements:
        value = run.expression(element.value, scope)
        if not isinstance(element, cst.DictElement):
            slots |= value.slots if isinstance(value, Mapped) else {REST: UNKNOWN}
            continue
        key = run.expression(element.key, scope)
        slots[key.value if isinstance(key, Constant) else REST] = value
    return Mapped(slots)


def _comprehension(run: Interpreter, node: cst.ListComp | cst.GeneratorExp, scope: Scope) -> Thing:
    found: list[Thing] = []
    for inner in comprehended(run, node.for_in, scope, assign):
        if inner is None:
            return UNKNOWN
        found.append(run.expression(node.elt, inner))
    return Listed({"items": tuple(found)})


def _dict_comprehension(run: Interpreter, node: cst.DictComp, scope: Scope) -> Thing:
    slots: dict[Any, Thing] = {}
    for inner in comprehended(run, node.for_in, scope, assign):
        key = REST if inner is None else run.expression(node.key, inner)
        value = UNKNOWN if inner is None else run.expression(node.value, inner)
        slots["0" if key is INDEX else key.value if isinstance(key, Constant) else REST] = value
    return Mapped(slots)


def _boolean(run: Interpreter, node: cst.BooleanOperation, scope: Scope) -> Thing:
    left = run.expression(node.left, scope)
    known, is_or = truth(left), isinstance(node.operator, cst.Or)
    if known is not None:
        return left if known is is_or else run.expression(node.right, scope)
    return run.fork([lambda: left, lambda: run.expression(node.right, scope)])


def _unary(run: Interpreter, node: cst.UnaryOperation, scope: Scope) -> Thing:
    value = run.expression(node.expression, scope)
    if isinstance(node.operator, cst.Not):
        known = truth(value)
        return PLAIN if known is None else Constant(not known)
    is_number = isinstance(value, Constant) and isinstance(value.value, (int, float))
    return Constant(-value.value) if is_number and isinstance(node.operator, cst.Minus) else value  # type: ignore[union-attr]


def _conditional(run: Interpreter, node: cst.IfExp, scope: Scope) -> Thing:
    known = truth(run.expression(node.test, scope))
    if known is not None:
        return run.expression(node.body if known else node.orelse, scope)
    return run.fork([lambda: run.expression(node.body, scope), lambda: run.expression(node.orelse, scope)])


def _formatted(run: Interpreter, node: cst.FormattedString, scope: Scope) -> Thing:
    text = ""
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text += part.value
            continue
        assert isinstance(part, cst.FormattedStringExpression)
        value = run.expression(part.expression, scope)
        if value is not INDEX and not isinstance(value, Constant):
            return HANDED
        text += "0" if value is INDEX else str(value.value)
    return Constant(text)


def _number(run: Interpreter, node: cst.Integer | cst.Float, scope: Scope) -> Thing:
    number = number_of(node)
    return HANDED if number is None else Constant(number)


def _text(run: Interpreter, node: cst.SimpleString | cst.ConcatenatedString, scope: Scope) -> Thing:
    text = text_of(node)
    return HANDED if text is None else Constant(text)


def _walrus(run: Interpreter, node: cst.NamedExpr, scope: Scope) -> Thing:
    value = run.expression(node.value, scope)
    assign(run, node.target, value, scope)
    return value


EVALUATORS: dict[type[cst.CSTNode], Callable[..., Thing]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Tuple: _items,
    cst.List: _listed,
    cst.Dict: _dict,
    cst.ListComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _dict_comprehension,
    cst.BinaryOperation: binary,
    cst.Comparison: comparison,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.IfExp: _conditional,
    cst.FormattedString: _formatted,
    cst.Integer: _number,
    cst.Float: _number,
    cst.SimpleString: _text,
    cst.ConcatenatedString: _text,
    cst.NamedExpr: _walrus,
    cst.Lambda: lambda run, node, scope: Function(node, scope, scope.owner),
    cst.Subscript: subscript,
}
