"""What an index picks out of a list or dict that a program keeps."""

from collections.abc import Iterable, Iterator

import libcst as cst

from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import index_of, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Text

LISTS = (cst.List, cst.ListComp, cst.Tuple, cst.GeneratorExp)


def appended(node: cst.BaseExpression, values: Values) -> Iterator[cst.BaseExpression]:
    """What is appended to the list of a name or attribute."""
    for call in values.calls_on(node, "append") if isinstance(node, (cst.Name, cst.Attribute)) else ():
        yield from positional(call)


def listed(node: cst.BaseExpression, values: Values) -> cst.BaseExpression | None:
    """The list, or generator, that a name is bound to."""
    binding = values.bound_once(node)
    return binding.value if binding is not None and isinstance(binding.value, LISTS) else None


def picked(node: cst.Subscript, values: Values) -> Iterable[cst.BaseExpression]:
    """The item of a list that a number picks, or all of them, of which a name may pick any; none where not known."""
    binding, index = values.bound_once(node.value), index_of(node)
    held = binding.value if binding is not None and binding.kind is Kind.ASSIGN else None
    at = values.worth(index)
    if index is None or isinstance(at, Text) or not isinstance(held, (cst.List, cst.Tuple)):
        return ()
    written, more = [element.value for element in held.elements], list(appended(node.value, values))
    if not isinstance(at, Number):
        return [*written, *more]
    is_known = not more and all(isinstance(element, cst.Element) for element in held.elements)
    return written[int(at.value) :][:1] if is_known else ()


def raised(node: cst.Subscript, survey: Survey, values: Values) -> Iterator[cst.AugAssign]:
    """The additions `losses["total"] += …` above the use of an item in the same function."""
    key = values.worth(index_of(node))
    base = node.value if isinstance(node.value, cst.Name) and isinstance(key, Text) else None
    for use in survey.names[base.value] if base is not None else ():
        item = survey.parents[use]
        if not isinstance(item, cst.Subscript) or item.value is not use or values.worth(index_of(item)) != key:
            continue
        added = survey.parents[item]
        if not isinstance(added, cst.AugAssign) or added.target is not item:
            continue
        is_above = survey.scope(added) is survey.scope(node) and survey.orders[added] < survey.orders[node]
        if is_above and isinstance(added.operator, cst.AddAssign):
            yield added
