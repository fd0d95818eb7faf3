"""Splits a parameter group in two by the number of dimensions, so that biases and norm scales are not decayed."""

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import indent, line_of, replace, separator
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import Construction
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.module import Module
from adamw_lint.model.parameters.tensors import Role
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import children, descendants, dotted, positional


def split(module: Module, built: Construction, hit: list[Group]) -> tuple[Edit, ...]:
    """The edits after which each of the groups spares what has fewer than two dimensions; raises Manual."""
    if reason := module.dimensions_mislead():
        raise Manual(reason)
    if any(isinstance(up, cst.FormattedStringExpression) for up in module.survey.ancestors(built.call)):
        raise Manual("the optimizer is built inside a string")
    if module.usage.decay_is_rewritten(built):
        raise Manual("a loop writes the decay of every group")
    edits: list[Edit] = []
    for group in hit:
        _require_plain(module, group)
        _require_own(module, built, group)
        edits += _bound_to_list(module, group)
        edits += _split_dict(module, built, group) if group.node else [_split_bare(module, built, group)]
    return tuple(edits)


def _require_plain(module: Module, group: Group) -> None:
    if group.selects.named:
        raise Manual("the parameters come with their names")
    known = (tensor for root in group.selects.roots for tensor in module.architecture.known(root))
    if any(tensor.role is not Role.WEIGHT and (tensor.ndim or 0) > 1 for tensor in known):
        raise Manual("a bias or the scale of a norm has two or more dimensions")
    if any(dotted(root) is None for root in group.selects.roots):
        raise Manual("the model is the result of a call, which would be made twice")
    assert group.params is not None
    if isinstance(group.params, (cst.Name, cst.Attribute)):
        return
    for node in descendants(group.params):
        if isinstance(node, cst.Name) and module.groups.selection(node).once:
            raise Manual(f"`{node.value}` is an iterator that can be read only once")


def _require_own(module: Module, built: Construction, group: Group) -> None:
    """Raise Manual where the groups are written outside the call and other code reads them too."""
    written = group.node or group.params
    assert written is not None
    if module.survey.within(written, built.call):
        return
    names = [node for arg in built.call.args for node in descendants(arg.value) if isinstance(node, cst.Name)]
    for name in names:
        binding = module.values.bound_once(name)
        if binding is None or binding.value is None or not module.survey.within(written, binding.value):
            continue
        reads = [node for node in module.survey.names[name.value] if binding in module.values.bindings(node)]
        if all(module.survey.within(node, built.call) for node in reads):
            return
    raise Manual("other code may read the same groups")


def _bound_to_list(module: Module, group: Group) -> list[Edit]:
    """A name bound to an iterator is first bound to a list: an iterator cannot be read twice."""
    params = group.params
    if not isinstance(params, (cst.Name, cst.Attribute)) or not group.selects.once:
        return []
    binding = module.values.bound_once(params)
    if binding is None:
        raise Manual("the parameters are an iterator bound in more than one place")
    if binding.kind is Kind.PARAMETER:
        statement = module.survey.statement(params)
        if not isinstance(module.survey.parents[statement], cst.SimpleStatementLine):
            raise Manual("the parameters are an iterator, and there is no line to make them a list")
        start, lead = line_of(module, statement).start, indent(module, statement)
        name = module.text(params)
        return [Edit(Span(start, start), f"{lead}{name} = list({name}){module.source.newline}")]
    if binding.value is None or binding.kind is not Kind.ASSIGN:
        raise Manual("the parameters are an iterator that is not bound by an assignment")
    return [replace(module, binding.value, f"list({module.text(binding.value)})")]


def _split_bare(module: Module, built: Construction, group: Group) -> Edit:
    assert group.params is not None
    quote, newline, lead = module.quote, module.source.newline, indent(module, group.params)
    inner = lead + module.tree.default_indent
    own = "" if built.decay_argument else f", {quote}weight_decay{quote}: {built.optimizer.default}"
    items = [
        f"{{{quote}params{quote}: {_picked(module, group.params, '>= 2')}{own}}},",
        f"{{{quote}params{quote}: {_picked(module, group.params, '< 2')}, {quote}weight_decay{quote}: 0.0}},",
    ]
    return replace(module, group.params, newline.join(["[", *(inner + item for item in items), f"{lead}]"]))


