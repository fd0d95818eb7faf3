"""How little memory a process takes, and how seldom it looks for what to free: trees are many objects."""

import gc
import sys

_AT_START = 100_000  # objects that are made before the first is freed: modules, facts, what a cache holds
_LATER = 20_000  # objects, few enough that the trees of one file do not wait for those of the next


def collect_late() -> None:
    """Let the collector of garbage run hardly at all, until a file is parsed: a run may end before there is any."""
    gc.set_threshold(_AT_START, 3, 3)


def collect_seldom() -> None:
    """Let the collector of garbage run less often in this process: few of the objects that it looks at are garbage."""
    gc.set_threshold(_LATER, 3, 3)


def collect_now() -> None:
    """Let it run as often as trees need it, where it was to run late; in a program of somebody else as that has it."""
    if gc.get_threshold()[0] == _AT_START:
        collect_seldom()


def give_back() -> None:
    """Give the system back the memory that earlier trees have left in pieces, where its library can (glibc)."""
    import ctypes

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
