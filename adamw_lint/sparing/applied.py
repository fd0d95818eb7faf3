"""Biases and norms are spared where gradients are applied: TensorFlow 1, whose `minimize` forgets what is to decay."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Fix, Label, Safety
from adamw_lint.fixes.edits import replace
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.tree import dotted, keyword, method_call, positional, root_of
from adamw_lint.model.worth import UNKNOWN, Number
from adamw_lint.rulebook import words
from adamw_lint.sparing.overlooked import Overlooked


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where no step is in sight, or one spares it."""
    terms = words("applied")
    steps = list(_steps(module, built))
    is_known = built.decay not in (ZERO, UNKNOWN) and built.subclass is None and not built.is_partial
    forgetful = [call for call, name in steps if name == terms["forgetful"]]
    if not is_known or not forgetful or len(forgetful) < len(steps):
        return None
    name, written = built.optimizer.short_name, built.decay_argument
    place = written.node if written is not None and module.owns(written.node) else built.class_name
    is_told = any(keyword(call, terms["argument"]) for call in forgetful)
    message = f"{name} decays biases and norm scales too, by `{module.excerpt(place)}`"
    message += f", for `{terms['forgetful']}` forgets `{terms['argument']}`" if is_told else ""
    help_ = f"hand `{terms['argument']}` to `{terms['applying']}`, not to `{terms['forgetful']}`, which forgets it"
    label = Label(module.span(place), "decays everything")
    return Overlooked(module.span(built.class_name), message, help_, label, lambda: _fix(module, built, forgetful))


def _steps(module: Module, built: Construction) -> Iterator[tuple[cst.Call, str]]:
    """The calls that minimize with an optimizer, or apply gradients."""
    terms = words("applied")
    for call in module.survey.own(module.survey.calls):
        method = method_call(call)
        if method is None or method[1] not in (terms["forgetful"], terms["applying"]):
            continue
        bound = [binding.value for binding in module.values.bindings(method[0])]
        if method[0] is built.call or built.call in bound:
            yield call, method[1]


def _fix(module: Module, built: Construction, steps: list[cst.Call]) -> Fix:
    terms = words("applied")
    if len(steps) != 1 or built.is_open:
        raise Manual("more than one step, or optimizer, is in sight")
    call = steps[0]
    method, plain = method_call(call), positional(call)
    handed = [arg for arg in call.args if arg.keyword is not None and arg.keyword.value in terms["handed_on"]]
    told = keyword(call, terms["argument"])
    if method is None or not isinstance(method[0], (cst.Name, cst.Attribute)):
        raise Manual("the optimizer has no name by which it is asked for the gradients")
    if len(plain) != 1 or len(call.args) != 1 + len(handed) + (told is not None):
        raise Manual(f"not all that `{terms['forgetful']}` is given has a place in the other two")
    root = root_of(built.callee)
    if told is None and (not isinstance(root, cst.Name) or dotted(built.callee) == root.value):
        raise Manual("the library has no name of its own here")
    optimizer = module.text(method[0])
    which = module.text(told) if told is not None else terms["spared"].format(root=module.text(root))
    arguments = [f"{optimizer}.{terms['gradients']}({module.text(plain[0])})", *map(module.text, handed)]
    text = f"{optimizer}.{terms['applying']}({', '.join(arguments)}, {terms['argument']}={which})"
    amount = f" (λ = {built.decay.value})" if isinstance(built.decay, Number) else ""
    advice = f"biases and norm scales are not decayed any more by {built.optimizer.short_name}{amount}"
    return Fix("apply the gradients with what is to decay", (replace(module, call, text),), Safety.SAFE, (), advice)
