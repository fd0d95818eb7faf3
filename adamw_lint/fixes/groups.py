"""Changes the decay of one parameter group: sets it to zero, or exchanges it with that of another."""

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import add_keyword, replace
from adamw_lint.manual import Manual
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.pairs import aim_of
from adamw_lint.model.grouping.partitions import Partition
from adamw_lint.model.grouping.sparing import Aim
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Kind
from adamw_lint.rulebook import words


def zeroed(module: Module, partition: Partition, group: Group) -> tuple[Edit, ...]:
    """The edits after which a group decays by zero; raises Manual."""
    _require_quiet(module, partition)
    if group.decay is not None:
        _require_own(partition, group)
        return (replace(module, group.decay.value, "0.0"),)
    if group.node is None:
        return _on_constructor(module, partition)
    if any(other is not group and other.node is group.node for other in partition.groups):
        raise Manual("the dict makes other groups too")
    display = _display(module, group.node)
    entry = entry_text(module, display, _key(module, partition), "0.0")
    end = module.span(display).end - 1
    return (Edit(Span(end, end), entry),)


def exchanged(module: Module, partition: Partition, one: Group, other: Group) -> tuple[Edit, ...]:
    """The edits after which each of two groups decays as the other did; raises Manual."""
    _require_quiet(module, partition)
    assert one.decay is not None
    assert other.decay is not None
    for group in (one, other):
        _require_own(partition, group)
    first, second = one.decay.value, other.decay.value
    return (replace(module, first, module.text(second)), replace(module, second, module.text(first)))


def _require_quiet(module: Module, partition: Partition) -> None:
    if module.usage.rewrites(_key(module, partition)):
        raise Manual("a loop writes the decay of every group")


def _require_own(partition: Partition, group: Group) -> None:
    assert group.decay is not None
    for other in partition.groups:
        if other is not group and other.decay is not None and other.decay.value is group.decay.value:
            raise Manual("another group has the same decay")


def _key(module: Module, partition: Partition) -> str:
    built = partition.built
    return (built.optimizer.decay_argument if built is not None else None) or words("parameters")["decay_keys"][0]


def _display(module: Module, node: cst.BaseExpression) -> cst.BaseExpression:
    """The display that a group is written as, in the list or bound to a name."""
    binding = module.values.bound_once(node)
    if binding is not None and binding.kind is Kind.ASSIGN and binding.value is not None:
        node = binding.value
    if not isinstance(node, (cst.Dict, cst.Call)) or (isinstance(node, cst.Dict) and not node.elements):
        raise Manual("the group is not written as a dict")
    return node


def _on_constructor(module: Module, partition: Partition) -> tuple[Edit, ...]:
    """Give the constructor a decay of zero, where all that inherits it is meant to be spared."""
    built = partition.built
    assert built is not None
    inherits = [group for group in partition.groups if group.decay is None]
    if built.decay_argument is not None or any(aim_of(group) is not Aim.SPARED for group in inherits):
        raise Manual("other groups inherit the same decay")
    return (add_keyword(module, built.call, _key(module, partition), "0.0"),)


def entry_text(module: Module, node: cst.BaseExpression, key: str, value: str) -> str:
    """One entry more for a dict that is a display or a call of `dict`, to stand before its end."""
    lead = "" if module.text(node)[:-1].rstrip().endswith(",") else ", "
    lead = lead or ("" if module.text(node)[:-1].endswith((" ", "\n")) else " ")
    quote = module.quote
    return f"{lead}{key}={value}" if isinstance(node, cst.Call) else f"{lead}{quote}{key}{quote}: {value}"
