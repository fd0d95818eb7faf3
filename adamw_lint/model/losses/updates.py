"""The calls by which an optimizer that is given the parameters only as it runs makes its update."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, method_call, root_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference


def updates(survey: Survey, values: Values, words: dict[str, Any]) -> Iterator[cst.Call]:
    """The calls in sight that hand gradients to an optimizer: `tx.update(grads, state, params)`, `apply_gradients`."""
    for call in survey.calls:
        method = method_call(call)
        if method is None or isinstance(values.worth(method[0]), Reference):
            continue
        given = [
            (dotted(arg.value) or dotted(root_of(arg.value)) or "").rpartition(".")[2].lower() for arg in call.args
        ]
        is_update = method[1] in words["updated"] and any(word in each for each in given for word in words["gradients"])
        if is_update or method[1] in words["applied"]:
            yield call
