"""How little memory a process takes, and how seldom it looks for what to free: trees are many objects."""

import gc
import sys


def collect_seldom() -> None:
    """Let the collector of garbage run less often in this process: few of the objects that it looks at are garbage."""
    gc.set_threshold(20_000, 3, 3)


def give_back() -> None:
    """Give the system back the memory that earlier trees have left in pieces, where its library can (glibc)."""
    import ctypes

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
