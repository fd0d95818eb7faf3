"""Brings in the files of the program whose code trains on what a function of this one returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.program import Program
from adamw_lint.model.survey import Survey
from adamw_lint.read.prefilter import may_build
from adamw_lint.rulebook import words

if TYPE_CHECKING:
    from adamw_lint.model.losses.losses import Losses

_NEAREST = 4  # files taken for one question
_FURTHER = 16  # files looked at for one more, where none of these builds an optimizer: scripts that only run the model
_CALLED = ("forward", "__call__", "__init__")  # run by a call of the object or the class


def bring_in_users(losses: Losses, survey: Survey, program: Program, said: int) -> bool:
    """Read the nearest files that may train on what no loss in sight explains.

    False where all of it is explained, and where nothing was read since there were `said` calls.
    """
    inner = losses.unexplained()
    if not bring_in_callers(losses.outermost(inner), survey, program, first=True):
        bring_in_callers(inner, survey, program)
    return bool(inner) and len(survey.calls) > said


def bring_in_callers(
    functions: Iterable[cst.FunctionDef], survey: Survey, program: Program, first: bool = False
) -> bool:
    """Read the nearest files that call one of the functions, and those that build an optimizer for these.

    False where nothing new was found. `first` ends it with the nearest file that backs a loss: what is further away
    trains other things by methods of the same names.
    """
    before = len(survey.calls)
    names = [name for function in functions for name in _names(function, survey)]
    for path in _nearest(program, names) if names else ():
        program.read(path)
        if not may_build(program.project.says(path)):
            _bring_in_importers(path, program)
        if first and _backs(program.project.says(path)):
            break
    return len(survey.calls) > before


def _nearest(program: Program, names: list[str]) -> Iterator[Path]:
    callers, has_built = program.callers(*names), False
    for path in islice(callers, _NEAREST):
        has_built = has_built or may_build(program.project.says(path))
        yield path
    further = (path for path in islice(callers, _FURTHER) if may_build(program.project.says(path)))
    yield from islice(further, 0 if has_built else 1)


def _backs(data: bytes) -> bool:
    return any(f"{name}(".encode() in data for name in words("penalty")["backward"])


def _bring_in_importers(path: Path, program: Program) -> None:
    """Read the nearest files that import another one and name an optimizer."""
    importers = (each for each in program.importers(path.stem) if may_build(program.project.says(each)))
    for importer in islice(importers, _NEAREST):
        program.read(importer)


def _names(function: cst.FunctionDef, survey: Survey) -> Iterator[str]:
    """What code in other files says to run a function: its name, or the name of its class."""
    name, owner = function.name.value, survey.owner(function)
    yield owner.name.value if name in _CALLED and owner is not None else name
