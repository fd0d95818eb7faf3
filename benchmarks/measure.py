"""What a command costs, as the operating system accounts for it, against another one that is run in turn with it."""

import math
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import TIMEOUT_MAX, Timer
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Command:
    """A command line and the folder in which it is run; `before` is done before each run, and not measured."""

    words: tuple[str, ...]
    folder: Path
    before: Callable[[int], None] | None = None
    may_fail: bool = True  # a linter that finds something ends with 1

    def __str__(self) -> str:
        return " ".join([Path(self.words[0]).name, *self.words[1:]])


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, seconds of the processors, and the bytes of the largest process."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Paired:
    """The costs of two commands that were run in turn, pair by pair."""

    ours: tuple[Cost, ...]
    peers: tuple[Cost, ...]

    def ratio(self, of: str = "wall") -> float:
        """The median of the ratios of the pairs: what weighs on both runs of a pair weighs on neither side."""
        pairs = zip(self.ours, self.peers, strict=True)
        return float(median(getattr(our, of) / max(getattr(peer, of), 1e-6) for our, peer in pairs))

    def middle(self, of: str = "wall") -> tuple[float, float]:
        """The medians of both sides."""
        return typical(self.ours, of), typical(self.peers, of)


def typical(costs: Sequence[Cost], of: str = "wall") -> float:
    """The median of one kind of cost."""
    return float(median(getattr(cost, of) for cost in costs))


class TooLongError(Exception):
    """A command that was ended because it took longer than it may."""


def cost(command: Command, environment: Mapping[str, str], run: int, most: float = math.inf) -> Cost:
    """What one run of a command costs, with all the processes that it starts and waits for.

    Raises TooLongError where that takes more seconds than `most`.
    """
    if command.before is not None:
        command.before(run)
    began = perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that all that it started ends with it
    )
    clock = Timer(min(most, TIMEOUT_MAX), os.killpg, (process.pid, signal.SIGKILL))
    clock.start()
    try:
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        clock.cancel()
    wall = perf_counter() - began
    if wall >= most:
        raise TooLongError(f"`{command}` took more than {most:g} s")
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code < 0 or code > 2 or (code and not command.may_fail):
        raise RuntimeError(f"`{command}` ended with {code}: {said.decode(errors='replace')[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def paired(ours: Command, peer: Command, environment: Mapping[str, str], runs: int, most: float = math.inf) -> Paired:
    """The costs of two commands, run in turn; a first pair that fills the caches is not counted."""
    pairs = [(cost(ours, environment, run, most), cost(peer, environment, run, most)) for run in range(runs + 1)][1:]
    return Paired(tuple(our for our, _ in pairs), tuple(their for _, their in pairs))
