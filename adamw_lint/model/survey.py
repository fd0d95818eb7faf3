"""The one walk over a LibCST tree: parents, scopes, bindings, calls and statements, with an explicit stack."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import libcst as cst

from adamw_lint.model.recorders import RECORDERS
from adamw_lint.model.scopes import BRANCHING, Arm, Arms, Binding, Kind, Scope, Use, arm_of
from adamw_lint.model.tree import NODES, child_fields, children, descendants, dotted, kinds

Node = TypeVar("Node", bound=cst.CSTNode)
Spot = tuple[Scope, Arms]  # what a node stands in
Visit = tuple[cst.CSTNode, cst.CSTNode | None, Spot]
_SCOPED = kinds(cst.FunctionDef, cst.ClassDef, cst.Lambda, cst.GeneratorExp, cst.ListComp, cst.SetComp, cst.DictComp)
_ASSIGNING = frozenset((cst.Assign, cst.AnnAssign, cst.AugAssign))
_INNER = kinds(cst.BaseExpression, cst.Arg, cst.BaseElement) - _SCOPED  # may stand in what is assigned

_MAPS = ("parents", "orders", "places", "scopes", "attributes")
_LISTS = ("names", "attribute_reads", "items", "fields", "deletions", "methods", "functions", "returned")
_CALLS = ("within_file", "within_function")


@dataclass(slots=True, eq=False)
class Survey:
    """What one walk over a tree has seen; everything is in the order of the text.

    The survey of the file that is linted takes in pieces of other files of its program (`graft`): a question about a
    node is answered alike, whichever of the files the node is of. Orders say nothing between two files.
    """

    tree: cst.Module
    text: str
    parents: dict[cst.CSTNode, cst.CSTNode] = field(default_factory=dict)
    orders: dict[cst.CSTNode, int] = field(default_factory=dict)
    places: dict[cst.CSTNode, Spot] = field(default_factory=dict)
    scopes: dict[cst.CSTNode, Scope] = field(default_factory=dict)
    calls: list[cst.Call] = field(default_factory=list)
    returns: list[cst.Return] = field(default_factory=list)
    names: dict[str, list[cst.Name]] = field(default_factory=lambda: defaultdict(list))  # only where they are read
    written: set[cst.CSTNode] = field(default_factory=set)  # what binds a name
    strings: list[cst.SimpleString] = field(default_factory=list)
    attribute_reads: dict[str, list[cst.Attribute]] = field(default_factory=lambda: defaultdict(list))
    imported: set[str] = field(default_factory=set)  # every component of every imported path
    attributes: dict[cst.ClassDef, dict[str, list[Binding]]] = field(default_factory=lambda: defaultdict(dict))
    items: dict[str, list[cst.Assign]] = field(default_factory=lambda: defaultdict(list))
    fields: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))  # of `a.b = c`, by `a.b`
    deletions: dict[str, list[cst.Del]] = field(default_factory=lambda: defaultdict(list))
    methods: dict[str, list[cst.Call]] = field(default_factory=lambda: defaultdict(list))  # by the receiver as written
    functions: dict[str, list[cst.FunctionDef]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[cst.CSTNode | None, list[cst.Return]] = field(default_factory=lambda: defaultdict(list))
    within_file: dict[cst.CSTNode, list[cst.Call]] = field(default_factory=lambda: defaultdict(list))
    within_function: dict[cst.CSTNode | None, list[cst.Call]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, tree: cst.Module, text: str) -> "Survey":
        """Walk a whole module, which `text` is parsed to."""
        survey = cls(tree, text)
        survey.enter(Scope(tree, None, 0, ()))
        survey._walk([(tree, None, survey.places[tree])], 0)
        return survey

    def enter(self, module: Scope) -> None:
        """Know of a file by its outermost scope; its statements come later."""
        self.scopes[module.node] = module
        self.orders[module.node] = 0
        self.places[module.node] = (module, ())

    def graft(self, tree: cst.Module, statements: Sequence[cst.CSTNode], order: int) -> None:
        """Walk over some outermost statements of another file; `order` is that of the first of them."""
        piece = Survey(tree, "")
        piece.enter(self.scopes[tree])
        piece._walk([(each, tree, piece.places[tree]) for each in reversed(statements)], order)
        for name in _MAPS:
            getattr(self, name).update(getattr(piece, name))
        for name in (*_LISTS, *_CALLS):
            for key, nodes in getattr(piece, name).items():
                getattr(self, name)[key] += nodes
        self.calls += piece.calls
        self.returns += piece.returns

    def root(self, node: cst.CSTNode) -> cst.Module:
        """The file in which a node stands."""
        file = self.places[node][0].file
        assert isinstance(file, cst.Module)
        return file

    def owns(self, node: cst.CSTNode) -> bool:
        """Whether a node is of the file that is linted, not of another one of its program."""
        return self.places[node][0].file is self.tree

    @property
    def own_scopes(self) -> list[Scope]:
        """The scopes of the file that is linted."""
        return [scope for scope in self.scopes.values() if scope.file is self.tree]

    def own_nodes(self) -> list[cst.CSTNode]:
        """All nodes of the file that is linted, in the order of the walk."""
        return [node for node, (scope, _) in self.places.items() if scope.file is self.tree]

    def own(self, nodes: Iterable[Node]) -> list[Node]:
        """Those of some nodes that are of the file that is linted."""
        return [node for node in nodes if self.owns(node)]

    def use(self, node: cst.CSTNode) -> Use:
        """The place of a node, as `scopes.find` wants it."""
        scope, arms = self.places[node]
        return Use(scope, self._moment(node), arms)

    def _moment(self, node: cst.CSTNode) -> int:
        """The order at which a node is read: an assignment or loop reads its right side before it binds its left."""
        inner = node
        for outer in self.ancestors(node):
            kind = type(outer)
            if kind in _ASSIGNING or (kind is cst.For and inner is outer.iter):  # type: ignore[attr-defined]
                return self.orders[outer]
            if kind not in _INNER:
                break
            inner = outer
        return self.orders[node]

    def scope(self, node: cst.CSTNode) -> Scope:
        """The scope in which a node stands."""
        return self.places[node][0]

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def within(self, inner: cst.CSTNode, outer: cst.CSTNode) -> bool:
        """Whether a node stands in another."""
        return any(up is outer for up in self.ancestors(inner))

    def returns_of(self, function: cst.CSTNode | None) -> Sequence[cst.Return]:
        """The returns of a function itself, not of those inside it."""
        return self.returned.get(function, ())

    def calls_in(self, function: cst.CSTNode | None) -> Sequence[cst.Call]:
        """The calls in a function itself, not in those inside it; for None those outside all functions."""
        return self.within_function.get(function, ())

    def cut_short(self, loop: cst.For) -> Iterator[cst.BaseExpression | None]:
        """The conditions under which an iteration of a loop ends early; None for one under no plain condition."""
        for node in descendants(loop.body):
            if isinstance(node, (cst.Continue, cst.Break)):
                above = [up for up in self.ancestors(node) if isinstance(up, (cst.For, cst.While, cst.If, cst.Try))]
                yield above[0].test if isinstance(above[0], cst.If) and above[1:2] == [loop] else None

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The function in whose body a node stands."""
        return self.places[node][0].function

    def owner(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The class in one of whose methods a node stands."""
        return self.places[node][0].owner

    def mentions(self, words: Collection[str]) -> bool:
        """Whether code, not a comment or a text, says one of the words as a name, an attribute or an import."""
        said = (node for word in words for node in (*self.names.get(word, ()), *self.attribute_reads.get(word, ())))
        return not self.imported.isdisjoint(words) or any(map(self.owns, said))

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The small or compound statement in which a node stands."""
        kinds = (cst.BaseSmallStatement, cst.BaseCompoundStatement)
        return node if isinstance(node, kinds) else next(up for up in self.ancestors(node) if isinstance(up, kinds))

    def _walk(self, stack: list[Visit], order: int) -> None:
        parents, orders, places = self.parents, self.orders, self.places
        while stack:
            node, parent, spot = stack.pop()
            if parent is not None:
                parents[node] = parent
            orders[node] = order
            order += 1
            places[node] = spot
            kind = type(node)
            if kind in RECORDERS:
                RECORDERS[kind](self, node)
            if kind in _SCOPED:
                stack += reversed(list(self._scoped_visits(node, spot)))
            elif kind in BRANCHING:
                stack += [(child, node, _branch(node, child, spot)) for child in reversed(children(node))]
            else:
                for name in reversed(child_fields(kind)):
                    value = getattr(node, name)
                    if type(value) in NODES:
                        stack.append((value, node, spot))
                    elif value and type(value) in (tuple, list):
                        stack += [(each, node, spot) for each in reversed(value) if type(each) in NODES]

    def _scoped_visits(self, node: cst.CSTNode, spot: Spot) -> Iterator[Visit]:
        """Decorators, defaults, bases and annotations belong to the scope around; the rest to a scope of its own."""
        self.scopes[node] = inner = Scope(node, spot[0], self._moment(node), spot[1])
        outside = {each for key in ("decorators", "bases", "keywords") for each in getattr(node, key, ())}
        within = children(node)
        if isinstance(node, cst.BaseComp):  # its variables are bound before its element is evaluated
            within = sorted(within, key=lambda child: not isinstance(child, cst.CompFor))
        for child in within:
            yield child, node, spot if child in outside else (inner, ())

    def bind(self, name: str, kind: Kind, node: cst.CSTNode, at: cst.CSTNode, **more: object) -> None:
        """Record that `name` is bound by `node`, in the scope of the node `at`."""
        scope, arms = self.places[at]
        if name in scope.outer:  # it may or may not have run when the module's own code reads the name
            scope, arms = self.scopes[self.tree], (Arm(scope.node, 0, 2),)
        binding = Binding(name, kind, node, self.orders[at], arms, **more)  # type: ignore[arg-type]
        scope.bindings.add(binding)
        self.written.add(node)

    def bind_target(
        self, target: cst.BaseExpression, kind: Kind, at: cst.CSTNode, value: cst.BaseExpression | None
    ) -> None:
        """Record what an assignment to `target` binds: a name, an attribute, or the elements of a tuple."""
        if isinstance(target, cst.Name):
            self.bind(target.value, kind, target, at, value=value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            inner = kind if kind is Kind.LOOP else Kind.UNPACK
            for index, element in enumerate(target.elements):
                self._bind_element(element.value, inner, at, value, index)
        elif isinstance(target, cst.Attribute):
            self._bind_attribute(target, kind, at, value, None)

    def _bind_element(
        self, target: cst.BaseExpression, kind: Kind, at: cst.CSTNode, value: cst.BaseExpression | None, index: int
    ) -> None:
        if isinstance(target, cst.Name):
            self.bind(target.value, kind, target, at, value=value, index=index)
        elif isinstance(target, cst.Attribute):
            self._bind_attribute(target, kind, at, value, index)
        else:
            self.bind_target(target, Kind.OTHER, at, None)

    def _bind_attribute(
        self, target: cst.Attribute, kind: Kind, at: cst.CSTNode, value: cst.BaseExpression | None, index: int | None
    ) -> None:
        owner, name = self.owner(at), target.attr.value
        binding = Binding(name, kind, target, self.orders[at], self.places[at][1], value=value, index=index)
        if owner is not None and isinstance(target.value, cst.Name) and target.value.value == "self":
            self.attributes[owner].setdefault(name, []).append(binding)
        else:
            self.fields[dotted(target) or ""].append(binding)


def _branch(node: cst.CSTNode, child: cst.CSTNode, spot: Spot) -> Spot:
    arm = arm_of(node, child)
    return spot if arm is None else (spot[0], (*spot[1], arm))
