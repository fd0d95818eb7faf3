"""The same work on a Dask cluster: its own client hands it out, and what runs there has to be what runs here."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed import Future as Handed
from distributed.scheduler import KilledWorker, NoValidWorkerError, NoWorkerError

from adamw_lint.corpus.engines import Engine
from adamw_lint.corpus.identity import identity
from adamw_lint.errors import LintError

_LOCAL = "local:"
_PATIENCE = 30  # seconds for a scheduler to answer
_SETTINGS = {
    # What was under way on a worker that died is done again by us, alone, and not by the scheduler.
    "distributed.scheduler.allowed-failures": 0,
    # A worker that died is started again, on a busy machine later than the 15 seconds after which it would be given up.
    "distributed.deploy.lost-worker-timeout": "7 days",
    # Where none comes up for so long, none will.
    "distributed.scheduler.no-workers-timeout": "5 minutes",
    "distributed.worker.daemon": True,
}


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
        yield Engine(lambda _: _Handing(client), threads, (BrokenExecutor, KilledWorker)), client.dashboard_link


def _local(address: str) -> LocalCluster:
    count = address.removeprefix(_LOCAL)
    if not count.isdigit() or not int(count):
        raise LintError(f"--dask {address}: `local:N` wants a number of processes")
    return LocalCluster(n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=":0")


class _Handing(Executor):
    """Hands functions to a cluster by its client.

    So does `Client.get_executor`; but where a result is lost with its worker before it is fetched, and doing it again
    fails, that lets its future wait for ever.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def submit(self, do: Any, /, *args: Any, **named: Any) -> Future[Any]:
        """The future of a function that some worker calls once; it always comes to an end."""
        ours: Future[Any] = Future()
        theirs = self._client.submit(do, *args, **named, pure=False, retries=0)
        ours.add_done_callback(lambda _: theirs.cancel() if ours.cancelled() else None)
        theirs.add_done_callback(partial(_end, ours))
        return ours


def _end(ours: Future[Any], theirs: Handed) -> None:
    """Say in our future what became of theirs."""
    if not ours.set_running_or_notify_cancel():
        return
    try:
        ours.set_result(theirs.result())
    except (NoWorkerError, NoValidWorkerError) as error:
        ours.set_exception(CancelledError(str(error)))
    except BaseException as error:
        ours.set_exception(error)


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
