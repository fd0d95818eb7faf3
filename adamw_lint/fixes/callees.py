"""Makes a construction build another class: finds the expression that names the class, and renames it there."""

from collections.abc import Iterable, Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import replace, rewrite_string
from adamw_lint.fixes.imports import renamed_import
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.tree import index_of, positional
from adamw_lint.model.worth import Reference
from adamw_lint.rulebook import Coupling, Optimizer
from adamw_lint.signatures import parameters


def rename(module: Module, built: Construction, to: Optimizer) -> tuple[Edit, ...]:
    """The edits after which a construction builds `to`; raises Manual where other code would build it too."""
    if module.usage.asks_for(built):
        raise Manual(f"code here asks whether something is of the class `{built.optimizer.short_name}`")
    if built.chosen is not None and not isinstance(module.values.worth(built.callee), Reference):
        return (_renamed_text(module, built, to),)
    shared: list[Binding] = []
    places = [place for place in _named_by(module, built.callee, shared) if _names(module, place, built.optimizer)]
    if len(places) != 1:
        raise Manual("the class is chosen elsewhere")
    _require_own_import(module, places[0])
    for binding in shared:
        _require_private(module, binding)
    return _renamed(module, places[0], to)


def by_keyword(module: Module, built: Construction, to: Optimizer) -> tuple[Edit, ...]:
    """The edits that name the arguments which came by position, from the first on that `to` has at another place."""
    before, after = (parameters(each.signature)[0] for each in (built.optimizer, to))
    pairs = zip(before, after, strict=False)
    same = next((index for index, (old, new) in enumerate(pairs) if old != new), min(len(before), len(after)))
    written = [(name, arg) for name, arg in built.arguments.by_name.items() if arg.call is built.call]
    plain = [(name, arg.node) for name, arg in written if isinstance(arg.node, cst.Arg) and arg.node.keyword is None]
    moved = [(name, node) for name, node in plain if name in before[same:]]
    if any(isinstance(node, cst.Arg) and node.star for _, node in moved):
        raise Manual("its arguments stand at other places in the replacement")
    starts = [(name, module.span(node).start) for name, node in moved]
    return tuple(Edit(Span(start, start), f"{name}=") for name, start in starts)


def _renamed_text(module: Module, built: Construction, to: Optimizer) -> Edit:
    text = built.chosen.text(to) if built.chosen is not None else None
    if text is None or not isinstance(built.callee, cst.SimpleString):
        raise Manual("the text that names the class is written elsewhere")
    return rewrite_string(module, built.callee, text)


def _named_by(module: Module, node: cst.BaseExpression, shared: list[Binding]) -> Iterator[cst.BaseExpression]:
    """The expressions that an optimizer class may come from, and in `shared` the bindings passed on the way."""
    stack = [node]
    for _ in range(64):
        if not stack:
            return
        current = stack.pop()
        sources = _sources(module, current, shared)
        if sources is None:
            yield current
        stack += sources or []


def _sources(module: Module, node: cst.BaseExpression, shared: list[Binding]) -> list[cst.BaseExpression] | None:
    """Where an expression takes its class from; None where it names the class itself."""
    if isinstance(node, cst.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, cst.Dict):
        return [item.value for item in node.elements if isinstance(item, cst.DictElement)]
    if isinstance(node, cst.Subscript) and not _is_namespace(node):
        return [node.value]
    if isinstance(node, cst.Call) and _is_partial(module, node):
        return [positional(node)[0]]
    if isinstance(node, (cst.Name, cst.Attribute)):
        found = module.values.bindings(node)
        if any(binding.kind is Kind.PARAMETER for binding in found):
            raise Manual("the class is the default of a parameter, which callers may rely on")
        assigned = [binding.value for binding in found if binding.kind is Kind.ASSIGN and binding.value is not None]
        if assigned and len(assigned) == len(found):
            shared += found
            return assigned
    return None


def _is_partial(module: Module, node: cst.Call) -> bool:
    target = module.values.worth(node.func)
    return isinstance(target, Reference) and target.path == "functools.partial" and bool(positional(node))


