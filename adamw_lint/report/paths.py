"""Where a file is, in the words of those who read a report elsewhere: from the root of the repository, or as a URI."""

import os
from functools import cache
from pathlib import Path
from urllib.parse import quote

STDIN = "-"


@cache
def _root(folder: Path) -> Path:
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def root() -> Path:
    """The repository around the working folder, or that folder itself where there is none."""
    return _root(Path.cwd())


def from_root(path: str) -> str:
    """The path as a repository knows it, with forward slashes; an absolute one where it lies outside."""
    if path in ("", STDIN):
        return path
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is named as it is, not by its target
    for each in (absolute, absolute.parent.resolve() / absolute.name):
        if each.is_relative_to(root()):
            return each.relative_to(root()).as_posix()
    return absolute.as_posix()


def uri(path: str) -> str:
    """The path from the root as a reference by URI, or that of a file outside; every byte of a name is kept."""
    inside = from_root(path)
    return Path(inside).as_uri() if Path(inside).is_absolute() else quote(os.fsencode(inside))
