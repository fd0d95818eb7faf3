"""A text that an editor or another tool holds, as the bytes of the file that it would be saved to."""

import tokenize
from os.path import splitext

from adamw_lint.read.documents import READERS
from adamw_lint.read.source import NEWLINE


def saved(text: str, path: str) -> bytes | None:
    """The bytes by the encoding that the text declares; None where it does not fit it, so that no file could be so."""
    is_python = READERS.get(splitext(path)[1].lower(), "script") == "script"  # noqa: PTH122
    try:
        return text.encode(_encoding(text) if is_python else "utf-8")
    except UnicodeEncodeError:
        return None


def _encoding(text: str) -> str:
    """The encoding that a program of Python says on its first two lines."""
    head = iter(f"{line}\n".encode(errors="replace") for line in NEWLINE.split(text[:4096])[:2])
    try:
        return tokenize.detect_encoding(lambda: next(head, b""))[0]
    except (SyntaxError, LookupError):
        return "utf-8"
