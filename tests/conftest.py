"""What all tests share: a line at the head of a run, about the facts that it holds against libraries, and a browser."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from libraries import summary

if TYPE_CHECKING:
    from playwright.sync_api import Browser


collect_ignore = ["plugin"]  # a project of its own, whose tests test_plugins.py runs


def pytest_report_header() -> str:
    """The line that pytest prints before the tests."""
    return summary()


def pytest_configure(config: pytest.Config) -> None:
    """Keep several processes from rewriting one page at once, and settings of the machine from choosing a backend."""
    os.environ["KERAS_BACKEND"] = "torch" if find_spec("torch") else "tensorflow"  # whose float64 needs no switch
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so in the background of a shell; tests press Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cache = tempfile.TemporaryDirectory(prefix="adamw-lint-cache-")
    config.add_cleanup(cache.cleanup)
    os.environ["ADAMW_LINT_CACHE_DIR"] = cache.name  # not that of whoever tests
    if os.environ.get("UPDATE_PAGES") and os.environ.get("PYTEST_XDIST_WORKER"):
        raise pytest.UsageError("pages are rewritten by one process: run pytest without -n")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of `bash .ci/browser`; nothing else needs it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        yield browser
        browser.close()
