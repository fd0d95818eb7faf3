"""The groups that one optimizer trains, each with the parameters that it takes and the decay that it gives them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import libcst as cst

from adamw_lint.model.constructions import ZERO, Construction, Decay, decay
from adamw_lint.model.grouping.fillings import Keys
from adamw_lint.model.grouping.groups import Group, Groups
from adamw_lint.model.grouping.picked import narrowed, united
from adamw_lint.model.grouping.picks import Picker
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, index_of, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Entry, Mapping, options_of


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """The groups of one optimizer; `built` is None where the list stands alone, and what it is handed to is not known.

    `node` is the expression of the groups.
    """

    groups: tuple[Group, ...]
    node: cst.BaseExpression
    built: Construction | None
    values: Values
    keys: tuple[str, ...]  # under which a group says its decay

    def decay(self, group: Group) -> Decay:
        """The decay of a group: its own, the constructor's, or the library's default."""
        if group.decay is not None:
            return decay(self.values.worth(group.decay.value))
        return self.built.decay if self.built is not None and group.complete else UNKNOWN

    def settings(self, group: Group, labels: Iterable[str]) -> dict[str, cst.BaseExpression] | None:
        """What a group says but for its parameters, its decay and its labels; None where not all of it is known."""
        if group.node is None:
            return {}
        mapping = next((each for each in options_of(self.values.worth(group.node)) if isinstance(each, Mapping)), None)
        left = {"params", *labels, *self.keys}
        if mapping is None or not mapping.complete or any(key.startswith("\0") for key in mapping.entries):
            return None
        return {key: entry.value for key, entry in mapping.entries.items() if key not in left}


_RETURNED = (cst.Call, cst.Tuple, cst.Name, cst.BinaryOperation)


class Partitions:
    """Finds the partitions of a surveyed file."""

    def __init__(self, survey: Survey, values: Values, groups: Groups, words: dict[str, list[str]]) -> None:
        self._survey = survey
        self._values = values
        self._groups = groups
        self._words = words
        self.picker = Picker(survey, values, words)

    def find(self, constructions: Iterable[Construction]) -> Iterator[Partition]:
        """Those of every construction, and the lists of groups that stand alone."""
        claimed: set[cst.CSTNode] = set()
        for built in constructions:
            first = built.arguments.by_name.get(built.optimizer.parameters_argument or "")
            if first is None:
                continue
            own = (built.optimizer.decay_argument or "",)
            read = self.read(first.value, own) or [self._bare(first.value)]
            found = [*read, *self._added(built, own)]
            claimed |= {group.node for group in found if group.node is not None}
            yield Partition(tuple(found), first.value, built, self._values, own)
        keys = tuple(self._words["decay_keys"])
        for node in self._lists():
            loose = self.read(node, keys)
            nodes = {group.node for group in loose if group.node is not None}
            if nodes and nodes.isdisjoint(claimed) and any(group.decay for group in loose):
                claimed |= nodes
                yield Partition(tuple(loose), node, None, self._values, keys)

    def alike_arms(self, partition: Partition) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression]]:
        """The conditions whose arms both put parameters into one group, while one without decay stays empty."""
        unfilled = [group for group in partition.groups if group.picks == () and partition.decay(group) == ZERO]
        empty = [group.params for group in unfilled if group.params is not None]
        held = {dotted(node) for group in partition.groups for node in (group.node, group.params) if group.picks != ()}
        for node, base in self.picker.fillings.alike() if empty else ():
            if dotted(base) in held - {None}:
                yield node, empty[0]

    def _lists(self) -> Iterator[cst.BaseExpression]:
        """The displays that hold groups, and what functions return."""
        for node in self._survey.own_nodes():
            if type(node) is cst.Return:  # quicker than `isinstance`, and there are many nodes
                if isinstance(node.value, _RETURNED):
                    yield node.value
            elif type(node) is cst.List and any(self._groups.is_group(element.value) for element in node.elements):
                yield node

    def _added(self, built: Construction, keys: tuple[str, ...]) -> Iterator[Group]:
        """The groups that `add_param_group` adds."""
        for group in built.groups:
            is_added = group.node is not None and any(
                isinstance(up, cst.Call) and (method_call(up) or ("", ""))[1] == "add_param_group"
                for up in self._survey.ancestors(group.node)
            )
            if is_added and group.node is not None:
                yield from self._of_dict(group.node, keys, None, ())

    def read(self, node: cst.BaseExpression, keys: tuple[str, ...]) -> list[Group]:
        """The groups that an expression makes, the decay of each under the first of the keys that it has."""
        dicts = [item for item in self._groups.items(node) if self._groups.is_group(item)]
        if dicts:
            return [group for item in dicts for group in self._of_dict(item, keys, *self._kept(item))]
        return [group for bucket in self._buckets(node) for group in self._of_dict(bucket[0], keys, *bucket[1:])]

    def _bare(self, node: cst.BaseExpression) -> Group:
        """The one group that parameters make which are handed over without a dict."""
        return Group(self._groups.selection(node), node, picks=self.picker.of(node))

    def _kept(self, node: cst.BaseExpression) -> tuple[cst.BaseExpression | None, Keys]:
        """The variable that holds a group."""
        if isinstance(node, (cst.Name, cst.Attribute)):
            return node, ("params",)
        container = self.picker.fillings.container(node)
        return (container[0], (*container[1], "params")) if container is not None else (None, ())

    def _buckets(self, node: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression, Keys]]:
        """The groups that a dict holds by name, each with the variable and keys under which it is kept."""
        while isinstance(node, cst.Call) and dotted(node.func) in ("list", "tuple") and positional(node):
            node = positional(node)[0]
        binding = self._values.bound_once(node)
        method = method_call(node)
        if binding is not None and isinstance(binding.value, cst.Call) and method is None:
            yield from self._buckets(binding.value)
            return
        if method is None or method[1] != "values" or dotted(method[0]) is None:
            return
        held = self._values.worth(method[0])
        for key, entry in held.entries.items() if isinstance(held, Mapping) else ():
            if self._groups.is_group(entry.value):
                yield entry.value, method[0], (None if key.startswith("\0") else key, "params")
        for item in self._values.item_assignments(method[0]):
            target = item.targets[0].target
            key_node = index_of(target) if isinstance(target, cst.Subscript) else None
            if key_node is not None and self._groups.is_group(item.value):
                yield item.value, method[0], (None, "params")

    def _of_dict(
        self, node: cst.BaseExpression, keys: tuple[str, ...], base: cst.BaseExpression | None, path: Keys
    ) -> Iterator[Group]:
        """The groups that one dict makes: one for each decay that a loop may give it."""
        mapping = self._groups.mapping(node)
        params = mapping.entries.get("params") if mapping is not None else None
        if mapping is None or params is None:
            return
        picks = self.picker.of(params.value)
        if base is not None:
            picks = united([picks, *self.picker.filled(base, path)])
        own = next((mapping.entries[key] for key in keys if key in mapping.entries), None)
        whole = Group(self._groups.selection(params.value), params.value, node, own, mapping.complete, picks)
        yield from self._by_decay(whole) if own is not None else [whole]

    def _by_decay(self, group: Group) -> Iterator[Group]:
        entry = group.decay
        cases = self.picker.cases.of(entry.value) if entry is not None else []
        if entry is None or len(cases) < 2:
            yield group
            return
        for under, value in cases:
            yield replace(group, decay=Entry(value, entry.node, entry.certain), picks=narrowed(group.picks, under))
