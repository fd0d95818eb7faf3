"""Takes out a statement with the loop, the conditions and the `no_grad` that stand around it and hold nothing else."""

from collections.abc import Iterable

import libcst as cst

from adamw_lint.diagnostics import Edit
from adamw_lint.fixes.terms import Removal
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.tree import descendants, dotted
from adamw_lint.rulebook import words


def outermost(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    """The largest statement that does nothing but what a statement or call does; raises Manual where it is a part."""
    statement = module.survey.statement(node)
    if statement is not node and not (isinstance(statement, cst.Expr) and statement.value is node):
        raise Manual("it is a part of a larger expression")
    current: cst.CSTNode = statement
    while (outer := _around(module, current)) is not None:
        current = outer
    return current


def drop_loop(module: Module, outer: cst.CSTNode, kept: Iterable[str], is_script: bool) -> tuple[Edit, ...]:
    """The edits that take such a statement out with what only served it; raises Manual where others read of it."""
    _require_unread(module, outer)
    return tuple(Removal(module, frozenset(kept), is_script).of(outer, outer))


def _around(module: Module, current: cst.CSTNode) -> cst.CSTNode | None:
    """The loop, condition or context whose whole body a statement is, but for what only leads to it."""
    line = module.survey.parents[current] if isinstance(current, cst.BaseSmallStatement) else current
    block = module.survey.parents[line] if isinstance(line, cst.SimpleStatementLine) else module.survey.parents[current]
    outer = module.survey.parents.get(block) if isinstance(block, cst.BaseSuite) else None
    if outer is None or not isinstance(block, cst.BaseSuite) or not _holds_nothing_else(outer, module):
        return None
    return outer if all(each in (line, current) or _leads(each) for each in block.body) else None


def _holds_nothing_else(outer: cst.CSTNode, module: Module) -> bool:
    if isinstance(outer, cst.For):  # a loop that only repeats would do more than one decay
        targets = [node for node in descendants(outer.target) if isinstance(node, cst.Name)]
        used = {use for name in targets for use in module.survey.names[name.value]}
        return outer.orelse is None and not used.isdisjoint(descendants(outer.body))
    if isinstance(outer, cst.If):
        return outer.orelse is None and not isinstance(module.survey.parents[outer], cst.If)
    untrained = words("penalty")["untrained"]
    names = [each.item for each in outer.items] if isinstance(outer, cst.With) else []
    called = [dotted(each.func if isinstance(each, cst.Call) else each) or "" for each in names]
    return bool(called) and all(name.rpartition(".")[2] in untrained for name in called)


def _leads(node: cst.CSTNode) -> bool:
    """Whether a statement only skips to the next parameter or gives something a name."""
    if isinstance(node, cst.If):
        return node.orelse is None and all(isinstance(each, cst.Continue) for each in _small(node.body))
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return False
    assign = node.body[0]
    is_name = isinstance(assign, cst.Assign) and all(isinstance(each.target, cst.Name) for each in assign.targets)
    return is_name and not any(isinstance(each, cst.Call) for each in descendants(assign))


def _small(block: cst.BaseSuite) -> list[cst.CSTNode]:
    body: list[cst.CSTNode] = []
    for each in block.body:
        body += each.body if isinstance(each, cst.SimpleStatementLine) else [each]
    return body


def _require_unread(module: Module, outer: cst.CSTNode) -> None:
    """Raise Manual where code outside reads a name that the removed code binds."""
    inside = set(descendants(outer))
    for name in {node.value for node in inside if isinstance(node, cst.Name)}:
        for use in module.survey.names[name]:
            if use not in inside and any(binding.node in inside for binding in module.values.bindings(use)):
                raise Manual(f"`{name}` is read after it")
