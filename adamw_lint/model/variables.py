"""The names and attributes of a file: what binds them where they are read, and what is done to them."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind, Scope, binder, dominates, find, reaching
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, item_at, method_call, positional, root_of


class Variables:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._bindings: dict[cst.BaseExpression, list[Binding]] = {}
        self._binders: dict[tuple[str, Scope], Scope | None] = {}

    def bindings(self, node: cst.BaseExpression) -> list[Binding]:
        """The bindings that may be in force where a name or `self.attribute` is read, latest first."""
        if node not in self._bindings:
            self._bindings[node] = self._in_force(node)
        return self._bindings[node]

    def _in_force(self, node: cst.BaseExpression) -> list[Binding]:
        if isinstance(node, cst.Name):
            found = find(node.value, self.survey.use(node))
            return reaching(found[0].bindings[node.value], found[1]) if found else []
        owner = self._owner(node)
        if owner is None or not isinstance(node, cst.Attribute):
            return []
        return self.survey.attributes[owner].get(node.attr.value) or self._class_level(owner, node.attr.value)

    def bound_once(self, node: cst.BaseExpression) -> Binding | None:
        """The only binding that can be in force at a name or `self.attribute`, if there is just one."""
        found = self.bindings(node)
        return found[0] if len(found) == 1 else None

    def is_read_only(self, name: cst.Name) -> bool:
        """Whether every use of a name in its file reads an attribute of it, so that nothing can write one."""
        parents = self.survey.parents
        uses = [use for use in self.survey.names[name.value] if self.survey.root(use) is self.survey.root(name)]
        written = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.Del)
        return all(
            isinstance(parents[use], cst.Attribute) and not isinstance(parents[parents[use]], written) for use in uses
        )

    def calls_on(self, node: cst.BaseExpression, method: str | None = None) -> list[cst.Call]:
        """The calls of methods on the same name, or on the same `self.attribute` of the class."""
        calls = self.survey.methods[dotted(node) or ""] if dotted(node) else []
        return [
            call
            for call in calls
            if self._same_variable(node, call) and method in (None, (method_call(call) or ("", None))[1])
        ]

    def collected(self, loop: Binding) -> Iterator[cst.BaseExpression]:
        """The elements, at the place of a loop's variable, of the tuples appended to the list that it runs over."""
        for call in self.calls_on(loop.value, "append") if loop.value is not None else ():
            item = next(iter(positional(call)), None)
            if isinstance(item, cst.Tuple) and (found := item_at(item, loop.index)) is not None:
                yield found

    def item_assignments(self, node: cst.BaseExpression) -> list[cst.Assign]:
        """The assignments `x[…] = …` to items of the same name or `self.attribute`."""
        name = dotted(node)
        return [item for item in self.survey.items[name] if self._same_variable(node, item)] if name else []

    def item_deletions(self, node: cst.BaseExpression) -> list[cst.Del]:
        """The statements `del x[…]` for items of the same name."""
        name = dotted(node)
        return [item for item in self.survey.deletions[name] if self._same_variable(node, item)] if name else []

    def set_before(self, node: cst.Attribute) -> cst.BaseExpression | None:
        """What `a.b` is set to for certain before it is read, by the same code; None where nothing is."""
        name, use = dotted(node), self.survey.use(node)
        every = self.survey.fields.get(name, ()) if name else ()
        found = reaching([each for each in every if self.survey.scope(each.node) is use.scope], use)
        if len(found) != 1 or found[0].kind is not Kind.ASSIGN or not dominates(found[0], use):
            return None
        is_same = self.bindings(root_of(found[0].node)) == self.bindings(root_of(node))  # type: ignore[arg-type]
        return found[0].value if is_same else None

    def _same_variable(self, node: cst.BaseExpression, other: cst.CSTNode) -> bool:
        name = dotted(node) or ""
        if name.startswith("self."):
            return self.survey.owner(node) is self.survey.owner(other)
        first = name.split(".")[0]
        here = self._binder(first, self.survey.scope(node))
        return here is not None and here is self._binder(first, self.survey.scope(other))

    def _binder(self, name: str, scope: Scope) -> Scope | None:
        if (name, scope) not in self._binders:
            self._binders[name, scope] = binder(name, scope)
        return self._binders[name, scope]

    def _owner(self, node: cst.BaseExpression) -> cst.ClassDef | None:
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self":
            return self.survey.owner(node)
        return None

    def _class_level(self, owner: cst.ClassDef, name: str) -> list[Binding]:
        return self.survey.scopes[owner].bindings.get(name, [])[-1:]
