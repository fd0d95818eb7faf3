"""The plugin of pytest: with `--adamw-lint` each file of Python and each notebook is a test, which findings fail."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from adamw_lint.configuration.hierarchy import Configuration

NAME = "adamw_lint"
SUFFIXES = (".py", ".ipynb")
CONFIGURATION = pytest.StashKey["Configuration"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the option; without it nothing of the linter is imported."""
    group = parser.getgroup("adamw-lint")
    group.addoption("--adamw-lint", action="store_true", help="lint each file of Python and each notebook, too")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, by which `-m` chooses."""
    config.addinivalue_line("markers", f"{NAME}: a file that --adamw-lint lints")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "LintedFile | None":
    """A file that is linted, unless the settings exclude it."""
    if not parent.config.getoption(NAME) or file_path.suffix not in SUFFIXES:
        return None
    from adamw_lint.errors import LintError
    from adamw_lint.read.discover import is_barred

    try:
        if is_barred(str(file_path), _configuration(parent.config).at):
            return None
    except LintError:
        pass  # its item says so
    return LintedFile.from_parent(parent, path=file_path)


def _configuration(config: pytest.Config) -> "Configuration":
    """The settings of every folder, read once a session."""
    from adamw_lint.configuration.hierarchy import Configuration

    if CONFIGURATION not in config.stash:
        config.stash[CONFIGURATION] = Configuration.of(flags={"force-exclude": True})
    return config.stash[CONFIGURATION]


class LintedFile(pytest.File):
    """A file with its one test."""

    def collect(self) -> "Iterator[LintedItem]":
        """The test of the file."""
        yield LintedItem.from_parent(self, name=NAME)


class LintedItem(pytest.Item):
    """The test that nothing is found in a file."""

    def __init__(self, name: str, parent: LintedFile) -> None:
        super().__init__(name, parent)
        self.add_marker(NAME)
        self.funcargs: dict[str, object] = {}  # no fixture; the plugin pytest-lsp fails what has none at all

    def runtest(self) -> None:
        """Lint the file; raises what is told of it."""
        from adamw_lint.errors import LintError
        from adamw_lint.looking import Means
        from adamw_lint.report.concise import report
        from adamw_lint.report.screen import plain
        from adamw_lint.run import Task, run

        path = os.path.relpath(self.path)
        try:
            (outcome,) = run([path], Task(_configuration(self.config)), Means())
        except LintError as error:
            raise Findings(f"error: {error}") from None
        found = report((program.source, program.remaining) for program in outcome.programs)
        said = [*map(plain, found), *(f"error: {each}" for each in outcome.errors)]
        if said:
            raise Findings("\n".join(said))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """What is told of the file, or the traceback of what should not have happened."""
        if isinstance(excinfo.value, Findings):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """How the test is called."""
        return self.path, None, "adamw-lint"


class Findings(Exception):  # noqa: N818  # it is a result
    """What is told of a file."""
