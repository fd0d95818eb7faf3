"""What code does to a variable once it is bound: `model.fc = nn.Linear(…)`, `layers.append(…)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from adamw_lint.model.parameters.methods import CHANGING
from adamw_lint.model.parameters.statements import STATEMENTS
from adamw_lint.model.parameters.things import Scope
from adamw_lint.model.scopes import Binding

if TYPE_CHECKING:
    from adamw_lint.model.parameters.interpreter import Interpreter

_SETTING = frozenset({"setattr", "delattr"})
_TARGETS = (cst.Element, cst.Tuple, cst.List)  # of an assignment to several


def changes(run: Interpreter, binding: Binding) -> Iterator[cst.CSTNode]:
    """The statements that may change what a binding binds, but for those behind the model that is asked for."""
    for name in run.survey.names.get(binding.name, ()):
        found = _change(run, name)
        if found is not None and binding in run.values.bindings(name):
            use = run.survey.use(found)
            if use.scope is not run.asked.scope or use.order < run.asked.order:
                yield found


def apply(run: Interpreter, change: cst.CSTNode, read: cst.Name) -> None:
    """Run a statement that may have run before a variable is read."""
    step = STATEMENTS.get(type(change))
    if step is None:
        run.is_lost = True  # it gives what it takes out
        return
    _, done = run.heap.attempt(lambda: step(run, change, Scope()))
    place, here = run.survey.use(change), run.survey.use(read)
    is_sure = place.scope is here.scope and here.arms[: len(place.arms)] == place.arms
    run.heap.join([done] if is_sure else [done, {}])


def _change(run: Interpreter, name: cst.Name) -> cst.CSTNode | None:
    """The statement that assigns, deletes or registers a part of what a name stands for; or the call that takes it."""
    inner: cst.CSTNode = name
    for outer in run.survey.ancestors(name):
        above = run.survey.parents.get(outer)
        if isinstance(outer, (cst.AssignTarget, cst.Del, cst.AugAssign)):
            is_part = inner is not name and not (isinstance(outer, cst.AugAssign) and outer.value is inner)
            return (above if isinstance(outer, cst.AssignTarget) else outer) if is_part else None
        if isinstance(outer, cst.Arg) and isinstance(above, cst.Call):
            is_set = isinstance(above.func, cst.Name) and above.func.value in _SETTING and above.args[0] is outer
            return run.survey.parents[above] if is_set else None
        if isinstance(outer, cst.Call) and isinstance(inner, cst.Attribute) and outer.func is inner:
            is_changing = inner.attr.value in CHANGING or inner.attr.value in run.facts.words["registering"]
            return (above if isinstance(above, cst.Expr) else outer) if is_changing else None
        if isinstance(outer, _TARGETS):
            continue
        if not isinstance(outer, (cst.Attribute, cst.Subscript)) or outer.value is not inner:
            return None
        inner = outer
    return None
