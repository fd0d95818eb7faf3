"""How the statements of a constructor run: assignments, branches whose condition is unknown, loops, early ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.parameters.heap import Changes
from adamw_lint.model.parameters.iteration import iterated
from adamw_lint.model.parameters.slots import assign, delete
from adamw_lint.model.parameters.things import (
    NONE,
    UNKNOWN,
    Class,
    Function,
    Given,
    Layer,
    Listed,
    Method,
    Scope,
    Thing,
    either,
    truth,
)

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

BRANCHING = (cst.If, cst.Try, cst.TryStar, cst.Match)
_TURNS = 2000  # of one loop


class How(Enum):
    """What ends a block before its last statement."""

    RETURN = auto()
    RAISE = auto()
    BREAK = auto()
    CONTINUE = auto()


@dataclass(frozen=True, slots=True)
class Ended:
    """The early end of a block; `value` is what it returns, `may` that it ends so on some paths only."""

    how: How
    value: Thing = NONE
    may: bool = False


Path = tuple[Ended | None, Changes]


def flat(body: cst.BaseSuite | cst.Module) -> list[cst.CSTNode]:
    """The statements of a block, those that share a line one by one."""
    found: list[cst.CSTNode] = []
    for statement in body.body:
        found += statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
    return found


def branched(run: Interpreter, node: cst.CSTNode, rest: list[cst.CSTNode], scope: Scope) -> tuple[Ended | None, bool]:
    """Run the arm of a branching statement that is taken, or all that may be; True where `rest` is run too."""
    known = truth(run.expression(node.test, scope)) if isinstance(node, cst.If) else None
    arms = _arms(node)
    if known is not None:
        return run.block(arms[not known], scope), False
    tried = [run.heap.attempt(lambda arm=arm: run.block(arm, scope)) for arm in arms]  # type: ignore[misc]
    alive = [path for path in tried if path[0] is None or path[0].how is not How.RAISE]
    if not alive:
        return Ended(How.RAISE), False
    if len(alive) > 1 and len({path[0] is None for path in alive}) > 1:
        return _joined(run, [_continued(run, path, rest, scope) for path in alive]), True
    return _joined(run, alive), False


def _arms(node: cst.CSTNode) -> list[list[cst.CSTNode]]:
    if isinstance(node, cst.If):
        rest = node.orelse
        return [flat(node.body), [] if rest is None else [rest] if isinstance(rest, cst.If) else flat(rest.body)]
    if isinstance(node, cst.Match):
        return [*(flat(case.body) for case in node.cases), []]
    assert isinstance(node, (cst.Try, cst.TryStar))
    after = flat(node.finalbody.body) if node.finalbody else []
    body = flat(node.body) + (flat(node.orelse.body) if node.orelse else [])
    return [body + after, *(flat(handler.body) + after for handler in node.handlers)]


def _continued(run: Interpreter, path: Path, rest: list[cst.CSTNode], scope: Scope) -> Path:
    """A path that has not ended, followed to the end of its block."""
    if path[0] is not None:
        return path

    def follow() -> Ended | None:
        run.heap.join([path[1]])
        return run.block(rest, scope)

    return run.heap.attempt(follow)


def _joined(run: Interpreter, paths: list[Path]) -> Ended | None:
    run.heap.join(changes for _, changes in paths)
    ends = [end for end, _ in paths if end is not None]
    values = [end.value for end in ends if end.how is How.RETURN]
    may = len(ends) < len(paths) or any(end.may for end in ends)
    if not values:
        return None if may or not ends else ends[0]
    return Ended(How.RETURN, either(values), may)


def followed(first: Ended, then: Ended | None) -> Ended:
    """The end of a block that may have ended early, and if not, ended as `then` says."""
    if then is None or then.how is not How.RETURN:
        return first
    return Ended(How.RETURN, either([first.value, then.value]), then.may)


def _for(run: Interpreter, node: cst.For, scope: Scope) -> Ended | None:
    for item in iterated(run, node.iter, scope):
        assign(run, node.target, item, scope)
        ended = run.block(flat(node.body), scope)
        if ended is not None and ended.how in (How.RETURN, How.RAISE) and not ended.may:
            return ended
        if ended is not None and ended.how is How.BREAK:
            return None
    return run.block(flat(node.orelse.body), scope) if node.orelse else None


def _while(run: Interpreter, node: cst.While, scope: Scope) -> Ended | None:
    for _ in range(_TURNS):
        known = truth(run.expression(node.test, scope))
        if known is False:
            return None
        if known is None:
            _, changes = run.heap.attempt(lambda: run.block(flat(node.body), scope))
            run.heap.join([changes, {}])
            return None
        ended = run.block(flat(node.body), scope)
        if ended is not None and ended.how is not How.CONTINUE:
            return None if ended.how is How.BREAK else ended
    return None


def _assign(run: Interpreter, node: cst.Assign, scope: Scope) -> None:
    value = run.expression(node.value, scope)
    for target in node.targets:
        assign(run, target.target, value, scope)


def _ann_assign(run: Interpreter, node: cst.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        assign(run, node.target, run.expression(node.value, scope), scope)


def _aug_assign(run: Interpreter, node: cst.AugAssign, scope: Scope) -> None:
    operator = _PLAIN_OPERATORS.get(type(node.operator))
    old = run.expression(node.target, scope)
    if operator is cst.Add and isinstance(old, (Listed, Layer)):
        run.call(Method(old, "extend"), Given((run.expression(node.value, scope),)))
        return
    if operator is None:
        assign(run, node.target, UNKNOWN, scope)
        return
    joined = cst.BinaryOperation(node.target, operator(), node.value)
    assign(run, node.target, run.expression(joined, scope), scope)


def _define(run: Interpreter, node: cst.FunctionDef | cst.ClassDef, scope: Scope) -> None:
    made: Thing = Class(node) if isinstance(node, cst.ClassDef) else Function(node, scope)
    run.heap.write(scope, node.name.value, made)


def _expr(run: Interpreter, node: cst.Expr, scope: Scope) -> None:
    run.expression(node.value, scope)


_PLAIN_OPERATORS: dict[type[cst.CSTNode], type[cst.BaseBinaryOp]] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.DivideAssign: cst.Divide,
    cst.FloorDivideAssign: cst.FloorDivide,
    cst.PowerAssign: cst.Power,
}
STATEMENTS: dict[type[cst.CSTNode], Callable[..., Ended | None]] = {
    cst.For: _for,
    cst.While: _while,
    cst.With: lambda run, node, scope: run.block(flat(node.body), scope),
    cst.Assign: _assign,
    cst.AnnAssign: _ann_assign,
    cst.AugAssign: _aug_assign,
    cst.Expr: _expr,
    cst.Del: lambda run, node, scope: delete(run, node.target, scope),
    cst.FunctionDef: _define,
    cst.ClassDef: _define,
    cst.Raise: lambda run, node, scope: Ended(How.RAISE),
    cst.Break: lambda run, node, scope: Ended(How.BREAK),
    cst.Continue: lambda run, node, scope: Ended(How.CONTINUE),
    cst.Return: lambda run, node, scope: Ended(
        How.RETURN, NONE if node.value is None else run.expression(node.value, scope)
    ),
}
