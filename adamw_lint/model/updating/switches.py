"""What a test comes out as where nobody passes anything: by the defaults of the flags in it, with a decay given."""

from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.frames import Frame, Frames, Place
from adamw_lint.model.scopes import Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Nothing, Number, Parameter, Text, Value, agreed

_CONSTANTS = (Number, Text, Nothing)
_OF_A_DECAY = (
    cst.NotEqual,
    cst.IsNot,
    cst.GreaterThan,
    cst.GreaterThanEqual,
)  # what holds between a decay and 0 or None


@dataclass(frozen=True, slots=True)
class Truth:
    """True, False or None (it depends); the flags whose defaults decide, and those of which no default is in sight."""

    value: bool | None = None
    flags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def key_of(node: cst.BaseExpression) -> str:
    """The name by which a setting is known: `wd` of `wd`, `self.wd`, `group["wd"]` and `group.get("wd", 0)`."""
    method = method_call(node)
    if method is not None and method[1] == "get" and isinstance(node, cst.Call) and positional(node):
        return text_of(positional(node)[0]) or ""
    if isinstance(node, cst.Subscript):
        return text_of(index_of(node)) or ""
    return (dotted(node) or "").rpartition(".")[2]


class Switches:
    """Judges the tests of a surveyed program."""

    def __init__(self, survey: Survey, values: Values, frames: Frames) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._defaults: dict[str, list[tuple[cst.ClassDef | None, Value]]] = {}

    def truth(self, test: Place, decays: frozenset[str]) -> Truth:
        """What a test comes out as if the settings called `decays` are given and all others have their defaults."""
        test = self._frames.resolve(test)
        node, frame = test.node, test.frame
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            inner = self.truth(Place(node.expression, frame), decays)
            return Truth(None if inner.value is None else not inner.value, inner.flags, inner.unknown)
        if isinstance(node, cst.BooleanOperation):
            sides = [self.truth(Place(each, frame), decays) for each in (node.left, node.right)]
            return _joined(sides, decisive=isinstance(node.operator, cst.Or))
        if isinstance(node, cst.Comparison):
            return self._compared(node, frame, decays)
        if key_of(node) in decays:
            return Truth(value=True)
        value, flags, unknown = self._setting(node)
        return Truth(None if value is UNKNOWN else _is_true(value), flags, unknown)

    def _compared(self, test: cst.Comparison, frame: Frame | None, decays: frozenset[str]) -> Truth:
        if len(test.comparisons) != 1:
            return Truth()
        operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
        left = self._frames.resolve(Place(test.left, frame)).node
        if key_of(left) in decays:
            is_constant = isinstance(self._values.worth(right), _CONSTANTS)
            return Truth(isinstance(operator, _OF_A_DECAY)) if is_constant else Truth()
        value, flags, unknown = self._setting(left)
        among = self._among(right) if isinstance(operator, (cst.In, cst.NotIn)) else [self._values.worth(right)]
        if value is UNKNOWN or not all(isinstance(each, _CONSTANTS) for each in among):
            return Truth(None, (), (*flags, *unknown))
        if isinstance(operator, (cst.Equal, cst.Is, cst.In)):
            return Truth(value in among, flags, unknown)
        return Truth(value not in among if isinstance(operator, (cst.NotEqual, cst.IsNot, cst.NotIn)) else None, flags)

    def _among(self, node: cst.BaseExpression) -> list[Value]:
        elements = node.elements if isinstance(node, (cst.Tuple, cst.List, cst.Set)) else ()
        return [self._values.worth(each.value) for each in elements] or [UNKNOWN]

    def _setting(self, node: cst.BaseExpression) -> tuple[Value, tuple[str, ...], tuple[str, ...]]:
        """What a setting is by default, and its name as a flag, or as one of which no default is in sight."""
        value, key = self._values.worth(node), key_of(node)
        if isinstance(value, _CONSTANTS):
            return value, (), ()
        if isinstance(value, Parameter) and isinstance(value.default, _CONSTANTS):
            given = self._values.bound_once(node)
            named = given.value if given is not None and given.kind is Kind.ASSIGN else None
            return value.default, (named.value if isinstance(named, cst.Name) else key,), ()
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        if binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None and key_of(binding.value):
            return self._setting(binding.value)
        default = self._default(node, key) if key else UNKNOWN
        return (default, (key,), ()) if default is not UNKNOWN else (UNKNOWN, (), (key,) if key else ())

    def _default(self, node: cst.BaseExpression, key: str) -> Value:
        """The default of a setting: in the constructor of the class around it, else anywhere in the program."""
        if not self._defaults:
            self._collect()
        found, owner = self._defaults.get(key, []), self._survey.owner(node)
        own = [value for each, value in found if each is owner and owner is not None]
        value = agreed(own or [value for _, value in found])
        return value if isinstance(value, _CONSTANTS) else UNKNOWN

    def _collect(self) -> None:
        self._defaults[""] = []
        for function in (node for node in list(self._survey.scopes) if isinstance(node, cst.FunctionDef)):
            owner = self._survey.owner(function.body)
            for param in (*function.params.params, *function.params.kwonly_params):
                value = self._values.worth(param.default)
                if isinstance(value, _CONSTANTS):
                    self._defaults.setdefault(param.name.value, []).append((owner, value))
        for call in list(self._survey.calls):
            if dotted(call.func) == "dict":
                for arg in call.args:
                    value = self._values.worth(arg.value)
                    if arg.keyword is not None and isinstance(value, (Number, Text)):
                        self._defaults.setdefault(arg.keyword.value, []).append((self._survey.owner(call), value))


def _joined(sides: list[Truth], decisive: bool) -> Truth:
    """What `or` (decisive: True) or `and` (decisive: False) makes of two tests."""
    settled = next((side for side in sides if side.value is decisive), None)
    if settled is not None:
        return settled
    value = None if any(side.value is None for side in sides) else not decisive
    return Truth(value, sides[0].flags + sides[1].flags, sides[0].unknown + sides[1].unknown)


def _is_true(value: Value) -> bool | None:
    if isinstance(value, Number):
        return value.value != 0
    return bool(value.value) if isinstance(value, Text) else False if isinstance(value, Nothing) else None
