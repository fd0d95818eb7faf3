"""JUnit's XML, which nearly every CI service shows as test results: a suite for each file, a failed test a finding."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from adamw_lint.report.finding import Failure, Finding, failures, findings
from adamw_lint.report.full import picture
from adamw_lint.report.screen import plain, printable
from adamw_lint.run import Outcome


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One `testsuites`; a file without findings is a test that passes, and so is a run that looked into no file."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n'
    number = 0
    for outcome in outcomes:
        cases = [*map(_failed, findings(outcome)), *map(_broken, failures(outcome))]
        if path := _path(outcome):
            yield _suite(path, number, cases or [_case(path, "no findings")])
            number += 1
    if not number:
        yield _suite("adamw-lint", number, [_case("adamw-lint", "no findings")])
    yield "</testsuites>\n"


def _path(outcome: Outcome) -> str | None:
    if outcome.after:
        return outcome.after.path
    return outcome.errors[0].path or "adamw-lint" if outcome.errors else None


def _suite(path: str, number: int, cases: list[ElementTree.Element]) -> str:
    attributes = {
        "name": printable(path),
        "package": "adamw-lint",
        "id": str(number),
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": "localhost",
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "time": "0",
    }
    suite = ElementTree.Element("testsuite", attributes)
    suite.append(ElementTree.Element("properties"))
    suite.extend(cases)
    suite.extend(ElementTree.Element(stream) for stream in ("system-out", "system-err"))
    ElementTree.indent(suite, level=1)
    return f"  {ElementTree.tostring(suite, encoding='us-ascii').decode()}\n"


def _failed(finding: Finding) -> ElementTree.Element:
    steps = ":".join(map(str, finding.place.steps))
    case = _case(finding.path, f"{finding.code} {finding.name} at {steps}")
    failure = ElementTree.SubElement(case, "failure", {"message": printable(finding.message), "type": finding.code})
    told = "\n".join(map(plain, picture(finding.source, finding.diagnostic)))
    failure.text = f"{told}\n  rule: {finding.rule_doc}"  # printable, and so what XML can hold
    return case


def _broken(failure: Failure) -> ElementTree.Element:
    at = f" at {failure.line}:{failure.column}" if failure.line else ""
    case = _case(failure.path or "adamw-lint", f"error{at}")
    error = ElementTree.SubElement(case, "error", {"message": printable(failure.reason), "type": "error"})
    error.text = printable(failure.sentence)
    return case


def _case(path: str, name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"name": name, "classname": printable(path), "time": "0"})
