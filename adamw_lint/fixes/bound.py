"""Whether a new text uses a name that nothing binds, or uses it before it is bound, where the old one did not."""

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator

_KNOWN = frozenset((*dir(builtins), "__file__", "__path__", "__builtins__"))
_Place = tuple[int, int]
_Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def newly_unbound(old: str, new: str) -> str | None:
    """A name that is unbound where the new text uses it, and not in the old one; None as well where either is unread.

    A use in a function or a class that runs later is held against every binding of the module; one in the same body is
    held against the bindings above it.
    """
    before, after = _unbound(old), _unbound(new)
    return None if before is None or after is None else min(after - before, default=None)


def _unbound(text: str) -> set[str] | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
            table = symtable.symtable(text, "<text>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {*_undefined(tree, table), *(name for scope in _scopes(tree) for name in _early(scope))}


def _undefined(tree: ast.Module, table: symtable.SymbolTable) -> Iterator[str]:
    if any(each.name == "*" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for each in node.names):
        return  # it may bind anything
    tables = list(_tables(table))
    bound = {
        symbol.get_name()
        for each in tables
        for symbol in each.get_symbols()
        if (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace())
        and (each is table or symbol.is_declared_global())
    }
    for each in tables:
        for symbol in each.get_symbols():
            is_ours = symbol.is_global() or (each is table and symbol.is_local())
            if symbol.is_referenced() and is_ours and symbol.get_name() not in bound | _KNOWN:
                yield symbol.get_name()


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    stack = [table]
    while stack:
        current = stack.pop()
        yield current
        stack += current.get_children()


def _scopes(tree: ast.Module) -> Iterator[_Scope]:
    return (node for node in ast.walk(tree) if isinstance(node, _Scope))


def _early(scope: _Scope) -> Iterator[str]:
    """The names of a body that it uses above the first place that binds them."""
    bindings: dict[str, _Place] = {}
    uses: dict[str, _Place] = {}
    for name, place, is_binding in _names(scope):
        known = bindings if is_binding else uses
        known[name] = min(place, known.get(name, place))
    for argument in _arguments(scope):
        bindings.pop(argument, None)
    return (name for name, place in uses.items() if name in bindings and place < bindings[name])


def _arguments(scope: _Scope) -> Iterator[str]:
    if not isinstance(scope, ast.Module | ast.ClassDef):
        yield from (node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg))


def _names(scope: _Scope) -> Iterator[tuple[str, _Place, bool]]:
    """Every name in a body outside the bodies within it: where it stands, and whether it is bound there."""
    body = scope.body if isinstance(scope.body, list) else [scope.body]
    stack: list[tuple[ast.AST, frozenset[str]]] = [(node, frozenset()) for node in body]
    while stack:
        node, hidden = stack.pop()
        if isinstance(node, _Comprehension):
            hidden |= {
                each.id for made in node.generators for each in ast.walk(made.target) if isinstance(each, ast.Name)
            }
        yield from ((name, place, how) for name, place, how in _said(node) if name not in hidden)
        stack += [(child, hidden) for child in _inside(node)]


def _said(node: ast.AST) -> Iterator[tuple[str, _Place, bool]]:
    if isinstance(node, ast.Name):
        yield node.id, (node.lineno, node.col_offset), not isinstance(node.ctx, ast.Load)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, (node.lineno, node.col_offset), True
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for each in node.names:
            yield (each.asname or each.name.partition(".")[0]), (node.lineno, node.col_offset), True
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, (node.lineno, node.col_offset), True


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The children that are evaluated in the same body: of a function its decorators and defaults."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from node.decorator_list
        yield from (each for each in (*node.args.defaults, *node.args.kw_defaults) if each)
    elif isinstance(node, ast.Lambda):
        yield from (each for each in (*node.args.defaults, *node.args.kw_defaults) if each)
    elif isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
    else:
        yield from ast.iter_child_nodes(node)
