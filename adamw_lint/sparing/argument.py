"""Biases and norms are spared by an argument of the constructor: a mask in optax, a function of the name in Paddle."""

from collections.abc import Iterator
from functools import partial

import libcst as cst

from adamw_lint.diagnostics import Fix, Label, Safety
from adamw_lint.fixes.edits import add_keyword, replace
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.tree import dotted, keyword, method_call, positional
from adamw_lint.model.worth import UNKNOWN, Nothing, Number, Reference
from adamw_lint.rulebook import words
from adamw_lint.sparing.overlooked import Overlooked

_DEPTH = 8  # names and methods between an array and what makes it


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where it is spared, or where that is not known."""
    name = built.optimizer.exclusion_argument
    is_known = built.decay not in (ZERO, UNKNOWN) and built.subclass is None and not built.is_partial
    if name is None or not is_known:
        return None
    if not built.arguments.complete and not built.arguments.by_default:
        return None
    given = built.arguments.by_name.get(name)
    if given is not None and not isinstance(module.values.worth(given.value), Nothing):
        return None
    if not _is_everything(built) or _is_masked(module, built) or _trains_one_array(module, built):
        return None
    written = built.decay_argument
    short, default = built.optimizer.short_name, built.optimizer.default
    if written is not None:
        message = f"`{module.line(written.node)}` decays biases and norm scales too"
    else:
        message = f"`{short}` decays biases and norm scales by {default} when nothing is written"
    label = Label(module.span(built.class_name), f"decays all that it is given, for it has no `{name}`")
    place = written.node if written is not None and written.call is built.call else built.class_name
    help_ = f"pass `{name}={_value(module, built)}`"
    return Overlooked(module.span(place), message, help_, label, lambda: _fix(module, built, name))


def in_chains(module: Module) -> Iterator[Overlooked]:
    """What the decays in chains of gradient transformations hit although it should be spared."""
    for found in module.chained_decays.beside():
        call = found.step.node
        given = found.mask is not None and not isinstance(module.values.worth(found.mask), Nothing)
        if given or not isinstance(call, cst.Call) or not module.owns(call) or _is_chosen(module, found.chain.call):
            continue
        message = f"`{module.excerpt(call)}` decays biases and norm scales too"
        label = Label(module.span(call.func), "decays all that it is given, for it has no `mask`")
        value = words("sparing")["mask"]["value"]
        fix = partial(_masked, module, call, value)
        yield Overlooked(module.span(call), message, f"pass `mask={value}`", label, fix)


def _is_chosen(module: Module, call: cst.Call) -> bool:
    """Whether a chain, or the name it is bound to, is handed to what gives it a part of the parameters."""
    statement = module.survey.parents[call]
    names = [each.target for each in statement.targets] if isinstance(statement, cst.Assign) else []
    uses = [use for name in names if isinstance(name, cst.Name) for use in module.survey.names[name.value]]
    return _is_parted(module, [call, *uses])


def _masked(module: Module, call: cst.Call, value: str) -> Fix:
    if module.survey.mentions(words("sparing")["stacked"]):
        raise Manual("layers that are stacked have biases and norm scales of two dimensions")
    if not _is_imported(module, call, words("sparing")["mask"]["module"]):
        raise Manual("`jax` is not imported here")
    if keyword(call, "mask") is not None:
        raise Manual("a mask is written, which is none")
    edit = add_keyword(module, call, "mask", value)
    restored = module.survey.mentions(words("sparing")["restoring"])
    advice = "biases and norm scales are not decayed any more"
    safety = Safety.UNSAFE if restored else Safety.SAFE
    return Fix("pass a `mask` that spares them", (edit,), safety, (), advice)


def _is_everything(built: Construction) -> bool:
    """Whether the optimizer is given a whole model, or is given the parameters later."""
    wholes = all(group.selects.reach is Reach.WHOLE and group.decay is None for group in built.groups)
    return wholes or built.optimizer.parameters_argument is None


def _is_masked(module: Module, built: Construction) -> bool:
    """Whether something around the optimizer, or around the variable that holds it, chooses what it is to see."""
    places: list[cst.CSTNode] = [built.call]
    if isinstance(built.variable, cst.Name):
        uses = module.survey.names[built.variable.value]
        places += [use for use in uses if any(_binds(module, each, built) for each in module.values.bindings(use))]
    if built.optimizer.parameters_argument is not None:
        return _are_chosen(module, places)
    return _is_parted(module, places)


def _trains_one_array(module: Module, built: Construction) -> bool:
    """Whether all that the optimizer is begun with is an array by itself, which has neither biases nor norms."""
    if not isinstance(built.variable, (cst.Name, cst.Attribute)):
        return False
    begun = [positional(call)[:1] for call in module.values.calls_on(built.variable, "init")]
    return bool(begun) and all(params and _is_array(module, params[0]) for params in begun)


def _is_array(module: Module, node: cst.BaseExpression, depth: int = 0) -> bool:
    """Whether an expression is computed from what a library gives back as one array."""
    if depth > _DEPTH:
        return False
    inner: list[cst.BaseExpression | None] = []
    if isinstance(node, cst.BinaryOperation):
        inner = [node.left, node.right]
    elif isinstance(node, cst.Name) and (binding := module.values.bound_once(node)) and binding.kind is Kind.ASSIGN:
        inner = [binding.value]
    elif isinstance(node, cst.Call):
        value = module.values.worth(node.func)
        if isinstance(value, Reference):
            return value.path.rpartition(".")[0] in words("sparing")["arrays"]
        inner = [receiver[0] if (receiver := method_call(node)) else None]
    return any(each is not None and _is_array(module, each, depth + 1) for each in inner)


def _is_parted(module: Module, places: list[cst.CSTNode]) -> bool:
    """Whether something around one of the places, or around what keeps it under a key, gives it a part to see."""
    kept = [holder for place in places if (holder := _kept(module, place)) is not None]
    names = [use for holder in kept if isinstance(holder, cst.Name) for use in module.survey.names[holder.value]]
    return any(_shares(module, holder) for holder in kept) or _are_chosen(module, [*places, *names])


def _are_chosen(module: Module, places: list[cst.CSTNode]) -> bool:
    return any(_chooses(module, up) for place in places for up in module.survey.ancestors(place))


def _kept(module: Module, place: cst.CSTNode) -> cst.BaseExpression | None:
    """What keeps an optimizer under a key: the name of a dict that is written, or the object whose item it becomes."""
    up = module.survey.parents[place]
    if isinstance(up, cst.DictElement) and up.value is place:
        place = module.survey.parents[up]
        up = module.survey.parents[place]
    elif not isinstance(up, cst.Assign) or not isinstance(up.targets[0].target, cst.Subscript):
        return None
    target = up.targets[0].target if isinstance(up, cst.Assign) and up.value is place else None
    return target.value if isinstance(target, cst.Subscript) else target


def _shares(module: Module, holder: cst.BaseExpression) -> bool:
    """Whether an object that is given an optimizer as an item may be what hands it a part of the parameters.

    A dict of optimizers is not.
    """
    made = [binding.value for binding in module.values.bindings(holder)]
    return not made or not all(isinstance(value, cst.Dict) or _makes_dict(value) for value in made)


def _makes_dict(value: cst.BaseExpression | None) -> bool:
    return isinstance(value, cst.Call) and dotted(value.func) == "dict"


def _binds(module: Module, binding: Binding, built: Construction) -> bool:
    value = binding.value
    return value is built.call or (value is not None and module.survey.within(built.call, value))


def _chooses(module: Module, node: cst.CSTNode) -> bool:
    """Whether a call hands a part of the parameters to each of the optimizers that it is given."""
    if not isinstance(node, cst.Call):
        return False
    value = module.values.worth(node.func)
    path = value.path if isinstance(value, Reference) else dotted(node.func) or ""
    return path.rpartition(".")[2] in words("sparing")["choosers"]


def _value(module: Module, built: Construction) -> str:
    """The argument that decays matrices only."""
    first = built.arguments.by_name.get(built.optimizer.parameters_argument or "")
    params = module.text(first.value) if first is not None else "model.parameters()"
    return str(words("sparing")[built.optimizer.exclusion_argument or ""]["value"].format(params=params))


def _fix(module: Module, built: Construction, name: str) -> Fix:
    known = words("sparing")
    if built.is_open:
        raise Manual("the same call may build another optimizer")
    if not built.arguments.complete:
        raise Manual("a caller may give it a dict with other arguments")
    if isinstance(built.call.func, cst.Call):
        raise Manual("what builds it here takes a function for a schedule unless it is told otherwise")
    if module.survey.mentions(known["stacked"]):
        raise Manual("layers that are stacked have biases and norm scales of two dimensions")
    if any(reason := list(_unreadable(module, built))):
        raise Manual(reason[0])
    given = built.arguments.by_name.get(name)
    value = _value(module, built)
    edit = replace(module, given.value, value) if given is not None else add_keyword(module, built.call, name, value)
    restored = module.survey.mentions(known["restoring"]) or module.usage.state_is_loaded(built)
    worth = f" (λ = {built.decay.value})" if isinstance(built.decay, Number) else ""
    advice = f"biases and norm scales are not decayed any more{worth}"
    return Fix(f"pass a `{name}` that spares them", (edit,), Safety.UNSAFE if restored else Safety.SAFE, (), advice)


def _unreadable(module: Module, built: Construction) -> Iterator[str]:
    """Why the argument cannot be written here."""
    library = words("sparing")[built.optimizer.exclusion_argument or ""].get("module")
    if library is not None and not _is_imported(module, built.call, library):
        yield f"`{library}` is not imported here"
    first = built.arguments.by_name.get(built.optimizer.parameters_argument or "")
    if built.optimizer.parameters_argument is not None and (first is None or _is_read_once(module, first.value)):
        yield "the parameters may be read only once"


def _is_imported(module: Module, node: cst.CSTNode, library: str) -> bool:
    scope = module.survey.scopes[module.tree]
    found = scope.bindings.get(library, [])
    return bool(found) and all(each.kind is Kind.IMPORT and each.path == library for each in found)


def _is_read_once(module: Module, node: cst.BaseExpression) -> bool:
    return not isinstance(node, (cst.Call, cst.Name, cst.Attribute)) or isinstance(node, cst.GeneratorExp)
