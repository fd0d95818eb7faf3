"""Gives an optimizer the λ of a penalty that was added to its model, beside the loss of `compile`."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit
from adamw_lint.fixes.edits import replace
from adamw_lint.fixes.factor import Factor
from adamw_lint.fixes.rebuilt import rebuilt, require_takes_decay
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import Construction
from adamw_lint.model.frames import Place
from adamw_lint.model.losses.terms import LossTerm
from adamw_lint.model.module import Module
from adamw_lint.penalising.moved import is_compiled_once, optimizers_of


def require_of_model(module: Module, term: LossTerm, model: cst.BaseExpression) -> None:
    """Raise Manual unless a penalty is taken over all that the model trains to which it is added."""
    root = term.penalised[0].root
    if not module.frames.same(Place(model, module.frames.around(term.sink.node)), root):
        raise Manual("it may be taken over other parameters than those of the model")
    if not is_compiled_once(module):
        raise Manual("the model is compiled elsewhere, or more than once")
    if module.layer_penalties:
        raise Manual("layers have regularizers too, which have to go first")


def decaying(module: Module, built: Construction, total: Factor) -> Iterator[Edit]:
    """The edits after which the optimizer decays by `total`; one that a text names is built for it."""
    name = built.optimizer.decay_argument
    if not isinstance(built.callee, cst.SimpleString) or name is None:
        yield from rebuilt(module, built, total)
        return
    require_takes_decay(module, built.optimizer)
    written = f"{built.optimizer.short_name}({name}={total.text})"
    yield replace(module, built.callee, f"{optimizers_of(module)}.{written}")
