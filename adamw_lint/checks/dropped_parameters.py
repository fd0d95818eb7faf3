"""Finds parameters that no group of an optimizer takes, so that they are never trained, or that two take."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Fix, Label, Safety
from adamw_lint.fixes.edits import replace
from adamw_lint.manual import Manual
from adamw_lint.model.grouping.gaps import Gap, gaps
from adamw_lint.model.grouping.spent import Spent
from adamw_lint.model.module import Module

RULE = "dropped-parameters"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each group that reads a spent iterator, and for each model with a gap between its groups."""
    seen: set[cst.CSTNode] = set()
    for partition in module.partitions:
        late = [spent for spent in module.iterators.spent(partition) if module.owns(spent.read)]
        for spent in late:
            if spent.read not in seen:
                seen.add(spent.read)
                yield _spent(module, spent)
        for gap in gaps(partition) if not late else ():
            params = gap.spared.params
            if params is not None and params not in seen and module.owns(params):
                seen.add(params)
                yield _gap(module, gap, params)


def _spent(module: Module, spent: Spent) -> Diagnostic:
    name = spent.read.value
    message = f"`{name}` is an iterator that was read to its end before, so this group is empty and never trained"
    labels = (Label(module.span(spent.first), "reads all of it"),)
    value = spent.binding.value
    assert value is not None
    loaded = module.usage.state_is_loaded(spent.partition.built)
    try:
        edit = replace(module, value, f"list({module.text(value)})")
        advice = f"the parameters that the second reading of `{name}` picks are trained now"
        fix = Fix(f"bind `{name}` to a list", (edit,), Safety.UNSAFE if loaded else Safety.SAFE, (), advice)
        reason = ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    return Diagnostic(RULE, module.span(spent.read), message, f"bind `{name}` to a list{reason}", labels, fix)


def _gap(module: Module, gap: Gap, params: cst.BaseExpression) -> Diagnostic:
    name = gap.sample.tensor.name
    if gap.twice:
        message = f"a parameter named `{name}` would be in two groups, which the optimizer refuses"
    else:
        message = f"a parameter named `{name}` is in none of the groups, so it is never trained"
    labels = _labels(module, gap.kept.params)
    help_ = "make one condition the opposite of the other; by hand, because either may be the one that is meant"
    return Diagnostic(RULE, module.span(params), message, help_, labels)


def _labels(module: Module, node: cst.CSTNode | None) -> tuple[Label, ...]:
    try:
        return (Label(module.span(node), "is not the rest of it"),) if node is not None else ()
    except Manual:  # it stands in another file
        return ()
