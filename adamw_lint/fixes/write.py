"""Puts a fixed file in place of the old one: whole or not at all."""

import contextlib
import os
import stat
from pathlib import Path

from adamw_lint.errors import UnwritableError
from adamw_lint.fixes.claim import claimed
from adamw_lint.read.source import Source

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def write(old: Source, new: Source) -> str | None:
    """Replace the file of `old` by `new`; a symlink stays and its target is replaced. A note where people need one.

    Mode, owner and extended attributes are kept as far as the system lets us. Raises UnwritableError, with the old file
    untouched, where that is impossible, the file is read-only or changed meanwhile, or another run is writing it.
    """
    try:
        data = new.encode()
        target = Path(old.path).resolve(strict=True)
        before = target.stat()
        if not before.st_mode & _WRITABLE:
            raise UnwritableError("not fixed: the file is read-only", old.path)
        with claimed(target) as claim:
            _fill(claim.handle, data)
            _resemble(claim.handle, target, before)
            if target.read_bytes() != old.encode():
                raise UnwritableError("not fixed: the file was changed while it was linted", old.path)
            claim.move_to(target)
            _settle(target.parent)
    except (OSError, UnicodeEncodeError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, before Python 3.13
        reason = (error.strerror or error) if isinstance(error, OSError) else error
        raise UnwritableError(f"not fixed: cannot be written: {reason}", old.path) from error
    return _linked(before.st_nlink)


def put(target: Path, data: bytes) -> None:
    """Let a file that is ours hold these bytes, or leave it as it was and raise OSError."""
    with claimed(target) as claim:
        _fill(claim.handle, data)
        if target.exists():
            _resemble(claim.handle, target, target.stat())
        elif hasattr(os, "fchmod"):
            os.fchmod(claim.handle, 0o666 & ~_umask())
        claim.move_to(target)
        _settle(target.parent)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _fill(handle: int, data: bytes) -> None:
    with open(handle, "wb", closefd=False) as file:
        file.write(data)
    os.fsync(handle)


def _resemble(handle: int, target: Path, before: os.stat_result) -> None:
    """Give the new file what the old one has, the owner first: a change of owner takes some modes away."""
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(handle, before.st_uid, before.st_gid)
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                os.setxattr(handle, name, os.getxattr(target, name))
    if hasattr(os, "fchmod"):
        os.fchmod(handle, stat.S_IMODE(before.st_mode))


def _settle(folder: Path) -> None:
    """Make the new name last through a power cut, where folders can be told to."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _linked(links: int) -> str | None:
    if links < 2:
        return None
    others = "its other hard link keeps" if links == 2 else f"its {links - 1} other hard links keep"
    return f"{others} the old text"
