"""Deep copies: new layers with new parameters, sharing inside the copy what was shared inside the original."""

from typing import Any

from adamw_lint.model.parameters.things import Either, Held, Layer, Listed, Mapped, Thing

Memo = dict[Any, Any]


def copied(thing: Thing, memo: Memo | None = None) -> Thing:
    """A deep copy of a thing."""
    memo = {} if memo is None else memo
    if thing in memo:
        return memo[thing]  # type: ignore[no-any-return]
    if isinstance(thing, tuple):
        return tuple(copied(each, memo) for each in thing)
    if isinstance(thing, Either):
        return Either(tuple(copied(each, memo) for each in thing.options))
    if isinstance(thing, Held):
        memo[thing] = Held(thing.made, thing.role)
        return memo[thing]  # type: ignore[no-any-return]
    if isinstance(thing, (Layer, Listed, Mapped)):
        twin = Layer({}, thing.label, thing.of) if isinstance(thing, Layer) else type(thing)()
        memo[thing] = twin
        twin.slots.update({key: copied(value, memo) for key, value in thing.slots.items()})
        return twin
    return thing
