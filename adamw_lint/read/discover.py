"""Paths become files: folders are walked as git sees them, what is named itself is always taken."""

import os
from collections.abc import Iterable, Iterator
from os.path import abspath, dirname, exists, isdir, isfile, join, normpath, realpath
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.errors import UnreadableError
from adamw_lint.read.documents import SUFFIXES

if TYPE_CHECKING:
    from adamw_lint.read.ignores import Ignores

# Folders of other people's code and of what a build left behind; `exclude = ["!build"]` takes one back.
EXCLUDED = frozenset(
    ("__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv")
)


class _Folder(NamedTuple):
    """A folder of a walk: where it is, how its files are called to the user, and what is ignored in it.

    Both texts end where a name follows. `ignores` holds what each .gitignore says, the nearest first.
    """

    place: str
    shown: str
    ignores: "tuple[Ignores, ...]"


def discover(
    paths: Iterable[str], exclude: Iterable[str], root: Path, suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[str | UnreadableError]:
    """The files to lint, each once, in the order of the paths; an error stands where a path or folder cannot be read.

    `exclude` holds patterns in the words of .gitignore, relative to `root`. Symbolic links to folders are followed only
    where they are named themselves, so every walk ends.
    """
    paths, excluded = list(paths), _excluded(list(exclude), root)
    found = (each for path in paths for each in _below(path, excluded, suffixes))
    return found if len(paths) == 1 else _once(found)


def _once(found: Iterable[str | UnreadableError]) -> Iterator[str | UnreadableError]:
    here, seen = join(os.getcwd(), ""), set[str]()
    for each in found:
        if isinstance(each, UnreadableError):
            yield each
        elif (absolute := abspath(each) if each.startswith("..") else join(here, each)) not in seen:
            seen.add(absolute)
            yield each


def _excluded(exclude: list[str], root: Path) -> "tuple[Ignores, ...]":
    if not exclude:
        return ()
    from adamw_lint.read.ignores import Ignores

    return (Ignores.of(exclude, str(root.resolve())),)


def _below(path: str, excluded: "tuple[Ignores, ...]", suffixes: tuple[str, ...]) -> Iterator[str | UnreadableError]:
    if isdir(path):
        start, named = realpath(path), normpath(path)
        settings = () if _verdict(start, True, excluded) else excluded
        top = _Folder(join(start, ""), "" if named == "." else join(named, ""), _outer(start))
        yield from _walk(top, settings, suffixes)
    elif exists(path):
        yield normpath(path)
    else:
        yield UnreadableError("no such file or folder", path)


def _walk(top: _Folder, settings: "tuple[Ignores, ...]", suffixes: tuple[str, ...]) -> Iterator[str | UnreadableError]:
    """The files below a folder in sorted order; the deepest .gitignore that says something about a path decides."""
    stack = [iter(_taken(top, settings, suffixes))]
    while stack:
        for each in stack[-1]:
            if isinstance(each, _Folder):
                stack.append(iter(_taken(each, settings, suffixes)))
                break
            yield each
        else:
            stack.pop()


def _taken(
    folder: _Folder, settings: "tuple[Ignores, ...]", suffixes: tuple[str, ...]
) -> Iterator[str | UnreadableError | _Folder]:
    """What one folder holds for the walk: its files, and the folders to go into, sorted by name."""
    place, shown, ignores = folder.place, folder.shown, folder.ignores
    try:
        listed = _listed(place, suffixes)
    except OSError as error:
        yield UnreadableError(f"cannot be read: {error.strerror}", place.rstrip(os.sep) or place)
        return
    if not listed.get(".gitignore", True):
        ignores = (_gitignore(place + ".gitignore", place), *ignores)
    for name in sorted(listed):
        is_folder = listed[name]
        if name[0] == ".":
            continue
        if settings or ignores:
            by_settings = _verdict(place + name, is_folder, settings, default=name in EXCLUDED)
            if by_settings or _verdict(place + name, is_folder, ignores):
                continue
        elif name in EXCLUDED:
            continue
        yield _Folder(f"{place}{name}{os.sep}", f"{shown}{name}{os.sep}", ignores) if is_folder else shown + name


def _listed(place: str, suffixes: tuple[str, ...]) -> dict[str, bool]:
    """The folders (True) and files (False) in a folder that a walk may take, and its .gitignore."""
    with os.scandir(place) as entries:
        kinds = ((entry, entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        return {
            name: is_folder
            for entry, name, is_folder in kinds
            if is_folder or ((name.endswith(suffixes) or name == ".gitignore") and entry.is_file())
        }


def _verdict(path: str, is_folder: bool, ignores: "tuple[Ignores, ...]", default: bool = False) -> bool:
    for each in ignores:
        if (verdict := each.verdict(path, is_folder)) is not None:
            return verdict
    return default


def _outer(folder: str) -> "tuple[Ignores, ...]":
    """What the repository around a folder ignores, nearest first; nothing where it ignores the folder itself."""
    folders = [folder]
    while not exists(join(folders[-1], ".git")):
        if folders[-1] == dirname(folders[-1]):
            return ()
        folders.append(dirname(folders[-1]))
    files = [(join(each, ".gitignore"), each) for each in folders[1:]]
    files.append((join(folders[-1], ".git", "info", "exclude"), folders[-1]))
    found = tuple(_gitignore(file, each) for file, each in files if isfile(file))
    return () if _verdict(folder, True, found) else found


def _gitignore(file: str, folder: str) -> "Ignores":
    from adamw_lint.read.ignores import Ignores

    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            return Ignores.of(lines.read().splitlines(), folder)
    except OSError:
        return Ignores.of((), folder)
