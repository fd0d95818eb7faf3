"""The names of a part of a file and what each is bound to, by Python's own syntax tree."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from adamw_lint.read.flowing import Flowing
from adamw_lint.read.syntax import names_in

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BINDING = frozenset(
    {*_FUNCTIONS, ast.Lambda, ast.For, ast.AsyncFor, ast.comprehension, ast.Assign, ast.AnnAssign, ast.NamedExpr}
) | {ast.AugAssign}

_PLAIN = frozenset(("ctx", "op", "ops", "id", "attr", "kind", "level", "module", "type_comment"))


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name is bound to: a value, what is looped over, or an argument of the function `of`.

    An argument is the one of that `name`, at an `index` after the object of a method, or gathers those `from_there` on.
    """

    value: ast.expr | None
    looped: bool = False
    of: str | None = None
    name: str = ""
    index: int = -1
    from_there: bool = False


class Part:
    """A part of a file that has names of its own: an outermost function, or the whole of it."""

    def __init__(self, tree: ast.AST) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        self.nodes: list[ast.AST] = []
        self.bound: dict[str, list[Bound]] = defaultdict(list)
        self.calls: list[ast.Call] = []
        for node in self._walk(tree):
            kind = type(node)
            if kind is ast.Call:
                self.calls.append(node)  # type: ignore[arg-type]
                for name, bound in _mapped(node):  # type: ignore[arg-type]
                    self.bound[name].append(bound)
            elif kind in _BINDING:
                for name, bound in _bindings(node):
                    self.bound[name].append(bound)
        self.appended = _appended(self.calls)
        self._flowing: Flowing | None = None

    def _walk(self, tree: ast.AST) -> Iterator[ast.AST]:
        stack = [tree]
        while stack:
            node = stack.pop()
            self.nodes.append(node)
            yield node
            for name in _inner_fields(type(node)):  # type: ignore[arg-type]
                value = getattr(node, name, None)
                for each in value if type(value) is list else (value,):
                    if isinstance(each, ast.AST):
                        self.parents[each] = node
                        stack.append(each)

    def flowing(self, text: str) -> Flowing:
        """Where its values go."""
        if self._flowing is None:
            self._flowing = Flowing(text, self.parents)
        return self._flowing


@cache
def _inner_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a node that may hold others which matter: names and operators are told by their kind."""
    return () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _PLAIN)


def _mapped(call: ast.Call) -> Iterator[tuple[str, Bound]]:
    """The arguments of a lambda that a call may run on each of what else it is given: `map(lambda p: …, params)`."""
    if len(call.args) > 1 and isinstance(call.args[0], ast.Lambda):
        yield from ((each.arg, Bound(over, looped=True)) for each in call.args[0].args.args for over in call.args[1:])


def _appended(calls: list[ast.Call]) -> dict[str, list[ast.expr]]:
    """What is appended to lists, by their names."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for call in calls:
        to = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "append" else None
        if isinstance(to, ast.Name):
            found[to.id] += call.args
    return found


def _bindings(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    """The names that a node binds, each with what it stands for."""
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield from ((name, Bound(node.iter, looped=True)) for name in names_in(node.target))
    elif isinstance(node, ast.Assign):
        yield from ((each.id, Bound(node.value)) for each in node.targets if isinstance(each, ast.Name))
        for each in node.targets:
            yield from _apart(each, node.value) if isinstance(each, (ast.Tuple, ast.List)) else ()
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr, ast.AugAssign)) and isinstance(node.target, ast.Name):
        yield node.target.id, Bound(node.value)
    elif isinstance(node, (*_FUNCTIONS, ast.Lambda)):
        yield from ((bound.name, bound) for bound in _arguments(node))
        given = dict(zip(reversed(node.args.args), reversed(node.args.defaults), strict=False))
        yield from ((arg.arg, Bound(value)) for arg, value in given.items())


def _apart(target: ast.Tuple | ast.List, value: ast.expr) -> Iterator[tuple[str, Bound]]:
    """The names that a value is taken apart to: items that are written, or what a call gives back."""
    items = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    for index, each in enumerate(target.elts):
        item = items[index] if len(items) == len(target.elts) else value if isinstance(value, ast.Call) else None
        yield from ((name, Bound(item)) for name in names_in(each))


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[Bound]:
    of, arguments = getattr(node, "name", ""), node.args
    plain = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    plain = plain[1:] if plain[:1] in (["self"], ["cls"]) else plain
    yield from (Bound(None, of=of, name=name, index=index) for index, name in enumerate(plain))
    yield from (Bound(None, of=of, name=each.arg) for each in arguments.kwonlyargs)
    if arguments.vararg is not None:
        yield Bound(None, of=of, name=arguments.vararg.arg, index=len(plain), from_there=True)
