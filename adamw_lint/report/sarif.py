"""SARIF 2.1.0, which GitHub's code scanning and most editors read."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from adamw_lint import __version__
from adamw_lint.diagnostics import Span
from adamw_lint.read.place import Region
from adamw_lint.report.documents import dumped
from adamw_lint.report.finding import Failure, Finding, Note, Remedy, everything
from adamw_lint.report.gist import section, unlinked
from adamw_lint.report.paths import from_root, root, uri
from adamw_lint.report.screen import printable
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
FINGERPRINT = "adamwLint/v1"


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One log of one run, with the pages of the rules that were found in it."""
    found, failed = everything(outcomes)
    yield dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(found, failed)]}) + "\n"


def _run(found: list[Finding], failed: list[Failure]) -> dict[str, Any]:
    rules = sorted({(finding.code, finding.name) for finding in found})
    places = {name: index for index, (_, name) in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "adamw-lint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code, name) for code, name in rules],
            }
        },
        "automationDetails": {"id": "adamw-lint/"},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {BASE: {"uri": root().as_uri().rstrip("/") + "/"}},
        "invocations": [
            {"executionSuccessful": not failed, "toolExecutionNotifications": [_notification(each) for each in failed]}
        ],
        "results": [_result(finding, places[finding.name]) for finding in found],
    }


def _rule(code: str, name: str) -> dict[str, Any]:
    page = pages()[name]
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": _sentence(page.summary)},
        "fullDescription": {"text": _literal(section(name, "What it finds")[0].replace("`", ""))},
        "help": {"text": unlinked(page.text), "markdown": unlinked(page.text)},
        "defaultConfiguration": {"enabled": page.default, "level": "error"},
        "properties": {"tags": ["machine-learning", "weight-decay"], "precision": "very-high"},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    told = _sentence(f"{finding.message}; {finding.help}")
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "error",
        "kind": "fail",
        "message": {"text": _literal(f"{told} `{finding.rule_doc}` explains the rule.")},
        "locations": [{"physicalLocation": _location(finding, finding.place.file, finding.span)}],
        "relatedLocations": [_related(finding, label, number) for number, label in enumerate(finding.labels)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
    }
    if finding.fix:
        result |= {"fixes": [_fix(finding, finding.fix)], "properties": {"safety": finding.fix.safety}}
    return result


def _related(finding: Finding, label: Note, number: int) -> dict[str, Any]:
    location = _location(finding, label.place.file, label.span)
    return {"id": number, "message": {"text": _literal(label.text)}, "physicalLocation": location}


def _fix(finding: Finding, fix: Remedy) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.region), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    title = f"{fix.title} ({fix.safety})"
    change = {"artifactLocation": _artifact(finding.path), "replacements": replacements}
    return {"description": {"text": _literal(title)}, "artifactChanges": [change]}


def _location(finding: Finding, region: Region, span: Span) -> dict[str, Any]:
    shown = {**_region(region), "snippet": {"text": finding.source.file.text[span.start : span.end]}}
    return {"artifactLocation": _artifact(finding.path), "region": shown}


def _region(region: Region) -> dict[str, Any]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _artifact(path: str) -> dict[str, str]:
    inside = not Path(from_root(path)).is_absolute()
    return {"uri": uri(path), **({"uriBaseId": BASE} if inside else {})}


def _notification(failure: Failure) -> dict[str, Any]:
    told: dict[str, Any] = {"level": "error", "message": {"text": _literal(_sentence(failure.reason))}}
    if failure.path:
        location: dict[str, Any] = {"artifactLocation": _artifact(failure.path)}
        if failure.place:
            location["region"] = dict(zip(("startLine", "startColumn"), failure.place, strict=True))
        told["locations"] = [{"physicalLocation": location}]
    return told


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _literal(text: str) -> str:
    """A text of a message, where SARIF takes `{0}` for a placeholder and `[0](x)` for a link (sections 3.11.5, 6)."""
    return printable(text).replace("{", "{{").replace("}", "}}").replace("](", "]\u200b(")
