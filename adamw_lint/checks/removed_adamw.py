"""Finds classes of decoupled optimizers that are taken from a library which has them no longer."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Fix, Safety
from adamw_lint.fixes.successor import succeed
from adamw_lint.manual import Manual
from adamw_lint.model.doors import Door
from adamw_lint.model.module import Module
from adamw_lint.read.declared import declares_only_older
from adamw_lint.rulebook import Optimizer, optimizers_by_path

RULE = "removed-adamw"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each import, or attribute of a library, that asks for a class which is gone."""
    for door in module.doors:
        if not _is_declared(module, door.optimizer):
            yield _finding(module, door)


def _is_declared(module: Module, optimizer: Optimizer) -> bool:
    """Whether the project declares a version of the library that still has the class."""
    library = optimizer.name.split(".")[0]
    return optimizer.removed is not None and declares_only_older(module.source.path, library, optimizer.removed)


def _finding(module: Module, door: Door) -> Diagnostic:
    to = optimizers_by_path()[door.optimizer.successor or ""]
    try:
        fix, reason = Fix(_title(door, to), succeed(module, door, to), Safety.SAFE, (), _advice(door, to)), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    node = door.node.name if isinstance(door.node, cst.ImportAlias) else door.node
    return Diagnostic(RULE, module.span(node), _message(module, door, node), _help(door, to) + reason, (), fix)


def _message(module: Module, door: Door, node: cst.CSTNode) -> str:
    optimizer, name = door.optimizer, module.line(node)
    library = optimizer.name.split(".")[0]
    if optimizer.ended is not None:
        return f"`{name}` is of {library}, whose last release is {optimizer.ended}"
    what = "this import fails" if isinstance(door.node, cst.ImportAlias) else "there is no such name"
    return f"`{name}` was removed from {library} in {optimizer.removed}, so {what}"


def _title(door: Door, to: Optimizer) -> str:
    return f"build `{to.name}` instead" if door.uses else "take it out of the import"


def _advice(door: Door, to: Optimizer) -> str:
    old = door.optimizer.short_name
    return f"`{to.name}` is built with the defaults of the old `{old}`" if door.uses else f"`{old}` was not read here"


def _help(door: Door, to: Optimizer) -> str:
    if not door.uses and isinstance(door.node, cst.ImportAlias):
        return "nothing here reads it: take it out of the import"
    how = "which is another optimizer" if door.optimizer.differs else "with the old defaults written out"
    return f"build `{to.name}`, {how}"
