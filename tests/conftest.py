"""Says at the head of a test run how many facts about optimizers it holds against their libraries."""

from libraries import summary


def pytest_report_header() -> str:
    """The line that pytest prints before the tests."""
    return summary()
