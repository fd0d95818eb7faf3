"""Small questions about one LibCST node that need nothing but the node."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

import libcst as cst

_LAYOUT = frozenset(
    {
        "lpar",
        "rpar",
        "lbracket",
        "rbracket",
        "lbrace",
        "rbrace",
        "comma",
        "semicolon",
        "dot",
        "equal",
        "colon",
        "indent",
    }
    | {"lines_after_decorators", "leading_lines", "header", "footer", "trailing_whitespace", "encoding"}
    | {"default_indent", "default_newline", "has_trailing_newline"}
)
# Names that stand here are not read: they are the name of an attribute, a keyword, a definition, an import.
_LABELS: dict[type[cst.CSTNode], frozenset[str]] = {
    cst.Attribute: frozenset({"attr"}),
    cst.Arg: frozenset({"keyword"}),
    cst.FunctionDef: frozenset({"name"}),
    cst.ClassDef: frozenset({"name"}),
    cst.Param: frozenset({"name"}),
    cst.ImportFrom: frozenset({"module"}),
    cst.ImportAlias: frozenset({"name", "asname"}),
}


@cache
def child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node type that can hold nodes of code; white space and punctuation are passed over for speed."""
    hidden = _LAYOUT | _LABELS.get(kind, frozenset())
    names = (field.name for field in fields(kind) if field.type is not str)
    return tuple(name for name in names if name not in hidden and not name.startswith(("whitespace", "_")))


def kinds(*bases: type[Any]) -> frozenset[type[Any]]:
    """The node types and all below them: looking a type up is much faster than `isinstance` of an abstract one."""
    below = (kind for base in bases for kind in base.__subclasses__())
    return frozenset(bases).union(*(kinds(kind) for kind in below))


NODES = kinds(*cst.CSTNode.__subclasses__())
for _kind in NODES:  # nodes are keys of every table here; LibCST says the same of them in Python, ten times as slowly
    _kind.__hash__ = object.__hash__  # type: ignore[assignment]


def joined(path: str, name: str) -> str:
    """The dotted path of a name below another path, which may be all dots."""
    return path + name if path.endswith(".") else f"{path}.{name}"


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The direct children of a node that hold code, in the order of its fields."""
    found: list[cst.CSTNode] = []
    for name in child_fields(type(node)):
        value = getattr(node, name)
        kind = type(value)
        if kind in NODES:
            found.append(value)
        elif kind is tuple or kind is list:
            found += [item for item in value if type(item) in NODES]
    return found


def descendants(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and all nodes below it that hold code, parents first, without recursion."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def dotted(node: cst.CSTNode | None) -> str | None:
    """`a.b.c` of a name or a chain of attributes that ends in a name, else None."""
    parts: list[str] = []
    while type(node) is cst.Attribute:  # quicker than `isinstance` of what has an abstract base
        parts.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return None
    return ".".join([node.value, *reversed(parts)])


def text_of(node: cst.CSTNode | None) -> str | None:
    """The value of a plain string literal, else None."""
    if not isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        return None
    try:
        value = node.evaluated_value
    except (SyntaxError, ValueError, AttributeError, cst.CSTLogicError):  # what only LibCST lets through, as `"a" t"b"`
        return None
    return value if isinstance(value, str) else None


def number_of(node: cst.Integer | cst.Float) -> int | float | None:
    """The number that a literal is; None of one with so many digits that Python reads it no more."""
    try:
        return node.evaluated_value
    except (SyntaxError, ValueError):
        return None


def root_of(node: cst.BaseExpression) -> cst.BaseExpression:
    """What an expression of attributes, calls and subscripts starts from: `a` of `a.b(c)[d].e`."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node


def index_of(node: cst.Subscript) -> cst.BaseExpression | None:
    """`k` of `x[k]`; None for slices and for more than one index."""
    if len(node.slice) != 1:
        return None
    element = node.slice[0].slice
    return element.value if isinstance(element, cst.Index) else None


def item_at(node: cst.CSTNode | None, index: int | None) -> cst.BaseExpression | None:
    """The item of a tuple or list that is written, at an index from its begin; None where there is none."""
    items = node.elements if isinstance(node, (cst.Tuple, cst.List)) else ()
    return items[index].value if index is not None and index < len(items) else None


def counted(node: cst.CSTNode) -> cst.BaseExpression | None:
    """`x` of `enumerate(x)`, else None."""
    if not isinstance(node, cst.Call) or dotted(node.func) != "enumerate":
        return None
    plain = positional(node)
    return plain[0] if len(plain) == 1 else None


def method_call(node: cst.CSTNode) -> tuple[cst.BaseExpression, str] | None:
    """`(x, "m")` of `x.m(…)`, else None."""
    if type(node) is cst.Call and type(node.func) is cst.Attribute:
        return node.func.value, node.func.attr.value
    return None


def walked(node: cst.CSTNode | None) -> tuple[cst.BaseExpression, bool] | None:
    """`d` of `d.values()` and `d.items()`, and whether the keys come with the values; else None."""
    method = method_call(node) if isinstance(node, cst.Call) and not node.args else None
    is_walk = method is not None and method[1] in ("values", "items")
    return (method[0], method[1] == "items") if method is not None and is_walk else None


def positional(call: cst.Call) -> list[cst.BaseExpression]:
    """The values of the plain positional arguments of a call."""
    return [arg.value for arg in call.args if arg.keyword is None and not arg.star]


def keyword(call: cst.Call, name: str) -> cst.BaseExpression | None:
    """The value of a keyword argument of a call, None where it is not written."""
    return next((arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def same(left: cst.CSTNode, right: cst.CSTNode) -> bool:
    """Whether two nodes are the same code but for white space and comments, which names and attributes cannot hold."""
    first, second = dotted(left), dotted(right)
    return first == second if first is not None else left.deep_equals(right)


def unpacked(element: cst.Element, whole: cst.CSTNode, statement: cst.CSTNode) -> cst.BaseExpression | None:
    """What an element of a whole is bound to by `a, b = x, y`; None where a statement does not take it out so."""
    if not isinstance(whole, (cst.Tuple, cst.List)) or not isinstance(statement, cst.Assign):
        return None
    target = statement.targets[0].target
    if len(statement.targets) != 1 or not isinstance(target, (cst.Tuple, cst.List)):
        return None
    stars = any(isinstance(each, cst.StarredElement) for each in (*whole.elements, *target.elements))
    is_each = len(target.elements) == len(whole.elements) and not stars
    return target.elements[whole.elements.index(element)].value if is_each else None


def ends_with(block: cst.CSTNode | None, kinds: tuple[type[cst.BaseSmallStatement], ...]) -> bool:
    """Whether a block has lines of its own, and the last of them ends with a statement of one of the kinds."""
    last = block.body[-1] if isinstance(block, cst.IndentedBlock) and block.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], kinds)
