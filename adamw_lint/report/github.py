"""Workflow commands, which GitHub shows beside the changed lines of a pull request."""

from collections.abc import Iterable, Iterator

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages


def report(linted: Iterable[tuple[Source, list[Diagnostic]]]) -> Iterator[str]:
    """One `::error` line for each finding; columns only where a finding stays on its line, as GitHub wants it."""
    return (_command(source, diagnostic) + "\n" for source, found in linted for diagnostic in found)


def _command(source: Source, diagnostic: Diagnostic) -> str:
    place = source.place(diagnostic.span)
    properties: dict[str, str | int] = {
        "title": f"{pages()[diagnostic.rule].code} {diagnostic.rule}",
        "file": source.path,
        "line": place.file.line,
        "endLine": place.file.end_line,
    }
    if place.file.line == place.file.end_line:
        properties |= {"col": place.file.column, "endColumn": place.file.end_column}
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::error {written}::{_data(f'{place}: {diagnostic.message}; {diagnostic.help}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
