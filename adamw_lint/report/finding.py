"""What a user sees of a diagnostic, as plain data that every format renders in its own way."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adamw_lint.diagnostics import Diagnostic, Fix, Safety, Span
from adamw_lint.errors import LintError
from adamw_lint.read.place import Place, Region
from adamw_lint.read.source import Source
from adamw_lint.report.paths import from_root
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome


@dataclass(frozen=True, slots=True)
class Note:
    """What a label says about a place; `span` are offsets into the text of the file."""

    place: Place
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """An edit of the file as it is on disk."""

    region: Region
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """A fix, its edits in the order of their places."""

    title: str
    safety: Safety
    uncovers: tuple[str, ...]
    edits: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `fingerprint` tells it from every other one and stays the same when only lines around it move.

    `span` are offsets into the text of the file; `source` and `diagnostic` are what all of this was taken from.
    """

    code: str
    name: str
    place: Place
    span: Span
    message: str
    help: str
    labels: tuple[Note, ...]
    fix: Remedy | None
    fingerprint: str
    source: Source
    diagnostic: Diagnostic

    @property
    def path(self) -> str:
        """The file, as it was named."""
        return self.place.path

    @property
    def rule_doc(self) -> str:
        """The command that shows the page of the rule."""
        return f"adamw-lint rule {self.name}"

    @property
    def sentence(self) -> str:
        """All of it in one line, for formats that have room for no more."""
        return f"{self.message}; {self.help} (`{self.rule_doc}`)"


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be linted or fixed; `line` and `column` are from 1, in the cell if there is one."""

    path: str
    cell: int | None
    line: int | None
    column: int | None
    reason: str

    @property
    def place(self) -> tuple[int, int] | None:
        """The line and the column in the file, None where they are not known."""
        return (self.line, self.column or 1) if self.line and self.cell is None else None

    @property
    def sentence(self) -> str:
        """What a person is told."""
        cell = None if self.cell is None else f"cell {self.cell}"
        where = ":".join(str(part) for part in (self.path, cell, self.line, self.column) if part)
        return f"{where}: {self.reason}" if where else self.reason

    @property
    def fingerprint(self) -> str:
        """As that of a finding; the place is none of it."""
        return _hashed("error", from_root(self.path), self.reason)


def findings(outcome: Outcome) -> Iterator[Finding]:
    """What was found in one file and remains there."""
    seen: Counter[str] = Counter()
    for program in outcome.programs:
        source = program.source
        for diagnostic in program.remaining:
            alike = _hashed(diagnostic.rule, from_root(source.path), *_code(source, diagnostic.span))
            yield _finding(source, diagnostic, _hashed(alike, str(seen[alike])))
            seen[alike] += 1


def failures(outcome: Outcome) -> Iterator[Failure]:
    """What went wrong with one file."""
    for error in outcome.errors:
        steps = error.place or ()
        cell = next((int(step.split()[-1]) for step in steps if isinstance(step, str)), None)
        line, column, *_ = [*(step for step in steps if isinstance(step, int)), None, None]
        yield Failure(error.path or "", cell, line, column, error.reason)


def everything(outcomes: Iterable[Outcome]) -> tuple[list[Finding], list[Failure]]:
    """All at once, for the formats whose first line says something about the last."""
    pairs = [(list(findings(outcome)), list(failures(outcome))) for outcome in outcomes]
    return [each for found, _ in pairs for each in found], [each for _, failed in pairs for each in failed]


def _finding(source: Source, diagnostic: Diagnostic, fingerprint: str) -> Finding:
    return Finding(
        code=pages()[diagnostic.rule].code,
        name=diagnostic.rule,
        place=source.place(diagnostic.span),
        span=source.in_file(diagnostic.span),
        message=diagnostic.message,
        help=diagnostic.help,
        labels=tuple(Note(source.place(each.span), source.in_file(each.span), each.text) for each in diagnostic.labels),
        fix=_remedy(source, diagnostic.fix) if diagnostic.fix else None,
        fingerprint=fingerprint,
        source=source,
        diagnostic=diagnostic,
    )


def _remedy(source: Source, fix: Fix) -> Remedy | None:
    """None where the file cannot take the edits of its program."""
    try:
        edits = source.file_edits(sorted(fix.edits))
    except LintError:
        return None
    changes = (Change(source.file.region(edit.span), edit.span, edit.text) for edit in sorted(edits))
    return Remedy(fix.title, fix.safety, fix.uncovers, tuple(changes))


def _code(source: Source, span: Span) -> list[str]:
    """The lines that a span stands on, without their indentation."""
    first, last = source.position(span.start)[0], source.position(span.end)[0]
    return [source.line(number).strip() for number in range(first, last + 1)]


def _hashed(*parts: str) -> str:
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
