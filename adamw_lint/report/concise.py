"""One line a finding, for terminals and for programs that read `path:line:column`."""

from collections.abc import Iterable, Iterator

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.read.source import Source
from adamw_lint.report.gist import each_finding, explanation
from adamw_lint.report.screen import Line, head


def report(linted: Iterable[tuple[Source, list[Diagnostic]]], explain: bool = False) -> Iterator[Line]:
    """The findings of every source, one line each; `explain` adds why a rule matters to its first."""
    for source, diagnostic, is_first in each_finding(linted):
        yield head(source, diagnostic)
        if explain and is_first:
            yield from explanation(diagnostic.rule)
