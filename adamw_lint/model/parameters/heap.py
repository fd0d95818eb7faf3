"""What code writes into lists, dicts, objects and variables, with alternative paths tried, undone and joined."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from adamw_lint.model.parameters.things import ABSENT, Store, Thing, either

T = TypeVar("T")
Slot = tuple[Store, Any]
Changes = dict[Slot, Thing]


class Heap:
    """The one writer of slots; remembers what was there while a path is tried."""

    def __init__(self) -> None:
        self._logs: list[Changes] = []

    def write(self, store: Store, key: Any, value: Thing) -> None:
        """Put a value into a slot; ABSENT empties it."""
        if self._logs:
            self._logs[-1].setdefault((store, key), store.slots.get(key, ABSENT))
        if value is ABSENT:
            store.slots.pop(key, None)
        else:
            store.slots[key] = value

    def attempt(self, run: Callable[[], T]) -> tuple[T, Changes]:
        """Run something, undo what it wrote, and say what it wrote."""
        self._logs.append({})
        try:
            result = run()
        finally:
            log = self._logs.pop()
            changes = {(store, key): store.slots.get(key, ABSENT) for store, key in log}
            for (store, key), old in log.items():
                if old is ABSENT:
                    store.slots.pop(key, None)
                else:
                    store.slots[key] = old
        return result, changes

    def join(self, paths: Iterable[Changes]) -> None:
        """Write what one of several paths has written, it is not known which."""
        paths = list(paths)
        for store, key in dict.fromkeys(slot for path in paths for slot in path):
            now = store.slots.get(key, ABSENT)
            self.write(store, key, either(path.get((store, key), now) for path in paths))

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Write for good, whatever path is being tried: what the code around a class has built stays built."""
        logs, self._logs = self._logs, []
        try:
            yield
        finally:
            self._logs = logs
