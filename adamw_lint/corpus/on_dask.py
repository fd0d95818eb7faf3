"""The same work on a Dask cluster: its own client hands it out, and what runs there has to be what runs here."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import ExitStack, contextmanager
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker

from adamw_lint.corpus.engines import Engine
from adamw_lint.corpus.identity import identity
from adamw_lint.errors import LintError

_LOCAL = "local:"
_PATIENCE = 30  # seconds for a scheduler to answer
# What was under way on a worker that died is done again by us, alone, and not by the scheduler.
_SETTINGS = {"distributed.scheduler.allowed-failures": 0, "distributed.worker.daemon": True}


@contextmanager
def cluster(address: str) -> Iterator[tuple[Engine, str]]:
    """A cluster and the address of its dashboard; raises LintError where it is not there or has another linter."""
    with ExitStack() as opened:
        where: Any = address
        if address.startswith(_LOCAL):
            opened.enter_context(dask.config.set(_SETTINGS))
            where = opened.enter_context(_local(address))
        try:
            client = opened.enter_context(Client(where, timeout=_PATIENCE, set_as_default=False))
        except (OSError, ValueError) as error:
            raise LintError(f"--dask {address}: no scheduler answers there: {error}") from error
        threads = sum(client.nthreads().values())
        if not threads:
            raise LintError(f"--dask {address}: the cluster has no workers")
        _compare(client)
        deaths = (BrokenExecutor, KilledWorker)
        yield Engine(lambda _: _executor(client), threads, deaths, lambda: _is_idle(client)), client.dashboard_link


def _local(address: str) -> LocalCluster:
    count = address.removeprefix(_LOCAL)
    if not count.isdigit() or not int(count):
        raise LintError(f"--dask {address}: `local:N` wants a number of processes")
    return LocalCluster(n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=":0")


def _is_idle(client: Client) -> bool:
    """Whether no worker has anything to do: now and then a cluster forgets what was under way where a worker died."""
    return not any(client.processing().values())


def _executor(client: Client) -> Executor:
    found: Executor = client.get_executor(pure=False, retries=0)
    return found


def _compare(client: Client) -> None:
    """Raise LintError unless every worker has the linter that is here, for else they would not find the same."""
    try:
        found = client.run(identity)
    except ImportError as error:
        raise LintError(f"the workers have no adamw-lint with the extra `corpus`: {error}") from error
    for worker, theirs in sorted(found.items()):
        unlike = identity().unlike(theirs)
        if unlike:
            raise LintError(f"the worker {worker} has another linter than is here: {unlike}; install the same on both")
