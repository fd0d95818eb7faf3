"""How the statements of a constructor run: assignments, branches whose condition is unknown, loops, early ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


class How(Enum):
    """How a block ends: behind its last statement, or before it."""

    NEXT = auto()
    RETURN = auto()
    RAISE = auto()
    BREAK = auto()
    CONTINUE = auto()


NEXT, RETURN, RAISE, BREAK, CONTINUE = How
_STAYING = frozenset({NEXT, CONTINUE})  # in a loop


@dataclass(frozen=True, slots=True)
class Ended:
    """The ways in which a block may end; `value` is what it returns."""

    ways: frozenset[How]
    value: Thing = NONE


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
    alive = [path for path in tried if not _raises(path[0])]
    if len({ended is None for ended, _ in alive}) > 1:
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


def _raises(ended: Ended | None) -> bool:
    return ended is not None and ended.ways == {RAISE}


def _continued(run: Interpreter, path: Path, rest: list[cst.CSTNode], scope: Scope) -> Path:
    """A path that may not have ended, followed to the end of its block."""

    def follow() -> Ended | None:
        run.heap.join([path[1]])
        return followed(run, path[0], lambda: run.block(rest, scope))

    return run.heap.attempt(follow)


def _joined(run: Interpreter, paths: list[Path]) -> Ended | None:
    """The end of one of several paths; one that raises is not taken."""
    alive = [path for path in paths if not _raises(path[0])]
    run.heap.join(changes for _, changes in alive)
    return _one_of([ended for ended, _ in alive]) if alive else Ended(frozenset({RAISE}))


def _one_of(ends: list[Ended | None]) -> Ended | None:
    early = [ended for ended in ends if ended is not None]
    if not early:
        return None
    ways = frozenset[How]().union(*(ended.ways for ended in early), [NEXT] if len(early) < len(ends) else [])
    return Ended(ways, either(ended.value for ended in early if RETURN in ended.ways) if RETURN in ways else NONE)


def followed(run: Interpreter, first: Ended | None, more: Callable[[], Ended | None]) -> Ended | None:
    """The end of code that ended as `first` says, and where it has not ended early, goes on with `more`."""
    if first is None:
        return more()
    if NEXT not in first.ways:
        return first
    then, changes = run.heap.attempt(more)
    early = Ended(first.ways - {NEXT}, first.value)
    if _raises(then):
        return early
    run.heap.join([changes, {}])
    return _one_of([early, then])


def _loop(run: Interpreter, node: cst.For | cst.While, turns: Iterator[bool], scope: Scope) -> Ended | None:
    """Run the turns of a loop that are left, and how they end: NEXT where they run out."""
    for is_sure in turns:
        ended = run.block(flat(node.body), scope) if is_sure else Ended(frozenset({NEXT, BREAK}))
        if ended is not None and not ended.ways <= _STAYING:
            stays = [] if ended.ways.isdisjoint(_STAYING) else [NEXT]
            left = Ended((ended.ways - _STAYING).union(stays), ended.value)
            return followed(run, left, lambda: _loop(run, node, turns, scope))
    return run.block(flat(node.orelse.body), scope) if node.orelse else None


def _ended(ended: Ended | None) -> Ended | None:
    """What the end of a loop is for the code around it."""
    if ended is None or BREAK not in ended.ways:
        return ended
    ways = ended.ways - {BREAK} | {NEXT}
    return Ended(ways, ended.value) if RETURN in ways else None


def _for(run: Interpreter, node: cst.For, scope: Scope) -> Ended | None:
    def turns() -> Iterator[bool]:
        for item in iterated(run, node.iter, scope):
            assign(run, node.target, item, scope)
            yield True

    return _ended(_loop(run, node, turns(), scope))


def _while(run: Interpreter, node: cst.While, scope: Scope) -> Ended | None:
    def turns() -> Iterator[bool]:
        while (known := truth(run.expression(node.test, scope))) is not False:
            yield known is True
            if known is None:
                yield True
                return

    return _ended(_loop(run, node, turns(), scope))


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
    cst.Raise: lambda run, node, scope: Ended(frozenset({RAISE})),
    cst.Break: lambda run, node, scope: Ended(frozenset({BREAK})),
    cst.Continue: lambda run, node, scope: Ended(frozenset({CONTINUE})),
    cst.Return: lambda run, node, scope: Ended(
        frozenset({RETURN}), NONE if node.value is None else run.expression(node.value, scope)
    ),
}
