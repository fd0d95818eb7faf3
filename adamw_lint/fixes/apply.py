"""Fixes become a new text: which go together, what moves where, and whether the result may be written."""

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence

from adamw_lint.diagnostics import Diagnostic, Edit, Span
from adamw_lint.errors import LintError
from adamw_lint.read.lines import comments
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages

EMPTY = {"", "pass"}  # what stands where code was removed


def compatible(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings whose fixes neither overlap, touch nor repeat an edit of one before.

    The fix with the most edits goes first, for it may do what a smaller one does as well: a penalty that moves into the
    optimizer's decay builds the decoupled optimizer on the way. Of two that are alike in that the one that takes out
    less does, for a fix that moves a piece of code moves what is to be fixed in it.
    """
    chosen: list[Diagnostic] = []
    taken: list[Span] = []
    for diagnostic in sorted(found, key=_precedence):
        spans = [edit.span for edit in edits_of([diagnostic])]
        if not any(_touch(span, other) for span in spans for other in taken):
            chosen.append(diagnostic)
            taken += spans
    return chosen


def _precedence(diagnostic: Diagnostic) -> tuple[int, int, Span]:
    edits = edits_of([diagnostic])
    return -len(edits), sum(edit.span.end - edit.span.start for edit in edits), diagnostic.span


def edits_of(found: Iterable[Diagnostic]) -> list[Edit]:
    """The edits of the findings' fixes in the order of their places."""
    fixes = [diagnostic.fix for diagnostic in found if diagnostic.fix]
    return sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span)


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def rewrite(text: str, edits: Sequence[Edit]) -> str:
    """The text after the edits, which are in order; raises LintError where two overlap or one leaves the text."""
    parts, reached = [], 0
    for edit in edits:
        if not reached <= edit.span.start <= edit.span.end <= len(text):
            raise LintError("its edits overlap")
        parts += [text[reached : edit.span.start], edit.text]
        reached = edit.span.end
    return "".join([*parts, text[reached:]])


def edited(source: Source, edits: Sequence[Edit]) -> Source:
    """The program after the edits, which are in order; raises LintError where its file cannot take one of them."""
    text = rewrite(source.text, edits)
    if source.layout is None:
        return source.with_text(text)
    file = source.file.with_text(rewrite(source.file.text, source.file_edits(edits)))
    new = source.layout.again(file)
    if new is None or new.text != text:
        raise LintError("the file cannot take its edits where the program stands in it")
    return new


def moved(offset: int, edits: Sequence[Edit]) -> Span:
    """Where an offset of the old text lies in the new one: a point, or the whole new text of the edit around it."""
    before = [edit for edit in edits if edit.span.end <= offset]
    start = offset + sum(len(edit.text) - (edit.span.end - edit.span.start) for edit in before)
    around = [edit for edit in edits if edit.span.start <= offset < edit.span.end]
    if not around:
        return Span(start, start)
    start -= offset - around[0].span.start
    return Span(start, start + len(around[0].text))


def unexpected(old: Sequence[Diagnostic], fixed: Sequence[Diagnostic], new: Sequence[Diagnostic]) -> Diagnostic | None:
    """The first finding of the new text that is not one of the old unfixed ones, moved, nor uncovered by a fix."""
    edits = edits_of(fixed)
    uncovered = {rule for each in fixed if each.fix for rule in each.fix.uncovers}
    # Any fix may leave a comment with nothing to silence.
    uncovered |= {name for name, page in pages().items() if page.about_comments}
    gone = [(each.rule, moved(each.span.start, edits)) for each in fixed]
    expected = [(each.rule, moved(each.span.start, edits)) for each in old if each not in fixed]
    for each in new:
        if (place := _place(each, expected)) is not None:
            expected.remove(place)
        elif each.rule not in uncovered or _place(each, gone):
            return each
    return None


def _place(found: Diagnostic, places: Iterable[tuple[str, Span]]) -> tuple[str, Span] | None:
    start = found.span.start
    return next((at for at in places if at[0] == found.rule and at[1].start <= start <= at[1].end), None)


def lost_comment(old: Source, new: Source, edits: Sequence[Edit]) -> str | None:
    """A comment of the old source that the new one lacks although no edit removed the code around it."""
    gone = [edit.span for edit in edits if edit.text.strip() in EMPTY]
    rewritten = [edit.span for edit in edits]
    kept = Counter(
        each.text.rstrip()
        for each in comments(old)
        if not any(_within(each.span, span) for span in gone)
        and not any(_within(span, each.span) for span in rewritten)  # an edit in a comment means just that
    )
    missing = kept - Counter(each.text.rstrip() for each in comments(new))
    return next(iter(missing), None)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def compiles(text: str | bytes) -> bool:
    """Whether the running Python can compile a text, or the bytes of a file, which executes nothing of it."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(text, "<fixed>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
