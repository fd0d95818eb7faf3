"""What one look at a file gave, as plain data that a cache keeps and another process hands over."""

from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import adler32, crc32

if TYPE_CHECKING:
    from adamw_lint.read.asked import Stamp, Testimony

Packed = tuple[Any, ...]


class Look(NamedTuple):
    """What one look at a file gave.

    `programs` are those with findings, of the number `held` that may concern us; `errors` is what went wrong,
    `testimony` what was asked of other files. The stamp is never younger than the bytes, whose digest stands beside it.
    """

    stamp: "Stamp | None"
    digest: bytes
    programs: tuple[Packed, ...] = ()
    errors: tuple[Packed, ...] = ()
    testimony: "Testimony" = ()
    held: int = 0


NOTHING_SEEN = Look(None, b"")  # a file that cannot concern us


def digest_of(data: bytes) -> bytes:
    """What tells the bytes of a file from any that it may have had by accident.

    Two checksums and the length take a third of the time of a cryptographic hash, and no import of the library of one.
    """
    return b"%d %d %d" % (len(data), crc32(data), adler32(data))
