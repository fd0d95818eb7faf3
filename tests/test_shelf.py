"""What a shelf holds, and what it lets go of."""

from adamw_lint.read.shelf import Shelf


def test_a_shelf_makes_each_thing_once_as_long_as_there_is_room() -> None:
    made: list[str] = []
    shelf = Shelf(10)

    def get(name: str, weight: int) -> str:
        def make() -> tuple[str, int]:
            made.append(name)
            return name.upper(), weight

        found: str = shelf.get(name, make)
        return found

    assert [get("a", 4), get("b", 4), get("a", 4)] == ["A", "B", "A"]
    assert made == ["a", "b"]
    get("c", 4)  # b was asked for longest ago
    get("a", 4)
    assert made == ["a", "b", "c"]
    get("b", 4)
    assert made == ["a", "b", "c", "b"]
    assert get("huge", 11) == "HUGE"
    assert get("a", 4) == "A"
    assert made[-2:] == ["huge", "a"]
