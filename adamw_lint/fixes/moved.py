"""Takes a class from another library: a name leaves the import that it stands in, and comes by an import of its own."""

import re
from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import line_after, line_of, replace, stands_alone
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Binding, Kind, find, reaching
from adamw_lint.model.tree import root_of, text_of
from adamw_lint.model.worth import Reference
from adamw_lint.rulebook import Optimizer

_Statement = cst.ImportFrom | cst.Import
_BY_NAME = ("globals", "locals", "vars", "eval", "exec")  # what may find a name that nothing reads


def imported_from(module: Module, binding: Binding, to: Optimizer, name: str = "") -> Iterator[Edit]:
    """The edits after which the name of an import, or `name` of a star import, stands for `to`; raises Manual."""
    name = name or binding.name
    _require_private(module, name)
    home, _, new = to.name.rpartition(".")
    text = new if new == name else f"{new} as {name}"
    statement = _statement(module, binding)
    alias = binding.node
    if isinstance(alias, cst.ImportAlias) and _is_alone(statement):
        assert statement.module is not None
        yield replace(module, statement.module, home)
        yield replace(module, alias, text)
        return
    yield line_after(module, statement, f"from {home} import {text}")
    if isinstance(alias, cst.ImportAlias):
        yield _without(module, statement, alias)


def taken_out(module: Module, binding: Binding) -> Iterator[Edit]:
    """The edits after which an import no longer asks for a name that nothing reads; raises Manual."""
    _require_private(module, binding.name)
    statement, alias = _statement(module, binding), binding.node
    assert isinstance(alias, cst.ImportAlias)
    if not _is_alone(statement):
        yield _without(module, statement, alias)
        return
    block = module.survey.parents[module.survey.parents[statement]]
    if not isinstance(block, cst.Module) or not stands_alone(module, statement):
        raise Manual("the import stands together with other code")
    yield Edit(line_of(module, statement), "")


def imported_too(module: Module, node: cst.Attribute, to: Optimizer) -> Iterator[Edit]:
    """The import of the package of `to`, where `node` does not see it yet; raises Manual where its name is taken."""
    package = to.name.split(".")[0]
    paths = _seen(module, package, node)
    if paths == {package}:
        return
    if paths or any(package in scope.bindings for scope in module.survey.own_scopes):
        raise Manual(f"`{package}` stands for something else, or is not imported yet where it is needed")
    value = module.values.worth(root_of(node))
    if not isinstance(value, Reference) or value.binding is None:
        raise Manual("the library is imported in an unusual way")
    statement = module.survey.parents[value.binding.node]
    assert isinstance(statement, (cst.ImportFrom, cst.Import))
    yield line_after(module, statement, f"import {package}")


def _seen(module: Module, name: str, node: cst.CSTNode) -> set[str]:
    """What a name may be imported from where a node reads it; an empty text for what is no import."""
    place = find(name, module.survey.use(node))
    found = reaching(place[0].bindings[name], place[1]) if place is not None else []
    return {each.path if each.kind is Kind.IMPORT else "" for each in found}


def _require_private(module: Module, name: str) -> None:
    """Raise Manual where other files import the name from this one, or may."""
    path = module.source.path.replace("\\", "/")
    if path.endswith("__init__.py") or _is_listed(module, name):
        raise Manual(f"other code may import `{name}` from here")
    if module.survey.mentions(_BY_NAME):
        raise Manual(f"`{name}` may be looked up by a text")
    stem = path.rpartition("/")[2].removesuffix(".py")
    if not stem.isidentifier():  # no module has such a name
        return
    pattern = rf"\b(?:from|import)\b[^\n]{{0,300}}\b{re.escape(stem)}\b"
    home, read = module.program.file(module.tree), module.program.read
    for other in module.program.project.saying(pattern, [stem], home):
        if name.encode() in module.program.project.says(other) and _imports(module, read(other), name):
            raise Manual(f"`{other.name}` imports `{name}` from here")


def _imports(module: Module, tree: cst.Module | None, name: str) -> bool:
    """Whether another file takes a name from the one that is linted; True where it cannot be read."""
    if tree is None:
        return True
    home, survey = module.program.file(module.tree), module.survey
    scopes = [scope for scope in survey.scopes.values() if survey.root(scope.node) is tree]
    is_read = any(survey.root(node) is tree for node in survey.attribute_reads.get(name, ()))  # `train.AdamW`
    bound = (each for scope in scopes for some in scope.bindings.values() for each in some if each.kind is Kind.IMPORT)
    named = [each for each in bound if is_read or each.path.rpartition(".")[2] == name]
    named += [each for scope in scopes for each in scope.stars]
    places = (module.program.find(each.path, each.node) for each in named)
    return any(place is not None and place.path == home for place in places)


def _is_listed(module: Module, name: str) -> bool:
    """Whether `__all__` lists the name."""
    listed = (text for text in module.survey.strings if text_of(text) == name)
    return "__all__" in module.survey.scopes[module.tree].bindings and any(listed)


def _statement(module: Module, binding: Binding) -> cst.ImportFrom:
    statement = binding.node if isinstance(binding.node, cst.ImportFrom) else module.survey.parents[binding.node]
    if not isinstance(statement, cst.ImportFrom) or not isinstance(
        module.survey.parents[statement], cst.SimpleStatementLine
    ):
        raise Manual("the class is imported in an unusual way")
    if module.survey.scope(statement).is_class:
        raise Manual("the class is kept in another class, whose instances may read it")
    return statement


def _is_alone(statement: cst.ImportFrom) -> bool:
    return not isinstance(statement.names, cst.ImportStar) and len(statement.names) == 1


def _without(module: Module, statement: cst.ImportFrom, alias: cst.ImportAlias) -> Edit:
    """Take one of several names out of an import."""
    assert not isinstance(statement.names, cst.ImportStar)
    names = list(statement.names)
    index = names.index(alias)
    span = module.span(alias)
    edge = Span(module.span(names[index - 1]).end, span.end) if index else Span(0, 0)
    if index + 1 < len(names):
        edge = Span(span.start, module.span(names[index + 1]).start)
    if "#" in module.source.text[edge.start : edge.end]:
        raise Manual("a comment stands beside the name in the import")
    return Edit(edge, "")
