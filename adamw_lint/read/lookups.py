"""Which texts the code of a file uses as keys of a dict: `group["decay"]`, `group.get("decay")`, `"decay" in group`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from adamw_lint.read.syntax import tree_of

_METHODS = frozenset({"get", "pop", "setdefault"})


@dataclass(frozen=True, slots=True)
class Lookup:
    """One text in the code of a file that may be a key which is read.

    `receiver` holds the names in what is looked into; it is empty where the text stands for something else than a key,
    as in `for key in ("lr", "decay")`. `owner` is the class around it, `steps` whether that class has a method `step`.
    """

    key: str
    receiver: tuple[str, ...] = ()
    owner: str = ""
    steps: bool = field(default=False)


@lru_cache(maxsize=16)
def lookups(code: str) -> tuple[Lookup, ...]:
    """The texts of a file but for those that only write an entry; raises SyntaxError."""
    return tuple(_in(tree_of(code)))


def _in(root: ast.AST) -> Iterator[Lookup]:
    stack: list[tuple[ast.AST, Lookup]] = [(root, Lookup(""))]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.ClassDef):
            names = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
            around = Lookup("", owner=node.name, steps="step" in names)
        key, looked_into = _looked_up(node)
        if key is not None:
            yield replace(around, key=key, receiver=_names(looked_into) if looked_into is not None else ())
        stack += [(child, around) for child in _parts(node)]


def _looked_up(node: ast.AST) -> tuple[str | None, ast.AST | None]:
    """The text that a node is or looks up, and what it looks into."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript):
        return _text(node.target.slice), node.target.value
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return _text(node.slice), node.value
    if isinstance(node, ast.Call) and _is_method(node.func) and node.args:
        return _text(node.args[0]), node.func.value  # type: ignore[attr-defined]
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return _text(node.left), node.comparators[0]
    return _text(node), None


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node without the texts that are its own keys, or that nothing uses."""
    own: list[ast.AST | None] = []
    if isinstance(node, ast.Dict):
        own = [key for key in node.keys if _text(key) is not None]
    elif isinstance(node, ast.Subscript):
        own = [node.slice] if _text(node.slice) is not None else []
    elif isinstance(node, ast.Call) and _is_method(node.func):
        own = [arg for arg in node.args[:1] if _text(arg) is not None]
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        own = [node.left] if _text(node.left) is not None else []
    elif isinstance(node, ast.Expr):
        own = [node.value] if _text(node.value) is not None else []
    yield from (child for child in ast.iter_child_nodes(node) if not any(child is each for each in own))


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _METHODS


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _names(node: ast.AST) -> tuple[str, ...]:
    """`("cfg", "optimizer")` of `cfg.optimizer["a"]`; what starts from no name counts as one without letters."""
    found: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        found += [node.attr] if isinstance(node, ast.Attribute) else []
        node = node.func if isinstance(node, ast.Call) else node.value
    return (node.id if isinstance(node, ast.Name) else "", *reversed(found))
