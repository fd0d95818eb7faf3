"""Lets a name at a call stand for another class of the same library, by editing the import that brought it in."""

import re

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import insert_after, line_after, line_of, replace, stands_alone
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Binding
from adamw_lint.model.tree import text_of
from adamw_lint.rulebook import Optimizer


def renamed_import(module: Module, callee: cst.Name, binding: Binding, to: Optimizer) -> tuple[Edit, ...]:
    """The edits after which `callee` is `to`; raises Manual where the name of `to` is taken."""
    statement = module.survey.parents[binding.node]
    assert isinstance(binding.node, cst.ImportAlias)
    if not isinstance(statement, cst.ImportFrom):
        raise Manual("the class is imported in an unusual way")
    new = to.name.rpartition(".")[2]
    shared = _other_uses(module, callee, binding) > 0
    if binding.node.asname is not None and not shared:
        return _replaced(module, statement, binding.node, to, f"{new} as {binding.name}")
    known = _already_imported(module, callee, new, to)
    rename = replace(module, callee, known or new)
    if known:
        return (rename,) if shared else (rename, *_dropped(module, statement, binding.node))
    if shared:
        return (rename, _extended(module, statement, binding.node, to))
    return (rename, *_replaced(module, statement, binding.node, to, new))


def _other_uses(module: Module, callee: cst.Name, binding: Binding) -> int:
    """How often the imported name is read elsewhere, exported by `__all__`, or re-exported by a package."""
    reads = [node for node in module.survey.names[binding.name] if binding in module.values.bindings(node)]
    exported = [node for node in module.survey.strings if _may_name(module, node, binding.name)]
    package = module.source.path.replace("\\", "/").endswith("__init__.py")
    return len([node for node in reads if node is not callee]) + len(exported) + package


def _may_name(module: Module, node: cst.SimpleString, name: str) -> bool:
    """Whether a text says a name, as `__all__` and quoted annotations do; docstrings are prose."""
    is_prose = isinstance(module.survey.parents[node], cst.Expr)
    return not is_prose and re.search(rf"\b{re.escape(name)}\b", text_of(node) or "") is not None


def _already_imported(module: Module, callee: cst.Name, name: str, to: Optimizer) -> str | None:
    """The name, if it already stands for `to` at the callee; raises Manual where it stands for something else."""
    scopes = [scope for scope in module.survey.own_scopes if name in scope.bindings]
    if not scopes:
        return None
    paths = {binding.path for scope in scopes for binding in scope.bindings[name]}
    if not paths <= set(to.paths):
        raise Manual(f"the name `{name}` stands for something else in this file")
    here = module.survey.use(callee).scope
    while here.parent is not None and name not in here.bindings:
        here = here.parent
    bindings = here.bindings.get(name, [])
    visible = here.is_module or any(binding.order < module.survey.orders[callee] for binding in bindings)
    return name if bindings and visible else None


def _module_path(statement: cst.ImportFrom, alias: cst.ImportAlias, to: Optimizer, module: Module) -> str:
    """The module of `to` that the statement may import from: its own if that has it, else one of the same depth."""
    source = module.text(statement.module) if statement.module else ""
    homes = [path.rpartition(".")[0] for path in to.paths]
    same_depth = [home for home in homes if home.count(".") == source.count(".")]
    return source if source in homes else (same_depth or homes)[0]


def _replaced(
    module: Module, statement: cst.ImportFrom, alias: cst.ImportAlias, to: Optimizer, text: str
) -> tuple[Edit, ...]:
    home = _module_path(statement, alias, to, module)
    assert statement.module is not None
    if home == module.text(statement.module):
        return (replace(module, alias, text),)
    if not isinstance(statement.names, cst.ImportStar) and len(statement.names) == 1:
        return replace(module, statement.module, home), replace(module, alias, text)
    return (line_after(module, statement, f"from {home} import {text}"), *_dropped(module, statement, alias))


def _extended(module: Module, statement: cst.ImportFrom, alias: cst.ImportAlias, to: Optimizer) -> Edit:
    home = _module_path(statement, alias, to, module)
    name = to.name.rpartition(".")[2]
    assert statement.module is not None
    if home == module.text(statement.module):
        return insert_after(module, alias, name)
    return line_after(module, statement, f"from {home} import {name}")


def _dropped(module: Module, statement: cst.ImportFrom, alias: cst.ImportAlias) -> tuple[Edit, ...]:
    """Take an unused name out of an import; a statement that a comment explains, or that a block needs, stays."""
    assert not isinstance(statement.names, cst.ImportStar)
    names = list(statement.names)
    if len(names) == 1:
        block = module.survey.parents[module.survey.parents[statement]]
        needed = not isinstance(block, cst.Module) and len(getattr(block, "body", ())) == 1
        return () if needed or not stands_alone(module, statement) else (Edit(line_of(module, statement), ""),)
    index = names.index(alias)
    if index + 1 < len(names):
        return _cut(module, module.span(alias).start, module.span(names[index + 1]).start)
    return _cut(module, module.span(names[index - 1]).end, module.span(alias).end)


def _cut(module: Module, start: int, end: int) -> tuple[Edit, ...]:
    return () if "#" in module.source.text[start:end] else (Edit(Span(start, end), ""),)


def also_imported(module: Module, binding: Binding, name: str) -> Edit:
    """The edit after which a name is imported beside another one from the same module; raises Manual."""
    statement = module.survey.parents[binding.node]
    if not isinstance(binding.node, cst.ImportAlias) or not isinstance(statement, cst.ImportFrom):
        raise Manual(f"`{name}` would have to be imported")
    if any(name in scope.bindings for scope in module.survey.own_scopes):
        raise Manual(f"the name `{name}` stands for something else in this file")
    return insert_after(module, binding.node, name)
