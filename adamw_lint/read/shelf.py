"""Keeps what was made last, as much of it as stays within a bound, so that memory does not grow with the tree."""

from collections.abc import Callable, Hashable
from typing import Any


class Shelf:
    """Holds things by key; what was asked for longest ago goes first. A thing may come to weigh more while it is held.

    What is asked for is held in any case, however much it weighs.
    """

    def __init__(self, most: int, weigh: Callable[[Any], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._held: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is held under a key, or else what `make` makes."""
        found = self._held.pop(key) if key in self._held else make()
        weight = self._weigh(found) + sum(map(self._weigh, self._held.values()))
        while self._held and weight > self._most:
            weight -= self._weigh(self._held.pop(next(iter(self._held))))
        self._held[key] = found
        return found
