"""Biases and norms are spared where the model itself is handed over, and not where its parameters are: timm."""

from dataclasses import replace

from adamw_lint.diagnostics import Fix, Safety
from adamw_lint.fixes.edits import replace as replaced
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import Construction
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.module import Module
from adamw_lint.model.tree import dotted, method_call
from adamw_lint.sparing import groups
from adamw_lint.sparing.overlooked import Overlooked


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where it is spared, or where that is not known."""
    found = groups.overlooked(module, built)
    if found is None or built.chosen is None:
        return None
    name = built.chosen.name.rpartition(".")[2]
    help_ = f"hand over the model itself: then `{name}` spares what has one dimension"
    return replace(found, help=help_, fix=lambda: _fix(module, built))


def _fix(module: Module, built: Construction) -> Fix:
    assert built.chosen is not None
    if built.chosen.unless:
        raise Manual(f"`{built.chosen.unless[0]}` would mean something else then")
    group = _only(built)
    assert group.params is not None
    method = method_call(group.params)
    if method is None or method[0] not in group.selects.roots or dotted(method[0]) is None:
        raise Manual("what is handed over is not the parameters of one model")
    edits = (replaced(module, group.params, module.text(method[0])),)
    careful = module.usage.state_is_loaded(built) or module.usage.groups_are_told_apart(built)
    advice = f"biases and norm scales of `{module.excerpt(method[0])}` are not decayed any more"
    title = f"hand over `{module.excerpt(method[0])}` itself"
    return Fix(title, edits, Safety.UNSAFE if careful else Safety.SAFE, (), advice)


def _only(built: Construction) -> Group:
    if len(built.groups) != 1 or built.groups[0].node is not None:
        raise Manual("the parameters come in groups")
    return built.groups[0]
