"""What the classes of a file register as parameters, and what is a layer."""

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, item_at, keyword, method_call
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Reference


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

    def _makes_parameter(self, value: cst.BaseExpression | None) -> bool:
        """Whether a call makes a parameter: a class of the library, or a method of the layer by which it is trained."""
        method = method_call(value) if isinstance(value, cst.Call) else None
        if method is not None and method[1] in self._words["parameter_methods"] and isinstance(value, cst.Call):
            return dotted(method[0]) == "self" and dotted(keyword(value, "trainable")) != "False"
        return self.path(value) in self._words["parameter_types"]

    def _made(self, binding: Binding) -> Iterator[cst.BaseExpression | None]:
        """What makes the value of an attribute: what it is bound to, or an element of the tuple that a call returns."""
        if binding.kind is not Kind.UNPACK or not isinstance(binding.value, cst.Call) or binding.index is None:
            yield binding.value if binding.kind is Kind.ASSIGN else None
            return
        function = self._values.behind(self._values.worth(binding.value.func))
        for returned in self._survey.returns_of(function.node) if isinstance(function, Defined) else ():
            if isinstance(returned.value, cst.Tuple):
                element = item_at(returned.value, binding.index) or returned.value
                bound = self._values.bound_once(element)
                yield bound.value if bound is not None else element

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
