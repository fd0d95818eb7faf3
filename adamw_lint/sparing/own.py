"""Biases and norms are spared by a group of their own also where the optimizer is a class of the program."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from adamw_lint.diagnostics import Fix
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.own.own_steps import OwnBuilt
from adamw_lint.sparing import groups
from adamw_lint.sparing.overlooked import Overlooked


def overlooked(module: Module, seen: set[cst.CSTNode]) -> Iterator[Overlooked]:
    """What such optimizers decay although it should be spared, where they are known to decouple their decay."""
    for own in module.own_steps.built(module.tree):
        found = groups.overlooked(module, own.built) if own.built.call not in seen else None
        if found is not None and module.own_steps.decouples(own):
            yield replace(found, fix=_fix(module, own, found.fix))


def _fix(module: Module, own: OwnBuilt, fix: Callable[[], Fix]) -> Callable[[], Fix]:
    def checked() -> Fix:
        if module.own_steps.counts_on_groups(own):
            name = own.written.node.name.value
            raise Manual(f"`{name}` is a class of your own, which may count on its groups")
        return fix()

    return checked
