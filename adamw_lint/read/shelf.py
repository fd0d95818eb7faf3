"""Keeps what was made last, as much of it as stays within a bound, so that memory does not grow with the tree."""

from collections.abc import Callable, Hashable
from typing import Any


class Shelf:
    """Holds things by key, each with a weight; what was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[Hashable, tuple[Any, int]] = {}
        self._weight = 0

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int]]) -> Any:
        """What is held under a key, or else what `make` makes, together with its weight."""
        held = self._held.pop(key, None)
        if held is None:
            held = make()
            self._weight += held[1]
        self._held[key] = held
        while self._weight > self._most:
            self._weight -= self._held.pop(next(iter(self._held)))[1]
        return held[0]
