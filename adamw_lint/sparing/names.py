"""Biases and norms are spared by their names: Keras, whose optimizers are told which ones before they are built."""

from collections.abc import Callable, Iterator

import libcst as cst

from adamw_lint.checks.decay_in_gradient import replaces_addition
from adamw_lint.checks.l2_in_loss import replaces_penalty
from adamw_lint.diagnostics import Edit, Fix, Label, Safety, Span
from adamw_lint.fixes.edits import add_keyword, indent, replace, stands_alone
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.tree import dotted, method_call, text_of
from adamw_lint.model.worth import UNKNOWN, Number, Reference
from adamw_lint.rulebook import words
from adamw_lint.sparing.overlooked import Overlooked

Edits = Callable[[Module, Construction], Iterator[Edit]]

_BOUND = "optimizer"  # what an optimizer is called that has no name yet
_MOVED = ("default-decay", "vanishing-decay")  # what is found in a call that is given a name, and so another place


def by_method(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where a method spares it, or where that is not known."""
    help_ = f"call `{words('names')['method']}({_argument(module)})` on it before it is built"
    return _overlooked(module, built, help_, _told)


def by_argument(module: Module, built: Construction) -> Overlooked | None:
    """The same where an argument of the constructor spares it."""
    help_ = f"give it `{words('names')['method']}={_patterns(module)}`"
    return _overlooked(module, built, help_, _given)


def _overlooked(module: Module, built: Construction, help_: str, edits: Edits) -> Overlooked | None:
    if built.decay in (ZERO, UNKNOWN) or built.subclass is not None or built.is_partial:
        return None
    if not _trains(module, built) or _is_spared(module, built):
        return None
    name, argument = built.optimizer.short_name, built.decay_argument
    written = argument.node if argument is not None and module.owns(argument.node) else None
    amount = f"`{module.excerpt(written)}`" if written else f"{built.optimizer.default} when nothing is written"
    message = f"{name} decays biases and norm scales too, by {amount}"
    label = Label(module.span(written), "decays everything") if written else _default(module, built)
    return Overlooked(module.span(built.class_name), message, help_, label, lambda: _fix(module, built, edits))


def _default(module: Module, built: Construction) -> Label:
    return Label(module.span(built.class_name), f"its default decay is {built.optimizer.default}")


def _patterns(module: Module) -> str:
    quote = module.quote
    return "[" + ", ".join(f"{quote}{each}{quote}" for each in words("names")["patterns"]) + "]"


def _argument(module: Module) -> str:
    return f"{words('names')['argument']}={_patterns(module)}"


def _is_spared(module: Module, built: Construction) -> bool:
    """Whether something in sight says what is to be spared, or may say it of this optimizer where we do not look."""
    method = words("names")["method"]
    if method in built.arguments.by_name or _is_said(module, built, method):
        return True
    return _leaves(module, built) and any(
        True for _ in module.program.project.saying(method, [method], module.program.home)
    )


def _is_said(module: Module, built: Construction, method: str) -> bool:
    """Whether this file spares names: of this optimizer, or of one that is not certainly another."""
    keywords = (arg.keyword for call in module.survey.calls for arg in call.args)
    if any(name is not None and name.value in (method, *words("names")["steps"]) for name in keywords):
        return True
    if any(text_of(node) == method for node in module.survey.strings):
        return True
    reads = module.survey.attribute_reads.get(method, ())
    return any(not _is_another(module, built, node.value) for node in reads)


def _is_another(module: Module, built: Construction, receiver: cst.BaseExpression) -> bool:
    """Whether an expression certainly is an optimizer that another call builds."""
    binding = module.values.bound_once(receiver) if isinstance(receiver, (cst.Name, cst.Attribute)) else None
    value = binding.value if binding is not None else None
    return value is not built.call and any(value is other.call for other in module.constructions)


def _uses(module: Module, built: Construction) -> Iterator[cst.CSTNode]:
    """Where the optimizer is read: its call, if that is no whole assignment, and the reads of its name."""
    if built.variable is None:
        yield built.call
    elif isinstance(built.variable, cst.Name):
        for node in module.survey.own(module.survey.names[built.variable.value]):
            if any(binding.value is built.call for binding in module.values.bindings(node)):
                yield node


def _leaves(module: Module, built: Construction) -> bool:
    """Whether the optimizer gets to code that this file does not show: returned, kept, or handed to other code."""
    if built.variable is not None and not isinstance(built.variable, cst.Name):
        return True
    return any(not _stays(module, node) for node in _uses(module, built))


def _stays(module: Module, node: cst.CSTNode) -> bool:
    """Whether a use only asks something of the optimizer, or hands it to a model that is compiled."""
    parent = module.survey.parents[node]
    if isinstance(parent, cst.Attribute):
        return True
    call = module.survey.parents[parent] if isinstance(parent, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    method = method_call(call)
    is_compiled = method is not None and method[1] in words("layer_penalties")["compiling"]
    return is_compiled or isinstance(module.values.worth(call.func), Reference)


def _trains(module: Module, built: Construction) -> bool:
    """Whether the optimizer is for a model, and not tried out on variables of its own, as tests of optimizers do."""
    said = words("names")["trained"]
    around = module.survey.function(built.call)
    reads = (node for name in said for node in module.survey.attribute_reads.get(name, ()))
    if any(module.survey.function(node) is around for node in reads):
        return True
    return any(not _stays(module, node) for node in _uses(module, built)) or isinstance(built.variable, cst.Attribute)


def _fix(module: Module, built: Construction, edits: Edits) -> Fix:
    if replaces_penalty(module, built):
        raise Manual("a penalty in the loss decays them as well, and has to go first")
    if replaces_addition(module, built):
        raise Manual("a decay in the gradient decays them as well, and has to go first")
    if built.is_open:
        raise Manual("the same call may build another optimizer")
    amount = f" (λ = {built.decay.value})" if isinstance(built.decay, Number) else ""
    advice = f"biases and norm scales are not decayed any more by {built.optimizer.short_name}{amount}"
    found = tuple(edits(module, built))
    return Fix("spare biases and norm scales by their names", found, Safety.SAFE, _MOVED, advice)


def _given(module: Module, built: Construction) -> Iterator[Edit]:
    yield add_keyword(module, built.call, words("names")["method"], _patterns(module))


def _told(module: Module, built: Construction) -> Iterator[Edit]:
    """A call of the method on a line of its own, after the optimizer is built, which is named first if need be."""
    statement = module.survey.statement(built.call)
    line = module.survey.parents[statement]
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise Manual("it is built on a line with other statements")
    lead, newline = indent(module, statement), module.source.newline
    is_bound = isinstance(statement, (cst.Assign, cst.AnnAssign)) and statement.value is built.call
    told = f".{words('names')['method']}({_argument(module)})"
    if is_bound and dotted(built.variable) is not None:
        end = _end_of_line(module, statement)
        yield Edit(Span(end, end), f"{newline}{lead}{dotted(built.variable)}{told}")
        return
    _require_first(module, built, statement)
    start = module.span(statement).start
    lines = [f"{_BOUND} = {_moved(module, built, lead)}", f"{_BOUND}{told}", ""]
    yield Edit(Span(start, start), f"{newline}{lead}".join(lines))
    yield replace(module, built.call, _BOUND)


def _end_of_line(module: Module, statement: cst.CSTNode) -> int:
    """The end of the last line of a statement, a comment on it included."""
    end, text = module.span(statement).end, module.source.text
    return end + len(text[end:].split("\n", 1)[0].rstrip("\r"))


def _require_first(module: Module, built: Construction, statement: cst.CSTNode) -> None:
    """Raise Manual unless the optimizer may be built before its statement, under a name that is free."""
    outer = statement.value if isinstance(statement, (cst.Expr, cst.Return)) else None
    is_whole = isinstance(statement, cst.Return) and outer is built.call
    is_handed = isinstance(outer, cst.Call) and any(arg.value is built.call for arg in outer.args)
    receiver = method_call(outer) if isinstance(outer, cst.Call) else None
    is_plain = receiver is not None and (
        dotted(receiver[0]) is not None or dotted(getattr(receiver[0], "func", None)) == "super"
    )
    if not is_whole and not (is_handed and is_plain):
        raise Manual("it has no name yet")
    if _BOUND in module.survey.names or any(_BOUND in scope.bindings for scope in module.survey.own_scopes):
        raise Manual(f"the name `{_BOUND}` is taken")
    if not stands_alone(module, statement):
        raise Manual("a comment stands beside it")


def _moved(module: Module, built: Construction, lead: str) -> str:
    """The text of the call, its further lines as far to the left as the statement's first."""
    text = module.text(built.call)
    surplus = len(indent(module, built.call)) - len(lead)
    lines = text.split("\n")
    kept = [line[surplus:] if surplus > 0 and line[:surplus].isspace() else line for line in lines[1:]]
    return "\n".join([lines[0], *kept])
