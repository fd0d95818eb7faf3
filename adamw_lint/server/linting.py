"""Lints and fixes open documents as the command line does, one at a time, beside the loop that talks to the editor."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.errors import LintError
from adamw_lint.read import project
from adamw_lint.run import Outcome, Task, run_on_bytes
from adamw_lint.server.documents import Document

_STACK = 64 * 2**20  # bytes; what a main thread has may be missing in another one, and parsers go deep


class Linter:
    """Knows the settings of every folder, and what other files say, until it is told to forget."""

    def __init__(self) -> None:
        threading.stack_size(_STACK)
        self._worker = ThreadPoolExecutor(1, "lint")
        self._worker.submit(threading.get_ident).result()  # starts the thread, with its stack
        threading.stack_size(0)
        self._configuration: Configuration | None = None

    def forget(self) -> None:
        """Read settings and other files anew from here on, since they may have changed."""
        self._configuration = None
        project.forget()

    async def lint(self, document: Document) -> Outcome:
        """What is found in a document."""
        return await self._later(lambda: self._run(document, fix=False))

    async def fix(self, document: Document) -> Outcome:
        """What `--fix` makes of a document."""
        return await self._later(lambda: self._run(document, fix=True))

    async def _later(self, job: Callable[[], Outcome]) -> Outcome:
        return await asyncio.get_running_loop().run_in_executor(self._worker, job)

    def _run(self, document: Document, fix: bool) -> Outcome:
        try:
            if (
                self._configuration is None
            ):  # an editor has every file open by its name, but opens what is excluded, too
                self._configuration = Configuration.of(flags={"force-exclude": True})
            return run_on_bytes(document.data, document.path, Task(self._configuration, fix=fix))
        except LintError as error:
            return Outcome(path=document.path, errors=(error,))

    def close(self) -> None:
        """Finish what is being linted, and nothing else."""
        self._worker.shutdown(cancel_futures=True)
