"""The methods and attributes of objects of the program's own classes, as far as it is in sight which those are."""

import libcst as cst

from adamw_lint.model.instances import Instances
from adamw_lint.model.scopes import Binding
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import method_call
from adamw_lint.model.values import Values


class Objects:
    """Answers for one surveyed program."""

    def __init__(self, survey: Survey, values: Values) -> None:
        self._survey = survey
        self._instances = Instances(survey, values)

    def methods(self, call: cst.Call) -> list[cst.FunctionDef]:
        """What the call of a method may run; none where it may run something else as well."""
        method = method_call(call)
        owners = self._instances.classes(method[0]) if method is not None else ()
        bound = [self._survey.scopes[owner].bindings.get(method[1], []) for owner in owners] if method else []
        found = [each[-1].node for each in bound if each]
        functions = [node for node in found if isinstance(node, cst.FunctionDef)]
        return functions if len(functions) == len(owners) else []

    def attribute(self, node: cst.Name | cst.Attribute) -> list[Binding]:
        """What the class of an object binds an attribute of it to, if it is one class."""
        owners = self._instances.classes(node.value) if isinstance(node, cst.Attribute) else ()
        return self._survey.attributes[owners[0]].get(node.attr.value, []) if len(owners) == 1 else []  # type: ignore[union-attr]
