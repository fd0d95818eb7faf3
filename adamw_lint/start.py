"""Where the program starts, before most of it is imported: that alone makes thousands of objects that stay."""

import gc
import sys


def main() -> None:
    """Run the command line."""
    collect_seldom()
    from adamw_lint.cli import main as command

    try:
        command()
    finally:
        gc.freeze()  # Python would look through all of it once more before it ends


def collect_seldom() -> None:
    """Let the collector of garbage run less often in this process: trees are many objects, and none of them garbage."""
    gc.set_threshold(20_000, 3, 3)


def give_back() -> None:
    """Give the system back the memory that earlier trees have left in pieces, where its library can (glibc)."""
    import ctypes

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
