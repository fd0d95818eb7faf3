"""What a program does with an optimizer once it is built: loads its state, writes its groups, schedules them."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

import libcst as cst

from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import descendants, dotted, index_of, keyword, method_call, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Reference

_GROUPS = "param_groups"


class Usage:
    """Answers for one surveyed file; an optimizer is known by the last part of the name that it is bound to."""

    def __init__(self, survey: Survey, values: Values, signs: dict[str, list[str]], trained: list[str]) -> None:
        self._survey = survey
        self._values = values
        self._loaders = frozenset(signs["state_loaders"])
        self._trained = trained
        self._words = signs["loading_words"]
        self._optimizer_words = signs["optimizer_words"]
        self._asked: dict[str, list[cst.BaseExpression]] = {}

    @cached_property
    def _calls(self) -> list[cst.Call]:
        """Those of the file: names alone tell what they are about."""
        return self._survey.own(self._survey.calls)

    @cached_property
    def _handed(self) -> dict[str, list[cst.Call]]:
        """The calls by what their arguments are called."""
        found: dict[str, list[cst.Call]] = defaultdict(list)
        for call in self._calls:
            for name in {name for arg in call.args for name in self._names(arg.value)}:
                found[name].append(call)
        return dict(found)

    @cached_property
    def _loading(self) -> list[cst.Call]:
        """The calls that may load a state into what they are called on or handed."""
        return [call for call in self._calls if self._is_loader(call)]

    def state_is_loaded(self, built: Construction | None) -> bool:
        """Whether a state is loaded into the optimizer, or the optimizer handed to something that says it loads.

        Of an optimizer that is not known it is asked whether a state is loaded into any.
        """
        if built is not None and built.chosen is not None and built.chosen.resumes:
            return True
        return any(self._loads(call, built) for call in self._loading)

    def _is_loader(self, call: cst.Call) -> bool:
        method = method_call(call)
        name = (dotted(call.func) or "").rpartition(".")[2].lower()
        return (method is not None and method[1] in self._loaders) or any(word in name for word in self._words)

    def _loads(self, call: cst.Call, built: Construction | None) -> bool:
        method = method_call(call)
        if method is not None and method[1] in self._loaders:
            receiver = (dotted(method[0]) or "").rpartition(".")[2].lower()
            return self._is(method[0], built) or any(receiver.startswith(word) for word in self._optimizer_words)
        return any(self._is(arg.value, built) for arg in call.args)

    def freezes(self) -> bool:
        """Whether code of the program keeps some parameters from being trained, so that they do not decay either."""
        written = (node for word in self._trained for node in self._survey.attribute_reads[word])
        targets = (self._survey.parents[node] for node in written)
        if any(isinstance(each, cst.AssignTarget) for each in targets):
            return True
        return any(self._is_freeze(call) for call in self._survey.calls)

    def _is_freeze(self, call: cst.Call) -> bool:
        name = (method_call(call) or ("", ""))[1]
        plain = [arg.value for arg in call.args]
        return name.removesuffix("_") in self._trained and bool(plain) and self._values.worth(plain[0]) == ZERO

    def groups_are_told_apart(self, built: Construction) -> bool:
        """Whether code counts on the number or the order of the optimizer's groups."""
        return any(map(self._tells_apart, self._groups(built))) or any(self._lists_beside(built))

    def asks_for(self, built: Construction) -> bool:
        """Whether code asks if something is of the optimizer's class: `isinstance(opt, Adam)`, `type(opt) is Adam`."""
        name = built.optimizer.short_name
        if name not in self._asked:
            reads = self._survey.own([*self._survey.names[name], *self._survey.attribute_reads[name]])
            self._asked[name] = [node for node in reads if self._is_asked(node)]
        return any(self._is_class(node, built) for node in self._asked[name])

    def _is_asked(self, node: cst.CSTNode) -> bool:
        up = self._survey.parents[node]
        while isinstance(up, (cst.Element, cst.Tuple)):
            node, up = up, self._survey.parents[up]
        if isinstance(up, (cst.Comparison, cst.ComparisonTarget)):
            return True
        call = self._survey.parents[up] if isinstance(up, cst.Arg) else None
        return isinstance(call, cst.Call) and dotted(call.func) in ("isinstance", "issubclass") and up is call.args[-1]

    def _is_class(self, node: cst.CSTNode, built: Construction) -> bool:
        value = self._values.worth(node)
        return isinstance(value, Reference) and value.path in built.optimizer.paths

    def decay_is_rewritten(self, built: Construction) -> bool:
        """Whether a loop over the groups of some optimizer writes the decay of each."""
        return self.rewrites(built.optimizer.decay_argument or "")

    def rewrites(self, key: str) -> bool:
        """Whether a loop over the groups of some optimizer writes this setting of each."""
        groups = self._survey.own(self._survey.attribute_reads[_GROUPS])
        return any(self._writes(name, key) for node in groups for name in self._loop_variables(node))

    def decay_is_set(self, built: Construction) -> bool:
        """Whether anything in sight writes a decay into what may be a group, or into where the decay is read from."""
        if any(self._writes(name, built.optimizer.decay_argument or "") for name in list(self._survey.items)):
            return True
        value = built.decay_argument.value if built.decay_argument is not None else None
        uses = self._survey.attribute_reads[value.attr.value] if isinstance(value, cst.Attribute) else ()
        return any(isinstance(self._survey.parents[use], (cst.AssignTarget, cst.AugAssign)) for use in uses)

    def _writes(self, name: str, key: str) -> bool:
        """Whether `name[key] = …` or `name.update(key=…)` stands in the file."""
        targets = [target.target for item in self._survey.own(self._survey.items[name]) for target in item.targets]
        if key in {text_of(index_of(target)) for target in targets if isinstance(target, cst.Subscript)}:
            return True
        updates = [call for call in self._calls if dotted(call.func) == f"{name}.update"]
        return any(keyword(call, key) is not None for call in updates)

    def _is(self, node: cst.CSTNode, built: Construction | None) -> bool:
        """Whether an expression is called like the optimizer, or is another name of what is."""
        return built is not None and _variable(built) in self._names(node)

    def _names(self, node: cst.CSTNode) -> tuple[str, ...]:
        """The last parts of what an expression is called, and of what else is called so; none where it has no name."""
        name = dotted(node)
        if not name:
            return ()
        binding = self._values.bound_once(node) if isinstance(node, (cst.Name, cst.Attribute)) else None
        original = dotted(binding.value) or "" if binding is not None and binding.value is not None else ""
        return tuple(each.rpartition(".")[2] for each in (name, original) if each)

    def _groups(self, built: Construction) -> list[cst.Attribute]:
        """The places that read the optimizer's list of groups; all of the file for one that may have another name."""
        found = self._survey.own(self._survey.attribute_reads[_GROUPS])
        is_any = built.variable is None or self._is_returned(built)
        return [node for node in found if is_any or self._is(node.value, built)]

    def _is_returned(self, built: Construction) -> bool:
        """Whether the function that builds an optimizer returns it, by itself or in a list or a dict."""
        function = self._survey.function(built.call)
        returned = (each.value for each in self._survey.returns_of(function) if each.value) if function else ()
        return any(self._is(node, built) for value in returned for node in descendants(value))

    def _tells_apart(self, groups: cst.Attribute) -> bool:
        """Whether the list of groups is handed on, or indexed otherwise than to read one setting of the first."""
        outer = self._survey.parents[groups]
        if not isinstance(outer, cst.Subscript):
            return not isinstance(outer, cst.For)
        entry = self._survey.parents[outer]
        if not isinstance(entry, cst.Subscript) or self._values.worth(index_of(outer)) != ZERO:
            return True
        written = isinstance(self._survey.parents[entry], (cst.AssignTarget, cst.AugAssign))
        return written or text_of(index_of(entry)) in (None, "params")

    def _loop_variables(self, groups: cst.Attribute) -> list[str]:
        """The names that a loop over the list of groups binds."""
        loop = next((up for up in self._survey.ancestors(groups) if isinstance(up, cst.For)), None)
        if loop is None or groups not in descendants(loop.iter):
            return []
        return [node.value for node in descendants(loop.target) if isinstance(node, cst.Name)]

    def _lists_beside(self, built: Construction) -> Iterable[cst.Arg]:
        """The lists, one value for each group, that a call is handed after the optimizer."""
        for call in self._handed.get(_variable(built), ()):
            yield from (arg for arg in call.args if self._is_list(arg.value))

    def _is_list(self, node: cst.BaseExpression) -> bool:
        binding = self._values.bound_once(node)
        value = binding.value if binding is not None else node
        return isinstance(value, (cst.List, cst.ListComp, cst.Tuple))


def _variable(built: Construction) -> str:
    """The last part of the name that an optimizer is bound to; empty where it is bound to none."""
    return (dotted(built.variable) or "").rpartition(".")[2]
