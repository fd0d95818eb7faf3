"""What a shelf holds, and what it lets go of."""

from adamw_lint.read.shelf import Shelf


def test_a_shelf_makes_each_thing_once_as_long_as_there_is_room() -> None:
    made: list[str] = []
    weights = {"a": 4, "b": 4, "c": 4, "huge": 11}
    shelf = Shelf(10, weights.__getitem__)

    def get(name: str) -> str:
        def make() -> str:
            made.append(name)
            return name

        found: str = shelf.get(name, make)
        return found

    assert [get("a"), get("b"), get("a")] == ["a", "b", "a"]
    assert made == ["a", "b"]
    get("c")  # b was asked for longest ago
    get("a")
    assert made == ["a", "b", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"]
    assert get("huge") == "huge"
    assert get("a") == "a"
    assert made[-2:] == ["huge", "a"]


def test_what_came_to_weigh_more_makes_room_for_others() -> None:
    weights = {"a": 1, "b": 1, "c": 1}
    shelf, made = Shelf(10, weights.__getitem__), []

    def get(name: str) -> None:
        shelf.get(name, lambda: made.append(name) or name)  # type: ignore[func-returns-value]

    get("a")
    get("b")
    weights["a"] = 10
    get("c")
    get("b")
    assert made == ["a", "b", "c"]
    get("a")
    assert made == ["a", "b", "c", "a"]
