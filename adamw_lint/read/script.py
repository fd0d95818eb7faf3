"""A file of Python, which is one program."""

from adamw_lint.read.prefilter import may_concern
from adamw_lint.read.source import Source


def programs(data: bytes, path: str) -> tuple[Source, ...]:
    """The file itself, unless its bytes show that nothing in it concerns us; raises UnreadableError."""
    return (Source.of_bytes(data, path),) if may_concern(data) else ()
