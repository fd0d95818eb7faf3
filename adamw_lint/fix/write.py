"""Puts a fixed file in place of the old one: whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from adamw_lint.errors import UnwritableError
from adamw_lint.read.source import Source


def write(old: Source, new: Source) -> None:
    """Replace the file of `old` by `new`, keeping its mode; a symlink stays and its target is replaced.

    Raises UnwritableError, with the old file untouched, where that is impossible or the file changed meanwhile.
    """
    target = Path(old.path).resolve()
    try:
        data = new.encode()
        if target.read_bytes() != old.encode():
            raise UnwritableError("not fixed: the file was changed while it was linted", old.path)
        put(target, data)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnwritableError(f"not fixed: cannot be written: {reason}", old.path) from error


def put(target: Path, data: bytes) -> None:
    """Let a file hold these bytes, or leave it as it was and raise OSError."""
    handle, temporary = tempfile.mkstemp(prefix=".adamw-lint-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        else:
            Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
