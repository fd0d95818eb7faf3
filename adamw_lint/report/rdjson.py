"""reviewdog's own format, whose suggestions a review can apply by a click; columns count bytes there."""

from collections.abc import Iterable, Iterator
from typing import Any

from adamw_lint.diagnostics import Edit, Safety, Span
from adamw_lint.fixes.apply import rewrite
from adamw_lint.read.place import Region
from adamw_lint.read.source import Source
from adamw_lint.report.documents import dumped
from adamw_lint.report.finding import Failure, Finding, Note, everything
from adamw_lint.report.screen import printable
from adamw_lint.run import Outcome

TOOL = {"name": "adamw-lint"}


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One DiagnosticResult."""
    found, failed = everything(outcomes)
    diagnostics = [*map(_finding, found), *map(_failure, failed)]
    yield dumped({"source": TOOL, "severity": "ERROR", "diagnostics": diagnostics}) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "message": printable(finding.sentence),
        "location": _location(finding, finding.place.file),
        "severity": "ERROR",
        "code": {"value": f"{finding.code} {finding.name}"},
        "suggestions": list(_suggestions(finding)),
        "related_locations": [_related(finding, label) for label in finding.labels],
    }


def _suggestions(finding: Finding) -> Iterator[dict[str, Any]]:
    """A safe fix as one replacement from its first edit to its last: half of a fix would be a broken program."""
    if finding.fix is None or finding.fix.safety is not Safety.SAFE or not finding.fix.edits:
        return
    file = finding.source.file
    edits = finding.fix.edits
    around = Span(edits[0].span.start, edits[-1].span.end)
    new = rewrite(file.text, [Edit(each.span, each.text) for each in edits])
    end = len(new) - (len(file.text) - around.end)
    yield {"range": _range(file, file.region(around)), "text": new[around.start : end]}


def _related(finding: Finding, label: Note) -> dict[str, Any]:
    return {"message": printable(label.text), "location": _location(finding, label.place.file)}


def _failure(failure: Failure) -> dict[str, Any]:
    location: dict[str, Any] = {"path": failure.path}
    if failure.place:
        location["range"] = {"start": {"line": failure.place[0]}}
    return {"message": printable(failure.sentence), "location": location, "severity": "ERROR"}


def _location(finding: Finding, region: Region) -> dict[str, Any]:
    return {"path": finding.path, "range": _range(finding.source.file, region)}


def _range(file: Source, region: Region) -> dict[str, Any]:
    start = _position(file, region.line, region.column)
    return {"start": start, "end": _position(file, region.end_line, region.end_column)}


def _position(file: Source, line: int, column: int) -> dict[str, int]:
    before = file.line(line)[: column - 1]
    return {"line": line, "column": len(before.encode()) + 1}
