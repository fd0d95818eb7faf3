"""One line a finding, for terminals and for programs that read `path:line:column`."""

from collections.abc import Iterable, Iterator

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.read.source import Source
from adamw_lint.report.screen import Line, head


def report(linted: Iterable[tuple[Source, list[Diagnostic]]]) -> Iterator[Line]:
    """The findings of every source, one line each."""
    return (head(source, diagnostic) for source, found in linted for diagnostic in found)
