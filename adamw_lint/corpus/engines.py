"""Hands partitions to whatever runs functions by the standard interface of executors, and survives what dies there."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import NamedTuple

from adamw_lint.corpus.manifest import Aside
from adamw_lint.corpus.work import Done, Job
from adamw_lint.errors import LintError, UnwritableError
from adamw_lint.memory import collect_seldom

Work = Callable[[Job], Done]
Outcome = Done | Aside

_CHANCES = 2  # that a partition has with a worker to itself
KILLED = "working on it ended the process twice"


class Engine(NamedTuple):
    """What runs the work: how to make an executor, how many jobs to hand it at once, what says that a worker died."""

    executor: Callable[[int], Executor]
    workers: int
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)


def pool(jobs: int) -> Engine:
    """Processes of this machine."""
    return Engine(_processes, jobs)


def _processes(jobs: int) -> Executor:
    """Fresh interpreters: the threads of Arrow and of others do not survive in a copy of this process."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start)


def _start() -> None:
    """What a process begins with: one core to itself, no ear for a Ctrl-C, and an end with its parent."""
    import pyarrow as pa

    collect_seldom()
    pa.set_cpu_count(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def outcomes(jobs: Iterable[Job], work: Work, engine: Engine) -> Iterator[Outcome]:
    """What became of each job, in the order in which they are done.

    Those that were under way when a worker died are done again at the end, each alone, so that none is blamed for
    another; one that ends its worker there twice is set aside, and so is one that cannot be read.
    """
    suspects: list[Job] = []
    rest = iter(jobs)
    while first := list(islice(rest, 1)):
        for done in _until_broken(_before(first, rest), work, engine):
            if isinstance(done, Job):
                suspects.append(done)
            else:
                yield done
    for job in suspects:
        yield _alone(job, work, engine)


def _before(first: list[Job], rest: Iterator[Job]) -> Iterator[Job]:
    yield from first
    yield from rest


def _until_broken(jobs: Iterator[Job], work: Work, engine: Engine) -> Iterator[Outcome | Job]:
    """The outcomes of jobs, and the jobs themselves whose worker died; ends early where the executor is done for."""
    executor = engine.executor(engine.workers)
    handed: dict[Future[Done], Job] = {}
    is_broken = False
    try:
        while True:
            for job in islice(jobs, 0 if is_broken else 2 * engine.workers - len(handed)):
                try:
                    handed[executor.submit(work, job)] = job
                except BrokenExecutor:
                    is_broken = True
                    yield job
            if not handed:
                return
            for future in wait(handed, return_when=FIRST_COMPLETED).done:
                job = handed.pop(future)
                try:
                    yield _outcome(future, job, engine)
                except engine.deaths as death:
                    is_broken = is_broken or isinstance(death, BrokenExecutor)
                    yield job
    finally:
        for future in handed:
            future.cancel()
        executor.shutdown(wait=False)


def _outcome(future: "Future[Done]", job: Job, engine: Engine) -> Outcome:
    """What became of a job; raises what says that its worker died, and LintError where no other can be done either."""
    try:
        return future.result()
    except UnwritableError:
        raise
    except CancelledError as error:
        raise LintError("the cluster is gone; the same command with `--resume` goes on") from error
    except LintError as error:
        reason = error.reason
    except Exception as error:  # a mistake of our own costs the partition in which it is made, and no other
        if isinstance(error, engine.deaths):
            raise
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return Aside(job.number, job.partition.told, reason)


def _alone(job: Job, work: Work, engine: Engine) -> Outcome:
    for _ in range(_CHANCES):
        executor = engine.executor(1)
        try:
            return _outcome(executor.submit(work, job), job, engine)
        except engine.deaths:
            continue
        finally:
            executor.shutdown(wait=False)
    return Aside(job.number, job.partition.told, KILLED)
