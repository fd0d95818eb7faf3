"""The temporary file beside a target: held by one run at a time, and gone even if that run was killed."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a file that another run has open cannot be removed: that is its lock
    fcntl = None  # type: ignore[assignment]

PREFIX, SUFFIX = ".adamw-lint-", ".tmp"
_TRIES = 100  # another run may take the name away each time; it does not forever
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class BusyError(OSError):
    """The target is being written by another run."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A new file beside a target, open for writing, which no other run has for this target."""

    path: Path
    handle: int

    def move_to(self, target: Path) -> None:
        """Put the file in place of the target, in one step; nothing can be written to it after that."""
        if fcntl is None:
            os.close(self.handle)  # Windows moves no open file
        self.path.replace(target)


@contextlib.contextmanager
def claimed(target: Path) -> Iterator[Claim]:
    """A claim on a target; its file is removed at the end unless it was moved.

    Raises OSError, and BusyError where another run has the target.
    """
    path = target.with_name(f"{PREFIX}{sha256(os.fsencode(target.name)).hexdigest()[:16]}{SUFFIX}")
    claim = Claim(path, _claim(path))
    try:
        yield claim
    finally:
        _drop(claim)


def sweep(folder: Path) -> None:
    """Remove from a folder what runs that were killed have left there; what a living run holds stays."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        left = [each.path for each in entries if each.name.startswith(PREFIX) and each.name.endswith(SUFFIX)]
        for path in left:
            _remove(Path(path))


def _claim(path: Path) -> int:
    for _ in range(_TRIES):
        try:
            handle = os.open(path, _NEW, 0o600)
        except FileExistsError:
            if not _remove(path):
                break
            continue
        if _lock(handle) and _is_at(handle, path):
            return handle
        os.close(handle)  # whoever sweeps the folder was quicker
    raise BusyError("another run is writing it")


def _drop(claim: Claim) -> None:
    with contextlib.suppress(OSError):
        if _is_at(claim.handle, claim.path):  # else it was moved, and what is there now is the next run's
            if fcntl is None:
                os.close(claim.handle)
            claim.path.unlink()
    with contextlib.suppress(OSError):
        os.close(claim.handle)


def _remove(path: Path) -> bool:
    """Remove a temporary file that nobody holds; False where somebody does."""
    try:
        handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return True
    try:
        if not _lock(handle):
            return False
        path.unlink(missing_ok=True)
    except PermissionError:
        return False
    finally:
        os.close(handle)
    return True


def _lock(handle: int) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except FileNotFoundError:
        return False
