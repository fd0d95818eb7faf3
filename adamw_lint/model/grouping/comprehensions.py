"""The parts of a comprehension: its clauses, its conditions, and whether it gives each round its own element."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.tree import descendants, method_call

Comprehension = cst.BaseSimpleComp | cst.DictComp


def clauses(node: Comprehension) -> Iterator[cst.CompFor]:
    """The `for`s of a comprehension, outermost first."""
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        yield clause
        clause = clause.inner_for_in


def conditions(node: Comprehension) -> list[cst.BaseExpression]:
    """The conditions of a comprehension, in the order of the text."""
    return [each.test for clause in clauses(node) for each in clause.ifs]


def takes_each(elt: cst.BaseExpression, clause: cst.CompFor) -> bool:
    """Whether each round gives its own element: the variable, a part of it, or a dict's entry by its name."""
    if isinstance(elt, cst.Subscript) and not isinstance(elt.value, cst.Name):
        return False
    names = {each.value for each in descendants(clause.target) if isinstance(each, cst.Name)}
    parts = [copied(each.value) for each in elt.elements] if isinstance(elt, cst.Tuple) else [elt]
    used = {each.value for part in parts for each in descendants(part) if isinstance(each, cst.Name)}
    is_plain = isinstance(elt, (cst.Name, cst.Tuple, cst.Subscript))
    return is_plain and bool(used & names) and len(used - names) <= isinstance(elt, cst.Subscript)


def copied(node: cst.BaseExpression) -> cst.BaseExpression:
    """What a chain of methods begins with: the parameter of `p.clone().detach().float()`."""
    while (method := method_call(node)) is not None:
        node = method[0]
    return node
