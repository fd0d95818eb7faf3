"""Where names are bound, and which bindings may be the ones that a use of the name sees."""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import combinations
from operator import attrgetter
from typing import Any

import libcst as cst

from adamw_lint.model.tree import ends_with


class Kind(Enum):
    """How a name came to be bound."""

    ASSIGN = auto()  # value: the expression on the right
    UNPACK = auto()  # value: the expression that is taken apart
    AUGMENT = auto()  # value: the expression on the right of `+=` and kin
    IMPORT = auto()  # path: what the name stands for
    PARAMETER = auto()  # value: the default, if there is one
    DEFINE = auto()  # value is None, node is the FunctionDef or ClassDef
    LOOP = auto()  # value: the expression that is iterated
    OTHER = auto()  # with, except, del, match: bound to something unknown


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the alternative blocks of a compound statement: the `index`-th of `total`."""

    statement: cst.CSTNode
    index: int
    total: int


Arms = tuple[Arm, ...]
BRANCHING = frozenset((cst.If, cst.For, cst.While, cst.Try, cst.TryStar, cst.Match))  # have alternative blocks


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One place where a name is bound; `order` counts the nodes of the file in the order of the walk."""

    name: str
    kind: Kind
    node: cst.CSTNode
    order: int
    arms: Arms
    value: cst.BaseExpression | None = None
    path: str = ""
    index: int | None = None  # UNPACK and LOOP: which element of a flat tuple target


