"""Whether a class does something else once its parameters are in more groups than before."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.own.constructors import Written
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import counted, descendants, dotted, index_of, method_call, positional, text_of


class Counting:
    """Answers for one class; what is not certainly done for each parameter by itself counts."""

    def __init__(self, survey: Survey, written: Written, words: dict[str, Any]) -> None:
        self._survey = survey
        self._written = written
        self._words = words
        self._start = survey.scopes[written.node].bindings["__init__"][0].node

    def may_tell(self) -> bool:
        """Whether the class keeps something for all its groups, sums over one, or asks for one of them."""
        nodes = list(descendants(self._written.node))
        params = self._written.optimizer.parameters_argument or ""
        reads = [each for each in self._survey.names.get(params, ()) if self._survey.function(each) is self._start]
        return len(reads) > 1 or self._keeps() or any(map(self._tells, nodes)) or any(map(self._gathers, nodes))

    def _keeps(self) -> bool:
        """Whether a method other than the constructor binds an attribute."""
        attributes = self._survey.attributes.get(self._written.node, {})
        return any(
            self._survey.function(each.node) is not self._start for found in attributes.values() for each in found
        )

    def _tells(self, node: cst.CSTNode) -> bool:
        """Whether code asks for the groups or their parameters but to loop over them, or writes to the optimizer."""
        is_groups = isinstance(node, cst.Attribute) and node.attr.value == self._words["groups"]
        is_params = isinstance(node, cst.Subscript) and text_of(index_of(node)) == self._words["params"]
        if is_groups or is_params:
            return not self._is_looped(node)
        return isinstance(node, (cst.Global, cst.Nonlocal)) or any(map(self._is_own, _targets(node)))

    def _is_looped(self, node: cst.CSTNode) -> bool:
        loop = self._survey.parents.get(node)
        call = self._survey.parents.get(loop) if isinstance(loop, cst.Arg) else None
        if call is not None and counted(call) is node:
            node, loop = call, self._survey.parents.get(call)
        return isinstance(loop, cst.For) and loop.iter is node

    def _is_own(self, target: cst.BaseExpression) -> bool:
        """Whether an attribute of the optimizer is written to, or an entry of one that is no parameter's."""
        is_start = self._survey.function(target) is self._start
        if isinstance(target, cst.Attribute):
            return dotted(target.value) == "self" and not is_start
        name = dotted(target.value) if isinstance(target, cst.Subscript) else None
        is_state = name == f"self.{self._words['state']}"
        is_of_parameter = isinstance(target, cst.Subscript) and is_state and text_of(index_of(target)) is None
        return name is not None and name.startswith("self.") and not is_of_parameter and not is_start

    def _gathers(self, node: cst.CSTNode) -> bool:
        """Whether a loop over parameters changes what was there before it, as a sum or a list is."""
        if not isinstance(node, cst.For) or not _is_of_params(node, self._words["params"]):
            return False
        for each in descendants(node.body):
            method = method_call(each)
            changed = [*_targets(each), *([method[0]] if method is not None else [])]
            if any(self._is_bound_before(name, node) for name in changed):
                return True
        return False

    def _is_bound_before(self, name: cst.BaseExpression, loop: cst.For) -> bool:
        while isinstance(name, cst.Subscript):
            name = name.value
        scope = self._survey.scopes.get(self._survey.function(loop) or loop)
        found = scope.bindings.get(name.value, []) if isinstance(name, cst.Name) and scope is not None else []
        kinds = (Kind.ASSIGN, Kind.UNPACK)
        return any(each.kind in kinds and not self._survey.within(each.node, loop) for each in found)


def _targets(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Assign):
        yield from (each.target for each in node.targets)
    elif isinstance(node, (cst.AugAssign, cst.AnnAssign)):
        yield node.target


def _is_of_params(loop: cst.For, key: str) -> bool:
    plain = positional(loop.iter) if isinstance(loop.iter, cst.Call) else []
    named = [loop.iter, *plain]
    return any(isinstance(each, cst.Subscript) and text_of(index_of(each)) == key for each in named)
