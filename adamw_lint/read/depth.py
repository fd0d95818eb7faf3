"""How deeply a text is nested, told before LibCST, whose native parser would overflow the stack, sees it."""

import ast
import re
import warnings

LIMIT = 400  # LibCST reads a thousand in well under a second, except brackets, for which it is quadratic
_NOISE = re.compile(r"#[^\r\n]*|(['\"])(?:\\.|(?!\1)[^\\\r\n])*\1")
_BRACKETS = re.compile(r"[()\[\]{}]")


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
    return _node_depth(tree) > LIMIT


def _node_depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


def _bracket_depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(_NOISE.sub("", text)):
        depth = max(depth + (1 if bracket[0] in "([{" else -1), 0)
        deepest = max(deepest, depth)
    return deepest
