"""A text that an editor or another tool holds, as the bytes of the file that it would be saved to, and back."""

import tokenize
from os.path import splitext

from adamw_lint.read.documents import READERS
from adamw_lint.read.source import NEWLINE, Source


def saved(text: str, path: str) -> bytes | None:
    """The bytes by the encoding that the text declares; None where it does not fit it, so that no file could be so."""
    try:
        return text.encode(_encoding(text) if _is_python(path) else "utf-8")
    except UnicodeEncodeError:
        return None


def opened(data: bytes, path: str) -> str:
    """The text of a file; raises UnreadableError where its bytes are none."""
    return (Source.of_bytes if _is_python(path) else Source.of_utf8)(data, path).text


def _is_python(path: str) -> bool:
    return READERS.get(splitext(path)[1].lower(), "script") == "script"


def _encoding(text: str) -> str:
    """The encoding that a program of Python says on its first two lines."""
    head = iter(f"{line}\n".encode(errors="replace") for line in NEWLINE.split(text[:4096])[:2])
    try:
        return tokenize.detect_encoding(lambda: next(head, b""))[0]
    except (SyntaxError, LookupError):
        return "utf-8"
