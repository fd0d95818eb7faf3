"""The parameters of one model that meet a condition, and how several such picks are put together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import libcst as cst

from adamw_lint.model.grouping.predicates import NEVER, Predicate, Test, Written, atoms, every, some
from adamw_lint.model.tree import dotted, keyword, positional


@dataclass(frozen=True, slots=True)
class Pick:
    """The parameters of one model that meet a condition.

    `root` is the X of X.named_parameters(), `key` equal where two roots are the same variable, `tests` each test on
    names that the condition is made of.
    """

    root: cst.BaseExpression
    key: object
    predicate: Predicate
    tests: tuple[Written, ...] = ()


Picks = tuple[Pick, ...]


def narrowed(picks: Picks | None, condition: Predicate, tests: Iterable[Written] = ()) -> Picks | None:
    """The same picks under one condition more."""
    if picks is None:
        return None
    more = tuple(tests)
    return tuple(
        replace(pick, predicate=every([pick.predicate, condition]), tests=(*pick.tests, *more)) for pick in picks
    )


def united(several: Iterable[Picks | None]) -> Picks | None:
    """All of several picks, those of one model made one; None where one of them is not known."""
    joined: dict[object, Pick] = {}
    for picks in several:
        if picks is None:
            return None
        for pick in picks:
            old = joined.get(pick.key)
            both = (
                pick
                if old is None
                else replace(old, predicate=some([old.predicate, pick.predicate]), tests=(*old.tests, *pick.tests))
            )
            joined[pick.key] = both
    return tuple(pick for pick in joined.values() if pick.predicate != NEVER)


def agreed(several: Iterable[Picks | None]) -> Picks | None:
    """What several expressions all pick; None where they differ, or where that is not known."""
    first, *others = several
    said = [[(pick.key, pick.predicate) for pick in picks] for picks in (first, *others) if picks is not None]
    return first if len(said) == 1 + len(others) and all(each == said[0] for each in said) else None


def handed(pick: Pick, call: cst.Call, function: cst.FunctionDef) -> cst.BaseExpression | None:
    """The model of a pick that a function makes of its argument, as a call hands it over.

    None where the model is no argument, or where another argument decides what is picked.
    """
    names = [param.name.value for param in function.params.params]
    opaque = [atom.text for atom in atoms(pick.predicate) if atom.test is Test.OPAQUE]
    root = dotted(pick.root) or ""
    if root not in names or any(name in text for text in opaque for name in names):
        return None
    index, plain = names.index(root) - (names[0] in ("self", "cls")), positional(call)
    return plain[index] if 0 <= index < len(plain) else keyword(call, root)
