"""How the arguments of a call land on the parameters of a signature."""

from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.values import Values
from adamw_lint.model.worth import Mapping, Partial, Value, options_of
from adamw_lint.signatures import parameters


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as written: its value, the node that writes it, the call it stands in, and whether it is certain."""

    value: cst.BaseExpression
    node: cst.CSTNode
    call: cst.Call
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call by parameter.

    `complete` is False where more may arrive by a star, `by_default` True where that takes a caller who gives another
    dict than the one that is the default.
    """

    by_name: dict[str, Argument]
    complete: bool
    by_default: bool = False


def bind(call: cst.Call, signature: str, values: Values, given: Arguments | None = None, skip: int = 0) -> Arguments:
    """The arguments of a call by the parameters of a signature, on top of those `given` by partials.

    `skip` leaves out leading positional arguments (the callable that `functools.partial` is given).
    """
    positional = parameters(signature)[0]
    bound = dict(given.by_name) if given else {}
    complete = given.complete if given else True
    shown = complete or (given is not None and given.by_default)
    free = [name for name in positional if given is None or name not in given.by_name]
    for index, arg in enumerate(call.args):
        if arg.star == "**":
            more = _unpacked(values.worth(arg.value), call)
            bound |= more.by_name
            complete, shown = complete and more.complete, shown and (more.complete or more.by_default)
        elif arg.star:
            free, complete, shown = [], False, False
        elif arg.keyword is not None:
            bound[arg.keyword.value] = Argument(arg.value, arg, call)
        elif skip <= index < len(free) + skip:
            bound[free[index - skip]] = Argument(arg.value, arg, call)
        elif index >= skip:  # the signature ends in `*args`, or is that of another version
            complete = shown = False
    return Arguments(bound, complete, shown and not complete)


def _unpacked(value: Value, call: cst.Call) -> Arguments:
    options = options_of(value)
    mapping = options[0]
    if len(options) > 1 or not isinstance(mapping, Mapping):
        return Arguments({}, complete=False)
    entries = {name: Argument(entry.value, entry.node, call, entry.certain) for name, entry in mapping.entries.items()}
    is_default = mapping.by_default or (mapping.complete and mapping is not value)
    return Arguments(entries, mapping.complete and mapping is value, is_default)


def unwrapped(value: Value, signature: str, values: Values) -> tuple[Value, Arguments | None]:
    """What a chain of partials ends in, and the arguments that the partials give."""
    chain: list[cst.Call] = []
    while isinstance(value, Partial) and len(chain) < 8:
        chain.append(value.call)
        value = value.target
    given: Arguments | None = None
    for call in reversed(chain):
        given = bind(call, signature, values, given, skip=1)
    return value, given
