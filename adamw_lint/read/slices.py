"""Cuts the text of a file into its outermost statements, so that no more of it is parsed than is asked for."""

import ast
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

import libcst as cst

from adamw_lint.read.depth import too_deep
from adamw_lint.read.syntax import UNREADABLE, tree_of
from adamw_lint.read.trees import parsed

_SCOPED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Slices:
    """The outermost statements of a text, by the names that they bind; each is parsed at most once.

    Where Python itself cannot read the text, or ends lines where this one does not, all of it is one slice.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.named: dict[str, list[int]] = defaultdict(list)
        self.starred: list[int] = []
        self.is_whole = False  # whether the text could not be cut
        self._spans: list[tuple[int, int]] = []
        self._parsed: dict[int, tuple[Statement, ...]] = {}
        tree = _tree(text)
        if tree is None:
            self.is_whole = True
            self._spans = [(0, len(text))]
        else:
            self._cut(tree)

    def __len__(self) -> int:
        return len(self._spans)

    @property
    def weight(self) -> int:
        """The characters of which there are trees, and a tenth of all, which take much less."""
        spans = map(self._spans.__getitem__, self._parsed)
        return len(self.text) // 10 + sum(end - start for start, end in spans)

    def start(self, number: int) -> int:
        """Where a slice begins, in characters."""
        return self._spans[number][0]

    def parsed(self, number: int) -> tuple[Statement, ...]:
        """The statements of a slice; none where LibCST cannot parse it or would overflow the stack."""
        if number not in self._parsed:
            start, end = self._spans[number]
            text = self.text[start:end]
            self._parsed[number] = () if too_deep(text) else _statements(text)
        return self._parsed[number]

    def derived(self, name: str) -> dict[str, int]:
        """The slices with the classes that may derive from one of a name, by their names."""
        found = re.finditer(rf"^class (\w+)\([^:]{{0,1000}}\b{name}\b", self.text, re.MULTILINE)
        return {each[1]: bisect_right(self._spans, (each.start(), len(self.text))) - 1 for each in found}

    def _cut(self, tree: ast.Module) -> None:
        ends = [0]
        for line in self.text.split("\n"):
            ends.append(ends[-1] + len(line) + 1)
        has_outer, has_walrus = "global " in self.text, ":=" in self.text
        last = -1
        for node in tree.body:
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))]) - 1
            start, end = ends[first], min(ends[node.end_lineno or node.lineno], len(self.text))
            if first < last:  # two statements on one line
                self._spans[-1] = (self._spans[-1][0], end)
            else:
                self._spans.append((start, end))
            last = node.end_lineno or node.lineno
            for name in {*_bound(node, has_walrus), *(_outer(node) if has_outer else ())}:
                if self.named[name][-1:] != [len(self._spans) - 1]:
                    self.named[name].append(len(self._spans) - 1)
            if any(isinstance(each, ast.ImportFrom) and each.names[0].name == "*" for each in _outermost(node)):
                self.starred.append(len(self._spans) - 1)


def _tree(text: str) -> ast.Module | None:
    if "\r" in text or "\f" in text:
        return None
    try:
        return tree_of(text)
    except UNREADABLE:
        return None


def _statements(text: str) -> tuple[Statement, ...]:
    try:
        return tuple(parsed(text).body)
    except (cst.ParserSyntaxError, cst.CSTValidationError, cst.CSTLogicError):
        return ()


def _outermost(node: ast.stmt) -> Iterator[ast.AST]:
    """A statement and those inside it that run where it stands, without what is in expressions."""
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        yield current
        if not isinstance(current, _SCOPED):
            stack += (each for each in ast.iter_child_nodes(current) if not isinstance(each, ast.expr))


def _bound(node: ast.stmt, has_walrus: bool) -> Iterator[str]:
    """The names that a statement of a module binds there."""
    for each in _outermost(node):
        if isinstance(each, _SCOPED):
            yield each.name
        elif isinstance(each, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in each.names)
        elif isinstance(each, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and each.name:
            yield each.name
        elif isinstance(each, ast.MatchMapping) and each.rest:
            yield each.rest
        targets = [each] if has_walrus and not isinstance(each, _SCOPED) else _targets(each)
        yield from (name for target in targets for name in _written(target))


def _targets(node: ast.AST) -> list[ast.AST]:
    """What a node assigns to."""
    found = [getattr(node, field, None) for field in ("target", "optional_vars")]
    return [*getattr(node, "targets", ()), *(each for each in found if each is not None)]


def _written(node: ast.AST) -> Iterator[str]:
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return (name.id for name in names if not isinstance(name.ctx, ast.Load))


def _outer(node: ast.stmt) -> Iterator[str]:
    """The names that functions in a statement bind for the module."""
    return (name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names)
