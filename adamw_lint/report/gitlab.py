"""GitLab's Code Quality report, which a merge request shows beside its changes."""

from collections.abc import Iterable, Iterator
from typing import Any

from adamw_lint.report.documents import dumped
from adamw_lint.report.finding import Failure, Finding, everything
from adamw_lint.report.paths import from_root
from adamw_lint.report.screen import printable
from adamw_lint.run import Outcome


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One JSON list; the fingerprints are what GitLab compares two branches by."""
    found, failed = everything(outcomes)
    yield dumped([*map(_finding, found), *map(_failure, failed)]) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    region = finding.place.file
    return {
        "type": "issue",
        "check_name": finding.name,
        "categories": ["Bug Risk"],
        "description": printable(f"{finding.code} {finding.name}: {finding.message}"),
        "content": {"body": f"{printable(finding.help)}\n\n`{finding.rule_doc}` explains the rule."},
        "severity": "major",
        "fingerprint": finding.fingerprint,
        "location": {
            "path": from_root(finding.path),
            "lines": {"begin": region.line, "end": region.end_line},
            "positions": {
                "begin": {"line": region.line, "column": region.column},
                "end": {"line": region.end_line, "column": region.end_column},
            },
        },
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": "error",
        "description": printable(f"adamw-lint: {failure.reason}"),
        "severity": "critical",
        "fingerprint": failure.fingerprint,
        "location": {"path": from_root(failure.path), "lines": {"begin": failure.place[0] if failure.place else 1}},
    }
