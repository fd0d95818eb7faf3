"""A file of Python, which is one program."""

from typing import TYPE_CHECKING

from adamw_lint.read.prefilter import may_concern

if TYPE_CHECKING:
    from adamw_lint.read.source import Source


def programs(data: bytes, path: str) -> "tuple[Source, ...]":
    """The file itself, unless its bytes show that nothing in it concerns us; raises UnreadableError."""
    if not may_concern(data):
        return ()
    from adamw_lint.read.source import Source

    return (Source.of_bytes(data, path),)
