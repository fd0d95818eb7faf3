"""What the classes of a file register as parameters, and what is a layer."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, item_at, keyword, method_call
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Reference

_DEPTH = 4  # functions that give back what another does


class Registered:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, values: Values, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._words = words

    def is_parameter(self, owner: cst.ClassDef, name: str) -> bool:
        """Whether a class registers an attribute as a parameter wherever it binds it."""
        made = [value for binding in self._survey.attributes[owner][name] for value in self._made(binding)]
        return bool(made) and all(map(self._makes_parameter, made))

    def _makes_parameter(self, value: cst.BaseExpression | None, depth: int = 0) -> bool:
        """Whether a call makes a parameter: a class of the library, a method of the layer, or what gives back one."""
        method = method_call(value) if isinstance(value, cst.Call) else None
        if method is not None and method[1] in self._words["parameter_methods"] and isinstance(value, cst.Call):
            return dotted(method[0]) == "self" and dotted(keyword(value, "trainable")) != "False"
        if self.path(value) in self._words["parameter_types"]:
            return True
        made = list(self._given_back(value)) if depth < _DEPTH else []
        return bool(made) and all(self._makes_parameter(each, depth + 1) for each in made)

    def _made(self, binding: Binding) -> Iterator[cst.BaseExpression | None]:
        """What makes the value of an attribute: what it is bound to, or an element of a tuple, written or returned."""
        if binding.kind is Kind.ASSIGN:
            yield binding.value
        elif binding.kind is not Kind.UNPACK or binding.index is None:
            yield None
        elif not isinstance(binding.value, cst.Call):
            yield item_at(binding.value, binding.index)
        for each in self._returned(binding.value) if binding.kind is Kind.UNPACK else ():
            if isinstance(each, cst.Tuple):
                yield self._bound(item_at(each, binding.index) or each)

    def _given_back(self, call: cst.BaseExpression | None) -> Iterator[cst.BaseExpression]:
        """What makes that which a function of the program gives back."""
        return map(self._bound, self._returned(call))

    def _returned(self, call: cst.BaseExpression | None) -> Iterator[cst.BaseExpression]:
        function = self._values.behind(self._values.worth(call.func)) if isinstance(call, cst.Call) else None
        for each in self._survey.returns_of(function.node) if isinstance(function, Defined) else ():
            if each.value is not None:
                yield each.value

    def _bound(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """What a name is bound to, if once."""
        bound = self._values.bound_once(node)
        return node if bound is None or bound.value is None else bound.value

    def path(self, value: cst.BaseExpression | None) -> str:
        """The library's path to what makes a value by a call; empty where that is not one."""
        target = self._values.worth(value.func) if isinstance(value, cst.Call) else None
        return target.path if isinstance(target, Reference) else ""

    def is_layer(self, value: cst.BaseExpression | None) -> bool:
        while (method := method_call(value)) and isinstance(method[0], cst.Call):  # type: ignore[arg-type]
            value = method[0]
        target = self._values.worth(value.func) if isinstance(value, cst.Call) else None
        if isinstance(target, Reference) and not self._is_layer_path(target.path):
            target = self._values.behind(target)
        if isinstance(target, Reference):
            return self._is_layer_path(target.path)
        return isinstance(target, Defined) and isinstance(target.node, cst.ClassDef) and self._derives(target.node)

    def _is_layer_path(self, path: str) -> bool:
        is_class = path.rpartition(".")[2][:1].isupper()
        return is_class and path.startswith(self._words["layers"]) and path not in self._words["parameter_types"]

    def _derives(self, owner: cst.ClassDef, depth: int = 0) -> bool:
        """Whether a class of the file is a module, by its bases."""
        for base in owner.bases:
            target = self._values.worth(base.value)
            if isinstance(target, Defined) and isinstance(target.node, cst.ClassDef) and depth < 5:
                return self._derives(target.node, depth + 1)
            if (dotted(base.value) or "").endswith(tuple(self._words["module_suffixes"])):
                return True
        return False
