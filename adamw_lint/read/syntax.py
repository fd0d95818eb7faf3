"""Python's own tree of a text, at a tenth of the cost of LibCST's."""

import ast
import warnings

from adamw_lint.errors import UnparsableError

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what Python says of a text that it cannot parse


MOST = 4_000_000  # characters that are parsed: for each, a tree of Python takes up to 300 bytes, one of LibCST 1,500


def refuse_too_long(text: str, path: str) -> None:
    """Raise UnparsableError for what would take too much memory, by either parser."""
    if len(text) > MOST:
        raise UnparsableError(
            f"{len(text):,} characters of Python are too many to be parsed; {MOST:,} are the most", path
        )


def tree_of(text: str) -> ast.Module:
    """The tree of a text, without what Python warns of; raises one of `UNREADABLE`, for what is too long as well."""
    if len(text) > MOST:
        raise MemoryError(f"a text of {len(text):,} characters")
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(text)


def last_name(node: ast.AST | None) -> str:
    """The name, or the last attribute, that an expression is; empty where it is neither."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def names_in(target: ast.expr) -> list[str]:
    """Every name in an expression, as in what a loop binds."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
