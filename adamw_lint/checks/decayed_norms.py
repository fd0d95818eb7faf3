"""Finds decoupled optimizers whose decay also hits the biases and the scales of norm layers."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Fix
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.rulebook import Coupling
from adamw_lint.sparing import applied, argument, groups, handed_model, names, optimizers, own, settings
from adamw_lint.sparing.overlooked import Overlooked

RULE = "decayed-norms"
WAYS = {  # by the fact's `exclusion`
    "groups": groups.overlooked,
    "argument": argument.overlooked,
    "model": handed_model.overlooked,
    "names": names.by_method,
    "names argument": names.by_argument,
    "settings": settings.overlooked,
    "optimizers": optimizers.overlooked,
    "applied": applied.overlooked,
}
_BESIDE = (Coupling.DECOUPLED, Coupling.UNSCALED)


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each decoupled optimizer that is handed everything and decays it."""
    seen: set[cst.CSTNode] = set()
    for built in () if module.adapts else module.constructions:
        way = WAYS.get(built.exclusion)
        if way is None or built.coupling not in _BESIDE or built.call in seen:
            continue
        found = way(module, built)
        if found is not None:
            seen.add(built.call)
            yield _finding(found)
    yield from map(_finding, () if module.adapts else argument.in_chains(module))
    yield from map(_finding, () if module.adapts else own.overlooked(module, seen))


def _finding(found: Overlooked) -> Diagnostic:
    fix, reason = _remedy(found)
    return Diagnostic(RULE, found.span, found.message, found.help + reason, (found.label,), fix)


def _remedy(found: Overlooked) -> tuple[Fix | None, str]:
    try:
        return found.fix(), ""
    except Manual as manual:
        return None, f"; by hand, because {manual.reason}"
