"""Puts a decay into a chain of gradient transformations that has none: after the adaptive step, before the rate."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit
from adamw_lint.fixes.edits import insert_after
from adamw_lint.manual import Manual
from adamw_lint.model.chained import RATES
from adamw_lint.model.composed import Composed
from adamw_lint.model.constructions import Construction
from adamw_lint.model.module import Module
from adamw_lint.model.transformations import decaying_step


def composition(module: Module, built: Construction) -> Composed | None:
    """The chain that an optimizer is; None for one that a library builds whole."""
    return next((each for each in module.composed if each.built is built), None)


def step(built: Construction, decay: str) -> str:
    """The step that decays, as the library documents it."""
    return f"{decaying_step(built.optimizer.name)}({decay})"


def inserted(module: Module, chain: Composed, decay: str) -> Iterator[Edit]:
    """The edit that adds the step; raises Manual where it might not be the last before the rate, and decoupled."""
    steps = chain.chain.steps
    if chain.adaptive is None or not all(each.does in (*RATES, "plain", "adam", "adaptive") for each in steps):
        raise Manual("not all is known of the steps of the chain")
    after = steps[steps.index(chain.adaptive) + 1 :]
    if not after or not all(each.does in RATES for each in after):
        raise Manual("what comes after the adaptive step would act on the decay too")
    item, callee = module.survey.parents[chain.adaptive.node], chain.chain.call.func
    is_plain = isinstance(item, (cst.Arg, cst.Element)) and not chain.adaptive.is_part
    if not is_plain or module.survey.parents[item] is not chain.chain.call or not isinstance(callee, cst.Attribute):
        raise Manual("the steps are not written in one chain")
    name = decaying_step(chain.built.optimizer.name).rpartition(".")[2]
    yield insert_after(module, item, f"{module.text(callee.value)}.{name}({decay})")
