"""Tensors that a constructor makes, and how many dimensions they have."""

from typing import Any

from adamw_lint.model.parameters.things import (
    HANDED,
    PLAIN,
    Constant,
    Either,
    Given,
    Held,
    Listed,
    Opaque,
    Raw,
    Thing,
    either,
    items_of,
)


def tensor(name: str, given: Given, words: dict[str, Any]) -> Thing:
    """The tensor that a function of the library makes, its dimensions by its arguments."""
    filled = "ones" if name in words["ones"] else "zeros" if name in words["zeros"] else ""
    if name in words["sized"]:
        size = given.keywords.get("size")
        return Raw(dimensions(given.positional if size is None else (size,)) if given.complete else None, filled)
    first = given.first()
    if name == "tensor":
        return Raw(_nested(first))
    if name.endswith("_like") and isinstance(first, (Raw, Held)):
        return Raw((first.made if isinstance(first, Held) else first).ndim, filled)
    return Raw(dimensions((first,)) if name == "full" and first is not None else None, filled)


def parameter_of(data: Thing | None) -> Thing:
    """A parameter of the tensor that it is given."""
    if isinstance(data, Either):
        return either(parameter_of(option) for option in data.options)
    return data if isinstance(data, Held) else Held(data if isinstance(data, Raw) else Raw())


def dimensions(sizes: tuple[Thing, ...]) -> int | None:
    """The number of dimensions of a tensor of the sizes given one by one, or of one shape."""
    if len(sizes) != 1:
        return len(sizes)
    size = sizes[0]
    if isinstance(size, (tuple, Listed)):
        items = items_of(size)
        return None if items is None else len(items)
    is_one = size in (HANDED, PLAIN, Opaque.INDEX) or isinstance(size, Constant)
    return 1 if is_one or (isinstance(size, Either) and not any(items_of(each) for each in size.options)) else None


def _nested(thing: Thing | None) -> int | None:
    """The depth of the lists that `torch.tensor(…)` is given."""
    items = items_of(thing) if isinstance(thing, (tuple, Listed)) else None
    if items is not None:
        inner = _nested(items[0]) if items else 0
        return None if inner is None else 1 + inner
    return 0 if isinstance(thing, Constant) else None