def _split_dict(module: Module, built: Construction, group: Group) -> list[Edit]:
    node, params = group.node, group.params
    assert node is not None
    assert params is not None
    element = module.survey.parents[node]
    if not isinstance(element, cst.Element) or not isinstance(node, (cst.Dict, cst.Call)):
        raise Manual("the group is not written as an item of a list")
    if module.span(params) == module.span(node) or not module.survey.within(params, node):
        raise Manual("the group is written in more than one place")
    second = _rewritten(module, node, params, _picked(module, params, "< 2"), group)
    kept = replace(module, params, _picked(module, params, ">= 2"))
    end = module.span(node).end
    return [kept, *_default_written(module, built, group), Edit(Span(end, end), separator(module, node) + second)]


def _default_written(module: Module, built: Construction, group: Group) -> list[Edit]:
    if group.decay is not None or built.decay_argument is not None:
        return []
    assert group.node is not None
    end = module.span(group.node).end - 1
    return [Edit(Span(end, end), _entry(module, group.node, built.optimizer.default))]


def _entry(module: Module, node: cst.BaseExpression, value: str) -> str:
    quote = module.quote
    lead = "" if module.text(node)[:-1].rstrip().endswith(",") else ", "
    return f"{lead}weight_decay={value}" if isinstance(node, cst.Call) else f"{lead}{quote}weight_decay{quote}: {value}"


def _rewritten(module: Module, node: cst.BaseExpression, params: cst.BaseExpression, picked: str, group: Group) -> str:
    """The text of a group with other parameters and a decay of zero."""
    span, text = module.span(node), module.text(node)
    places = [(module.span(params), picked)]
    if group.decay is not None:
        places.append((module.span(group.decay.value), "0.0"))
    for place, new in sorted(places, reverse=True):
        text = text[: place.start - span.start] + new + text[place.end - span.start :]
    return text if group.decay is not None else text[:-1] + _entry(module, node, "0.0") + text[-1]


def _picked(module: Module, params: cst.BaseExpression, dimensions: str) -> str:
    """A comprehension over the parameters that keeps those with so many dimensions, its condition joined to theirs."""
    if isinstance(params, cst.Call) and dotted(params.func) == "list" and positional(params):
        params = positional(params)[0]
    comprehension = _own_comprehension(module, params)
    if comprehension is not None:
        return comprehension.format(dimensions)
    name = "p" if not any(isinstance(node, cst.Name) and node.value == "p" for node in descendants(params)) else "param"
    return f"[{name} for {name} in {_iterated(module, params)} if {name}.ndim {dimensions}]"


def _iterated(module: Module, node: cst.BaseExpression) -> str:
    """An expression as it may stand behind `in`, without line breaks where no comment or string is harmed by that."""
    text = module.text(node)
    if isinstance(node, (cst.IfExp, cst.Lambda, cst.NamedExpr)):
        text = f"({text})"
    return text if {"#", "'", '"', "\\"} & set(text) else " ".join(text.split())


def _own_comprehension(module: Module, params: cst.BaseExpression) -> str | None:
    """The comprehension or `filter(lambda …)` that the parameters already are, with a place for one condition more."""
    if isinstance(params, cst.Call) and dotted(params.func) == "filter":
        test, of = positional(params)
        if isinstance(test, cst.Lambda) and len(test.params.params) == 1 and len(children(test.params)) == 1:
            name = test.params.params[0].name.value
            return _escaped(f"[{name} for {name} in {module.text(of)} if {module.text(test.body)} and {name}.ndim ")
    if isinstance(params, (cst.ListComp, cst.GeneratorExp)) and isinstance(params.elt, cst.Name):
        clause = params.for_in
        if clause.inner_for_in is None and len(clause.ifs) <= 1:
            head = f"[{module.text(params.elt)} {module.text(clause).strip()} "
            return _escaped(f"{head}{'and' if clause.ifs else 'if'} {params.elt.value}.ndim ")
    return None


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}") + "{}]"
