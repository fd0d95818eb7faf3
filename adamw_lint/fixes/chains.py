"""Puts the decay of a chain in its place: into the optimizer beside it, or between the adaptive step and the rate."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.claims import UNCOVERED
from adamw_lint.diagnostics import Edit, Fix, Safety, Span
from adamw_lint.fixes.edits import add_keyword, line_of, replace, stands_alone
from adamw_lint.manual import Manual
from adamw_lint.model.chained import ChainedDecay
from adamw_lint.model.module import Module
from adamw_lint.model.transformations import Step
from adamw_lint.model.tree import dotted, method_call
from adamw_lint.rulebook import Optimizer, optimizers_by_path, words
from adamw_lint.signatures import parameters


def placed(module: Module, found: ChainedDecay, other: Step, title: str, advice: str) -> Fix:
    """The fix that puts a decay in its place beside another step: into it, where that is a whole optimizer."""
    if other.built is None:
        return Fix(title, _swapped(module, found, other), Safety.SAFE, UNCOVERED, advice)
    to, edits = _taken_over(module, found, other)
    return Fix(f"build `{to.name}` instead", edits, Safety.SAFE, UNCOVERED, advice)


def _require_plain(module: Module, found: ChainedDecay, other: Step) -> None:
    """Raise Manual unless a decay and another step are written side by side in one chain whose state is not loaded."""
    one, two = (_item(module, node) for node in (found.step.node, other.node))
    side_by_side = _items(module, one)
    if two not in side_by_side or not all(_is_written_once(module, found.chain.call, each) for each in (one, two)):
        raise Manual("the two are not written in one chain")
    if abs(side_by_side.index(one) - side_by_side.index(two)) != 1:
        raise Manual("what stands between the two acts on the decay too")
    if other.is_part or found.step.is_part:
        raise Manual("it is a part of the parameters that is masked")
    if module.survey.mentions(words("sparing")["restoring"]):
        raise Manual("a state of this chain may be loaded, which has the old order")


def _item(module: Module, step: cst.CSTNode) -> cst.CSTNode:
    """What a step is as an item of its chain: an argument, an element of a list, the line that appends it."""
    item = module.survey.parents[step]
    call = module.survey.parents.get(item)
    method = method_call(call) if call is not None else None
    if call is None or method is None or method[1] != "append":
        return item
    return module.survey.parents[module.survey.parents[call]]


def _items(module: Module, item: cst.CSTNode) -> list[cst.CSTNode]:
    """The item and its neighbours, in order."""
    around = module.survey.parents.get(item)
    if isinstance(around, cst.Call):
        return list(around.args)
    if isinstance(around, (cst.List, cst.Tuple)):
        return list(around.elements)
    return list(around.body) if isinstance(around, (cst.IndentedBlock, cst.Module)) else []


def _is_written_once(module: Module, chain: cst.Call, item: cst.CSTNode) -> bool:
    """Whether an item goes to one chain and nowhere else: as an argument, or by the only list that it is handed."""
    if item in chain.args:
        return not any(arg.star or arg.keyword is not None for arg in chain.args)
    handed = [arg.value for arg in chain.args if arg.star]
    if len(handed) != 1 or not isinstance(handed[0], cst.Name):
        return len(handed) == 1 and isinstance(handed[0], (cst.List, cst.Tuple)) and item in handed[0].elements
    uses = [use for use in module.survey.names[handed[0].value] if use is not handed[0]]
    is_own = all(isinstance(module.survey.parents[use], cst.Attribute) for use in uses)
    return is_own and _changed(module, item) == handed[0].value


def _changed(module: Module, item: cst.CSTNode) -> str | None:
    """The name of the list that a statement binds or adds to: the one around an element, or a line that appends."""
    line = item.body[0] if isinstance(item, cst.SimpleStatementLine) else module.survey.statement(item)
    if isinstance(line, cst.Assign):
        return dotted(line.targets[0].target)
    method = method_call(line.value) if isinstance(line, cst.Expr) else None
    return dotted(method[0]) if method is not None else dotted(line.target) if isinstance(line, cst.AugAssign) else None


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
    """Takes a step out of its chain, with a comma or its whole line."""
    item = _item(module, found.step.node)
    if isinstance(item, cst.SimpleStatementLine):
        if not stands_alone(module, item):
            raise Manual("the statement that appends it does not stand alone")
        return Edit(line_of(module, item), "")
    items = _items(module, item)
    index = items.index(item)
    if index:
        span = Span(module.span(items[index - 1]).end, module.span(item).end)
    else:
        span = Span(module.span(item).start, module.span(items[1]).start)
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
