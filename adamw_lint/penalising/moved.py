"""Takes the regularizers out of all layers of a model and gives their λ to its optimizer, decoupled."""

from collections.abc import Iterator
from decimal import Decimal

import libcst as cst

from adamw_lint.claims import UNCOVERED
from adamw_lint.diagnostics import Edit, Fix, Safety
from adamw_lint.fixes.edits import add_keyword, replace
from adamw_lint.fixes.rebuilt import require_simple, require_takes_decay
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO
from adamw_lint.model.horizon import horizon, plain
from adamw_lint.model.layered.penalties import LayerPenalty
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import method_call
from adamw_lint.model.worth import Number
from adamw_lint.penalising.taken import taken_out
from adamw_lint.rulebook import words


def moved(module: Module) -> Fix:
    """The fix for all penalties of a file together; raises Manual where one λ would not say the same."""
    penalties = module.layer_penalties
    factor = 2 * _only_number(penalties)
    edits = list(taken_out(module))
    text = plain(factor)
    edits += _decaying(module, penalties[0], text)
    name, built = penalties[0].trainer.optimizer.short_name, penalties[0].trainer.built
    acts = f"; {horizon(built, module.values, factor)}" if built is not None else ""
    title = f"leave them out and give {name} `weight_decay={text}`"
    advice = f"`weight_decay={text}` stands for the regularizers now{acts}"
    return Fix(title, tuple(edits), Safety.UNSAFE, UNCOVERED, advice)


def _only_number(penalties: tuple[LayerPenalty, ...]) -> Decimal:
    worths = {penalty.worth for penalty in penalties}
    only = next(iter(worths))
    if len(worths) > 1 or not isinstance(only, Number):
        raise Manual("not all regularizers have the same λ in sight")
    if len({penalty.trainer.node for penalty in penalties}) > 1:
        raise Manual("more than one optimizer trains on them")
    if not all(penalty.is_pure for penalty in penalties):
        raise Manual("an L1 penalty is a part of it")
    return only.value


def _decaying(module: Module, penalty: LayerPenalty, text: str) -> Iterator[Edit]:
    """Gives the optimizer its decay, and a class where only its name was written."""
    trainer = penalty.trainer
    name = trainer.optimizer.decay_argument
    if not module.owns(trainer.node) or not is_compiled_once(module):
        raise Manual("the model is compiled elsewhere, or more than once")
    if name is None or name not in words("layer_penalties")["decays"]:
        raise Manual(f"`{trainer.optimizer.name}` has no decay")
    require_takes_decay(module, trainer.optimizer)
    if trainer.built is None:
        if not isinstance(trainer.node, cst.SimpleString):
            raise Manual("the optimizer is not written where the model is compiled")
        yield replace(module, trainer.node, f"{optimizers_of(module)}.{trainer.optimizer.short_name}({name}={text})")
        return
    require_simple(module, trainer.built)
    if trainer.built.decay != ZERO or trainer.built.decay_argument is not None:
        raise Manual("the optimizer has a decay of its own")
    yield add_keyword(module, trainer.built.call, name, text)


def is_compiled_once(module: Module) -> bool:
    """Whether the file compiles one model, once."""
    return sum(map(_is_compilation, module.survey.own(module.survey.calls))) == 1


def _is_compilation(call: cst.Call) -> bool:
    method = method_call(call)
    return method is not None and method[1] in words("layer_penalties")["compiling"]


def optimizers_of(module: Module) -> str:
    """What the module of optimizers is called in this file; raises Manual where none is imported, or more than one.

    A library that has one below it counts last, for it may be imported for other things.
    """
    scope = module.survey.scopes[module.tree].bindings
    imported = {each[0].path: name for name, each in scope.items() if len(each) == 1 and each[0].kind is Kind.IMPORT}
    found = [(path, below) for path, below in words("layer_penalties")["modules"] if path in imported]
    if len({path.partition(".")[0] for path, below in found if below.count(".") < 2}) > 1:
        raise Manual("more than one library of optimizers is imported here")
    if not found:
        raise Manual("the library's optimizers are not imported here")
    path, below = found[0]
    return f"{imported[path]}{below}"
