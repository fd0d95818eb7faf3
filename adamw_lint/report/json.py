"""Everything that is known about the findings, for programs; lines and columns from 1, ends exclusive."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from adamw_lint.diagnostics import Diagnostic, Fix, Span
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages

VERSION = 1


def report(linted: Iterable[tuple[Source, list[Diagnostic]]]) -> Iterator[str]:
    """One JSON object; `version` changes when a key changes its meaning or goes."""
    found = [_diagnostic(source, diagnostic) for source, found in linted for diagnostic in found]
    yield json.dumps({"version": VERSION, "diagnostics": found}, indent=2) + "\n"


def _diagnostic(source: Source, diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": pages()[diagnostic.rule].code,
        "name": diagnostic.rule,
        "path": source.path,
        **_place(source, diagnostic.span),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "labels": [{**_place(source, label.span), "text": label.text} for label in diagnostic.labels],
        "fix": _fix(source, diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(source: Source, fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safety": fix.safety,
        "uncovers": list(fix.uncovers),
        "edits": [{**_place(source, edit.span), "text": edit.text} for edit in fix.edits],
    }


def _place(source: Source, span: Span) -> dict[str, Any]:
    """Where a span is in what a person sees; in a notebook that is a cell, and the place in the file follows."""
    place = source.place(span)
    here = asdict(place.here)
    return here if place.cell is None else {"cell": place.cell, **here, "file": asdict(place.file)}
