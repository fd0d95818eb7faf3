"""What a run takes for known, and does not report or fix: the findings of a baseline, and those of unchanged lines."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # most runs know nothing
    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.fixes.rounds import News
    from adamw_lint.known.baseline import Found
    from adamw_lint.known.changes import Changes
    from adamw_lint.read.source import Source
    from adamw_lint.settings import Settings


class Known(NamedTuple):
    """`changes` tell which lines are new; `by_baseline` is off where a baseline is written."""

    changes: "Changes | None" = None
    by_baseline: bool = True

    def judge(self, original: "Source", settings: "Settings", before: "Found") -> "News":
        """What tells the findings that count from those of a source, which may have been fixed since it was `original`.

        `before` is what is known in the programs before it in the same file.
        """

        def news(source: "Source", found: "list[Diagnostic]") -> "list[Diagnostic]":
            left = found
            if self.by_baseline and settings.baseline is not None:
                from adamw_lint.known.baseline import Baseline

                left = Baseline.read(settings.baseline).news(source, left, before)
            return self.changes.news(source, left, original) if self.changes is not None else left

        return news
