"""Says at the head of a test run how many facts about optimizers it holds against their libraries."""

import os
import tempfile
from importlib.util import find_spec

import pytest
from libraries import summary


def pytest_report_header() -> str:
    """The line that pytest prints before the tests."""
    return summary()


def pytest_configure() -> None:
    """Keep several processes from rewriting one page at once, and settings of the machine from choosing a backend."""
    os.environ["KERAS_BACKEND"] = "torch" if find_spec("torch") else "tensorflow"  # whose float64 needs no switch
    os.environ["ADAMW_LINT_CACHE_DIR"] = tempfile.mkdtemp(prefix="adamw-lint-cache-")  # not that of whoever tests
    if os.environ.get("UPDATE_PAGES") and os.environ.get("PYTEST_XDIST_WORKER"):
        raise pytest.UsageError("pages are rewritten by one process: run pytest without -n")
