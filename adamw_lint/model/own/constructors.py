"""The constructors of optimizers that a program defines itself: what their arguments mean, read like a fact."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from adamw_lint.model.calls import bind
from adamw_lint.model.classes import Built
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, index_of, keyword, method_call, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Mapping, Number, Reference
from adamw_lint.rulebook import Coupling, Family, Optimizer

_DEPTH = 4
_PLAIN = (cst.Integer, cst.Float, cst.Name)


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A class of the program that hands what it is given to torch's own constructor, as it is.

    `settings` are the arguments that its groups, or it itself as an attribute, have under the same name.
    """

    node: cst.ClassDef
    optimizer: Optimizer
    step: cst.FunctionDef
    settings: frozenset[str]


class Constructors:
    """Answers for one surveyed program; silent (None) where a constructor does anything else with the groups."""

    def __init__(self, survey: Survey, values: Values, facts: dict[str, Optimizer], words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._facts = facts
        self._words = words
        self._known: dict[cst.ClassDef, Written | None] = {}

    def built_by(self, call: cst.Call) -> Iterator[tuple[Built, Written]]:
        """The optimizer of the program that a call builds for certain."""
        value = self._values.worth(call.func)
        node = value.node if isinstance(value, Defined) else None
        written = self.of(node) if isinstance(node, cst.ClassDef) else None
        if written is not None:
            arguments = bind(call, written.optimizer.signature, self._values)
            yield Built(call.func, written.optimizer, arguments, call.func), written

    def of(self, node: cst.ClassDef, depth: int = 0) -> Written | None:
        """What is known of a class, or of that from which it takes over everything."""
        if node not in self._known:
            self._known[node] = self._read(node, depth)
        return self._known[node]

    def _read(self, node: cst.ClassDef, depth: int) -> Written | None:
        if len(node.bases) != 1 or node.keywords or node.decorators or depth > _DEPTH:
            return None
        if self._values.path_of(node) in self._facts:
            return None
        bound = self._survey.scopes[node].bindings
        if bound and not ("__init__" in bound and "step" in bound):  # a base may stand in a file that nobody asks for
            return None
        base = self._values.worth(node.bases[0].value)
        if isinstance(base, Defined) and isinstance(base.node, cst.ClassDef) and not bound:
            return self.of(base.node, depth + 1)
        if not isinstance(base, Reference) or base.path not in self._words["bases"]:
            return None
        if any(name in bound for name in self._words["overriding"]) or self._writes_decay(node):
            return None
        start, step = self._method(node, "__init__"), self._method(node, "step")
        return self._written(node, start, step) if start is not None and step is not None else None

    def _method(self, node: cst.ClassDef, name: str) -> cst.FunctionDef | None:
        found = self._survey.scopes[node].bindings.get(name, [])
        method = found[0].node if len(found) == 1 else None
        return method if isinstance(method, cst.FunctionDef) else None

    def _writes_decay(self, node: cst.ClassDef) -> bool:
        """Whether a method writes the decay of a group."""
        for each in descendants(node):
            targets = [target.target for target in each.targets] if isinstance(each, cst.Assign) else []
            targets += [each.target] if isinstance(each, (cst.AugAssign, cst.AnnAssign)) else []
            items = (target for target in targets if isinstance(target, cst.Subscript))
            if any(text_of(index_of(item)) == self._words["decay"] for item in items):
                return True
        return False

    def _written(self, node: cst.ClassDef, start: cst.FunctionDef, step: cst.FunctionDef) -> Written | None:
        params, decay = start.params, self._words["decay"]
        named = [*params.posonly_params, *params.params][1:]
        is_starred = params.star_kwarg is not None or isinstance(params.star_arg, cst.Param)
        handed = self._handed_on(start)
        if is_starred or not named or handed is None or not self._is_parameter(handed[0], start, named[0].name.value):
            return None
        entries, every = self._entries(handed[1]), [*named, *params.kwonly_params]
        default = self._default(next((each for each in every if each.name.value == decay), None))
        if default is None or not self._is_parameter(entries.get(decay), start, decay):
            return None
        attributes = self._survey.attributes.get(node, {})
        kept = {name: found[0].value for name, found in attributes.items() if len(found) == 1}
        names = [param.name.value for param in every]
        settings = {
            name for name in names for said in (entries, kept) if self._is_parameter(said.get(name), start, name)
        }
        optimizer = Optimizer(
            name=node.name.value,
            family=Family.OTHER,
            coupling=Coupling.DECOUPLED,
            signature=_signature(named, params.kwonly_params),
            source="",
            decay_argument=decay,
            rate_argument=self._words["rate"],
            parameters_argument=named[0].name.value,
            default=default,
            proof="read",
        )
        return Written(node, optimizer, step, frozenset(settings))

    def _entries(self, node: cst.BaseExpression) -> dict[str, cst.BaseExpression]:
        """What the defaults of the groups are known to be; nothing where there may be others."""
        defaults = self._values.worth(node)
        is_known = isinstance(defaults, Mapping) and defaults.complete
        entries = defaults.entries if isinstance(defaults, Mapping) and is_known else {}
        return {name: entry.value for name, entry in entries.items() if entry.certain}

    def _handed_on(self, start: cst.FunctionDef) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
        """What a constructor hands to torch's: the parameters and the defaults, unless it may do so in two ways."""
        calls = [call for call in self._survey.calls_in(start) if self._is_start(call)]
        if len(calls) != 1 or self._survey.places[calls[0]][1]:
            return None
        call = calls[0]
        plain = positional(call)
        receiver = method_call(call)
        if receiver is not None and not isinstance(receiver[0], cst.Call):
            plain = plain[1:]
        given = [
            plain[index] if index < len(plain) else keyword(call, name)
            for index, name in enumerate((self._words["params"], "defaults"))
        ]
        return (given[0], given[1]) if given[0] is not None and given[1] is not None else None

    def _is_start(self, call: cst.Call) -> bool:
        method = method_call(call)
        return method is not None and method[1] == "__init__" and not any(arg.star for arg in call.args)

    def _is_parameter(self, node: cst.BaseExpression | None, function: cst.FunctionDef, name: str) -> bool:
        """Whether an expression is a parameter of a function, which nothing else is ever bound to."""
        if not isinstance(node, cst.Name) or node.value != name:
            return False
        found = self._survey.scopes[function].bindings.get(name, [])
        return len(found) == 1 and found[0].kind is Kind.PARAMETER

    def _default(self, param: cst.Param | None) -> str | None:
        """The decay that applies when none is written; zero where it has to be."""
        if param is None or param.default is None:
            return "0" if param is not None else None
        worth = self._values.worth(param.default)
        return str(worth.value) if isinstance(worth, Number) else None


def _signature(named: list[cst.Param], only: object) -> str:
    """A signature as a fact has it; a default that is more than a number is left as one that says nothing."""
    said = [_spelled(param) for param in named]
    extra = [_spelled(param) for param in only] if isinstance(only, (list, tuple)) else []
    return ", ".join([*said, *(["*", *extra] if extra else [])])


def _spelled(param: cst.Param) -> str:
    name, default = param.name.value, param.default
    if default is None:
        return name
    return f"{name}={default.value if isinstance(default, _PLAIN) else 'None'}"