def _is_namespace(node: cst.Subscript) -> bool:
    return isinstance(node.value, cst.Attribute) and node.value.attr.value == "__dict__"


def _names(module: Module, node: cst.BaseExpression, optimizer: Optimizer) -> bool:
    value = module.values.worth(node)
    return isinstance(value, Reference) and value.path in optimizer.paths


def _require_own_import(module: Module, node: cst.BaseExpression) -> None:
    """Raise Manual where the class comes by way of another file of the program."""
    value = module.values.worth(node)
    binding = value.binding if isinstance(value, Reference) else None
    if binding is not None and not module.owns(binding.node):
        raise Manual(f"the class comes by way of `{module.elsewhere(binding.node)}`")


def _require_private(module: Module, binding: Binding) -> None:
    """Raise Manual unless every use of a name is in sight and constructs an optimizer with a decay of its own."""
    scope = module.survey.scope(binding.node)
    if isinstance(binding.node, cst.Attribute) or scope.is_class:
        raise Manual("the class is kept in an attribute, which other code may read")
    if scope.is_module and not binding.name.startswith("_"):
        raise Manual(f"the class is kept in `{binding.name}`, which other modules may import")
    decayed = {built.call for built in module.constructions if _decays_by_itself(built)}
    for use in module.survey.names[binding.name]:
        if binding in module.values.bindings(use) and not any(up in decayed for up in _callers(module, use)):
            raise Manual(f"`{binding.name}` is used elsewhere too")


def _decays_by_itself(built: Construction) -> bool:
    argument = built.decay_argument
    coupled = built.coupling is Coupling.COUPLED and built.decay != ZERO
    return (coupled or built.is_choice) and argument is not None and argument.certain


def _callers(module: Module, use: cst.Name) -> Iterable[cst.CSTNode]:
    """The call that a name is the callee of, looking through subscripts and conditionals."""
    node: cst.CSTNode = use
    for up in module.survey.ancestors(use):
        if isinstance(up, cst.Call) and (up.func is node or _is_partial(module, up)):
            return (up,)
        if not isinstance(up, (cst.Subscript, cst.IfExp, cst.Arg)):
            return ()
        node = up
    return ()


def _renamed(module: Module, node: cst.BaseExpression, to: Optimizer) -> tuple[Edit, ...]:
    name = to.name.rpartition(".")[2]
    if isinstance(node, cst.Name):
        return _renamed_name(module, node, to)
    if isinstance(node, cst.Attribute):
        return _renamed_attribute(module, node, to)
    text = positional(node)[1] if isinstance(node, cst.Call) else None
    text = index_of(node) if isinstance(node, cst.Subscript) else text
    if isinstance(text, cst.SimpleString):
        return (rewrite_string(module, text, name),)
    raise Manual("the class is named by an expression")


def _renamed_name(module: Module, node: cst.Name, to: Optimizer) -> tuple[Edit, ...]:
    value = module.values.worth(node)
    assert isinstance(value, Reference)
    assert value.binding is not None
    if isinstance(value.binding.node, cst.ImportFrom):  # a star import brings the replacement too
        return (replace(module, node, to.name.rpartition(".")[2]),)
    if module.values.bound_once(node) is None:
        raise Manual("the class is imported in more than one place")
    return renamed_import(module, node, value.binding, to)


def _renamed_attribute(module: Module, node: cst.Attribute, to: Optimizer) -> tuple[Edit, ...]:
    """Rename the last attribute where its module has the replacement, else the last two: `adam.A` to `adamw.B`."""
    base = module.values.worth(node.value)
    homes = {path.rpartition(".")[0]: path.rpartition(".")[2] for path in to.paths}
    if isinstance(base, Reference) and base.path in homes:
        return (replace(module, node.attr, homes[base.path]),)
    if isinstance(node.value, cst.Attribute) and isinstance(base, Reference):
        package = base.path.rpartition(".")[0]
        home = next((home for home in homes if home.rpartition(".")[0] == package and home != package), None)
        if home is not None:
            new = home.rpartition(".")[2]
            return replace(module, node.value.attr, new), replace(module, node.attr, homes[home])
    raise Manual("the module that the class comes from does not have the replacement")
