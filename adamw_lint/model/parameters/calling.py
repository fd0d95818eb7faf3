"""What a call gives while a constructor is followed: an instance, what a function returns, or a layer of a library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.parameters.attributes import inherited, lineage
from adamw_lint.model.parameters.methods import method
from adamw_lint.model.parameters.statements import NEXT, RETURN, flat
from adamw_lint.model.parameters.things import (
    HANDED,
    NONE,
    PLAIN,
    REST,
    SHAPE,
    UNKNOWN,
    Class,
    Either,
    Function,
    Given,
    Layer,
    Library,
    Mapped,
    Method,
    Partial,
    Scope,
    Thing,
    either,
    options_of,
)
from adamw_lint.model.tree import dotted

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter


def called(run: Interpreter, target: Thing, given: Given) -> Thing:
    """What a call gives."""
    match target:
        case Either():
            may = [option for option in target.options if option != NONE]  # a call of None raises
            return run.fork([lambda option=option: called(run, option, given) for option in may])  # type: ignore[misc]
        case Class():
            return _constructed(run, target, given)
        case Function():
            return invoked(run, target, given)
        case Partial():
            both = Given(target.given.positional + given.positional, {**target.given.keywords, **given.keywords})
            return called(run, target.target, both)
        case Library():
            found = run.facts.call(run, target.path, given)
            return not_known(run, target.path.rpartition(".")[2], given) if found is None else found
        case Method():
            return method(run, target, given)
        case Layer():
            return PLAIN  # its forward pass
    return PLAIN if target is PLAIN else not_known(run, "", given)


def not_known(run: Interpreter, name: str, given: Given) -> Thing:
    """A call of something that is not in sight; it may have changed the layers that it is handed."""
    changes = not name[:1].isupper() and not any(word in name for word in run.facts.words["initialisers"])
    for thing in given.all() if changes else ():
        for option in options_of(thing):
            if isinstance(option, Layer):
                run.heap.write(option, REST, UNKNOWN)
    return UNKNOWN


def _constructed(run: Interpreter, target: Class, given: Given) -> Thing:
    layer = Layer(label=target.node.name.value, of=target)
    initialised(run, layer, lineage(run, target), given)
    return layer


def initialised(run: Interpreter, layer: Layer, classes: list[Thing], given: Given) -> None:
    """Run the first constructor that the classes of an instance have."""
    for each in classes:
        if isinstance(each, Library):
            if run.facts.initialise(run, layer, each.path, given):
                return
        elif not isinstance(each, Class):
            run.heap.write(layer, REST, UNKNOWN)
            return
        elif "__init__" in run.survey.scopes[each.node].bindings:
            function = inherited(run, each, "__init__")
            if isinstance(function, Function):
                invoked(run, Function(function.node, None, function.owner, layer), given)
            return
        elif _is_dataclass(each):
            _fill(run, layer, each, given)
            return


def _is_dataclass(target: Class) -> bool:
    marks = [each.decorator for each in target.node.decorators]
    names = (dotted(mark.func if isinstance(mark, cst.Call) else mark) or "" for mark in marks)
    return any(name.rpartition(".")[2] == "dataclass" for name in names)


def _fields(target: Class) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    for statement in flat(target.node.body):
        if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name):
            yield statement.target.value, statement.value


def _fill(run: Interpreter, layer: Layer, target: Class, given: Given) -> None:
    """Give a dataclass its fields: what it is handed, or the defaults."""
    free = list(given.positional)
    for name, default in _fields(target):
        if free:
            value = free.pop(0)
        elif name in given.keywords:
            value = given.keywords[name]
        elif default is None or not given.complete:
            value = HANDED
        else:
            value = run.expression(default, Scope())
        run.heap.write(layer, name, value)


def invoked(run: Interpreter, function: Function, given: Given) -> Thing:
    """What a function of the program returns."""
    scope = Scope(_bound(run, function, given), function.scope, function.owner, function.receiver)
    if isinstance(function.node, cst.Lambda):
        return run.expression(function.node.body, scope)
    run.depth += 1
    ended = run.block(flat(function.node.body), scope)
    run.depth -= 1
    if ended is None:
        return NONE
    if RETURN not in ended.ways:
        return UNKNOWN  # it raises
    return either([ended.value, NONE]) if NEXT in ended.ways else ended.value


def _bound(run: Interpreter, function: Function, given: Given) -> dict[str, Thing]:
    """The variables that a function starts with."""
    params = function.node.params
    plain = [*params.posonly_params, *params.params]
    free = [*([] if function.receiver is None else [function.receiver]), *given.positional]
    slots: dict[str, Thing] = {}
    for param in plain:
        name = param.name.value
        slots[name] = free.pop(0) if free else _handed(run, function, param, given)
    for param in params.kwonly_params:
        slots[param.name.value] = _handed(run, function, param, given)
    if isinstance(params.star_arg, cst.Param):
        slots[params.star_arg.name.value] = tuple(free) if given.complete else HANDED
    if params.star_kwarg is not None:
        rest: dict[object, Thing] = {key: value for key, value in given.keywords.items() if key not in slots}
        slots[params.star_kwarg.name.value] = Mapped(rest if given.complete else {**rest, REST: UNKNOWN})
    return slots


def _handed(run: Interpreter, function: Function, param: cst.Param, given: Given) -> Thing:
    name = param.name.value
    if name in given.keywords:
        return given.keywords[name]
    if param.default is None or not given.complete:
        return SHAPE if "shape" in name.lower() else HANDED
    return run.expression(param.default, function.scope or Scope())
