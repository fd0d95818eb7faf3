"""Paths become files: folders are walked as git sees them, what is named itself is taken unless settings forbid it."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from adamw_lint.errors import UnreadableError
from adamw_lint.read.documents import SUFFIXES
from adamw_lint.settings import Settings

NOTHING = Settings(frozenset(), root=Path())

# Folders of other people's code and of what a build left behind; `exclude = ["!build"]` takes one back.
EXCLUDED = frozenset(
    ("__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv")
)


@dataclass(frozen=True, slots=True)
class _Ignores:
    """The patterns of one .gitignore and the folder that they are relative to."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Whether the patterns exclude a path (True), take it back (False) or say nothing about it (None)."""
        base = os.path.join(self.folder, "")  # noqa: PTH118
        relative = path.removeprefix(base) if path.startswith(base) else os.path.basename(path)  # noqa: PTH119
        relative = relative.replace(os.sep, "/")
        return self.spec.check_file(relative + "/" * is_folder).include


def discover(
    paths: Iterable[str], settings: Callable[[Path], Settings] | None = None, suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[str | UnreadableError]:
    """The files to lint, each once, in the order of the paths; an error stands where a path or folder cannot be read.

    `settings` are those of what stands in a folder: they exclude. Symbolic links to folders are followed only where
    they are named themselves, so every walk ends.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _below(path, settings or _no_settings, suffixes):
            if isinstance(found, UnreadableError):
                yield found
            elif (absolute := os.path.abspath(found)) not in seen:  # noqa: PTH100
                seen.add(absolute)
                yield found


def _no_settings(_: Path) -> Settings:
    return NOTHING


def _below(
    path: str, settings: Callable[[Path], Settings], suffixes: tuple[str, ...]
) -> Iterator[str | UnreadableError]:
    if os.path.isdir(path):  # noqa: PTH112
        start = Path(path).resolve()
        if is_barred(start, settings, is_folder=True):
            return
        named = _ignored(str(start), True, _excluding(settings(start.parent)))
        for found in _walk(str(start), _outer(start), _no_settings if named else settings, suffixes):
            yield found if isinstance(found, UnreadableError) else _as_named(path, start, found)
    elif os.path.exists(path):  # noqa: PTH110
        if not is_barred(Path(path).resolve(), settings):
            yield os.path.normpath(path)
    else:
        yield UnreadableError("no such file or folder", path)


def is_barred(path: Path, settings: Callable[[Path], Settings], is_folder: bool = False) -> bool:
    """Whether a path that is named itself is excluded all the same: by what counts for it or a folder around it."""
    if not settings(path.parent).force_exclude:
        return False
    for each in (path, *path.parents):
        around = settings(each.parent)
        if each == around.root or not each.is_relative_to(around.root):
            return False
        if _ignored(str(each), is_folder or each != path, _excluding(around), default=each.name in EXCLUDED):
            return True
    return False


@lru_cache(maxsize=64)
def _excluding(settings: Settings) -> tuple[_Ignores, ...]:
    """The exclusions of settings, those that were added last first, since they decide."""
    folders = dict.fromkeys(glob.folder for glob in reversed(settings.exclude))
    return tuple(
        _Ignores(
            str(folder), GitIgnoreSpec.from_lines(glob.pattern for glob in settings.exclude if glob.folder == folder)
        )
        for folder in folders
    )


def _as_named(path: str, start: Path, found: str) -> str:
    return os.path.normpath(os.path.join(path, os.path.relpath(found, start)))  # noqa: PTH118


def _walk(
    folder: str, above: list[_Ignores], settings: Callable[[Path], Settings], suffixes: tuple[str, ...]
) -> Iterator[str | UnreadableError]:
    """The files below a folder in sorted order; the deepest .gitignore that says something about a path decides."""
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield UnreadableError(f"cannot be read: {error.strerror}", folder)
        return
    own = [_gitignore(Path(entry.path)) for entry in listed if entry.name == ".gitignore" and entry.is_file()]
    ignores = [*own, *above]
    excluding = _excluding(settings(Path(folder)))
    for entry in listed:
        is_folder = entry.is_dir(follow_symlinks=False)
        if not is_folder and not (entry.name.endswith(suffixes) and entry.is_file()):
            continue
        by_settings = _ignored(entry.path, is_folder, excluding, default=entry.name in EXCLUDED)
        if entry.name.startswith(".") or by_settings or _ignored(entry.path, is_folder, ignores):
            continue
        if is_folder:
            yield from _walk(entry.path, ignores, settings, suffixes)
        else:
            yield entry.path


def _ignored(path: str, is_folder: bool, ignores: Iterable[_Ignores], default: bool = False) -> bool:
    verdicts = (each.verdict(path, is_folder) for each in ignores)
    return next((verdict for verdict in verdicts if verdict is not None), default)


def _outer(folder: Path) -> list[_Ignores]:
    """What the repository around a folder ignores, nearest first; nothing where it ignores the folder itself."""
    above = list(folder.parents)
    root = next((each for each in (folder, *above) if (each / ".git").exists()), None)
    if root is None:
        return []
    between = [each for each in above if each.is_relative_to(root)]
    files = [(each, each / ".gitignore") for each in between] + [(root, root / ".git" / "info" / "exclude")]
    found = [_gitignore(file, base) for base, file in files if file.is_file()]
    return [] if _ignored(str(folder), True, found) else found


def _gitignore(file: Path, folder: Path | None = None) -> _Ignores:
    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        lines = []
    return _Ignores(str(folder or file.parent), GitIgnoreSpec.from_lines(lines))
