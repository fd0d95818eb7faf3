"""Workflow commands, which GitHub shows beside the changed lines of a pull request."""

from collections.abc import Iterable, Iterator, Mapping

from adamw_lint.report.finding import Failure, Finding, failures, findings
from adamw_lint.report.paths import from_root
from adamw_lint.report.screen import printable, printable_lines
from adamw_lint.run import Outcome


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """A group of the log for each file, with an `::error` line for each finding and for what went wrong."""
    for outcome in outcomes:
        commands = [*map(_finding, findings(outcome)), *map(_failure, failures(outcome))]
        if commands:
            path = outcome.after.path if outcome.after else outcome.errors[0].path or "adamw-lint"
            yield f"::group::{_data(printable(path))}\n"
            yield from (f"{command}\n" for command in commands)
            yield "::endgroup::\n"


def _finding(finding: Finding) -> str:
    region = finding.place.file
    properties: dict[str, str | int] = {
        "title": f"{finding.code} {finding.name}",
        "file": from_root(finding.path),
        "line": region.line,
        "endLine": region.end_line,
    }
    if region.line == region.end_line:  # columns only where a finding stays on its line, as GitHub wants it
        properties |= {"col": region.column, "endColumn": region.end_column}
    return _command(properties, f"{finding.place}: {finding.sentence}")


def _failure(failure: Failure) -> str:
    properties: dict[str, str | int] = {"title": "adamw-lint could not do its work"}
    if failure.path:
        properties["file"] = from_root(failure.path)
    if failure.place:
        properties["line"], properties["col"] = failure.place
    return _command(properties, failure.sentence)


def _command(properties: Mapping[str, object], message: str) -> str:
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::error {written}::{_data(message)}"


def _data(text: str) -> str:
    return printable_lines(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
