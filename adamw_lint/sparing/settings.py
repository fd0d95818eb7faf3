"""Biases and norms are spared by settings that stand beside those of the optimizer: the configs of OpenMMLab."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Fix, Label, Safety
from adamw_lint.fixes.edits import add_keyword
from adamw_lint.manual import Manual
from adamw_lint.model.chosen.choice import Sparing
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.worth import UNKNOWN, Number
from adamw_lint.sparing.overlooked import Overlooked


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where it is spared, or where that is not known."""
    sparing = built.chosen.sparing if built.chosen is not None else None
    if sparing is None or sparing.spares or built.decay in (ZERO, UNKNOWN):
        return None
    if sparing.overruled_by is not None:
        return _overruled(module, built, sparing, *sparing.overruled_by)
    name, written = built.optimizer.short_name, built.decay_argument
    key, said = sparing.document.exclusion[-1], _said(sparing)
    amount = f"`{module.line(written.node)}`" if written else f"{name}'s default of {built.default}"
    message = f"nothing spares biases and norm scales, which {amount} decays too"
    help_ = f"write `{key}=dict({said})`" if written else f"write the decay, and `{key}=dict({said})`"
    label = Label(module.span(written.node if written else built.class_name), _reason(built))
    place = module.span(built.class_name)
    return Overlooked(place, message, help_, label, lambda: _fix(module, built, sparing))


def _overruled(
    module: Module, built: Construction, sparing: Sparing, part: str, node: cst.CSTNode
) -> Overlooked | None:
    """What the settings of a part by its name leave decayed, whatever the others say."""
    if built.decay_argument is None:
        return None
    key = sparing.document.by_name
    message = f"`{part}` has settings of its own, so nothing spares its biases and norm scales"
    help_ = f"name its norms in `{key}` too, with `{sparing.document.decay_by_name}=0.0`"
    label = Label(module.span(built.decay_argument.node), "decays them")
    return Overlooked(module.span(node), message, help_, label, _by_hand)


def _by_hand() -> Fix:
    raise Manual("only its author knows what they are called")


def _reason(built: Construction) -> str:
    return "decays all parameters" if built.decay_argument else f"its default decay is {built.default}"


def _said(sparing: Sparing) -> str:
    return ", ".join(f"{name}={value}" for name, value in sparing.document.written.items())


def _fix(module: Module, built: Construction, sparing: Sparing) -> Fix:
    safety = Safety.UNSAFE if module.usage.state_is_loaded(built) else Safety.SAFE
    amount = f" (λ = {built.decay.value})" if isinstance(built.decay, Number) else ""
    advice = f"biases and norm scales are not decayed any more{amount}"
    return Fix(
        "spare biases and norm scales in the settings", tuple(_edits(module, built, sparing)), safety, (), advice
    )


def _edits(module: Module, built: Construction, sparing: Sparing) -> Iterator[Edit]:
    holder, key, said = sparing.holder, sparing.document.exclusion[-1], _said(sparing)
    if holder is None:
        raise Manual("what the settings say already would overrule it, or stands elsewhere")
    text = said if sparing.adds_to else f"{key}=dict({said})"
    name = built.optimizer.decay_argument or ""
    if built.decay_argument is not None:
        yield _added(module, holder, text, sparing.after)
    elif holder is built.call:  # the same place twice would leave their order open
        yield _added(module, holder, f"{name}={built.default}, {text}", sparing.after)
    else:
        yield add_keyword(module, built.call, name, built.default)
        yield _added(module, holder, text, sparing.after)


def _added(module: Module, holder: cst.Call, text: str, after: cst.Arg | None) -> Edit:
    name, _, value = text.partition("=")
    return add_keyword(module, holder, name, value, after)
