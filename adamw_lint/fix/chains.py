"""Puts the decay of a chain in its place: into the optimizer beside it, or between the adaptive step and the rate."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Fix, Safety, Span
from adamw_lint.fix.edits import add_keyword, replace
from adamw_lint.manual import Manual
from adamw_lint.model.chained import ChainedDecay
from adamw_lint.model.module import Module
from adamw_lint.model.transformations import Step
from adamw_lint.rulebook import Optimizer, optimizers_by_path, words
from adamw_lint.signatures import parameters


def placed(module: Module, found: ChainedDecay, other: Step, title: str, advice: str) -> Fix:
    """The fix that puts a decay in its place beside another step: into it, where that is a whole optimizer."""
    uncovers = ("decayed-norms", "vanishing-decay")
    if other.built is None:
        return Fix(title, _swapped(module, found, other), Safety.SAFE, uncovers, advice)
    to, edits = _taken_over(module, found, other)
    return Fix(f"build `{to.name}` instead", edits, Safety.SAFE, uncovers, advice)


def _require_plain(module: Module, found: ChainedDecay, other: Step) -> None:
    """Raise Manual unless a decay and another step are written side by side in one chain whose state is not loaded."""
    args = found.chain.call.args
    places = [index for index, arg in enumerate(args) if arg.value in (found.step.node, other.node)]
    if len(places) != 2 or any(arg.star or arg.keyword is not None for arg in args):
        raise Manual("the two are not written in one chain")
    if places[1] - places[0] != 1:
        raise Manual("what stands between the two acts on the decay too")
    if other.is_part or found.step.is_part:
        raise Manual("it is a part of the parameters that is masked")
    if module.survey.mentions(words("sparing")["restoring"]):
        raise Manual("a state of this chain may be loaded, which has the old order")


def _taken_over(module: Module, found: ChainedDecay, other: Step) -> tuple[Optimizer, tuple[Edit, ...]]:
    """The optimizer that decays by itself, and the edits that build it and drop the step; raises Manual."""
    _require_plain(module, found, other)
    built = other.built
    assert built is not None
    to = optimizers_by_path().get(built.optimizer.replacement or "")
    if to is None or to.decay_argument is None or to.exclusion_argument is None:
        raise Manual("this changes which optimizer is used")
    if not built.arguments.complete or not set(built.arguments.by_name) <= parameters(to.signature)[1]:
        raise Manual(f"`{to.name}` may not take all of its arguments")
    if built.callee is not built.call.func:
        raise Manual("it is not built in the chain itself")
    if not isinstance(built.callee, cst.Attribute):
        raise Manual(f"`{to.short_name}` would have to be imported")
    return to, tuple(_moved(module, found, built.call, built.callee.attr, to))


def _moved(module: Module, found: ChainedDecay, call: cst.Call, name: cst.Name, to: Optimizer) -> Iterator[Edit]:
    assert found.written is not None
    yield replace(module, name, to.short_name)
    yield add_keyword(module, call, to.decay_argument or "", module.text(found.written))
    if found.mask is not None:
        yield add_keyword(module, call, to.exclusion_argument or "", module.text(found.mask))
    yield _dropped(module, found)


def _dropped(module: Module, found: ChainedDecay) -> Edit:
    """Takes a step out of its chain, with a comma."""
    args = found.chain.call.args
    index = next(number for number, arg in enumerate(args) if arg.value is found.step.node)
    if index:
        span = Span(module.span(args[index - 1]).end, module.span(args[index]).end)
    else:
        span = Span(module.span(args[0]).start, module.span(args[1]).start)
    if "#" in module.source.text[span.start : span.end].replace(module.text(found.step.node), ""):
        raise Manual("a comment beside the step would be lost")
    return Edit(span, "")


def _swapped(module: Module, found: ChainedDecay, other: Step) -> tuple[Edit, ...]:
    """The edits that make a decay and the step beside it change places; raises Manual."""
    _require_plain(module, found, other)
    step = found.step.node
    return (
        replace(module, step, module.text(other.node)),
        replace(module, other.node, module.text(step)),
    )
