"""Paths from a list in a file or on standard input, a line or a NUL apart, as many as there are."""

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext

from adamw_lint.errors import UnreadableError

STDIN = "-"
_CHUNK = 1 << 16


def listed(name: str) -> Iterator[str]:
    """The paths that a list holds, read piece by piece; raises UnreadableError.

    Where the beginning of the list holds a NUL, as `find -print0` and `git ls-files -z` write it, paths end at NULs and
    may hold newlines; else they end at newlines.
    """
    try:
        with nullcontext(sys.stdin.buffer) if name == STDIN else open(name, "rb") as file:
            rest, separator = b"", b""
            while chunk := file.read(_CHUNK):
                separator = separator or (b"\0" if b"\0" in chunk else b"\n")
                *whole, rest = (rest + chunk).split(separator)
                yield from filter(None, map(_path, whole))
            yield from filter(None, [_path(rest)])
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableError(f"the list of files cannot be read: {reason}", name) from error


def _path(entry: bytes) -> str:
    return os.fsdecode(entry.removesuffix(b"\r"))
