"""Which kind of file holds programs in which way: a table from suffixes to readers."""

import math
from collections.abc import Callable
from importlib import import_module
from os.path import splitext
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from adamw_lint.read.source import Source

Reader = Callable[[bytes, str], "tuple[Source, ...]"]

# The module of adamw_lint.read for each suffix, imported with the first file of its kind: its `programs(data, path)`
# gives the programs of a file, none where the bytes show that nothing in it concerns us.
READERS = {
    ".py": "script",
    ".ipynb": "notebook",
    ".md": "prose",
    ".markdown": "prose",
    ".rst": "prose",
    ".yaml": "settings_file",
    ".yml": "settings_file",
    ".json": "settings_file",
    ".toml": "settings_file",
}
SUFFIXES = tuple(READERS)
_DATA = 2_000_000  # bytes of settings; a file with more of them is data


def largest(path: str) -> float:
    """The size in bytes beyond which a file of that name is not looked at."""
    return _DATA if _reader(path) == "settings_file" else math.inf


def programs(data: bytes, path: str) -> "tuple[Source, ...]":
    """The programs in a file that may concern us; a file of no known suffix that is named is taken for Python.

    Raises UnreadableError where the bytes cannot be decoded, UnparsableError where they are not what the suffix says.
    """
    reader = cast(Reader, import_module(f"adamw_lint.read.{_reader(path)}").programs)
    return reader(data, path) if len(data) <= largest(path) else ()


def _reader(path: str) -> str:
    return READERS.get(splitext(path)[1].lower(), "script")
