"""One JSON object a line, each written as soon as its file was linted."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from adamw_lint.report.documents import dumped
from adamw_lint.report.finding import failures, findings
from adamw_lint.report.json import VERSION, row
from adamw_lint.run import Outcome


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """The findings and errors of every file; `kind` says which of the two a line is."""
    for outcome in outcomes:
        for finding in findings(outcome):
            yield dumped({"version": VERSION, "kind": "finding", **row(finding)}, indent=None) + "\n"
        for failure in failures(outcome):
            yield dumped({"version": VERSION, "kind": "error", **asdict(failure)}, indent=None) + "\n"
