"""Tells from Python's own syntax tree, at a tenth of the cost of LibCST's, whether a file takes norms of parameters."""

import ast
import re
from collections.abc import Iterator

from adamw_lint.read.syntax import UNREADABLE, last_name, names_in, tree_of
from adamw_lint.rulebook import words

# The fields in which the parameters stand that an expression of each kind may be.
_INTO: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Attribute: ("value",),
    ast.Subscript: ("value",),
    ast.Starred: ("value",),
    ast.Call: ("func",),
    ast.IfExp: ("body", "orelse"),
    ast.ListComp: ("elt",),
    ast.GeneratorExp: ("elt",),
    ast.SetComp: ("elt",),
    ast.BinOp: ("left", "right"),
}
_INTO_ALL: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Call: ("args",),
    ast.List: ("elts",),
    ast.Tuple: ("elts",),
    ast.Dict: ("values",),
}


def takes_norms(text: str) -> bool:
    """Whether some norm or square may be of parameters; True where Python itself cannot read the text."""
    try:
        tree = tree_of(text)
    except UNREADABLE:
        return True
    nodes = list(ast.walk(tree))
    said = re.compile("|".join(words("penalty")["said_of_parameters"]))
    found = [operand for node in nodes for operand in operands(node)]
    if any(_denotes(operand, frozenset(), said) for operand in found):
        return True
    held = _held(nodes, said) if found else frozenset()
    return any(_denotes(operand, held, said) for operand in found)


def operands(node: ast.AST) -> Iterator[ast.expr]:
    """What a node may take the norm or square of, and is no arithmetic itself."""
    found = list(
        _multiplied(node) if isinstance(node, ast.BinOp) else _called(node) if isinstance(node, ast.Call) else ()
    )
    yield from (each for each in found if not isinstance(each, (ast.BinOp, ast.Constant)))


def _multiplied(node: ast.BinOp) -> Iterator[ast.expr]:
    is_negative = isinstance(node.right, ast.UnaryOp) and isinstance(node.right.operand, ast.Constant)
    is_other = is_negative or isinstance(node.right, ast.Call)
    exponent = node.right.value if isinstance(node.right, ast.Constant) else 0 if is_other else 2
    is_square = isinstance(node.op, ast.Pow) and exponent == 2
    is_product = isinstance(node.op, (ast.Mult, ast.MatMult)) and ast.dump(node.left) == ast.dump(node.right)
    if is_square or is_product:
        yield node.left


def _called(node: ast.Call) -> Iterator[ast.expr]:
    known = words("penalty")
    name = last_name(node.func)
    given = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
    if any(name in known[key] for key in ("square", "half_square", "power", "norm", "squared_error")):
        yield from given
    elif any(name in known[key] for key in ("dot", "product")):
        yield from given if len({ast.dump(each) for each in given}) < len(given) else ()
    elif len(node.args) == 2 and isinstance(node.args[1], ast.Call) and "zeros" in ast.dump(node.args[1].func):
        yield node.args[0]


def _held(nodes: list[ast.AST], said: re.Pattern[str]) -> frozenset[str]:
    """The names that may hold parameters: what loops over them bind, and what is assigned from these."""
    held: frozenset[str] = frozenset()
    pairs = [pair for node in nodes for pair in _bindings(node)]
    for _ in range(4):  # a name of a name of a name
        found = {name for names, value in pairs if _denotes(value, held, said) for name in names}
        if found <= held:
            break
        held |= found
    return held


def _bindings(node: ast.AST) -> Iterator[tuple[list[str], ast.expr]]:
    if isinstance(node, (ast.For, ast.comprehension)):
        yield names_in(node.target), node.iter
    elif isinstance(node, ast.Assign):
        yield [name for target in node.targets for name in names_in(target)], node.value


def _denotes(node: ast.expr, held: frozenset[str], said: re.Pattern[str]) -> bool:
    """Whether an expression may be parameters: a name that holds them or says so, what is taken out of it, a list."""
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ast.Name) and (current.id in held or said.search(current.id)):
            return True
        if isinstance(current, ast.Attribute) and said.search(current.attr):
            return True
        stack += [getattr(current, name) for name in _INTO.get(type(current), ())]
        stack += [each for name in _INTO_ALL.get(type(current), ()) for each in getattr(current, name)]
    return False
