"""What the layers of a model in sight hold: whether there is a bias or a norm at all, and of what shape."""

from collections.abc import Iterator
from decimal import Decimal

import libcst as cst

from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, keyword, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Number, Reference

_LIMIT = 200  # layers looked at for one model


class Layers:
    """Reads the layers that models of one surveyed file are built of."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, list[str]], base: str) -> None:
        self._survey = survey
        self._values = values
        self._words = {key: frozenset(names) for key, names in words.items()}
        self._base = base
        self._package = base.rpartition(".")[0]

    def nothing_to_spare(self, model: cst.BaseExpression) -> bool:
        """Whether a model is in sight and certainly has neither a bias nor a norm."""
        built = self._built(model)
        return built is not None and all(map(self._is_bare, self._layers(built)))

    def shaped_norms(self) -> Iterator[cst.Call]:
        """The norms of the file whose scale may have two or more dimensions."""
        for call in self._survey.calls:
            shape = next(iter(positional(call)), keyword(call, "normalized_shape"))
            if self._name(call) in self._words["shaped"] and shape is not None and not self._is_one(shape):
                yield call
            if self._is_broadcast_scale(call):
                yield call

    def _is_one(self, shape: cst.BaseExpression) -> bool:
        """Whether a shape has one dimension, as far as it is in sight."""
        binding = self._values.bound_once(shape)
        return _one_dimension(binding.value if binding is not None and binding.value is not None else shape)

    def _is_broadcast_scale(self, call: cst.Call) -> bool:
        """Whether a call makes a scale or bias by hand, of more than one dimension: `Parameter(ones(1, c, 1, 1))`."""
        statement = self._survey.parents[call]
        targets = statement.targets if isinstance(statement, cst.Assign) else ()
        names = {(dotted(target.target) or "").rpartition(".")[2] for target in targets}
        if self._name(call) != "Parameter" or names.isdisjoint(self._words["spared_names"]):
            return False
        made = next(iter(positional(call)), None)
        return isinstance(made, cst.Call) and len(positional(made)) > 1

    def lazy(self) -> Iterator[cst.Call]:
        """The layers of the file whose parameters have no shape until the first batch."""
        return (call for call in self._survey.calls if self._name(call) in self._words["lazy"])

    def _built(self, model: cst.BaseExpression) -> cst.Call | None:
        """The call that builds a model, looking through `.to(device)` and its kind."""
        for _ in range(8):
            method = method_call(model)
            if isinstance(model, (cst.Name, cst.Attribute)):
                binding = self._values.bound_once(model)
                if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None:
                    return None
                model = binding.value
            elif method is not None and not isinstance(self._values.worth(model.func), (Reference, Defined)):  # type: ignore[attr-defined]
                model = method[0]
            else:
                break
        return model if isinstance(model, cst.Call) else None

    def _layers(self, built: cst.Call) -> Iterator[cst.Call | None]:
        """The layers that a call builds, all the way down; None for one that we cannot read."""
        stack: list[cst.Call] = [built]
        for _ in range(_LIMIT):
            if not stack:
                return
            call = stack.pop()
            target = self._values.worth(call.func)
            if isinstance(target, Defined) and isinstance(target.node, cst.ClassDef) and self._is_module(target.node):
                yield from (None for _ in self._handed_over(target.node))
                stack += self._calls_in(target.node)
            elif self._name(call) in self._words["containers"]:
                yield from (None for arg in call.args if not isinstance(arg.value, cst.Call))
                stack += [arg.value for arg in call.args if isinstance(arg.value, cst.Call)]
            else:
                yield call
        yield None

    def _is_module(self, node: cst.ClassDef) -> bool:
        return [self._values.worth(base.value) for base in node.bases] == [Reference(self._base)]

    def _calls_in(self, node: cst.ClassDef) -> list[cst.Call]:
        """The calls of a class that may build a layer: those bound to `self`, and those that stand in these."""
        found = []
        for call in self._survey.calls:
            if self._survey.owner(call) is node and (self._name(call) is not None or self._is_kept(call)):
                found.append(call)
        return found

    def _handed_over(self, node: cst.ClassDef) -> Iterator[str]:
        """The attributes of a class that are called like a layer and were not built by a call in the class."""
        for name, bindings in self._survey.attributes[node].items():
            if all(isinstance(binding.value, cst.Call) for binding in bindings):
                continue
            reads = self._survey.attribute_reads[name]
            if any(isinstance(call := self._survey.parents[read], cst.Call) and call.func is read for read in reads):
                yield name

    def _is_kept(self, call: cst.Call) -> bool:
        statement = self._survey.parents.get(call)
        targets = statement.targets if isinstance(statement, cst.Assign) else ()
        return any((dotted(target.target) or "").startswith("self.") for target in targets)

    def _name(self, call: cst.Call) -> str | None:
        """The name of a layer class of the library that a call builds; None for any other call."""
        target = self._values.worth(call.func)
        package, _, name = target.path.rpartition(".") if isinstance(target, Reference) else ("", "", "")
        return name if name and package.startswith(self._package) and name[0].isupper() else None

    def _is_bare(self, call: cst.Call | None) -> bool:
        name = self._name(call) if call is not None else None
        if call is None or name is None:
            return False
        given = [keyword(call, "bias"), *(value for value in positional(call) if dotted(value) == "False")]
        without = any(self._values.worth(value) == Number(Decimal(0)) for value in given)
        return name in self._words["bare"] or (name in self._words["with_bias"] and without)


def _one_dimension(shape: cst.BaseExpression) -> bool:
    if isinstance(shape, (cst.List, cst.Tuple)):
        return len(shape.elements) < 2
    return (
        not isinstance(shape, cst.Subscript)
        or shape.slice is None
        or (len(shape.slice) == 1 and isinstance(shape.slice[0].slice, cst.Index))
    )
