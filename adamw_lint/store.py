"""Files of plain data in a cache folder: whole or not there, bound to a key, and never believed when damaged."""

import marshal
import os
import sys
from contextlib import suppress
from typing import Any
from zlib import crc32

_MAGIC = b"adamw-lint\x00\x01"
_HEAD = len(_MAGIC) + 4
_MINE_ALONE = 0o022  # the bits of a mode by which others could write


def load(path: str, key: Any) -> Any:
    """What was saved at a path under that key; None where there is nothing, or nothing that can be believed.

    Python's own `marshal` reads it, many times as fast as JSON is read, and no code can hide in it. It does trust its
    input not to be forged, so a file that anybody else owns or may write to counts for nothing, and so does one whose
    checksum is wrong.
    """
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & _MINE_ALONE):
                return None
            data = memoryview(file.readall())
        if data[: len(_MAGIC)] != _MAGIC or crc32(data[_HEAD:]).to_bytes(4) != data[len(_MAGIC) : _HEAD]:
            return None
        held, found = marshal.loads(data[_HEAD:])
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return found if held == key else None


def save(path: str, key: Any, found: Any) -> None:
    """Put plain data at a path, in one step, so that neither another run nor a killed one leaves half a file there.

    A cache is a help only: where the folder cannot be written to, nothing happens.
    """
    data = marshal.dumps((key, found))
    temporary = f"{path}.{os.getpid()}.tmp"
    with suppress(OSError):
        _make_folder(os.path.dirname(path))
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + crc32(data).to_bytes(4) + data)
        os.replace(temporary, path)


def _make_folder(folder: str) -> None:
    """A folder for its owner alone, and a note in it for programs that make backups."""
    if os.path.isdir(folder):
        return
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(os.path.join(folder, "CACHEDIR.TAG"), "w", encoding="ascii") as file:
        file.write("Signature: 8a477f597d28d172789f06886806bc55\n# The cache of adamw-lint; it may be deleted.\n")


def clean(folder: str, days: int, now: float) -> None:
    """Delete the files of a cache folder that nothing has written for that many days."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            is_ours = entry.name.endswith((".cache", ".tmp"))
            if is_ours and entry.stat(follow_symlinks=False).st_mtime < now - days * 86_400:
                os.unlink(entry.path)


def user_folder() -> str | None:
    """The folder that the system means for caches of this user; None where there is no home.

    (The library that knows all of this, platformdirs, takes longer to import than a short run may last.)
    """
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        above = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        above = os.path.join(home, "Library", "Caches")
    else:
        above = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(above, "adamw-lint") if os.path.isabs(above) else None
