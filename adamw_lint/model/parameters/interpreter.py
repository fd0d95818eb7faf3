"""Follows the constructors of a program's classes as Python would run them, without running anything."""

import builtins
from collections.abc import Callable
from functools import partial

import libcst as cst

from adamw_lint.model.frames import Frames
from adamw_lint.model.parameters.amended import apply, changes
from adamw_lint.model.parameters.attributes import lineage
from adamw_lint.model.parameters.calling import called
from adamw_lint.model.parameters.catalogue import Catalogue
from adamw_lint.model.parameters.expressions import EVALUATORS
from adamw_lint.model.parameters.heap import Heap
from adamw_lint.model.parameters.statements import BRANCHING, STATEMENTS, Ended, branched, followed
from adamw_lint.model.parameters.subscripts import item
from adamw_lint.model.parameters.things import (
    ABSENT,
    HANDED,
    SHAPE,
    UNKNOWN,
    Class,
    Constant,
    Function,
    Given,
    Library,
    Scope,
    Store,
    Thing,
    either,
    options_of,
)
from adamw_lint.model.scopes import Binding, Kind, Use
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Choice, Defined, Nothing, Number, Reference, Text, Value

_BUDGET = 60_000  # expressions looked at for one model; a program that a person wrote needs a tenth of it
_DEPTH = 60
_CALLERS = 3


class ExhaustedError(Exception):
    """A model took more than we are willing to look at."""


