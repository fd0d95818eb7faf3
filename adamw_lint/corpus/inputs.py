"""What is to be read: the tables, archives and git repositories that stand at the paths and addresses given."""

import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, NamedTuple

from adamw_lint.errors import LintError, UnreadableError

_ADDRESS = "://"


class Kind(StrEnum):
    """How an input is read."""

    PARQUET = "parquet"
    LINES = "json-lines"
    ARCHIVE = "archive"
    GIT = "git"


_ENDINGS = {
    Kind.PARQUET: (".parquet",),
    Kind.LINES: tuple(
        f".{name}{packed}"
        for name in ("jsonl", "ndjson", "json")
        for packed in ("", ".gz", ".zst")
        if name + packed != "json"
    ),
    Kind.ARCHIVE: (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".zip", ".whl"),
}
KNOWN = "; ".join(f"{kind.value}: {', '.join(endings)}" for kind, endings in _ENDINGS.items())


class Input(NamedTuple):
    """One input: where it is, what its repository is called where it is one, and what tells a change of it."""

    kind: Kind
    place: str
    repo: str = ""
    mark: str = ""


def inputs(places: Iterable[str], revision: str) -> list[Input]:
    """All that can be read at some places, each once; raises LintError where there is nothing of a known kind."""
    found: dict[str, Input] = {}
    for place in places:
        some = list(_remote(place) if _ADDRESS in place else _local(place, revision))
        if not some:
            raise LintError(f"nothing in here can be read; there are git repositories, and {KNOWN}", place)
        found |= {each.place: each for each in some}
    return list(found.values())


def _local(place: str, revision: str) -> Iterator[Input]:
    path = Path(place)
    if not path.exists():
        raise UnreadableError("no such file or folder", place)
    if path.is_file():
        yield _file(str(path.parent.resolve() / path.name), _kind(path.name, place))
        return
    top = path.resolve()
    for folder, below, names in os.walk(top):
        git = _git_folder(Path(folder))
        if git is not None:
            below.clear()
            yield Input(
                Kind.GIT, str(git), _called(Path(folder), top), _mark(git, revision, is_named=folder == str(top))
            )
            continue
        below.sort()
        kinds = ((name, _kind_of(name)) for name in sorted(names))
        yield from (_file(os.path.join(folder, name), kind) for name, kind in kinds if kind)  # noqa: PTH118


def _file(place: str, kind: Kind) -> Input:
    status = Path(place).stat()
    return Input(kind, place, _stem(Path(place).name), f"{status.st_size} {status.st_mtime_ns}")


def _git_folder(folder: Path) -> Path | None:
    """The folder in which git keeps what it knows: the folder itself where it is bare, or the one of a checkout."""
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
        return folder
    return folder if (folder / ".git").exists() else None


def _called(folder: Path, top: Path) -> str:
    """The name of a repository: its path below what was named, or else its own name."""
    named = folder.relative_to(top).as_posix() if folder != top else folder.name
    return named.removesuffix(".git") or named


def _mark(git: Path, revision: str, is_named: bool) -> str:
    """The commit to read; none where there is none in one of many repositories, which is set aside in its turn."""
    from adamw_lint.corpus.repositories import resolved

    try:
        return resolved(str(git), revision)
    except UnreadableError:
        if is_named:
            raise
        return ""


def _remote(place: str) -> Iterator[Input]:
    """What stands at an address: a file, a folder of them, or all that a pattern with `*` means."""
    files, path = _file_system(place)
    try:
        every = files.glob(path) if "*" in path else files.find(path) if files.isdir(path) else [path]
        found, is_one = sorted(every), every == [path]
        for each in found:
            kind = _kind(each, place) if is_one else _kind_of(each)
            if kind is not None:
                yield Input(kind, files.unstrip_protocol(each), _stem(each.rpartition("/")[2]), str(files.ukey(each)))
    except LintError:
        raise
    except Exception as error:  # whatever the library of that kind of address raises
        raise UnreadableError(f"cannot be read: {type(error).__name__}: {error}", place) from error


def _file_system(place: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        files, path = url_to_fs(place)
    except (ImportError, ValueError) as error:  # it says what to install, or which kinds there are
        raise UnreadableError(f"cannot be read: {error}", place) from error
    return files, path


def opened(place: str) -> IO[bytes]:
    """A file at a path or an address; raises UnreadableError."""
    try:
        if _ADDRESS not in place:
            return Path(place).open("rb")
        files, path = _file_system(place)
        file: IO[bytes] = files.open(path, "rb")
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}", place) from error
    return file


def _kind(name: str, place: str) -> Kind:
    found = _kind_of(name) or (Kind.LINES if name.lower().endswith(".json") else None)
    if found is None:
        raise LintError(f"of no kind that can be read; by their endings there are {KNOWN}", place)
    return found


def _kind_of(name: str) -> Kind | None:
    return next((kind for kind, endings in _ENDINGS.items() if name.lower().endswith(endings)), None)


def _stem(name: str) -> str:
    """The name of a file without its ending, which is that of its repository where it is an archive."""
    endings = sorted((ending for some in _ENDINGS.values() for ending in some), key=len, reverse=True)
    return next((name[: -len(each)] for each in endings if name.lower().endswith(each)), name)
