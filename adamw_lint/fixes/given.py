"""Hands the parameters to an optimizer that is given them only as it runs, and needs them once it decays."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit
from adamw_lint.fixes.edits import add_keyword
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import Construction
from adamw_lint.model.losses.updates import updates
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import dotted, keyword, positional, root_of
from adamw_lint.model.worth import Reference
from adamw_lint.rulebook import Coupling, words


def require_given(module: Module, built: Construction, is_differentiated: bool) -> None:
    """Raise Manual where an optimizer may not be given all that is penalised, or not see the parameters as it runs."""
    if not is_differentiated:
        raise Manual("it is not seen which parameters the optimizer is given")
    if module.survey.mentions(words("sparing")["choosers"]):
        raise Manual("the optimizer may be given a part of the parameters")
    if module.survey.mentions(words("sparing")["restoring"]):
        raise Manual("a state of this optimizer may be loaded here")
    if not any(updates(module.survey, module.values, words("penalty"))):
        raise Manual("it is not seen whether the optimizer is given the parameters as it runs")
    if isinstance(_outermost(module, built), cst.Call) and not _is_last(module, built):
        raise Manual("other transformations come after the optimizer")


def _outermost(module: Module, built: Construction) -> cst.CSTNode:
    arg = module.survey.parents[built.call]
    return module.survey.parents[arg] if isinstance(arg, cst.Arg) else arg


def _is_last(module: Module, built: Construction) -> bool:
    """Whether an optimizer is handed on as it is, or ends the chain in which it stands."""
    outer = _outermost(module, built)
    target = module.values.worth(outer.func) if isinstance(outer, cst.Call) else None
    name = target.path.rpartition(".")[2] if isinstance(target, Reference) else ""
    if not isinstance(outer, cst.Call) or name not in words("penalty")["chained"]:
        return True
    plain = positional(outer)
    return bool(plain) and plain[-1] is built.call


def completed(module: Module, built: Construction) -> Iterator[Edit]:
    """The edits after which every update is given the parameters; raises Manual where they are not in sight."""
    if built.optimizer.parameters_argument is not None or built.coupling is Coupling.DECOUPLED:
        return
    for call in updates(module.survey, module.values, words("penalty")):
        plain, parent = positional(call), module.survey.parents[call]
        is_pair = isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Tuple)
        if len(plain) != 2 or not is_pair or keyword(call, "params") is not None:
            continue
        if not module.owns(call):
            raise Manual("the optimizer runs in another file, where it is not given the parameters")
        yield add_keyword(module, call, "params", _applied(module, call))


def _applied(module: Module, update: cst.Call) -> str:
    """The parameters to which an update is applied, as `optax.apply_updates` is given them in the same function."""
    function = module.survey.function(update)
    found = []
    for call in module.survey.calls:
        target, plain = module.values.worth(call.func), positional(call)
        is_apply = isinstance(target, Reference) and target.path in words("penalty")["applying"]
        if is_apply and plain and module.survey.function(call) is function:
            found.append(plain[0])
    names = {dotted(each) for each in found}
    if len(names) != 1 or None in names:
        raise Manual("`update` is not given the parameters, which it needs once the optimizer decays")
    _require_bound(module, found[0], update)
    return module.text(found[0])


def _require_bound(module: Module, node: cst.BaseExpression, update: cst.Call) -> None:
    """Raise Manual unless a name is bound before the update, and to the same parameters as after it."""
    root = root_of(node)
    found = module.values.bindings(root)
    before = [each for each in found if each.kind is Kind.PARAMETER or each.order < module.survey.orders[update]]
    between = [each for each in found if each not in before and each.order < module.survey.orders[node]]
    if not before or between:
        raise Manual("the parameters are not in sight where the optimizer is updated")
