"""What one program does with the files that it reads: which ones, under which names, and where their values go."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

from adamw_lint.read.syntax import last_name

Keys = tuple[str, ...]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Scripts = tuple["Script", ...]
_DEPTH = 6  # names that stand for names


@dataclass(frozen=True, slots=True)
class Named:
    """The last parts of a path as far as they are written; `folder` where its user may name another file beside it.

    `by` is the program that writes a whole path, None where more may stand before it.
    """

    parts: Keys
    folder: bool = False
    by: Path | None = None

    def is_of(self, path: Path) -> bool:
        """Whether the file may be the one that is meant, for a program that runs in its own folder or above it."""
        whole = path.absolute().parts
        above = whole[: len(whole) - len(self.parts)]
        if not self.parts or (self.by is not None and self.by.absolute().parts[: len(above)] != above):
            return False
        if self.folder and len(self.parts) > 1:
            same = whole[:-1][-len(self.parts[:-1]) :] == self.parts[:-1]
            return same and path.suffix == PurePath(self.parts[-1]).suffix
        return whole[-len(self.parts) :] == self.parts


class Script:
    """The syntax of one file of Python, and questions about it; nothing is imported or executed."""

    def __init__(self, path: Path, text: str, tree: ast.Module, module: str, loads: Sequence[str]) -> None:
        self.path = path
        self.text = text
        self._nodes = list(ast.walk(tree))
        self._module = module
        self._loads = frozenset(loads)
        self._answers: dict[tuple[ast.expr, int, tuple[Script, ...]], tuple[Named, ...]] = {}

    def reads(self, path: Path, scripts: "Sequence[Script]") -> Iterator[int]:
        """The lines that load a file by the library."""
        for call in self._calls:
            stream = _argument(call, 0, "stream")
            if stream is not None and any(each.is_of(path) for each in self._named(stream, tuple(scripts))):
                yield call.lineno

    def loaded(self, scripts: "Sequence[Script]") -> frozenset[str]:
        """The names, in any of the programs, of what is loaded here."""
        functions = {each.name for each in self._functions if any(call in self._calls for call in _within(each))}
        makers = [*self._calls]
        names = {name for value, name in self._bound if any(call in makers for call in _within(value))}
        for script in scripts:
            for value, name in script._bound:
                called = {last_name(each.func) for each in _within(value)}
                names |= {name} if called & functions else set()
        return frozenset(names)

    def hands_on(self, keys: Keys, takers: frozenset[str], loaded: frozenset[str]) -> bool:
        """Whether a call is handed the value under the keys as it is, by a name of `takers`, or the table around it."""
        for call in (node for node in self._nodes if isinstance(node, ast.Call)):
            for keyword in call.keywords:
                found = self._keys(keyword.value, loaded)
                if keyword.arg in takers and found == keys:
                    return True
                if keyword.arg is None and keys[-1] in takers and found == keys[:-1]:
                    return True
        return False

    @cached_property
    def _calls(self) -> list[ast.Call]:
        """The calls that load by the library, with a loader of its own."""
        imports = [each for node in self._nodes if isinstance(node, ast.Import) for each in node.names]
        modules = {each.asname or each.name for each in imports if each.name == self._module}
        froms = [node for node in self._nodes if isinstance(node, ast.ImportFrom) and node.module == self._module]
        names = {each.asname or each.name: each.name for node in froms for each in node.names}

        def of_library(node: ast.expr | None) -> str:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                return node.attr
            return names.get(node.id, "") if isinstance(node, ast.Name) else ""

        found = (node for node in self._nodes if isinstance(node, ast.Call) and of_library(node.func) in self._loads)
        loaders = ((call, _argument(call, 1, "Loader")) for call in found)
        return [call for call, loader in loaders if loader is None or of_library(loader)]

    @cached_property
    def _functions(self) -> list[Function]:
        return [node for node in self._nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]

    @cached_property
    def _called_as(self) -> dict[str, list[ast.Call]]:
        """The calls by the last name of what is called."""
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for node in self._nodes:
            if isinstance(node, ast.Call):
                found[last_name(node.func)].append(node)
        return found

    @cached_property
    def _bound(self) -> list[tuple[ast.expr, str]]:
        """Every value that is bound to a name, or to an attribute of that name."""
        found: list[tuple[ast.expr, str]] = []
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                found += [(node.value, name) for target in node.targets if (name := last_name(target))]
            if isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                found += [(node.value, last_name(node.target))]
            if isinstance(node, (ast.With, ast.AsyncWith)):
                found += [
                    (each.context_expr, last_name(each.optional_vars)) for each in node.items if each.optional_vars
                ]
        return found

    def _named(self, node: ast.expr, scripts: "Scripts", depth: int = 0) -> "tuple[Named, ...]":
        """The paths that an expression, or the file that it opened, may stand for; asked once for each depth."""
        key = node, depth, scripts
        if key not in self._answers:
            self._answers[key] = tuple(dict.fromkeys(self._standing(node, scripts, depth))) if depth <= _DEPTH else ()
        return self._answers[key]

    def _standing(self, node: ast.expr, scripts: "Scripts", depth: int) -> Iterator[Named]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Named(_parts(node.value), by=self.path)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield from self._joined((node.left, node.right), scripts, depth)
        elif isinstance(node, ast.Call):
            yield from self._called(node, scripts, depth)
        elif isinstance(node, ast.Name):
            yield from self._by_name(node.id, scripts, depth)
        elif isinstance(node, ast.Attribute):
            yield from self._options(node.attr)

    def _called(self, call: ast.Call, scripts: "Scripts", depth: int) -> Iterator[Named]:
        if isinstance(call.func, ast.Attribute) and not call.args and call.func.attr != "parse_args":
            yield from self._named(call.func.value, scripts, depth + 1)  # `f.read()`, `path.read_text()`
        elif last_name(call.func) in ("join", "joinpath"):
            yield from self._joined(call.args, scripts, depth)
        elif isinstance(call.func, ast.Attribute) and call.func.attr in ("open", "read_text", "read_bytes"):
            place = call.args[0] if last_name(call.func.value) in ("io", "codecs", "os") else call.func.value
            yield from self._named(place, scripts, depth + 1)
        elif call.args:  # `open(path)`, `Path(path)`, `str(path)`
            yield from self._named(call.args[0], scripts, depth + 1)

    def _joined(self, parts: Sequence[ast.expr], scripts: "Scripts", depth: int) -> Iterator[Named]:
        written: Keys = ()
        for part in reversed(parts):
            found = self._named(part, scripts, depth + 1)
            if len(found) != 1 or found[0].folder:
                yield Named(written)
                return
            written = (*found[0].parts, *written)
        yield Named(written, by=self.path)

    def _by_name(self, name: str, scripts: "Scripts", depth: int) -> Iterator[Named]:
        for value, bound in self._bound:
            if bound == name:
                yield from self._named(value, scripts, depth + 1)
        for function in self._functions:
            names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
            if name in names:
                yield from self._options(name)
                yield from self._given(function, names.index(name), name, scripts, depth)

    def _given(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        place: int,
        name: str,
        scripts: "Scripts",
        depth: int,
    ) -> Iterator[Named]:
        """What the calls of a function hand over for one of its parameters, else the parameter's default."""
        shift = int(bool(function.args.args) and function.args.args[0].arg in ("self", "cls"))
        called = function.name
        for script in scripts:
            for call in script._called_as.get(called, ()):
                given = _argument(call, place - shift, name)
                if given is not None:
                    yield from script._named(given, scripts, depth + 2)
        behind = len(function.args.args) - place
        if 0 < behind <= len(function.args.defaults):
            yield from self._named(function.args.defaults[-behind], scripts, depth + 1)

    def _options(self, name: str) -> Iterator[Named]:
        """The default of an option of the command line, whose user may name another file of the same folder."""
        for call in (node for node in self._nodes if isinstance(node, ast.Call)):
            words = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if any(word.startswith("-") and word.lstrip("-").replace("-", "_") == name for word in words):
                default = next((each.value for each in call.keywords if each.arg == "default"), None)
                if isinstance(default, ast.Constant) and isinstance(default.value, str):
                    yield Named(_parts(default.value), folder=True, by=self.path)

    def _keys(self, node: ast.expr, loaded: frozenset[str], depth: int = 0) -> Keys | None:
        """The keys by which an expression is found in what was loaded; None where it is not from there."""
        if depth > _DEPTH:
            return None
        if isinstance(node, (ast.Name, ast.Attribute)) and last_name(node) in loaded:
            return ()
        if isinstance(node, ast.Name):
            values = [value for value, name in self._bound if name == node.id]
            return self._keys(values[0], loaded, depth + 1) if len(values) == 1 else None
        looked, key = _looked_up(node)
        within = self._keys(looked, loaded, depth) if looked is not None else None
        return (*within, key) if within is not None else None


def _parts(path: str) -> Keys:
    return tuple(part for part in PurePath(path).parts if part not in (".", ".."))


def _looked_up(node: ast.expr) -> tuple[ast.expr | None, str]:
    """What a key is looked up in, and the key: `a["b"]`, `a.get("b")`, `a.b`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.value, node.slice.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
        key = node.args[0] if node.args else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return node.func.value, key.value
    if isinstance(node, ast.Attribute):
        return node.value, node.attr
    return None, ""


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    given = next((each.value for each in call.keywords if each.arg == name), None)
    if given is not None:
        return given
    return call.args[place] if 0 <= place < len(call.args) and not isinstance(call.args[place], ast.Starred) else None


def _within(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))
