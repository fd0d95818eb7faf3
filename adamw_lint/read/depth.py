"""How deeply a text is nested, told before LibCST, whose native parser would overflow the stack, sees it."""

import ast
import re
from math import inf

from adamw_lint.read.syntax import tree_of

LIMIT = 400  # LibCST reads a thousand in well under a second, except brackets, for which it is quadratic
_PATTERN = 60  # what a bracket in a pattern of `match` counts for: with each, LibCST takes up to four times as long
_WORK = 5_000_000  # what all brackets together may have around them: LibCST takes some 6 µs a bracket for each of these
_LONG = r"\"{3}(?:[^\"\\]++|\\.|\"(?!\"\"))*+(?:\"{3}|\Z)|'{3}(?:[^'\\]++|\\.|'(?!''))*+(?:'{3}|\Z)"
_SHORT = r"\"(?:\\.|[^\"\\\r\n]++)*+\"?|'(?:\\.|[^'\\\r\n]++)*+'?"
_TOKEN = re.compile(
    rf"#[^\r\n]*|\\(?:\r\n|\n|\r)|(?P<line>(?:\r\n|\n|\r)[ \t\f]*+)(?=[^\s#\\]|\Z)"
    rf"|(?P<formatted>\b(?:[fFtT][rR]?|[rR][fFtT]))?(?P<string>(?:\b[bBrRuU]{{1,2}})?(?:{_LONG}|{_SHORT}))"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<next>[,;])"
    r"|(?P<inner>[^\w\s\"'#,;()\[\]{}:=\\]|\b(?:and|await|else|for|if|in|is|lambda|not|or|yield)\b)",
    re.DOTALL,
)


def too_deep(text: str) -> bool:
    """Whether some node of a text has more than `LIMIT` others around it.

    Few texts hold so many signs that it has to be asked of Python, whose tree is exact. Where Python itself cannot
    parse it (newer or older syntax, or nesting that even it refuses), the signs decide.
    """
    at_most, work = bound(text)
    if at_most <= LIMIT or work > _WORK:
        return work > _WORK
    try:
        tree = tree_of(text)
    except (RecursionError, MemoryError):
        return True
    except (SyntaxError, ValueError):
        return at_most > 2 * LIMIT
    return _node_depth(tree) > LIMIT or _joined(text) > LIMIT or bound(text, inf)[1] > _WORK


def bound(text: str, most: float = 2 * LIMIT) -> tuple[int, int]:
    """About the depth that no node of a text exceeds, and the sum of the depths of all brackets.

    What counts are blocks, brackets twice, every sign since a comma in each of them. Once a depth is more than `most`,
    or the sum more than is borne, nothing is counted on.
    """
    blocks, signs = [(0, 0)], [0]  # indentation and branches of each block, signs in each bracket
    around = held = deepest = work = 0
    bracket = 2
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "inner":
            signs[-1] += 1
            held += 1
        elif kind == "open":
            signs.append(bracket)
            held += bracket
            work += held
        elif kind == "close" and len(signs) > 1:
            held -= signs.pop() - 1  # what was in the bracket; the bracket itself goes on as a call would
            signs[-1] += 1
        elif kind == "next":
            left = bracket if len(signs) > 1 else 0
            held += left - signs[-1]
            signs[-1] = left
        elif kind == "string":
            within = 1 + (bound(token["string"].strip("\"'"))[0] if token["formatted"] else 0)
            signs[-1] += within
            held += within
        elif kind == "line" and len(signs) == 1:
            blocks, signs, held = _below(blocks, len(token["line"].lstrip("\r\n")), text, token.end()), [0], 0
            around = sum(branches for _, branches in blocks) + len(blocks)
            bracket = _PATTERN if text.startswith("case", token.end()) else 2
        if around + held > deepest:
            deepest = around + held
        if deepest > most or work > _WORK:
            break
    return deepest, work


def _below(blocks: list[tuple[int, int]], indent: int, text: str, at: int) -> list[tuple[int, int]]:
    """The blocks around a line of that indentation, with the branches that one `elif` after the other nests."""
    around = [each for each in blocks if each[0] < indent]
    before = next((branches for width, branches in blocks if width == indent), 0)
    goes_on = text.startswith(("elif", "else"), at)
    return [*around, (indent, before + 1 if goes_on else 0)]


def _joined(text: str) -> int:
    """How many strings stand side by side at most: to Python they are one, LibCST nests them."""
    longest = run = reached = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "string":
            run = run + 1 if not text[reached : token.start()].strip() else 1
            longest = max(longest, run)
        if token.lastgroup in ("string", "line", None):
            reached = token.end()
    return longest


def _node_depth(tree: ast.AST) -> int:
    """The depth of a tree, in which what LibCST nests counts although Python lays it side by side."""
    depth, level = 0, [tree]
    while level:
        wide = max(map(_nested_by_others, level))
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1 + wide
    return depth


def _nested_by_others(node: ast.AST) -> int:
    if isinstance(node, (ast.MatchMapping, ast.MatchSequence, ast.MatchClass)):
        return _PATTERN
    if isinstance(node, ast.BoolOp):
        return len(node.values)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)):
        return len(node.generators)
    if isinstance(node, (ast.alias, ast.ImportFrom)):
        return str(node.name if isinstance(node, ast.alias) else node.module).count(".")
    return 0
