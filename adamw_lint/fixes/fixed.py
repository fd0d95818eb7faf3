"""What became of a source: the new one, and what was applied, dropped and left."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adamw_lint.diagnostics import Diagnostic, Span

if TYPE_CHECKING:
    from adamw_lint.errors import LintError
    from adamw_lint.read.source import Source


@dataclass(frozen=True, slots=True)
class Applied:
    """A fix that was applied, and the offset in the fixed text where its finding began."""

    diagnostic: Diagnostic
    offset: int

    @property
    def span(self) -> Span:
        """The place in the fixed text where its finding began."""
        return Span(self.offset, self.offset)


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a source: the new one, what was applied, what remains, and which fixes had to be dropped.

    `known` is what was found and does not count; it is no part of what remains.
    """

    source: "Source"
    applied: tuple[Applied, ...]
    remaining: list[Diagnostic]
    dropped: "tuple[LintError, ...]" = ()
    known: tuple[Diagnostic, ...] = ()
