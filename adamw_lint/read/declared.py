"""Which version of a library the project around a file declares, read from its requirement files."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "requirements*.txt", "environment*.y*ml", "Pipfile")
_LEVELS = 12


def declares_older(path: str, library: str, since: str) -> bool:
    """Whether a requirement file beside or above `path`, up to the repository's root, rules out version `since`."""
    return any(_older(Path(folder), library, since) for folder in _folders(Path(path)))


def _folders(path: Path) -> Iterator[str]:
    for folder in list(path.absolute().parents)[:_LEVELS]:
        yield str(folder)
        if (folder / ".git").exists():
            return


@cache
def _older(folder: Path, library: str, since: str) -> bool:
    texts = (_text(file) for pattern in _FILES for file in folder.glob(pattern))
    pattern = re.compile(rf"(?<![\w-]){re.escape(library)}\s*(===?|<=|~=|<|=)\s*v?(\d+(?:\.\d+)*)", re.IGNORECASE)
    wanted = _version(since)
    return any(
        _version(found[2]) <= wanted if found[1] == "<" else _version(found[2]) < wanted
        for text in texts
        for found in pattern.finditer(text)
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")[:200_000]
    except OSError:
        return ""


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
