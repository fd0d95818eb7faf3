"""Parses with LibCST, without the checks that it makes of trees which programs put together."""

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst


def parsed(text: str) -> cst.Module:
    """The tree of a text; raises libcst.ParserSyntaxError."""
    with _unchecked():
        return cst.parse_module(text)


@contextmanager
def _unchecked() -> Iterator[None]:
    """Inside, nodes are taken to be valid, as those of the parser are: to check each one is a fifth of the parse."""
    check = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = lambda self: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = check  # type: ignore[method-assign]
