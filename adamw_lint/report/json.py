"""Everything that is known about the findings, for programs; `schema.json` beside this module says what each key is."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from textwrap import indent
from typing import Any

from adamw_lint.diagnostics import Span
from adamw_lint.read.place import Place
from adamw_lint.report.documents import dumped
from adamw_lint.report.finding import Failure, Finding, Note, failures, findings
from adamw_lint.run import Outcome

VERSION = 1


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One JSON object; `version` changes when a key changes its meaning or goes."""
    failed: list[Failure] = []
    yield f'{{\n  "version": {VERSION},\n  "diagnostics": ['
    separator = ""
    for outcome in outcomes:
        failed += failures(outcome)
        for finding in findings(outcome):
            yield f"{separator}\n{indent(dumped(row(finding)), '    ')}"
            separator = ","
    yield "\n  ]" if separator else "]"
    errors = indent(dumped([asdict(each) for each in failed]), "  ").lstrip()
    yield f',\n  "errors": {errors}\n}}\n'


def row(finding: Finding) -> dict[str, Any]:
    """A finding as every format for programs has it."""
    return {
        "code": finding.code,
        "name": finding.name,
        "path": finding.path,
        **_place(finding.place, finding.span),
        "message": finding.message,
        "help": finding.help,
        "labels": [_note(label) for label in finding.labels],
        "fix": _fix(finding),
        "fingerprint": finding.fingerprint,
        "rule_doc": finding.rule_doc,
    }


def _fix(finding: Finding) -> dict[str, Any] | None:
    if finding.fix is None:
        return None
    fix = finding.fix
    edits = [{**each.region._asdict(), **_offsets(each.span), "text": each.text} for each in fix.edits]
    return {"title": fix.title, "safety": fix.safety, "uncovers": list(fix.uncovers), "edits": edits}


def _note(note: Note) -> dict[str, Any]:
    return {**_place(note.place, note.span), "text": note.text}


def _place(place: Place, span: Span) -> dict[str, Any]:
    """Where a span is in what a person sees; in a notebook that is a cell, and the place in the file follows."""
    cell = {} if place.cell is None else {"cell": place.cell, "file": place.file._asdict()}
    return {**place.here._asdict(), **cell, **_offsets(span)}


def _offsets(span: Span) -> dict[str, int]:
    return {"offset": span.start, "end_offset": span.end}
