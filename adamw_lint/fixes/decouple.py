"""Takes a decay out of the gradient of an optimizer written by hand and shrinks the parameter itself instead."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import indent, replace
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import find, reaching
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, keyword, method_call, positional, root_of
from adamw_lint.model.updating.steps import CoupledStep
from adamw_lint.model.updating.switches import key_of
from adamw_lint.model.updating.updates import Update
from adamw_lint.rulebook import words

_ATOMS = (cst.Name, cst.Attribute, cst.Subscript, cst.Call, cst.Integer, cst.Float)
_LOOPS = (cst.For, cst.While, cst.BaseComp)


def decouple(module: Module, step: CoupledStep) -> tuple[Edit, ...]:
    """The edits that move a decay to where AdamW has it; raises Manual where not everything is in sight."""
    if step.flag:
        raise Manual(f"`{step.flag}` chooses between two forms, and callers may count on its default")
    statement = module.survey.statement(step.node)
    if (module.survey.function(step.node) or module.tree) is not step.block:
        raise Manual("the decay is added in another function than the one that takes the moments")
    added = next((each for each in module.updates.within(step.block) if _is_by(module, each, statement)), None)
    if added is None:
        raise Manual("the decay is added by more than one plain statement")
    taken = _taken(module, step, statement)
    _require_unchanged(module, step, added, taken)
    line = _shrink(module, step, taken)
    kept = module.updates.kept(added)
    if len(kept) == 1 and kept[0].is_plain and kept[0].number == 1 and len(module.updates.added(added)) == 1:
        return (replace(module, statement, line),)
    start = module.span(statement).start
    if not isinstance(module.survey.parents[statement], cst.SimpleStatementLine):
        raise Manual("its statement shares a line with another one")
    lead = f"{line}{module.source.newline}{indent(module, statement)}"
    return Edit(Span(start, start), lead), _without(module, step.node, statement)


def _is_by(module: Module, update: Update, statement: cst.CSTNode) -> bool:
    return update.node is statement or (
        isinstance(statement, cst.Expr) and update.node is statement.value and isinstance(update.node, cst.Call)
    )


def _without(module: Module, node: cst.BaseExpression, statement: cst.CSTNode) -> Edit:
    """The edit that takes an addend out of `g = grad + addend` or of `g = grad.add(p, alpha=wd)`."""
    value = statement.value if isinstance(statement, cst.Assign) else None
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add) and not value.lpar:
        rest = value.left if value.right is node else value.right if value.left is node else None
        if rest is not None:
            return replace(module, value, module.text(rest))
    method = method_call(node)
    if value is node and method is not None and isinstance(method[0], _ATOMS) and dotted(method[0]) != "torch":
        return replace(module, node, module.text(method[0]))
    raise Manual("the decay is no addend by itself")


def _taken(module: Module, step: CoupledStep, statement: cst.CSTNode) -> Update:
    """The first update of the parameter after the moments, in the same loops; every other one is of the same tensor."""
    after = module.survey.orders[step.moment.node]
    steps = [
        update
        for update in module.updates.within(step.block)
        if module.survey.orders[update.node] > after and module.updates.same(update.target, step.parameter)
    ]
    if not steps or not module.updates.kept(steps[0]):
        raise Manual("the step of the parameter is not in sight")
    if len({_written(module, each) for each in steps}) != 1:
        raise Manual("the parameter is stepped under two names")
    if list(_loops(module.survey, statement)) != list(_loops(module.survey, steps[0].node)):
        raise Manual("the step is taken in another loop")
    return steps[0]


def _loops(survey: Survey, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    return (up for up in survey.ancestors(node) if isinstance(up, _LOOPS))


def _target(update: Update) -> cst.BaseExpression:
    """What an update changes, as it is written."""
    node: cst.CSTNode | None = update.node
    if isinstance(node, cst.AugAssign):
        return node.target
    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        return node.targets[0].target
    while isinstance(node, cst.Call):
        method = method_call(node)
        if method is None:
            break
        is_handed = _is_of_lists(node) or dotted(method[0]) in words("updates")["roots"]
        node = (keyword(node, "out") or next(iter(positional(node)), None)) if is_handed else method[0]
    if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)):
        return node
    raise Manual("the step is no plain update of the parameter")


def _is_of_lists(node: cst.CSTNode) -> bool:
    method = method_call(node)
    return (
        method is not None
        and method[1].startswith("_foreach_")
        and isinstance(node, cst.Call)
        and bool(positional(node))
    )


def _written(module: Module, update: Update) -> str:
    return module.text(_target(update))


def _require_unchanged(module: Module, step: CoupledStep, added: Update, taken: Update) -> None:
    """Nothing between the decay and the step may see that the parameter has shrunk, or the gradient is not copied."""
    survey, target = module.survey, _target(taken)
    start, end = survey.orders[survey.statement(step.node)], survey.orders[taken.node]
    root = root_of(target)
    if not isinstance(root, cst.Name):
        raise Manual("the parameter has no name")
    before, after = (_bound(module, root.value, node) for node in (step.node, taken.node))
    if root.value != "self" and (not before or before != after):
        raise Manual(f"`{root.value}` is bound in between")
    own = {*descendants(survey.statement(step.node)), *descendants(survey.statement(taken.node))}
    for name in survey.names[root.value]:
        if start < survey.orders[name] < end and name not in own and not _is_harmless(module, name):
            raise Manual("other code reads the parameter before it is stepped")
    later = (
        each for each in module.updates.within(step.block) if survey.orders[each.node] > start and each is not added
    )
    if not added.in_place and any(each.in_place and module.updates.same(each.target, added.target) for each in later):
        raise Manual("the gradient is changed in place after it was copied")


def _bound(module: Module, name: str, node: cst.CSTNode) -> list[cst.CSTNode]:
    place = find(name, module.survey.use(node))
    return [each.node for each in reaching(place[0].bindings[name], place[1])] if place is not None else []


def _is_harmless(module: Module, name: cst.Name) -> bool:
    """Whether reading a parameter says nothing about its numbers: its shape, its gradient, its state."""
    outer = module.survey.parents[name]
    while isinstance(outer, cst.Attribute) and outer.attr.value in words("updates")["aliases"]:
        outer = module.survey.parents[outer]
    if isinstance(outer, cst.Attribute):
        return outer.attr.value in words("updates")["numberless"]
    if isinstance(outer, cst.Arg):
        call = module.survey.parents[outer]
        return isinstance(call, cst.Call) and key_of(call.func) in words("updates")["numberless"]
    return isinstance(outer, cst.Index)


def _shrink(module: Module, step: CoupledStep, taken: Update) -> str:
    """The statement that shrinks the parameter, written as the step is."""
    target = module.text(_target(taken))
    factor = f"1 - {_rate(module, step)} * {_product(module, step.factor)}"
    if isinstance(taken.node, cst.AugAssign):
        return f"{target} *= {factor}"
    if isinstance(taken.node, cst.Assign):
        return f"{target} = {target} * ({factor})"
    method = method_call(taken.node)
    if method is not None and _is_of_lists(taken.node):
        return f"{module.text(method[0])}._foreach_mul_({target}, {factor})"
    return f"{target}.mul_({factor})"


def _product(module: Module, factor: Scale) -> str:
    """The decay as it is written."""
    if factor.divisors or any(place.frame is not None for place in factor.factors):
        raise Manual("the decay is not written where it is added")
    texts = [str(factor.number)] if factor.number != 1 or not factor.factors else []
    nodes = [place.node for place in factor.factors]
    return " * ".join(
        [*texts, *(module.text(each) if isinstance(each, _ATOMS) else f"({module.text(each)})" for each in nodes)]
    )


def _rate(module: Module, step: CoupledStep) -> str:
    """The learning rate as the function writes it, available where the decay is added; raises Manual."""
    vocabulary = words("updates")["rates"]
    found: dict[str, list[str]] = {}
    for node in descendants(step.block):
        key = key_of(node) if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)) else ""
        if key in vocabulary and node in module.survey.places and _is_available(module, node, step.node):
            kind = "name" if isinstance(node, cst.Name) else "setting"
            found.setdefault(kind, []).append(module.text(node))
        elif isinstance(node, cst.Assign) and _reschedules(node, vocabulary):
            raise Manual("another learning rate is computed within the step")
    written = list(dict.fromkeys(found.get("name") or found.get("setting") or ()))
    if len(written) != 1:
        raise Manual("the learning rate is not known by one name where the decay is added")
    return written[0]


def _is_available(module: Module, node: cst.CSTNode, at: cst.CSTNode) -> bool:
    root = root_of(node) if isinstance(node, cst.BaseExpression) else node
    return isinstance(root, cst.Name) and bool(_bound(module, root.value, at))


def _reschedules(node: cst.Assign, vocabulary: list[str]) -> bool:
    """Whether another learning rate is computed: `lr_scheduled = group["lr"] * schedule(…)`."""
    names = [key_of(target.target) for target in node.targets]
    is_rate = any(word == name or word in name.split("_") for word in vocabulary for name in names)
    is_plain = isinstance(node.value, (cst.Name, cst.Attribute, cst.Subscript)) and key_of(node.value) in vocabulary
    return is_rate and not is_plain
