"""Tells from Python's own syntax tree whether the value of an expression may become an addend of a loss."""

import ast
import builtins
import re
import sys
from collections import defaultdict
from functools import cache, lru_cache

from adamw_lint.read.syntax import last_name
from adamw_lint.rulebook import words

_BUILTINS = frozenset(dir(builtins))
_LEAVING = (ast.Return, ast.Yield, ast.Lambda, ast.withitem, ast.Await)
_ADDING = (ast.Add, ast.Sub, ast.Mult)
_ASSIGNING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)
_IMPORTED = re.compile(r"^[ \t]*(?:from[ \t]+(\w++)[\w.]*+[ \t]+import|import[ \t]+(\w+))([^\n#]*)", re.MULTILINE)


class Flowing:
    """Follows values forward through functions, as the model follows losses backward, and never less far."""

    def __init__(self, text: str, parents: dict[ast.AST, ast.AST]) -> None:
        self._text = text
        self._parents = parents
        self._reads: dict[str, list[ast.AST]] = defaultdict(list)
        for node in parents:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self._reads[node.id].append(node)

    def leaves(self, node: ast.AST) -> bool:
        """Whether a value may leave its function: returned, kept in an object, or handed to a function."""
        stack, seen = [node], set[str]()
        while stack:
            inner = stack.pop()
            outer = self._parents.get(inner)
            if outer is None or isinstance(outer, _LEAVING) or _is_backed(outer) or self._is_handed_over(inner, outer):
                return True
            if isinstance(outer, _ASSIGNING) and inner is outer.value:
                targets = outer.targets if isinstance(outer, ast.Assign) else [outer.target]
                names = [each.id for each in targets if isinstance(each, ast.Name)]
                if len(names) < len(targets):
                    return True
                stack += [read for name in names if name not in seen for read in self._reads[name]]
                seen.update(names)
                stack += [outer] if isinstance(outer, ast.NamedExpr) else []
            elif _passes(inner, outer):
                stack.append(outer)
        return False

    def _is_handed_over(self, inner: ast.AST, outer: ast.AST) -> bool:
        """Whether a value is an argument of what may be the program's own, or of what collects or backs losses."""
        call = self._parents.get(outer) if isinstance(outer, (ast.keyword, ast.Starred)) else outer
        if not isinstance(call, ast.Call) or inner is call.func:
            return False
        takers = (*words("penalty")["gathered"], *words("penalty")["backward"])
        if isinstance(call.func, ast.Attribute) and call.func.attr in takers:
            return True
        root: ast.AST = call.func
        while isinstance(root, ast.Attribute):
            root = root.value
        return not isinstance(root, ast.Name) or (
            root.id not in _BUILTINS and root.id not in _names_of_libraries(self._text)
        )


def _is_backed(outer: ast.AST) -> bool:
    return isinstance(outer, ast.Attribute) and outer.attr in words("penalty")["backward"]


def _passes(inner: ast.AST, outer: ast.AST) -> bool:
    """Whether a value is a part of the value of the expression around it, for a loss that is taken apart."""
    match outer:
        case ast.BinOp(left=left, op=op):
            return isinstance(op, _ADDING) or (isinstance(op, (ast.Div, ast.Pow)) and inner is left)
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.USub)
        case ast.IfExp(test=test):
            return inner is not test
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return inner is outer.elt
        case ast.Dict():
            return any(inner is each for each in outer.values)
        case ast.Subscript(value=value):
            return inner is value
        case ast.Attribute() | ast.keyword() | ast.List() | ast.Tuple() | ast.Set() | ast.Starred():
            return True
        case ast.Call(func=function):
            return last_name(function) in _passing()
    return False


@cache
def _passing() -> frozenset[str]:
    """The operations, by their last names, whose result has a summand of the loss in it where their operand has one."""
    known = words("penalty")
    keys = (
        "total",
        "mean",
        "root",
        "plus",
        "product",
        "quotient",
        "power",
        "collected",
        "unchanged",
        "scaled",
        "square",
    )
    kept = {name for key in keys for name in known[key]}
    return frozenset({*kept, "sum", "list", "values", "reduce", "append"})


@lru_cache(maxsize=1)
def _names_of_libraries(text: str) -> frozenset[str]:
    """The names that a file imports from libraries which no program replaces."""
    known = {*words("penalty")["roots"], *words("updates")["roots"], *sys.stdlib_module_names}
    found: set[str] = set()
    for first, whole, rest in _IMPORTED.findall(text):
        if (first or whole) in known:
            found |= {whole or first, *re.findall(r"\w+", rest)}
    return frozenset(found)