class Interpreter:
    """Builds one model, as it is where it is `asked` for; `facts` says what the layers of libraries hold."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, facts: Catalogue, asked: Use) -> None:
        self.survey = survey
        self.values = values
        self.facts = facts
        self.asked = asked
        self.heap = Heap()
        self.depth = 0
        self.is_lost = False  # a layer that we cannot name has got another part
        self._instances: dict[cst.ClassDef, Thing] = {}
        self._frames = frames
        self._left = _BUDGET
        self._bound: dict[Binding, Thing] = {}
        self._changes: dict[Binding, dict[cst.CSTNode, None]] = {}  # that have not been applied yet

    def expression(self, node: cst.BaseExpression, scope: Scope) -> Thing:
        """What an expression gives in a scope; raises ExhaustedError."""
        self._left -= 1
        if self._left < 0 or self.depth > _DEPTH:
            raise ExhaustedError
        evaluate = EVALUATORS.get(type(node))
        return UNKNOWN if evaluate is None else evaluate(self, node, scope)

    def block(self, statements: list[cst.CSTNode], scope: Scope) -> Ended | None:
        """Run statements one after another; what ended them early, or None."""
        for index, statement in enumerate(statements):
            rest = statements[index + 1 :]
            if isinstance(statement, BRANCHING):
                ended, is_done = branched(self, statement, rest, scope)
            else:
                run = STATEMENTS.get(type(statement))
                ended, is_done = None if run is None else run(self, statement, scope), False
            if ended is not None and not is_done:
                return followed(self, ended, partial(self.block, rest, scope))
            if is_done:
                return ended
        return None

    def call(self, target: Thing, given: Given) -> Thing:
        """What a call gives."""
        return called(self, target, given)

    def fork(self, paths: list[Callable[[], Thing]]) -> Thing:
        """The results of several paths, of which one is taken."""
        tried = [self.heap.attempt(path) for path in paths]
        self.heap.join(changes for _, changes in tried)
        return either(result for result, _ in tried)

    def name(self, node: cst.Name, scope: Scope) -> Thing:
        """What a name stands for: a variable of the functions being run, or what the program binds around them."""
        inner: Scope | None = scope
        while inner is not None:
            if node.value in inner.slots:
                found = [thing for thing in options_of(inner.slots[node.value]) if thing is not ABSENT]
                return either(found)
            inner = inner.parent
        if node not in self.survey.orders:  # an expression of the rulebook
            return Library(f"{self.facts.package}.{node.value}")
        return self._around(node)

    def _around(self, node: cst.Name) -> Thing:
        found = self.values.bindings(node)
        if not found and hasattr(builtins, node.value):
            return Library(f"{builtins.__name__}.{node.value}")
        if not found or all(binding.kind in (Kind.IMPORT, Kind.DEFINE) for binding in found):
            return self.converted(self.values.worth(node))
        return either(self._amended(binding, node) for binding in found[:_CALLERS])

    def _amended(self, binding: Binding, read: cst.Name) -> Thing:
        """What a binding gives where it is read, after what the code between them does to it."""
        thing = self.bound(binding)
        if not any(isinstance(option, Store) for option in options_of(thing)):
            return thing
        if binding not in self._changes:
            self._changes[binding] = dict.fromkeys(changes(self, binding))
        here, left = self.survey.use(read), self._changes[binding]
        for change in list(left):
            place = self.survey.use(change)
            if change in left and (place.scope is not here.scope or place.order < here.order):
                del left[change]  # before it reads the variable itself
                with self.heap.outside():
                    apply(self, change, read)
        return thing

    def bound(self, binding: Binding) -> Thing:
        """What a binding outside the functions being run gives, built once however often it is read."""
        if binding not in self._bound:
            self._bound[binding] = HANDED
            self.depth += 1
            with self.heap.outside():
                self._bound[binding] = self._evaluated(binding)
            self.depth -= 1
        return self._bound[binding]

    def _evaluated(self, binding: Binding) -> Thing:
        value = binding.value
        if binding.kind is Kind.ASSIGN and value is not None:
            return self.expression(value, Scope())
        if binding.kind is Kind.DEFINE and isinstance(binding.node, (cst.ClassDef, cst.FunctionDef)):
            return defined(binding.node)
        if binding.kind is Kind.UNPACK and value is not None:
            index = binding.index
            return HANDED if index is None else item(self.expression(value, Scope()), Constant(index))
        if binding.kind is Kind.PARAMETER:
            return self._from_callers(binding)
        return HANDED

    def _from_callers(self, binding: Binding) -> Thing:
        """What the calls of a function in this program hand to one of its parameters."""
        function = self.survey.function(binding.node)
        owner = self.survey.owner(binding.node)
        first = function.params.params[:1] if function is not None else ()
        if owner is not None and binding.node in first:
            return self.instance(owner)
        calls = self._frames.calls_of(function) if function is not None else []
        handed: list[Thing] = []
        for call in calls if len(calls) <= _CALLERS else []:
            frame = self._frames.entered(call, None)
            value = frame.given.get(binding.name) if frame is not None else None
            handed.append(HANDED if value is None else self.expression(value, Scope()))
        return either(handed) if handed else setting(binding.name)

    def instance(self, owner: cst.ClassDef) -> Thing:
        """An instance of a class of the program, as the program builds it or a class that derives from it."""
        if owner not in self._instances:
            self._instances[owner] = HANDED
            derived = self._derived(owner)
            wanted = [Defined(each) for each in derived]
            calls = [call for call in self.survey.calls if self.values.worth(call.func) in wanted]
            built = [self.expression(call, Scope()) for call in calls[:_CALLERS]]
            unseen = [self.call(Class(each), Given(complete=False)) for each in derived[:_CALLERS]]
            self._instances[owner] = either(built or unseen)
        return self._instances[owner]

    def _derived(self, owner: cst.ClassDef) -> list[cst.ClassDef]:
        classes = [node for node in self.survey.scopes if isinstance(node, cst.ClassDef)]
        return [each for each in classes if Class(owner) in lineage(self, Class(each))]

    def converted(self, value: Value) -> Thing:
        """A value of the model of a file, as a thing."""
        match value:
            case Number():
                return Constant(int(value.value) if value.value == int(value.value) else float(value.value))
            case Text():
                return Constant(value.value)
            case Nothing():
                return Constant(None)
            case Reference():
                followed = self.values.behind(value)
                return Library(value.path) if isinstance(followed, Reference) else self.converted(followed)
            case Defined():
                return defined(value.node)
            case Choice():
                return either(self.converted(option) for option in value.options)
        return HANDED


def defined(node: cst.ClassDef | cst.FunctionDef) -> Thing:
    """A class or function of the program."""
    return Class(node) if isinstance(node, cst.ClassDef) else Function(node)


def setting(name: str) -> Thing:
    """What is handed from outside under a name."""
    return SHAPE if "shape" in name.lower() else HANDED
