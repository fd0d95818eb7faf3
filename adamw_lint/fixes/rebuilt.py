"""Gives an optimizer the λ that was decayed by elsewhere, decoupled, on top of its own."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit
from adamw_lint.fixes.callees import rename
from adamw_lint.fixes.edits import add_keyword, replace
from adamw_lint.fixes.factor import Factor
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.worth import UNKNOWN
from adamw_lint.read.declared import declares_older
from adamw_lint.rulebook import Coupling, Optimizer, optimizers_by_path, words
from adamw_lint.signatures import parameters


def require_simple(module: Module, built: Construction) -> None:
    """Raise Manual where a λ in the constructor may not be the optimizer's whole decay."""
    if built.subclass is not None or built.is_partial or built.is_open or not built.arguments.complete:
        raise Manual("not all is known of how the optimizer is built")
    if module.usage.state_is_loaded(built):
        raise Manual("a state of this optimizer is loaded here")
    if built.coupling is None or built.decay == UNKNOWN:
        raise Manual("the optimizer's own decay is not known")


def require_takes_decay(module: Module, optimizer: Optimizer) -> None:
    """Raise Manual where the project declares a version of the library whose optimizer takes no decay yet."""
    name = optimizer.decay_argument
    for library, since in words("decay_since").items():
        is_its = any(path.startswith(f"{library}.") for path in optimizer.paths)
        if name is not None and is_its and declares_older(module.source.path, library, since):
            raise Manual(f"`{name}` needs {library} {since}, and the project declares an older one")


def rebuilt(module: Module, built: Construction, total: Factor) -> Iterator[Edit]:
    """The edits after which the optimizer decays by `total`, decoupled."""
    optimizer = built.optimizer
    to = optimizers_by_path()[optimizer.replacement] if optimizer.replacement else optimizer
    name = optimizer.decay_argument or to.decay_argument
    if name is None:
        raise Manual(f"`{optimizer.name}` has no decay")
    if built.coupling is not Coupling.DECOUPLED:
        if optimizer.replacement is None:
            raise Manual("this changes which optimizer is used")
        if not set(built.arguments.by_name) <= parameters(to.signature)[1]:
            raise Manual(f"`{to.name}` does not take all of its arguments")
        yield from rename(module, built, to)
    argument = built.decay_argument
    if argument is None:
        require_takes_decay(module, to)
        yield add_keyword(module, built.call, name, total.text)
    elif argument.call is built.call and isinstance(argument.node, cst.Arg):
        yield replace(module, argument.value, total.text)
    else:
        raise Manual("the optimizer's own decay is written elsewhere")


def on_top(module: Module, built: Construction) -> str:
    """What the optimizer decays by already, as the end of a sentence."""
    if built.decay == ZERO and not any(group.decay for group in built.groups):
        return ""
    if built.decay == UNKNOWN:
        return ""
    how = {Coupling.COUPLED: "coupled", Coupling.DECOUPLED: "decoupled"}.get(built.coupling or Coupling.NONE, "")
    argument = built.decay_argument
    amount = f"`{module.line(argument.node)}`" if argument else f"default of {built.optimizer.default}"
    if any(group.decay for group in built.groups):
        amount = "decay in its groups"
    return f"; it comes on top of its own {how} {amount}".replace("  ", " ")
