"""Paths become files: folders are walked as git sees them, what is named itself is taken unless settings forbid it."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from os.path import abspath, basename, dirname, exists, isdir, isfile, join, normpath, realpath
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.errors import UnreadableError
from adamw_lint.read.documents import SUFFIXES
from adamw_lint.read.listing import FOLDER, OTHER, is_file, listed
from adamw_lint.read.special import may_never_end
from adamw_lint.settings import OWN, SHARED, File, Settings

if TYPE_CHECKING:
    from adamw_lint.read.ignores import Ignores

_UNSETTLED = Settings(frozenset())

# Folders of other people's code and of what a build left behind; `exclude = ["!build"]` takes one back.
EXCLUDED = frozenset(
    ("__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv")
)


class _Folder(NamedTuple):
    """A folder of a walk: where it is, how its files are called to the user, and what is ignored in it.

    Both texts end where a name follows. `ignores` holds what each .gitignore says, the nearest first, `excluding` the
    same of `settings`, which count in the folder.
    """

    place: str
    shown: str
    ignores: "tuple[Ignores, ...]"
    settings: Settings
    excluding: "tuple[Ignores, ...]"


class _Walk(NamedTuple):
    """What a walk looks for, and the settings of each folder, which exclude unless all of a folder is meant."""

    suffixes: tuple[str, ...]
    settings: Callable[[str], Settings]
    excludes: bool = True

    def excluding(self, settings: Settings) -> "tuple[Ignores, ...]":
        """What settings take out of the walk."""
        return _excluding(settings) if self.excludes else ()


def discover(
    paths: Iterable[str], settings: Callable[[str], Settings] | None = None, suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[str | UnreadableError]:
    """The files to lint, each once, in the order of the paths; an error stands where a path or folder cannot be read.

    `settings` are those of what stands in a folder: they exclude. Symbolic links to folders are followed only where
    they are named themselves, so every walk ends.
    """
    return map(_path, files(paths, settings or _no_settings, suffixes))


def _path(found: File | UnreadableError) -> str | UnreadableError:
    return found if isinstance(found, UnreadableError) else found[0]


def files(
    paths: Iterable[str], settings: Callable[[str], Settings], suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[File | UnreadableError]:
    """What `discover` finds, each file with the settings that count for it."""
    walk = _Walk(suffixes, settings)
    return iter(_below(paths[0], walk)) if isinstance(paths, Sequence) and len(paths) == 1 else _each_once(paths, walk)


def _each_once(paths: Iterable[str], walk: _Walk) -> Iterator[File | UnreadableError]:
    here, seen = join(os.getcwd(), ""), set[str]()
    for path in paths:
        for each in _below(path, walk):
            if isinstance(each, UnreadableError):
                yield each
            elif (absolute := abspath(each[0]) if each[0].startswith("..") else join(here, each[0])) not in seen:
                seen.add(absolute)
                yield each


def _no_settings(_: str) -> Settings:
    return _UNSETTLED


def _below(path: str, walk: _Walk) -> Iterable[File | UnreadableError]:
    if isdir(path):
        start, named = realpath(path), normpath(path)
        if is_barred(start, walk.settings, is_folder=True):
            return ()
        if _verdict(start, True, _excluding(walk.settings(dirname(start)))):
            walk = walk._replace(excludes=False)  # what is named although it is excluded is all of it meant
        shown, within = "" if named == "." else join(named, ""), walk.settings(start)
        top = _Folder(join(start, ""), shown, _outer(start), within, walk.excluding(within))
        return _walk(top, walk)
    if not isfile(path) and may_never_end(path):
        return (UnreadableError("is no regular file", path),)
    if not exists(path):
        return (UnreadableError("no such file or folder", path),)
    if is_barred(realpath(path), walk.settings):
        return ()
    return ((normpath(path), walk.settings(realpath(dirname(normpath(path))))),)


def is_barred(path: str, settings: Callable[[str], Settings], is_folder: bool = False) -> bool:
    """Whether a path that is named itself is excluded all the same: by what counts for it or a folder around it.

    The path has to be a real one.
    """
    if not settings(dirname(path)).force_exclude:
        return False
    for each in _upward(path):
        around = settings(dirname(each))
        if each == around.root or not each.startswith(join(around.root, "")):
            return False
        if _verdict(each, is_folder or each != path, _excluding(around), default=basename(each) in EXCLUDED):
            return True
    return False


def _upward(path: str) -> Iterator[str]:
    """A path, and every folder around it."""
    yield path
    while (above := dirname(path)) != path:
        yield above
        path = above


@lru_cache(maxsize=64)
def _excluding(settings: Settings) -> "tuple[Ignores, ...]":
    """The exclusions of settings, those that were added last first, since they decide."""
    if not settings.exclude:
        return ()
    from adamw_lint.read.ignores import Ignores

    folders = dict.fromkeys(glob.folder for glob in reversed(settings.exclude))
    return tuple(
        Ignores.of([glob.pattern for glob in settings.exclude if glob.folder == folder], folder) for folder in folders
    )


def _walk(top: _Folder, walk: _Walk) -> Iterator[File | UnreadableError]:
    """The files below a folder in sorted order; the deepest .gitignore that says something about a path decides."""
    return chain.from_iterable(_runs(top, walk))


def _runs(top: _Folder, walk: _Walk) -> Iterator[Sequence[File | UnreadableError]]:
    """The same, in runs of what stands in one folder between the folders that are gone into."""
    stack = [iter(_taken(top, walk))]
    while stack:
        run: list[File | UnreadableError] = []
        for each in stack[-1]:
            if isinstance(each, _Folder):
                stack.append(iter(_taken(each, walk)))
                break
            run.append(each)
        else:
            stack.pop()
        if run:
            yield run


def _taken(folder: _Folder, walk: _Walk) -> Sequence[File | UnreadableError | _Folder]:
    """What one folder holds for the walk: its files, and the folders to go into, sorted by name."""
    place, shown, ignores, settings, excluding = folder
    try:
        names = listed(place)
    except OSError as error:
        return [UnreadableError(f"cannot be read: {error.strerror}", place.rstrip(os.sep) or place)]
    if ".gitignore" in names and is_file(place + ".gitignore"):
        ignores = (_gitignore(place + ".gitignore", place), *ignores)
    if OWN in names or SHARED in names:  # else what counts above counts here as well
        settings = walk.settings(place.rstrip(os.sep) or place)
        excluding = walk.excluding(settings)
    taken: list[File | _Folder] = []
    suffixes = walk.suffixes
    wanted = [name for name, kind in names.items() if (kind == FOLDER or name.endswith(suffixes)) and name[0] != "."]
    for name in sorted(wanted):
        is_folder = (kind := names[name]) == FOLDER
        if kind == OTHER and not isfile(place + name):
            continue
        if excluding or ignores:
            by_settings = _verdict(place + name, is_folder, excluding, default=name in EXCLUDED)
            if by_settings or _verdict(place + name, is_folder, ignores):
                continue
        elif name in EXCLUDED:
            continue
        if is_folder:
            taken.append(_Folder(f"{place}{name}{os.sep}", f"{shown}{name}{os.sep}", ignores, settings, excluding))
        else:
            taken.append((shown + name, settings))
    return taken


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
    stated = [(join(each, ".gitignore"), each) for each in folders[1:]]
    stated.append((join(folders[-1], ".git", "info", "exclude"), folders[-1]))
    found = tuple(_gitignore(file, each) for file, each in stated if isfile(file))
    return () if _verdict(folder, True, found) else found


def _gitignore(file: str, folder: str) -> "Ignores":
    from adamw_lint.read.ignores import Ignores

    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            return Ignores.of(lines.read().splitlines(), folder)
    except OSError:
        return Ignores.of((), folder)