class Bindings(dict[str, list[Binding]]):
    """The bindings of a scope by their names; in a file that is read piece by piece, those of a name once it is asked.

    What goes through all of them sees what has been read so far.
    """

    def __init__(self, pending: Iterable[str] = (), read: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._pending = set(pending)
        self._read = read

    def __contains__(self, name: object) -> bool:
        self._ask(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> list[Binding]:
        self._ask(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = ()) -> list[Binding]:
        """The bindings of a name, none where nothing binds it."""
        self._ask(name)
        return super().__getitem__(name) if super().__contains__(name) else default

    def add(self, binding: Binding) -> None:
        """Take in a binding, in the order of the text, in which not every file is read."""
        insort(self.setdefault(binding.name, []), binding, key=attrgetter("order"))

    def _ask(self, name: str) -> None:
        if name in self._pending and self._read is not None:
            self._pending.discard(name)
            self._read(name)


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class, function, lambda or comprehension and the names bound directly in it."""

    node: cst.CSTNode
    parent: "Scope | None"
    order: int
    arms: Arms
    bindings: Bindings = field(default_factory=Bindings)
    stars: list[Binding] = field(default_factory=list)
    outer: set[str] = field(default_factory=set)  # names declared global or nonlocal
    function: cst.FunctionDef | None = field(init=False)  # the innermost around what stands in the scope
    owner: cst.ClassDef | None = field(init=False)
    file: cst.CSTNode = field(init=False)

    def __post_init__(self) -> None:
        node, parent = self.node, self.parent
        self.function = node if isinstance(node, cst.FunctionDef) else parent.function if parent else None
        self.owner = node if isinstance(node, cst.ClassDef) else parent.owner if parent else None
        self.file = parent.file if parent else node

    @property
    def is_class(self) -> bool:
        """Whether the scope is a class body, which functions inside do not see."""
        return isinstance(self.node, cst.ClassDef)

    @property
    def is_module(self) -> bool:
        """Whether the scope is the file's outermost."""
        return self.parent is None

    @property
    def immediate(self) -> bool:
        """Whether code in the scope runs where it stands (a comprehension or class), not when it is called."""
        return isinstance(self.node, (cst.ClassDef, cst.BaseComp))


@dataclass(frozen=True, slots=True)
class Use:
    """A place from which a name is read: its scope, its order and its arms there."""

    scope: Scope
    order: float
    arms: Arms


def find(name: str, use: Use) -> tuple[Scope, Use] | None:
    """The scope that binds the name as seen from a use, and the use as that scope sees it; None if nothing binds it."""
    scope: Scope | None = use.scope
    order, arms, first = use.order, use.arms, True
    while scope is not None:
        visible = first or not scope.is_class
        if visible and name in scope.bindings and name not in scope.outer:
            return scope, Use(scope, order, arms)
        order, arms = (scope.order, scope.arms) if scope.immediate else (math.inf, scope.arms)
        first, scope = False, scope.parent
    return None


def binder(name: str, scope: Scope) -> Scope | None:
    """The scope that binds the name as seen from code in another; None if nothing binds it."""
    around = (each for each in enclosing(scope) if each is scope or not each.is_class)
    return next((each for each in around if name in each.bindings and name not in each.outer), None)


def reaching(bindings: list[Binding], use: Use) -> list[Binding]:
    """The bindings that may be in force at a use, latest first.

    A binding in an arm that excludes the use, or that a `return` ends, cannot be; one that always runs before the use
    hides all earlier ones, and so do bindings in all the arms of one statement together.
    """
    found: list[Binding] = []
    covered: set[Arms] = set()
    before = bisect_left(bindings, use.order, key=attrgetter("order"))
    for binding in map(bindings.__getitem__, reversed(range(before))):
        if exclusive(binding.arms, use.arms):
            continue
        found += [] if left_before(binding.arms, use.arms) else [binding]
        if binding.kind is not Kind.AUGMENT and _covers(binding.arms, use.arms, covered):
            break
    return found


def dominates(binding: Binding, use: Use) -> bool:
    """Whether a binding has certainly run whenever the use runs after it."""
    return binding.order < use.order and use.arms[: len(binding.arms)] == binding.arms


def exclusive(one: Arms, other: Arms) -> bool:
    """Whether two places are in different arms of one statement, so that only one of them runs."""
    return any(a.statement is b.statement and a.index != b.index for a, b in zip(one, other, strict=False))


def left_before(arms: Arms, use: Arms) -> bool:
    """Whether one of the arms in which a place is, and a later use is not, ends with a `return` or `raise`."""
    return any(_returns(arm) for arm in arms if arm not in use)


def _returns(arm: Arm) -> bool:
    if not isinstance(arm.statement, cst.If):
        return False
    block = arm.statement.body if arm.index == 0 else getattr(arm.statement.orelse, "body", None)
    return ends_with(block, (cst.Return, cst.Raise))


def all_exclusive(bindings: list[Binding]) -> bool:
    """Whether only one of several bindings ever runs."""
    return all(exclusive(one.arms, other.arms) for one, other in combinations(bindings, 2))


def _covers(arms: Arms, use: Arms, covered: set[Arms]) -> bool:
    covered.add(arms)
    if use[: len(arms)] == arms:
        return True
    last = arms[-1]
    siblings = ((*arms[:-1], Arm(last.statement, index, last.total)) for index in range(last.total))
    return all(sibling in covered for sibling in siblings) and _covers(arms[:-1], use, covered)


def enclosing(scope: Scope) -> Iterator[Scope]:
    """The scope and those around it, innermost first."""
    current: Scope | None = scope
    while current is not None:
        yield current
        current = current.parent


def arm_of(parent: cst.CSTNode, child: cst.CSTNode) -> Arm | None:
    """The arm of a compound statement that a child of it is, None where the child always runs with the statement."""
    if isinstance(parent, cst.If):
        return {id(parent.body): Arm(parent, 0, 2), id(parent.orelse): Arm(parent, 1, 2)}.get(id(child))
    if isinstance(parent, (cst.For, cst.While)):
        return Arm(parent, 0, 2) if child is parent.body else None
    if isinstance(parent, (cst.Try, cst.TryStar)):
        arms = [parent.body, *parent.handlers]
        return next((Arm(parent, index, len(arms)) for index, arm in enumerate(arms) if arm is child), None)
    if isinstance(parent, cst.Match):
        total = len(parent.cases) + 1
        return next((Arm(parent, index, total) for index, case in enumerate(parent.cases) if case is child), None)
    return None
