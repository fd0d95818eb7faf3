"""Builds the successor of a class that its library no longer has, with the old defaults written out."""

import ast
from collections.abc import Iterator
from itertools import groupby

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import add_keywords, line_of, replace
from adamw_lint.fixes.moved import imported_from, imported_too, taken_out
from adamw_lint.manual import Manual
from adamw_lint.model.calls import Argument
from adamw_lint.model.constructions import Construction
from adamw_lint.model.doors import Door
from adamw_lint.model.module import Module
from adamw_lint.model.worth import Nothing, Number, Value
from adamw_lint.rulebook import Optimizer
from adamw_lint.signatures import parameters


def succeed(module: Module, door: Door, to: Optimizer) -> tuple[Edit, ...]:
    """The edits after which everything that comes by a door is built as `to`; raises Manual."""
    if door.optimizer.differs and door.uses:
        raise Manual(door.optimizer.differs)
    calls = [edit for use in door.uses for edit in _use(module, door.optimizer, use, to)]
    return (*_entrance(module, door, to), *calls)


def _entrance(module: Module, door: Door, to: Optimizer) -> Iterator[Edit]:
    """The edits of the import, or of the place where the class is an attribute of its library."""
    if isinstance(door.node, cst.ImportAlias):
        assert door.binding is not None
        yield from imported_from(module, door.binding, to) if door.uses else taken_out(module, door.binding)
    elif isinstance(door.node, cst.Attribute):
        yield replace(module, door.node, to.name)
        yield from imported_too(module, door.node, to)
    else:
        assert isinstance(door.node, cst.Name)
        assert door.binding is not None
        yield from imported_from(module, door.binding, to, door.node.value)


def _use(module: Module, optimizer: Optimizer, use: cst.BaseExpression, to: Optimizer) -> Iterator[Edit]:
    """The edits of one place that reads the class: of the call that builds it, or none where it is an annotation."""
    if any(isinstance(up, cst.Annotation) for up in module.survey.ancestors(use)):
        return
    built = next((each for each in module.constructions if each.call.func is use), None)
    if built is None or built.optimizer is not optimizer:
        raise Manual(f"`{module.line(use)}` is used for more than to build an optimizer")
    if not built.arguments.complete or any(not each.certain for each in built.arguments.by_name.values()):
        raise Manual("not all of its arguments are known")
    dropped = [each.node for name, each in built.arguments.by_name.items() if _is_dropped(module, built, name, to)]
    runs = groupby(built.call.args, key=lambda arg: any(arg is node for node in dropped))
    parts = [(is_dropped, list(run)) for is_dropped, run in runs]
    for (_, before), (_, run) in zip(parts[::2], parts[1::2], strict=False):  # what is trained comes first, and stays
        yield _cut(module, before[-1], run)
    kept = [run[-1] for is_dropped, run in parts if not is_dropped]
    if not kept:
        raise Manual("it is not said what it trains")
    yield from add_keywords(module, kept[-1], old_defaults(built, to))


def old_defaults(built: Construction, to: Optimizer) -> list[str]:
    """The arguments that are not written, and for which `to` has another default, as they were: `eps=1e-6`."""
    (order, _, old), new = parameters(built.optimizer.signature), parameters(to.signature)[2]
    left = [name for name in order if name in old and name in new and name not in built.arguments.by_name]
    differing = [name for name in left if ast.literal_eval(old[name]) != ast.literal_eval(new[name])]
    return [f"{name}={old[name].replace('e-0', 'e-')}" for name in differing]


def _is_dropped(module: Module, built: Construction, name: str, to: Optimizer) -> bool:
    """Whether an argument says nothing to `to`; raises Manual where it says what `to` cannot do."""
    optimizer = built.optimizer
    positional, every, _ = parameters(to.signature)
    if name in every:
        order = parameters(optimizer.signature)[0]
        if not _is_keyword(built.arguments.by_name[name]) and order.index(name) != positional.index(name):
            raise Manual(f"`{to.name}` takes its arguments in another order")
        return False
    argument = built.arguments.by_name[name]
    old = parameters(optimizer.signature)[2].get(name)
    if name not in optimizer.immaterial and not (old is not None and _says(module.values.worth(argument.value), old)):
        raise Manual(f"`{name}={module.line(argument.value)}` has no form in `{to.name}`")
    if argument.call is not built.call or not isinstance(argument.node, cst.Arg):
        raise Manual(f"`{name}` is written elsewhere")
    return True


def _is_keyword(argument: Argument) -> bool:
    return not isinstance(argument.node, cst.Arg) or argument.node.keyword is not None


def _says(value: Value, default: str) -> bool:
    """Whether an argument is worth its default."""
    known = ast.literal_eval(default)
    return isinstance(value, Nothing) if known is None else isinstance(value, Number) and value.value == known


def _cut(module: Module, before: cst.Arg, run: list[cst.Arg]) -> Edit:
    """Take arguments out of a call; a comment on the one before them stays."""
    text, first, last = module.source.text, module.span(run[0]), module.span(run[-1])
    start = module.span(before).end
    if "#" not in text[start : first.start]:
        return Edit(Span(start, last.end), "")
    end = text.index(",", last.end) + 1 if isinstance(run[-1].comma, cst.Comma) else last.end
    lines = Span(line_of(module, run[0]).start, line_of(module, run[-1]).end)
    alone = not (text[lines.start : first.start] + text[end : lines.end]).strip()
    return Edit(lines if alone else Span(first.start, end), "")
