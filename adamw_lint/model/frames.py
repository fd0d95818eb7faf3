"""Which function of the file a call runs, and what its parameters stand for there."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from adamw_lint.model.kinship import Kinship
from adamw_lint.model.scopes import Kind, find
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, item_at, method_call
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined, Reference

_GENERIC = frozenset({"__init__", "items", "keys", "values", "get", "append", "step", "train", "eval", "update"})


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One call of a function of the file: what each parameter is given, and the frame of the caller.

    `rest` is what `*args` is given one by one, after the parameters that have names.
    """

    function: cst.FunctionDef | cst.Lambda
    given: dict[str, cst.BaseExpression]
    caller: "Frame | None" = None
    defaults: frozenset[str] = field(default_factory=frozenset)
    rest: tuple[cst.BaseExpression, ...] = ()

    @property
    def depth(self) -> int:
        """How many calls deep this one is."""
        return 1 + (self.caller.depth if self.caller else 0)


@dataclass(frozen=True, slots=True)
class Place:
    """An expression and the call in which it is read."""

    node: cst.BaseExpression
    frame: Frame | None = None


class Frames:
    """Follows calls and parameters in one surveyed file."""

    def __init__(self, survey: Survey, values: Values) -> None:
        self._survey = survey
        self._values = values
        self._kinship = Kinship(survey, values)
        self._callers: dict[cst.CSTNode, list[cst.Call]] = {}
        self._counted = 0

    def resolve(self, place: Place) -> Place:
        """What an expression stands for once the parameters of the calls around it are replaced by their arguments."""
        node, frame = place.node, place.frame
        while frame is not None and isinstance(node, cst.Name) and self._is_parameter(node, frame):
            if node.value not in frame.given:
                break
            is_default = node.value in frame.defaults
            node, frame = frame.given[node.value], None if is_default else frame.caller
        return Place(node, frame)

    def _is_parameter(self, node: cst.Name, frame: Frame) -> bool:
        found = self._values.bindings(node) if node in self._survey.orders else []
        return len(found) == 1 and found[0].kind is Kind.PARAMETER and self._is_in(found[0].node, frame.function)

    def _is_in(self, node: cst.CSTNode, function: cst.CSTNode) -> bool:
        return any(up is function for up in self._survey.ancestors(node))

    def entered(self, call: cst.Call, frame: Frame | None) -> Frame | None:
        """The frame of the function of this file that a call runs; None where we do not see it."""
        if frame is not None and frame.depth > 8:
            return None
        function = self.target(call) or self._imported(call)
        if function is None:
            return None
        receiver = method_call(call)
        return self._frame(call, function, receiver[0] if receiver else call.func, frame)

    def rest(self, place: Place) -> tuple[Place, ...]:
        """What `*args` of the call stands for, one by one, where an expression is its name."""
        node, frame = place.node, place.frame
        if frame is None or not frame.rest or not isinstance(node, cst.Name):
            return ()
        is_it = node.value == _starred(frame.function) and self._is_parameter(node, frame)
        return tuple(Place(each, frame.caller) for each in frame.rest) if is_it else ()

    def target(self, call: cst.Call) -> cst.FunctionDef | cst.Lambda | None:
        """The function, lambda, method or callable instance of this file that a call runs."""
        value = self._values.worth(call.func)
        if isinstance(value, Defined):
            return value.node if isinstance(value.node, cst.FunctionDef) else None
        if isinstance(value, Reference):
            return None
        binding = self._values.bound_once(call.func)
        if binding is not None and binding.kind is Kind.ASSIGN and isinstance(binding.value, cst.Lambda):
            return binding.value
        if binding is not None and binding.value is not None:
            kept = _kept(binding.value) if binding.kind is Kind.ASSIGN else None
            return self._method(call, kept.value, kept.attr.value) if kept else self._callable(binding.value)
        method = method_call(call)
        return self._method(call, *method) if method is not None else None

    def _imported(self, call: cst.Call) -> cst.FunctionDef | None:
        """The function that a call runs of a file which nothing else has asked for yet."""
        value = self._values.worth(call.func)
        found = self._values.behind(value) if isinstance(value, Reference) else None
        return found.node if isinstance(found, Defined) and isinstance(found.node, cst.FunctionDef) else None

    def _method(self, call: cst.Call, of: cst.BaseExpression, name: str) -> cst.FunctionDef | None:
        """The method of the program that a call of an object's runs, if no other has its name."""
        if name in _GENERIC or isinstance(self._values.worth(of), Reference):
            return None
        named = self._survey.functions.get(name, ())
        same = [each for each in named if isinstance(self._survey.scope(each).node, cst.ClassDef)]
        if len(same) > 1:
            same = self._of_self(call, same) if dotted(of) == "self" else []
        return same[0] if len(same) == 1 else None

    def _of_self(self, call: cst.Call, same: list[cst.FunctionDef]) -> list[cst.FunctionDef]:
        """Of the methods of one name those of the class in which `self` calls it, or of classes above or below that."""
        owner = self._survey.owner(call)
        owners = {each: self._survey.owner(each) for each in same}
        if not isinstance(owner, cst.ClassDef):
            return []
        below = [each for each, of in owners.items() if of is not None and self._kinship.derives(of, owner)]
        return below or [each for each, of in owners.items() if of is not None and self._kinship.derives(owner, of)]

    def _callable(self, value: cst.BaseExpression) -> cst.FunctionDef | None:
        """`__call__` or `forward` of the class of this file that an expression makes an instance of."""
        while (method := method_call(value)) and isinstance(method[0], cst.Call):  # Model().to(device)
            value = method[0]
        target = self._values.behind(self._values.worth(value.func)) if isinstance(value, cst.Call) else None
        if not isinstance(target, Defined) or not isinstance(target.node, cst.ClassDef):
            return None
        bindings = self._survey.scopes[target.node].bindings
        found = [*bindings.get("__call__", []), *bindings.get("forward", [])]
        return found[0].node if found and isinstance(found[0].node, cst.FunctionDef) else None

    def _frame(
        self, call: cst.Call, function: cst.FunctionDef | cst.Lambda, receiver: cst.BaseExpression, caller: Frame | None
    ) -> Frame:
        params = [*function.params.posonly_params, *function.params.params]
        every = [*params, *function.params.kwonly_params]
        given = {param.name.value: param.default for param in every if param.default is not None}
        defaults = set(given)
        names = [param.name.value for param in params]
        if names and self._is_method(function):
            given[names.pop(0)] = receiver
        free, rest = iter(names), list[cst.BaseExpression]()
        for arg in call.args:
            name = arg.keyword.value if arg.keyword else next(free, None)
            if arg.star == "*":
                if name is None and not rest and (star := _starred(function)) is not None:
                    given[star] = arg.value  # `f(*xs)`: all of the one is all of the other
                rest = []
            if arg.star:
                break
            if name is not None:
                given[name] = arg.value
                defaults.discard(name)
            else:
                rest.append(arg.value)
        return Frame(function, given, caller, frozenset(defaults), tuple(rest))

    def _is_method(self, function: cst.FunctionDef | cst.Lambda) -> bool:
        if isinstance(function, cst.Lambda) or not isinstance(self._survey.scope(function).node, cst.ClassDef):
            return False
        return not any(dotted(each.decorator) == "staticmethod" for each in function.decorators)

    def results(self, function: cst.FunctionDef | cst.Lambda) -> Iterator[cst.BaseExpression]:
        """What a function may return."""
        if isinstance(function, cst.Lambda):
            yield function.body
            return
        yield from (node.value for node in self._survey.returns_of(function) if node.value is not None)

    def items(self, place: Place, index: int | None) -> Iterator[Place]:
        """The items at an index of a tuple that is written, or of those that a function of the program returns."""
        entered = self.entered(place.node, place.frame) if isinstance(place.node, cst.Call) else None
        choices = [place] if entered is None else [Place(each, entered) for each in self.results(entered.function)]
        for choice in choices:
            if (item := item_at(choice.node, index)) is not None:
                yield Place(item, choice.frame)

    def given_back(self, call: cst.Call, frame: Frame | None) -> Iterator[Place]:
        """What a call gives back; of an object that we do not see, by every class of the program with that method."""
        method = method_call(call)
        if method is not None and dotted(method[0]) != "self":
            self._values.program.read_methods(method[1])  # another class may have one of the name
        entered = self.entered(call, frame)
        if entered is not None:
            results = list(self.results(entered.function))
            yield from (Place(each, entered) for each in results if len(results) == 1)
        elif method is not None and not call.args and not isinstance(self._values.worth(method[0]), Reference):
            for each in filter(self._survey.owner, self._survey.functions.get(method[1], ())):
                yield from (Place(result) for result in self.results(each))

    def yields(self, function: cst.FunctionDef | cst.Lambda) -> list[cst.BaseExpression | cst.From]:
        """What a function yields, or what it takes all that it yields from."""
        found = (each for each in descendants(function.body) if isinstance(each, cst.Yield) and each.value is not None)
        return [each.value for each in found if each.value is not None and self._survey.function(each) is function]

    def calls_of(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls in this file that run a function."""
        while self._counted < len(self._survey.calls):  # looking at a call may bring in the calls of another file
            call = self._survey.calls[self._counted]
            self._counted += 1
            target = self.target(call)
            if target is not None:
                self._callers.setdefault(target, []).append(call)
        return self._callers.get(function, [])

    def around(self, node: cst.CSTNode, depth: int = 0) -> Frame | None:
        """The only call that runs the function in which a node stands; None where there are more, or none."""
        function = self._survey.function(node)
        calls = self.calls_of(function) if function is not None else []
        if len(calls) != 1 or depth > 4 or self._is_in(calls[0], function or node):
            return None
        return self.entered(calls[0], self.around(calls[0], depth + 1))

    def same(self, one: Place, other: Place) -> bool:
        """Whether two expressions certainly are the same variable, or the same attribute of one."""
        one, other = self.resolve(one), self.resolve(other)
        name = dotted(one.node)
        if name is None or name != dotted(other.node):
            return False
        if name.split(".")[0] == "self":
            return self._survey.owner(one.node) is self._survey.owner(other.node)
        found = [find(name.split(".")[0], self._survey.use(place.node)) for place in (one, other)]
        scopes = [each[0] if each is not None else None for each in found]
        return scopes[0] is scopes[1]  # what no scope binds is one and the same name of another file


def _starred(function: cst.FunctionDef | cst.Lambda) -> str | None:
    """The name of `*args` of a function."""
    star = function.params.star_arg
    return star.name.value if isinstance(star, cst.Param) else None


def _kept(value: cst.BaseExpression) -> cst.Attribute | None:
    """A method that a name is bound to, uncalled, by itself or where nothing else is given: `f or model.loss`."""
    if isinstance(value, cst.BooleanOperation) and isinstance(value.operator, cst.Or):
        value = value.right
    return value if isinstance(value, cst.Attribute) else None
