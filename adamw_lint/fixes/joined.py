"""Gives biases and norm scales an optimizer of their own without decay, and joins the two to one."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.diagnostics import Edit, Fix, Safety
from adamw_lint.fixes.edits import indent, replace
from adamw_lint.fixes.imports import also_imported
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import Construction
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import descendants, dotted
from adamw_lint.model.worth import Number
from adamw_lint.rulebook import words


def joined(module: Module, built: Construction) -> Fix:
    """The fix; raises Manual where two optimizers might not do what one did, but for the decay."""
    join = words("joining")[built.optimizer.name.partition(".")[0]]
    _require_plain(module, built)
    if module.usage.state_is_loaded(built):
        raise Manual("a state of this optimizer is loaded here, which is that of one")
    reads = list(_reads(module, built))
    if not all(_is_shared(module, each, join) for each in reads if isinstance(each, cst.Attribute)):
        raise Manual(f"other code reads of the optimizer what `{join['name']}` does not have")
    is_seen = built.variable is not None and all(isinstance(each, cst.Attribute) for each in reads)
    safety = Safety.SAFE if is_seen and join.get("may_be_empty", True) else Safety.UNSAFE
    amount = f" (λ = {built.decay.value})" if isinstance(built.decay, Number) else ""
    advice = f"biases and norm scales are not decayed any more{amount}"
    title = f"give biases and norm scales an optimizer of their own, by `{join['name']}`"
    return Fix(title, tuple(_edits(module, built, join)), safety, (), advice)


def _require_plain(module: Module, built: Construction) -> None:
    if reason := module.dimensions_mislead():
        raise Manual(reason)
    if built.is_open or built.is_partial or built.callee is not built.call.func or not built.arguments.complete:
        raise Manual("the same call may build another optimizer")
    params = built.arguments.by_name.get(built.optimizer.parameters_argument or "")
    roots = [root for group in built.groups for root in group.selects.roots]
    if any(dotted(root) is None for root in roots) or any(group.node is not None for group in built.groups):
        raise Manual("the model is the result of a call, which would be made twice")
    others = [each.value for each in built.arguments.by_name.values() if each is not params]
    if any(isinstance(node, (cst.Call, cst.NamedExpr)) for each in others for node in descendants(each)):
        raise Manual("one of its arguments is the result of a call, which would be made twice")
    if "#" in module.text(built.call):
        raise Manual("a comment between its arguments would be lost")


def _reads(module: Module, built: Construction) -> Iterator[cst.CSTNode]:
    """What stands around each read of the optimizer by its name."""
    survey, variable = module.survey, built.variable
    if isinstance(variable, cst.Name):
        yield from (survey.parents[each] for each in survey.own(survey.names[variable.value]))
    elif isinstance(variable, cst.Subscript):
        raise Manual("the optimizer is kept under a key, by which other code may read it")
    elif isinstance(variable, cst.Attribute):
        reads = survey.own(survey.attribute_reads[variable.attr.value])
        yield from (survey.parents[each] for each in reads if each is not variable)


def _is_shared(module: Module, read: cst.Attribute, join: dict[str, Any]) -> bool:
    """Whether several optimizers together have what is read of one; what has other parts then may be read whole."""
    if read.attr.value in join.get("whole", ()):
        return not isinstance(module.survey.parents[read], (cst.Subscript, cst.AssignTarget, cst.Attribute))
    return read.attr.value in join["shared"]


def _edits(module: Module, built: Construction, join: dict[str, Any]) -> Iterator[Edit]:
    callee = built.call.func
    name = f"{module.text(callee.value)}.{join['name']}" if isinstance(callee, cst.Attribute) else join["name"]
    if isinstance(callee, cst.Name):
        binding = module.values.bound_once(callee)
        if binding is None or binding.kind is not Kind.IMPORT:
            raise Manual(f"`{join['name']}` would have to be imported")
        yield also_imported(module, binding, join["name"])
    lead = module.source.newline + indent(module, built.call)
    both = (_built(module, built, join.get("decayed")), _built(module, built, join.get("spared"), "0.0"))
    optimizers = "".join(f"{lead}    {each}," for each in both) + lead
    yield replace(module, built.call, join["form"].format(name=name, optimizers=optimizers))


def _built(module: Module, built: Construction, part: str | None, decay: str | None = None) -> str:
    """The construction on one line, with a part of the parameters, and with another decay where one is given."""
    name = built.optimizer.decay_argument or ""
    params = built.arguments.by_name.get(built.optimizer.parameters_argument or "")
    written = []
    for arg in built.call.args:
        text = module.text(arg.value)
        if params is not None and arg is params.node and part is not None:
            text = part.format(params=text)
        if built.decay_argument is not None and arg is built.decay_argument.node and decay is not None:
            text = decay
        written.append(f"{arg.keyword.value}={text}" if arg.keyword is not None else f"{arg.star}{text}")
    if decay is not None and built.decay_argument is None:
        written.append(f"{name}={decay}")
    return f"{module.text(built.call.func)}({', '.join(written)})"
