"""A limit on the time that one file may take, which ends whatever Python does for it when the time is up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from adamw_lint.errors import LintError

DEFAULT = 60.0  # seconds; files of 100,000 lines take less on a slow machine


class TimeIsUp(BaseException):  # it is no error, and nothing that catches those may catch it
    """Raised in the middle of whatever is being done when it has taken too long."""


class OverdueError(LintError):
    """A file that would have taken longer than it may."""

    def __init__(self, path: str, seconds: float) -> None:
        """`seconds` is what it was given."""
        super().__init__(f"not linted: it took longer than the {seconds:g} s of `time-limit`", path)


@contextmanager
def limited(path: str, seconds: float) -> Iterator[None]:
    """Inside, what takes longer raises OverdueError about the path; with 0 there is no limit.

    In the main thread of a process in which nobody else uses it, the alarm of the system ends it, and a call that waits
    as well; elsewhere a timer does so between two steps of Python. Neither ends a parser that is written in another
    language: see `ended_by_force`.
    """
    if not seconds:
        yield
        return
    struck = threading.Event()
    try:
        with _alarm(seconds, struck) if _has_alarm() else _timer(seconds, struck):
            yield
    except (TimeIsUp, Exception):  # what is cut short may fail in another way on its way out, as at the end of a `with`
        if struck.is_set():
            raise OverdueError(path, seconds) from None
        raise
    if struck.is_set():
        raise OverdueError(path, seconds)


def _has_alarm() -> bool:
    import signal

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getsignal(signal.SIGALRM) == signal.SIG_DFL and not any(signal.getitimer(signal.ITIMER_REAL))


@contextmanager
def _alarm(seconds: float, struck: threading.Event) -> Iterator[None]:
    import signal

    is_running = True

    def ring(*_: Any) -> None:
        if is_running:
            struck.set()
            raise TimeIsUp

    signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        is_running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


@contextmanager
def _timer(seconds: float, struck: threading.Event) -> Iterator[None]:
    this, lock = threading.get_ident(), threading.Lock()
    is_running = True

    def strike() -> None:
        import ctypes

        with lock:
            if is_running:
                struck.set()
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(this), ctypes.py_object(TimeIsUp))

    timer = threading.Timer(seconds, strike)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            is_running = False
        timer.cancel()


@contextmanager
def ended_by_force(seconds: float) -> Iterator[None]:
    """Inside, this process ends where even the limit did not: in a process that looks at files for another one.

    That one then says so, see workers.py; here nothing happens in a process that was not started for that.
    """
    from multiprocessing import parent_process

    if not seconds or parent_process() is None:
        yield
        return
    import faulthandler
    import os
    from pathlib import Path

    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        faulthandler.dump_traceback_later(seconds * 1.5 + 1, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
