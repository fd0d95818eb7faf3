"""The facts that a user states of optimizers of their own, as far as they are known at a place of the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adamw_lint.rulebook import Optimizer

_OWN: "ContextVar[tuple[Optimizer, ...]]" = ContextVar("own", default=())


@contextmanager
def knowing(facts: "tuple[Optimizer, ...]") -> Iterator[None]:
    """Inside, the user's own facts are known as well, and say more than ours where both name one path."""
    token = _OWN.set(facts)
    try:
        yield
    finally:
        _OWN.reset(token)


def own() -> "tuple[Optimizer, ...]":
    """The user's own facts, as far as they are known here."""
    return _OWN.get()
