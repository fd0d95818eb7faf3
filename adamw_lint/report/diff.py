"""What a fix would change, as a unified diff that `patch` and `git apply` take."""

import difflib
import os

from adamw_lint.read.source import Source
from adamw_lint.report.screen import Line, printable

STYLES = {"---": "bold", "+++": "bold", "@@": "cyan", "+": "green", "-": "red"}


def report(before: Source, after: Source) -> bytes:
    """The difference in the bytes of the file itself, so that encoding and newlines are its own."""
    old, new = (source.encode().split(b"\n") for source in (before, after))
    path = os.fsencode(before.path)
    lines = difflib.diff_bytes(difflib.unified_diff, _ended(old), _ended(new), path, path)
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _ended(lines: list[bytes]) -> list[bytes]:
    return [*(line + b"\n" for line in lines[:-1]), *filter(None, lines[-1:])]


def screen(before: Source, after: Source) -> list[Line]:
    """The same for a terminal."""
    lines = report(before, after).decode(before.encoding, errors="replace").split("\n")[:-1]
    return [[(printable(line), next((STYLES[sign] for sign in STYLES if line.startswith(sign)), ""))] for line in lines]
