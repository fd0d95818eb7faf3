"""Biases and norms are spared by an optimizer of their own: where a library has neither groups nor masks."""

from collections.abc import Iterable

import libcst as cst

from adamw_lint.diagnostics import Fix, Label
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.tree import dotted
from adamw_lint.model.worth import UNKNOWN, Defined, Reference
from adamw_lint.rulebook import words
from adamw_lint.sparing.overlooked import Overlooked


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where it is spared, or where that is not known."""
    joins = words("joining")
    apart = {*joins.values(), *words("optimizers")["partial"]}
    if built.decay in (ZERO, UNKNOWN) or built.subclass is not None:
        return None
    if module.survey.mentions(words("optimizers")["frozen"]):
        return None
    if _is_said(module, built, apart) or not _is_everything(module, built):
        return None
    written = built.decay_argument
    name = built.optimizer.short_name
    if written is not None:
        message = f"`{module.text(written.node)}` decays biases and norm scales too"
    else:
        message = f"`{name}` decays biases and norm scales by {built.optimizer.default} when nothing is written"
    join = joins[built.optimizer.name.partition(".")[0]]
    help_ = f"give biases and norm scales a `{name}` of their own with `weight_decay` 0, and join the two by `{join}`"
    label = Label(module.span(built.class_name), "decays all that it is given")
    place = written.node if written is not None and written.call is built.call else built.class_name
    return Overlooked(module.span(place), message, help_, label, _fix)


def _is_said(module: Module, built: Construction, apart: Iterable[str]) -> bool:
    """Whether the code around an optimizer says one of the words; a script of many models has a function for each."""
    survey = module.survey
    said = (node for word in apart for node in (*survey.names.get(word, ()), *survey.attribute_reads.get(word, ())))
    function = survey.function(built.call)
    return any(function is None or survey.within(node, function) for node in survey.own(said))


def _is_everything(module: Module, built: Construction) -> bool:
    """Whether an optimizer is given all parameters of a model, at once or as it runs."""
    if built.optimizer.parameters_argument is None:
        return True
    first = built.arguments.by_name.get(built.optimizer.parameters_argument)
    node = first.value if first is not None else None
    if isinstance(node, cst.Name):
        binding = module.values.bound_once(node)
        node = binding.value if binding is not None else None
    if not isinstance(node, cst.Call):
        return False
    value = module.values.worth(node.func)
    path = module.values.path_of(value.node) if isinstance(value, Defined) else dotted(node.func)
    path = value.path if isinstance(value, Reference) else path
    return path in words("optimizers")["wholes"]


def _fix() -> Fix:
    raise Manual("the names of the model's parameters are not in sight")
