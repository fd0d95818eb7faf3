"""Biases and norms are spared by an optimizer of their own: where a library has neither groups nor masks."""

from collections.abc import Iterable

from adamw_lint.diagnostics import Label
from adamw_lint.fixes.joined import joined
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.module import Module
from adamw_lint.model.worth import UNKNOWN
from adamw_lint.rulebook import words
from adamw_lint.sparing.overlooked import Overlooked


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where it is spared, or where that is not known."""
    joins = words("joining")
    join = joins[built.optimizer.name.partition(".")[0]]["name"]
    apart = {join, *words("optimizers")["partial"]}
    if built.decay in (ZERO, UNKNOWN) or built.subclass is not None:
        return None
    if module.survey.mentions(words("optimizers")["frozen"]):
        return None
    if _is_said(module, built, apart) or not _is_everything(built):
        return None
    written = built.decay_argument
    name = built.optimizer.short_name
    if written is not None:
        message = f"`{module.line(written.node)}` decays biases and norm scales too"
    else:
        message = f"`{name}` decays biases and norm scales by {built.optimizer.default} when nothing is written"
    help_ = f"give biases and norm scales a `{name}` of their own with `weight_decay` 0, and join the two by `{join}`"
    label = Label(module.span(built.class_name), "decays all that it is given")
    place = written.node if written is not None and written.call is built.call else built.class_name
    return Overlooked(module.span(place), message, help_, label, lambda: joined(module, built))


def _is_said(module: Module, built: Construction, apart: Iterable[str]) -> bool:
    """Whether the code around an optimizer says one of the words; a script of many models has a function for each."""
    survey = module.survey
    said = (node for word in apart for node in (*survey.names.get(word, ()), *survey.attribute_reads.get(word, ())))
    function = survey.function(built.call)
    return any(function is None or survey.within(node, function) for node in survey.own(said))


def _is_everything(built: Construction) -> bool:
    """Whether an optimizer is given all parameters of a model, at once or as it runs."""
    if built.optimizer.parameters_argument is None:
        return True
    return bool(built.groups) and all(group.selects.reach is Reach.WHOLE for group in built.groups)
