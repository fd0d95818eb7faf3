"""Takes regularizers out of the layers that are given them: directly, by a name, a partial or a dict of arguments."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import line_of, stands_alone
from adamw_lint.manual import Manual
from adamw_lint.model.layered.penalties import LayerPenalty, key_of
from adamw_lint.model.module import Module
from adamw_lint.model.tree import dotted, keyword, positional
from adamw_lint.model.worth import Partial, Reference
from adamw_lint.rulebook import words


def taken_out(module: Module) -> Iterator[Edit]:
    """The edits that leave no layer a regularizer; raises Manual unless every weight in sight had one."""
    items: dict[cst.CSTNode, None] = {}
    for penalty in module.layer_penalties:
        items |= dict.fromkeys(_items(module, penalty))
        yield from _bindings(module, penalty)
    yield from (_without(module, item) for item in items)
    _require_every_layer(module)


def _items(module: Module, penalty: LayerPenalty) -> Iterator[cst.CSTNode]:
    """The arguments and entries that hold a regularizer, in layers of the library and dicts of their arguments."""
    parents = module.survey.parents
    handed = [parents[use] for use in penalty.uses]
    unpacked = [arg for arg in handed if isinstance(arg, cst.Arg) and arg.star]
    for item in dict.fromkeys([parents[penalty.node], *handed]):
        if item in unpacked or (not key_of(item) and item not in handed and _is_bound(module, penalty)):
            continue
        around = parents[item]
        is_dict = isinstance(around, cst.Dict) or (isinstance(around, cst.Call) and dotted(around.func) == "dict")
        layers = [parents[arg] for arg in unpacked] if is_dict else [around]
        if not key_of(item) or not layers or any(_layer(module, each) is None for each in layers):
            raise Manual("it gets to the layers by another name or function")
        if any(key_of(item) not in words("layer_weights").get(_layer(module, each) or "", ()) for each in layers):
            raise Manual("it is not of the layer's weights alone")
        yield item


def _is_bound(module: Module, penalty: LayerPenalty) -> bool:
    return isinstance(module.survey.parents[penalty.node], cst.Assign)


def _bindings(module: Module, penalty: LayerPenalty) -> Iterator[Edit]:
    """The line that binds a regularizer to a name, once no layer reads that; raises Manual where other code does."""
    statement = module.survey.parents[penalty.node]
    if not isinstance(statement, cst.Assign):
        return
    target = statement.targets[0].target
    name = target.value if isinstance(target, cst.Name) and len(statement.targets) == 1 else ""
    reads = module.survey.own(module.survey.names[name])
    if not name or any(node not in penalty.uses for node in reads):
        raise Manual("other code may read the regularizer")
    if not stands_alone(module, statement):
        raise Manual("a comment stands beside the regularizer")
    yield Edit(line_of(module, statement), "")


def _layer(module: Module, call: cst.CSTNode) -> str | None:
    """The name of the library's layer that a call makes, or that a partial will make."""
    if not isinstance(call, cst.Call):
        return None
    worth = module.values.worth(call.func)
    if worth == Reference("functools.partial") and positional(call):
        worth = module.values.worth(positional(call)[0])
    home, _, name = worth.path.rpartition(".") if isinstance(worth, Reference) else ("", "", "")
    is_layer = home.endswith("layers") and home.partition(".")[0] in words("layer_penalties")["roots"]
    return name if is_layer and name[:1].isupper() else None


def _require_every_layer(module: Module) -> None:
    """Raise Manual unless every layer in sight that has weights has all of them penalised."""
    uses = {node for penalty in module.layer_penalties for node in (penalty.node, *penalty.uses)}
    unpacked = _unpacked(module)
    weights, plain_layers = words("layer_weights"), words("layer_penalties")["weightless"]
    for call in module.survey.own(module.survey.calls):
        name = _layer(module, call)
        if isinstance(module.values.worth(call.func), Partial):
            _require_no_other(module, call, uses)
        if name is None or name in plain_layers:
            continue
        if name not in weights:
            raise Manual(f"not all is known of the weights of `{name}`")
        given = {key for arg in call.args for key in unpacked.get(arg.value, ())}
        if any(keyword(call, each) not in uses and each not in given for each in weights[name]):
            raise Manual(f"`{module.excerpt(call)}` is not penalised")
    if module.survey.mentions(words("layer_penalties")["elsewhere"]):
        raise Manual("a part of the model is built elsewhere")


def _unpacked(module: Module) -> dict[cst.CSTNode, set[str]]:
    """The names under which each dict that is unpacked into a layer gives it a regularizer."""
    parents, found = module.survey.parents, dict[cst.CSTNode, set[str]]()
    for penalty in module.layer_penalties:
        keys = {key_of(parents[node]) for node in (penalty.node, *penalty.uses)} - {""}
        for use in penalty.uses:
            arg = parents[use]
            if isinstance(arg, cst.Arg) and arg.star:
                found[use] = found.get(use, set()) | keys
    return found


def _require_no_other(module: Module, call: cst.Call, uses: set[cst.CSTNode]) -> None:
    """Raise Manual where the call of a partial gives its layer another regularizer, or none."""
    ends = tuple(words("layer_penalties")["keyword_ends"])
    for arg in call.args:
        if key_of(arg).endswith(ends) and arg.value not in uses:
            raise Manual(f"`{module.excerpt(call)}` is not penalised")


def _without(module: Module, item: cst.CSTNode) -> Edit:
    """Takes an argument or entry out, with the comma before it, or after it where it is the first."""
    around = module.survey.parents[item]
    assert isinstance(around, (cst.Call, cst.Dict))
    items = list[cst.CSTNode](around.args if isinstance(around, cst.Call) else around.elements)
    at = items.index(item)
    if at:
        return Edit(Span(module.span(items[at - 1]).end, module.span(item).end), "")
    end = module.span(items[1]).start if len(items) > 1 else module.span(item).end
    return Edit(Span(module.span(item).start, end), "")
