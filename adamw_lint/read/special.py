"""Tells files from what only looks like one: reading a device, or a pipe that nobody writes into, might never end."""

import os
import stat


def may_never_end(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a device, a socket, or a pipe other than those that a shell has opened for us."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    if stat.S_ISFIFO(mode):
        return not os.fspath(path).startswith(("/dev/", "/proc/"))
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISSOCK(mode)
