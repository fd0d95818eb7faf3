"""Gives a variable of the context a value for as long as a block runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Held = TypeVar("Held")


@contextmanager
def holding(variable: ContextVar[Held], value: Held) -> Iterator[None]:
    """Inside, the variable has the value; after it the one that it had before."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
