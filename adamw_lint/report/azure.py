"""Logging commands, which Azure Pipelines lists as the issues of a build."""

from collections.abc import Iterable, Iterator, Mapping

from adamw_lint.report.finding import Failure, Finding, failures, findings
from adamw_lint.report.paths import from_root
from adamw_lint.report.screen import printable_lines
from adamw_lint.run import Outcome


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One `task.logissue` line for each finding and for what went wrong."""
    for outcome in outcomes:
        yield from (f"{_finding(finding)}\n" for finding in findings(outcome))
        yield from (f"{_failure(failure)}\n" for failure in failures(outcome))


def _finding(finding: Finding) -> str:
    region = finding.place.file
    properties = {
        "sourcepath": from_root(finding.path),
        "linenumber": region.line,
        "columnnumber": region.column,
        "code": finding.code,
    }
    return _command(properties, f"{finding.place}: {finding.name}: {finding.sentence}")


def _failure(failure: Failure) -> str:
    properties: dict[str, str | int] = {"sourcepath": from_root(failure.path)} if failure.path else {}
    if failure.place:
        properties["linenumber"], properties["columnnumber"] = failure.place
    return _command(properties, failure.sentence)


def _command(properties: Mapping[str, object], message: str) -> str:
    written = "".join(f"{key}={_property(str(value))};" for key, value in {"type": "error", **properties}.items())
    return f"##vso[task.logissue {written}]{_data(message)}"


def _data(text: str) -> str:
    return printable_lines(text).replace("%", "%AZP25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
