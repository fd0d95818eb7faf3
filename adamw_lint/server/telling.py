"""What an editor is told of the findings of a document: diagnostics, and the page of the rule below the cursor."""

from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol import types

from adamw_lint.diagnostics import Diagnostic, Label
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome
from adamw_lint.server.places import Places

SOURCE = "adamw-lint"


@dataclass(frozen=True, slots=True)
class Checked:
    """A document and what was found in it."""

    places: Places
    outcome: Outcome

    @property
    def findings(self) -> Iterator[tuple[Source, Diagnostic]]:
        """Every finding with the program that it is in."""
        return ((program.source, each) for program in self.outcome.programs for each in program.remaining)

    def at(self, uri: str, wanted: types.Range) -> Iterator[tuple[Source, Diagnostic]]:
        """The findings that touch a range of a part of the document."""
        for source, found in self.findings:
            shown = self.places.location(source, found.span)
            if shown.uri == uri and shown.range.start <= wanted.end and wanted.start <= shown.range.end:
                yield source, found


def told(checked: Checked) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of every part of a document."""
    by_part: dict[str, list[types.Diagnostic]] = {part.uri: [] for part in checked.places.document.parts}
    for source, found in checked.findings:
        by_part[checked.places.location(source, found.span).uri].append(shown(checked.places, source, found))
    return by_part


def shown(places: Places, source: Source, found: Diagnostic) -> types.Diagnostic:
    """One finding in the words of the protocol."""
    return types.Diagnostic(
        places.location(source, found.span).range,
        f"{found.message}\nhelp: {found.help}",
        severity=types.DiagnosticSeverity.Warning,
        code=pages()[found.rule].code,
        source=SOURCE,
        related_information=[_related(places, source, label) for label in found.labels],
    )


def _related(places: Places, source: Source, label: Label) -> types.DiagnosticRelatedInformation:
    return types.DiagnosticRelatedInformation(places.location(source, label.span), label.text)


def hover(checked: Checked, uri: str, position: types.Position) -> types.Hover | None:
    """The pages of the rules that have found something where the cursor is."""
    found = list(checked.at(uri, types.Range(position, position)))
    if not found:
        return None
    texts = {each.rule: pages()[each.rule].text for _, each in found}
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n---\n\n".join(texts.values()))
    return types.Hover(content, checked.places.location(found[0][0], found[0][1].span).range)
