"""What each kind of node tells the survey: which names it binds, and what is to be remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.tree import dotted, joined, method_call

if TYPE_CHECKING:
    from adamw_lint.model.survey import Survey


def _assign(survey: Survey, node: cst.Assign) -> None:
    for target in node.targets:
        survey.bind_target(target.target, Kind.ASSIGN, node, node.value)
        if isinstance(target.target, cst.Subscript):
            survey.items[dotted(target.target.value) or ""].append(node)


def _ann_assign(survey: Survey, node: cst.AnnAssign) -> None:
    if node.value is not None:
        survey.bind_target(node.target, Kind.ASSIGN, node, node.value)


def _named_expr(survey: Survey, node: cst.NamedExpr) -> None:
    survey.bind_target(node.target, Kind.ASSIGN, node, node.value)


def _aug_assign(survey: Survey, node: cst.AugAssign) -> None:
    survey.bind_target(node.target, Kind.AUGMENT, node, node.value)


def _loop(survey: Survey, node: cst.For | cst.CompFor) -> None:
    survey.bind_target(node.target, Kind.LOOP, node, node.iter)


def _with(survey: Survey, node: cst.WithItem) -> None:
    if node.asname is not None:
        survey.bind_target(node.asname.name, Kind.OTHER, node, None)


def _except(survey: Survey, node: cst.ExceptHandler) -> None:
    if node.name is not None:
        survey.bind_target(node.name.name, Kind.OTHER, node, None)


def _delete(survey: Survey, node: cst.Del) -> None:
    survey.bind_target(node.target, Kind.OTHER, node, None)
    if isinstance(node.target, cst.Subscript):
        survey.deletions[dotted(node.target.value) or ""].append(node)


def _define(survey: Survey, node: cst.FunctionDef | cst.ClassDef) -> None:
    survey.bind(node.name.value, Kind.DEFINE, node, node)
    if isinstance(node, cst.FunctionDef):
        survey.functions[node.name.value].append(node)


def _call(survey: Survey, node: cst.Call) -> None:
    survey.calls.append(node)
    survey.within_file[survey.root(node)].append(node)
    survey.within_function[survey.function(node)].append(node)
    method = method_call(node)
    if method is not None:
        survey.methods[dotted(method[0]) or ""].append(node)


def _return(survey: Survey, node: cst.Return) -> None:
    survey.returns.append(node)
    survey.returned[survey.function(node)].append(node)


def _parameter(survey: Survey, node: cst.Param) -> None:
    survey.bind(node.name.value, Kind.PARAMETER, node, node, value=node.default)


def _outer(survey: Survey, node: cst.Global | cst.Nonlocal) -> None:
    survey.scope(node).outer.update(item.name.value for item in node.names)


def _import(survey: Survey, node: cst.Import) -> None:
    for alias in node.names:
        path = alias.evaluated_name
        name = alias.evaluated_alias or path.split(".")[0]
        survey.imported.update(path.split("."))
        survey.bind(name, Kind.IMPORT, alias, node, path=path if alias.asname else name)


def _import_from(survey: Survey, node: cst.ImportFrom) -> None:
    source = "." * len(node.relative) + (dotted(node.module) or "")
    survey.imported.update(source.split("."))
    if isinstance(node.names, cst.ImportStar):
        scope, arms = survey.places[node]
        scope.stars.append(Binding("*", Kind.IMPORT, node, survey.orders[node], arms, path=source))
        return
    for alias in node.names:
        name = alias.evaluated_alias or alias.evaluated_name
        survey.imported.add(alias.evaluated_name)
        survey.bind(name, Kind.IMPORT, alias, node, path=joined(source, alias.evaluated_name))


def _match_name(survey: Survey, node: cst.MatchAs | cst.MatchStar) -> None:
    if node.name is not None:
        survey.bind_target(node.name, Kind.OTHER, node, None)


def _name(survey: Survey, node: cst.Name) -> None:
    if node not in survey.written:  # what binds a name is seen before the name itself
        survey.names[node.value].append(node)


RECORDERS: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.Assign: _assign,
    cst.AnnAssign: _ann_assign,
    cst.NamedExpr: _named_expr,
    cst.AugAssign: _aug_assign,
    cst.For: _loop,
    cst.CompFor: _loop,
    cst.WithItem: _with,
    cst.ExceptHandler: _except,
    cst.Del: _delete,
    cst.FunctionDef: _define,
    cst.ClassDef: _define,
    cst.Param: _parameter,
    cst.Global: _outer,
    cst.Nonlocal: _outer,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.MatchAs: _match_name,
    cst.MatchStar: _match_name,
    cst.Call: _call,
    cst.Return: _return,
    cst.Name: _name,
    cst.Attribute: lambda survey, node: survey.attribute_reads[node.attr.value].append(node),
    cst.SimpleString: lambda survey, node: survey.strings.append(node),
}
