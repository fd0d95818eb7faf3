"""The other files of the program: found by their imports, and read only when something in them is asked for."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path

import libcst as cst

from adamw_lint.errors import UnreadableError
from adamw_lint.model.scopes import Bindings, Scope
from adamw_lint.model.survey import Survey
from adamw_lint.read.asked import is_file, is_folder, is_there, stamp_of
from adamw_lint.read.project import Project, text_of_program
from adamw_lint.read.slices import Slices
from adamw_lint.read.source import Source
from adamw_lint.rulebook import optimizers_by_path, words

_NEAREST = 2  # files taken for one attribute
_NODES = 8  # more than a character has nodes, so that orders follow the text
_READ = 24  # other files read for one; a program has few that say how it is trained


@dataclass(frozen=True, slots=True)
class Place:
    """A name of a module of the program: the file, and the names after the module's own in a dotted path."""

    path: Path
    names: tuple[str, ...]


class Program:
    """Finds and reads the other files of the program that a file belongs to; nothing is imported or executed."""

    def __init__(self, survey: Survey, source: Source) -> None:
        self._survey = survey
        self.home = Path(source.path).absolute()
        self.project = Project.around(self.home)
        self._trees: dict[Path, cst.Module | None] = {self.home: survey.tree}
        self._files = {survey.tree: self.home}
        self._texts = {survey.tree: survey.text}
        self._slices: dict[cst.Module, Slices] = {}
        self._taken: dict[cst.Module, set[int]] = {}
        self._defined: set[str] = set()
        self._found: dict[tuple[Path, str], Place | None] = {}
        self._around: dict[Path, tuple[tuple[Path, ...], tuple[Path, ...]]] = {}
        self._had: dict[tuple[Path, str], bool] = {}

    def file(self, node: cst.CSTNode) -> Path:
        """The file in which a node stands."""
        return self._files[self._survey.root(node)]

    def module_of(self, node: cst.CSTNode) -> str:
        """The dotted name of the module that the file of a node is, from the outermost package on."""
        path = self.file(node)
        names = [] if path.stem == "__init__" else [path.stem]
        for folder in path.parents:
            if not is_there(folder / "__init__.py"):
                break
            names.insert(0, folder.name)
        return ".".join(names)

    def text_around(self, node: cst.CSTNode) -> str:
        """The text of the file in which a node stands."""
        return self._texts[self._survey.root(node)]

    def find(self, path: str, at: cst.CSTNode) -> Place | None:
        """The file of the program that a dotted path means where it is imported; None for a library."""
        key = (self.file(at), path)
        if key not in self._found:
            self._found[key] = next(self._places(path, key[0]), None)
        return self._found[key]

    def _places(self, path: str, importer: Path) -> Iterator[Place]:
        names = path.lstrip(".").split(".")
        dots = len(path) - len(path.lstrip("."))
        if dots:
            yield from _below(importer.parents[min(dots, len(importer.parents)) - 1], names)
            return
        for folder in self._folders_around(importer, names[0]):
            if self._has(folder, names[0]):
                yield from (place for place in _below(folder, names) if place.path != importer)
        source = self.project.root / "src"
        if self._has(source, names[0]):
            yield from _below(source, names)

    def _folders_around(self, importer: Path, name: str) -> tuple[Path, ...]:
        """Where a file finds what it imports.

        What is in a package is imported by way of the package, unless that is the root, where programs are run. Scripts
        within a package are run too, and then find what stands beside them, but no library is what is meant then.
        """
        if importer not in self._around:
            root, found, packages = self.project.root, list[Path](), list[Path]()
            for folder in importer.parents:
                is_outside = folder == root or not is_there(folder / "__init__.py")
                (found if is_outside else packages).append(folder)
                if folder == root or not folder.is_relative_to(root):
                    break
            self._around[importer] = tuple(found), tuple(packages)
        outside, within = self._around[importer]
        return outside if name in _libraries() else (*outside, *within)

    def _has(self, folder: Path, name: str) -> bool:
        """Whether a folder has a module or package of a name; most imports are of a few libraries, again and again."""
        if (folder, name) not in self._had:
            self._had[folder, name] = is_folder(folder / name) or is_file(folder / f"{name}.py")
        return self._had[folder, name]

    @property
    def others(self) -> tuple[cst.Module, ...]:
        """The files read so far, but for the one that is linted."""
        return tuple(tree for tree in self._files if tree is not self._survey.tree)

    def text(self, node: cst.CSTNode) -> str:
        """The code of a node of another file, without a comma that stands behind it."""
        code = self._survey.root(node).code_for_node(node).strip()
        return code.removesuffix(",").rstrip() if isinstance(getattr(node, "comma", None), cst.Comma) else code

    def read(self, path: Path) -> cst.Module | None:
        """The tree of a file, all of which is taken into the survey; None for one that cannot be read."""
        tree = self.opened(path)
        for number in range(len(self._slices[tree])) if tree in self._slices else ():
            self._take(tree, number)  # type: ignore[arg-type]
        return tree

    def opened(self, path: Path) -> cst.Module | None:
        """The tree of a file, whose names are bound once they are asked for; None for one that cannot be read."""
        if path not in self._trees:
            slices = self._slices_of(path) if len(self._files) <= _READ else None
            self._trees[path] = self._open(path, slices) if slices is not None else None
        return self._trees[path]

    def _open(self, path: Path, slices: Slices) -> cst.Module:
        tree = cst.Module(body=[])
        self._files[tree] = path
        self._texts[tree] = slices.text
        self._slices[tree] = slices
        self._taken[tree] = set()
        self._survey.enter(Scope(tree, None, 0, (), Bindings(slices.named, partial(self._bind, tree))))
        for number in range(len(slices)) if slices.is_whole else slices.starred:
            self._take(tree, number)
        return tree

    def _bind(self, tree: cst.Module, name: str) -> None:
        for number in self._slices[tree].named.get(name, ()):
            self._take(tree, number)

    def _take(self, tree: cst.Module, number: int) -> None:
        if number not in self._taken[tree]:
            self._taken[tree].add(number)
            slices = self._slices[tree]
            self._survey.graft(tree, slices.parsed(number), slices.start(number) * _NODES)

    def read_derived(self, node: cst.ClassDef) -> None:
        """Take in the classes at the top of the file of a class that may derive from it."""
        tree = self._survey.root(node)
        names = [node.name.value]
        for name in names if tree in self._slices else ():
            for below, number in self._slices[tree].derived(name).items():
                self._take(tree, number)
                names += [below] if below not in names else []

    def _slices_of(self, path: Path) -> Slices | None:
        slices: Slices | None = self.project.slices.get((path, stamp_of(path)), lambda: _cut(path))
        return slices

    def read_definers(self, attribute: str) -> None:
        """Read the nearest files whose classes bind an attribute of their instances."""
        pattern = rf"\bself\.{attribute}\b[^=\n]{{0,200}}=[^=]"
        if attribute not in self._defined and not re.search(pattern, self._survey.text):
            for path in islice(self.project.saying(pattern, [attribute], self.home), _NEAREST):
                self.read(path)
        self._defined.add(attribute)

    def read_methods(self, name: str) -> None:
        """Read the nearest files that define a method, unless the one that is linted does."""
        if name not in self._defined and not any(map(self._survey.owns, self._survey.functions.get(name, ()))):
            for path in islice(
                self.project.saying(rf"\bdef {name}\(self\b", [f"def {name}(self"], self.home), _NEAREST
            ):
                self.read(path)
        self._defined.add(name)

    def read_appenders(self, attribute: str) -> None:
        """Read the nearest files that append to a list that objects hold under that name."""
        pattern = rf"\.{attribute}\.append\("
        if pattern not in self._defined:
            for path in islice(self.project.saying(pattern, [attribute], self.home), _NEAREST):
                self.read(path)
        self._defined.add(pattern)

    def callers(self, *names: str) -> Iterator[Path]:
        """The other files of the project that may call one of the names, those nearest to this one first.

        A method may be bound to another name before it is called: `loss = model.loss`.
        """
        either = "|".join(names)
        called = rf"(?<!def )(?<!class )\b(?:{either})\s*\(|(?:=|\bor)\s*[\w.]+\.(?:{either})\b(?!\s*[.(=\[])"
        return self.project.saying(called, names, self.home)

    def importers(self, name: str) -> Iterator[Path]:
        """The other files of the project that may import a module, those nearest to this one first."""
        pattern = rf"\bimport\b.*\b{name}\b|\bfrom\b.*\b{name}\b.*\bimport\b"
        return self.project.saying(pattern, [name], self.home)


def _below(folder: Path, names: list[str]) -> Iterator[Place]:
    """The module that a dotted path means below a folder, as far down as there are files."""
    for index, name in enumerate(names):
        file, package = folder / f"{name}.py", folder / name
        rest = tuple(names[index + 1 :])
        if is_folder(package) and (not is_file(file) or is_file(package / "__init__.py")):
            folder = package
        elif is_file(file):
            yield Place(file, rest)
            return
        else:
            break
    else:
        index += 1
    if index and is_file(folder / "__init__.py"):
        yield Place(folder / "__init__.py", tuple(names[index:]))


@cache
def _libraries() -> frozenset[str]:
    """The names that mean a library wherever they are imported: Python's own, and those of which something is known."""
    known = {path.partition(".")[0] for path in optimizers_by_path()}
    return frozenset({*known, *words("penalty")["roots"], *sys.stdlib_module_names})


def _cut(path: Path) -> Slices | None:
    try:
        return Slices(text_of_program(path))
    except (OSError, UnreadableError):
        return None
