"""The groups that each optimizer is handed, be it a library's or the program's own, and the key it reads a decay by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.constructions import Construction
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.partitions import Partition, Partitions
from adamw_lint.model.program import Program
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import index_of, keyword, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Entry, Reference
from adamw_lint.read.lookups import Lookup, lookups
from adamw_lint.rulebook import Optimizer
from adamw_lint.signatures import parameters


@dataclass(frozen=True, slots=True, eq=False)
class Handed:
    """One call that hands groups to an optimizer which reads their decay under `key`.

    `built` is the construction of a library's optimizer, `home` the class of the program's own one.
    """

    call: cst.Call
    callee: cst.BaseExpression
    groups: tuple[Group, ...]
    key: str
    built: Construction | None = None
    home: cst.ClassDef | None = None


class Handovers:
    """Answers for one surveyed file."""

    def __init__(
        self,
        survey: Survey,
        values: Values,
        program: Program,
        partitions: Partitions,
        words: dict[str, list[str]],
        facts: dict[str, Optimizer],
    ) -> None:
        self._survey = survey
        self._values = values
        self._program = program
        self._partitions = partitions
        self._words = words
        self._facts = facts

    def find(self, tree: cst.Module, partitions: Iterable[Partition]) -> Iterator[Handed]:
        """Those of a file whose optimizers read the decay of a group under a key that is known."""
        for partition in partitions:
            built = partition.built
            # Of a library that ended, older releases than the last one may have read another key.
            if built is not None and built.optimizer.decay_argument is not None and built.optimizer.ended is None:
                key = built.optimizer.decay_argument
                yield Handed(built.call, built.class_name, partition.groups, key, built)
        for call in tuple(self._survey.calls):
            if self._survey.root(call) is tree:
                yield from self._to_own_class(call)

    def _to_own_class(self, call: cst.Call) -> Iterator[Handed]:
        target = self._values.worth(call.func)
        first = next(iter(positional(call)), None) or keyword(call, "params")
        if first is None or not isinstance(target, Defined) or not isinstance(target.node, cst.ClassDef):
            return
        read = self._read_by(target.node)
        keys = set(self._words["decays"]) & read if read is not None else set()
        if len(keys) == 1 and not self._is_translated(target.node):
            (key,) = keys
            groups = tuple(self._partitions.read(first, (key,)))
            callee = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
            yield Handed(call, callee, groups, key, home=target.node)

    def _read_by(self, node: cst.ClassDef, depth: int = 0) -> frozenset[str] | None:
        """The keys that a class and its bases say; None where it is no optimizer whose bases are all known."""
        found: frozenset[str] = frozenset()
        for base in node.bases:
            target = self._values.worth(base.value)
            more: frozenset[str] | None = None
            if isinstance(target, Reference) and target.path in self._words["bases"]:
                more = frozenset()
            elif isinstance(target, Reference) and target.path in self._facts:
                more = parameters(self._facts[target.path].signature)[1]
            elif isinstance(target, Defined) and isinstance(target.node, cst.ClassDef) and depth < 6:
                more = self._read_by(target.node, depth + 1)
            if more is None:
                return None
            found |= more
        said = self._said_in(node) if node.bases else None
        return None if said is None else found | {each.key for each in said}

    def _said_in(self, node: cst.ClassDef) -> list[Lookup] | None:
        said = _lookups(self._program.text_around(node))
        return None if said is None else [each for each in said if each.owner == node.name.value]

    def _is_translated(self, node: cst.ClassDef) -> bool:
        """Whether a class makes the groups anew before they become its own, so that other keys may be read."""
        scope = self._survey.scopes[node]
        made = [binding.node for binding in scope.bindings.get("__init__", ())]
        inits = [each for each in made if isinstance(each, cst.FunctionDef)]
        names = {param.name.value for each in inits for param in each.params.params[1:2]}
        return any(bound in names for each in inits for bound in self._rebound(each))

    def _rebound(self, function: cst.FunctionDef) -> Iterator[str]:
        """The parameters of a function that are bound again in it."""
        for name, bindings in self._survey.scopes[function].bindings.items():
            if len(bindings) > 1:
                yield name

    def is_read(self, key: str, to: Handed) -> bool:
        """Whether code of the program may look a key up in the groups, be it an optimizer, a scheduler or a loop."""
        home = to.home.name.value if to.home is not None else ""
        tree = self._survey.tree
        own = _lookups(self._survey.text)
        if own is None or any(self._may_be(each, key, home) for each in own):
            return True
        here, project = self._program.file(tree), self._program.project
        saying = set(project.saying(rf"[\"']{key}[\"']", [key], here))
        for path in saying & project.linked(here, self._survey.text.encode()) if saying else ():
            said = _lookups(project.says(path).decode(errors="replace"))
            if said is None or any(each.receiver and self._may_be(each, key, home) for each in said):
                return True
        return False

    def _may_be(self, said: Lookup, key: str, home: str) -> bool:
        """Whether a text may look the key up in the groups: not in settings, not in those of another optimizer."""
        if said.key != key or (home and said.steps and said.owner != home):
            return False
        return not any(name.strip("_").lower() in self._words["settings"] for name in said.receiver)

    def handed_on(self, to: Handed) -> Iterator[cst.Call]:
        """The other calls that are handed the variable which holds the groups."""
        for name in (arg.value for arg in to.call.args if isinstance(arg.value, (cst.Name, cst.Attribute))):
            found = set(self._values.bindings(name))
            for call in self._survey.calls:
                same = (arg.value for arg in call.args if type(arg.value) is type(name) and call is not to.call)
                if any(not found.isdisjoint(self._values.bindings(each)) for each in same):
                    yield call


def key_of(entry: Entry) -> cst.BaseExpression | None:
    """The place where the key of an entry of a dict is written."""
    node = entry.node
    if isinstance(node, cst.DictElement):
        return node.key
    if isinstance(node, cst.Arg):
        return node.keyword
    target = node.targets[0].target if isinstance(node, cst.Assign) else None
    return index_of(target) if isinstance(target, cst.Subscript) else None


def _lookups(code: str) -> tuple[Lookup, ...] | None:
    try:
        return lookups(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
