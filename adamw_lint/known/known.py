"""What a run takes for known, and does not report or fix: the findings of a baseline, and those of unchanged lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.known.baseline import Baseline
from adamw_lint.known.changes import Changes
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings


@dataclass(frozen=True, slots=True)
class Known:
    """`changes` tell which lines are new; `by_baseline` is off where a baseline is written."""

    changes: Changes | None = None
    by_baseline: bool = True

    def news(
        self, source: Source, found: Sequence[Diagnostic], settings: Settings, original: Source
    ) -> list[Diagnostic]:
        """The findings that count; `original` is the source before anything in it was fixed."""
        news = list(found)
        if self.by_baseline and settings.baseline is not None:
            news = Baseline.read(settings.baseline).news(source, news)
        return self.changes.news(source, news, original) if self.changes is not None else news
