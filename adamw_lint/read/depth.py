"""How deeply a text is nested, told before LibCST, whose native parser would overflow the stack, sees it."""

import ast
import re
import warnings

LIMIT = 400  # LibCST reads a thousand in well under a second, except brackets, for which it is quadratic
_NOISE = re.compile(r"#[^\r\n]*|(['\"])(?:\\.|(?!\1)[^\\\r\n])*\1")
_BRACKETS = re.compile(r"[()\[\]{}]")
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def too_deep(text: str) -> bool:
    """Whether some node of a text has more than `LIMIT` others around it.

    Where Python itself cannot parse the text (newer or older syntax, or nesting that even it refuses), brackets decide.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
    except (RecursionError, MemoryError):
        return True
    except (SyntaxError, ValueError):
        return _bracket_depth(text) > LIMIT // 2
    widest = width(text)
    return any(is_deep(each, widest) for each in tree.body)


def width(text: str) -> int:
    """How many characters the longest line of a text has."""
    return max(map(len, text.split("\n")))


def is_deep(statement: ast.stmt, widest: int) -> bool:
    """Whether some node of a statement of a module has more than `LIMIT` others around it; no line is longer than that.

    No statement is deeper than it has characters, which are counted before nodes are.
    """
    stack: list[tuple[ast.AST, int]] = [(statement, 2)]
    while stack:
        node, around = stack.pop()
        blocks = [each for name in _BLOCKS for each in getattr(node, name, ()) if isinstance(each, ast.AST)]
        if around + _own_depth(node, blocks, widest, LIMIT - around) > LIMIT:
            return True
        stack += [(each, around + 1) for each in blocks]
    return False


def _own_depth(node: ast.AST, blocks: list[ast.AST], widest: int, allowed: int) -> int:
    """How deep a statement is without the statements inside it, or a bound of that which is low enough."""
    last = getattr(node, "end_lineno", None) or 0
    begins = [getattr(each, "lineno", last) for each in (node, *getattr(node, "decorator_list", ()))]
    lines = min((getattr(each, "lineno", last) for each in blocks), default=last) - min(begins) + 1
    if last and lines * widest < allowed:
        return lines * widest
    depth, level, inside = 0, [node], set(map(id, blocks))
    while level:
        level = [child for each in level for child in ast.iter_child_nodes(each) if id(child) not in inside]
        depth += 1
    return depth


def _bracket_depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(_NOISE.sub("", text)):
        depth = max(depth + (1 if bracket[0] in "([{" else -1), 0)
        deepest = max(deepest, depth)
    return deepest
