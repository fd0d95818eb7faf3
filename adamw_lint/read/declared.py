"""Which version of a library the project around a file declares, read from its requirement files."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from adamw_lint.read.asked import bytes_at, is_there, requirements

_LEVELS = 12
_CLAUSE = re.compile(r"(===?|<=|>=|~=|!=|<|>|=)\s*[\"']?([\^~]?)v?(\d+(?:\.\d+)*)")

_Files = tuple[tuple[str, object], ...]  # paths and stamps


def declares_older(path: str, library: str, since: str) -> bool:
    """Whether a requirement file beside or above `path`, up to the repository's root, rules out version `since`."""
    return any(_older(requirements(folder), library, since) for folder in _folders(Path(path)))


def declares_only_older(path: str, library: str, since: str) -> bool:
    """Whether requirement files state versions of a library, and none of these can be `since` or a later one."""
    stated = [clauses for folder in _folders(Path(path)) for clauses in _stated(requirements(folder), library)]
    return bool(stated) and all(any(_rules_out(clause, _version(since)) for clause in each) for each in stated)


def _rules_out(clause: tuple[str, str, str], wanted: tuple[int, ...]) -> bool:
    sign, caret, text = clause
    version = _version(text)
    if caret or sign == "~=":  # what goes on to the next version of all but the last part, of `^4.20` to 5
        kept = version[:1] if caret == "^" else version[:-1] or version
        return kept < wanted[: len(kept)]
    return version <= wanted if sign == "<" else version < wanted and sign in ("=", "==", "===", "<=")


@lru_cache(maxsize=256)  # of as many states of files, and not of a million repositories
def _stated(files: _Files, library: str) -> list[list[tuple[str, str, str]]]:
    """The clauses of each place that states versions of a library: `>=4.0,<4.50` has two."""
    some = rf"(?:\s*+(?:{_CLAUSE.pattern})[\"']?\s*+,?)+"
    pattern = re.compile(rf"(?<![\w-]){re.escape(library)}(?:\[[^\[\]\n]*\])?{some}", re.IGNORECASE)
    texts = (_text(file) for file, _ in files)
    return [_CLAUSE.findall(found[0]) for text in texts for found in pattern.finditer(text)]


def _folders(path: Path) -> Iterator[str]:
    for folder in list(path.absolute().parents)[:_LEVELS]:
        yield str(folder)
        if is_there(folder / ".git"):
            return


@lru_cache(maxsize=256)
def _older(files: _Files, library: str, since: str) -> bool:
    texts = (_text(file) for file, _ in files)
    pattern = re.compile(rf"(?<![\w-]){re.escape(library)}\s*(===?|<=|~=|<|=)\s*v?(\d+(?:\.\d+)*)", re.IGNORECASE)
    wanted = _version(since)
    return any(
        _version(found[2]) <= wanted if found[1] == "<" else _version(found[2]) < wanted
        for text in texts
        for found in pattern.finditer(text)
    )


def _text(file: str) -> str:
    try:
        return bytes_at(file).decode(errors="replace")[:200_000]
    except OSError:
        return ""


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
