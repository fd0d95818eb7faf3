"""Which fragments of code belong together: one goes on with another where it uses a name that the other gives it."""

import ast
from collections.abc import Iterator, Sequence

from adamw_lint.read.syntax import UNREADABLE, tree_of

_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match, *_OWN_SCOPE)


def joined(fragments: Sequence[str]) -> list[tuple[int, ...]]:
    """The numbers of the fragments of each program, in order; what holds no statement belongs to none."""
    programs: dict[int, int] = {}  # the number of a fragment, and that of the first one of its program
    giver: dict[str, int] = {}
    for number, code in enumerate(fragments):
        if not code.strip():
            continue
        needs, gives = _names(code)
        programs[number] = number
        for first in {programs[giver[name]] for name in needs if name in giver}:
            programs = {each: number if of in (first, number) else of for each, of in programs.items()}
        giver |= dict.fromkeys(gives, number)
    groups: dict[int, list[int]] = {}
    for number, program in programs.items():
        groups.setdefault(program, []).append(number)
    return sorted(tuple(group) for group in groups.values())


def _names(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a fragment takes from elsewhere, and those that it binds."""
    try:
        statements = tree_of(code).body
    except UNREADABLE:
        return frozenset(), frozenset()
    needs: set[str] = set()
    gives: set[str] = set()
    for statement in statements:
        bound = set(_bound(statement, whole=True))
        known = gives | bound if isinstance(statement, _COMPOUND) else gives | set(_bound_within(statement))
        needs |= set(_read(statement)) - known
        gives |= set(_bound(statement, whole=False))
    return frozenset(needs), frozenset(gives)


def _read(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            yield each.id
        elif isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name):
            yield each.target.id


def _bound(node: ast.AST, whole: bool) -> Iterator[str]:
    """The names that a statement binds, on the level of the fragment or in the `whole` of it."""
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id
        elif isinstance(each, ast.alias):
            yield (each.asname or each.name).partition(".")[0]
        elif isinstance(each, ast.arg):
            yield each.arg
        elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield each.name
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name):
            stack.append(each.value)  # what is added to was bound before
        elif whole or not isinstance(each, _OWN_SCOPE):
            stack += ast.iter_child_nodes(each)


def _bound_within(node: ast.AST) -> Iterator[str]:
    """The names that comprehensions and lambdas in a simple statement bind for themselves."""
    for each in ast.walk(node):
        if isinstance(each, (ast.comprehension, ast.Lambda)):
            yield from _bound(each.target if isinstance(each, ast.comprehension) else each.args, whole=True)
