"""Applies fixes in rounds: what goes together is tried together, and no text is kept that was not verified."""

from collections.abc import Callable
from dataclasses import replace

from adamw_lint.diagnostics import Diagnostic, Edit
from adamw_lint.errors import DefectError, LintError
from adamw_lint.fixes.apply import compatible, compiles, edited, edits_of, lost_comment, moved, unexpected
from adamw_lint.fixes.bound import newly_unbound
from adamw_lint.fixes.fixed import Applied, Fixed
from adamw_lint.pages import pages
from adamw_lint.read.settings_file import says_the_same_but_for
from adamw_lint.read.source import PYTHON, Source

ROUNDS = 100

Lint = Callable[[Source], list[Diagnostic]]
News = Callable[[Source, list[Diagnostic]], list[Diagnostic]]  # the findings of a source that count
Confirm = Callable[[Diagnostic, Source, Source], bool]  # a finding, and the texts before and after its fix


def everything(_: Source, found: list[Diagnostic]) -> list[Diagnostic]:
    """All that is found counts."""
    return found


def always(_: Diagnostic, __: Source, ___: Source) -> bool:
    """Every fix is made, several at once where they go together."""
    return True


def fix_all(source: Source, lint: Lint, wanted: News, confirm: Confirm = always) -> Fixed:
    """Apply the wanted fixes until none is left; a batch that fails is halved until the one to blame is dropped.

    Where somebody is asked to confirm them, they go one by one.
    """
    state = Fixed(source, (), lint(source))
    refused: list[Diagnostic] = []
    most = None if confirm is always else 1
    rounds, width = 0, most
    while batch := compatible(_left(state, wanted, refused))[:width]:
        if rounds == ROUNDS:
            endless = DefectError(f"fixes still apply after {ROUNDS} rounds", source.path)
            return replace(state, dropped=(*state.dropped, endless))
        try:
            after = _attempt(state, batch, lint)
        except LintError as harm:
            width = len(batch) // 2 or most
            if len(batch) == 1:
                refused += batch
                state = replace(state, dropped=(*state.dropped, _drop(state.source, batch[0], harm)))
            continue
        if not confirm(batch[0], state.source, after.source):
            refused += batch
            continue
        refused = [each for each in after.remaining if _same_as_any(each, refused, batch)]
        state, rounds, width = after, rounds + 1, most
    return state


def _left(state: Fixed, wanted: News, refused: list[Diagnostic]) -> list[Diagnostic]:
    return [each for each in wanted(state.source, state.remaining) if each.fix and each not in refused]


def _attempt(state: Fixed, batch: list[Diagnostic], lint: Lint) -> Fixed:
    edits = edits_of(batch)
    new = edited(state.source, edits)
    remaining = lint(new)
    _verify(state, batch, new, remaining)
    earlier = [replace(each, offset=moved(each.offset, edits).start) for each in state.applied]
    latest = [Applied(each, moved(each.span.start, edits).start) for each in batch]
    return Fixed(new, (*earlier, *latest), remaining, state.dropped)


def _verify(state: Fixed, batch: list[Diagnostic], new: Source, remaining: list[Diagnostic]) -> None:
    try:
        new.encode()
    except UnicodeEncodeError as error:
        raise LintError(f"its text does not fit the encoding of the file ({error.encoding})") from error
    _verify_language(state.source, new, edits_of(batch))
    if found := unexpected(state.remaining, batch, remaining):
        raise LintError(f"it leaves or brings a finding of {found.rule}")
    if comment := lost_comment(state.source, new, edits_of(batch)):
        raise LintError(f"it loses the comment `{comment}`")


def _verify_language(old: Source, new: Source, edits: list[Edit]) -> None:
    if new.language != PYTHON:
        if not says_the_same_but_for(old, new, len(edits)):
            raise LintError("the new text says other things than the old one")
        return
    if compiles(old.text) and not compiles(new.text):
        raise LintError("the new text does not compile")
    if name := newly_unbound(old.text, new.text):
        raise LintError(f"it uses `{name}` where nothing has bound it")


def _drop(source: Source, diagnostic: Diagnostic, harm: LintError) -> DefectError:
    place = source.place(diagnostic.span).steps
    page = pages().get(diagnostic.rule)
    plugin = page.plugin if page is not None else None
    return DefectError(f"the fix of {diagnostic.rule} was dropped: {harm.reason}", source.path, place, plugin)


def _same_as_any(found: Diagnostic, before: list[Diagnostic], batch: list[Diagnostic]) -> bool:
    edits = edits_of(batch)
    places = [moved(each.span.start, edits) for each in before if each.rule == found.rule]
    return any(place.start <= found.span.start <= place.end for place in places)
