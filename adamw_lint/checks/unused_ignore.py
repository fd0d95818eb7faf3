"""Finds comments that silence a rule where it has nothing to say."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic, Fix, Safety, Span
from adamw_lint.rulebook import pages
from adamw_lint.suppress.directives import Directive, Name, Word
from adamw_lint.suppress.removal import without
from adamw_lint.suppress.suppressions import Ledger, closing, meant

RULE = "unused-ignore"


def check(ledger: Ledger) -> Iterator[Diagnostic]:
    """One finding for each comment with names that silence nothing."""
    used = {(each.directive, each.name) for each in ledger.used}
    for directive in ledger.directives:
        idle = [name for name in directive.ours if _is_idle(ledger, directive, name, (directive, name) in used)]
        if idle:
            yield _finding(ledger, directive, idle)


def _is_idle(ledger: Ledger, directive: Directive, name: Name, is_used: bool) -> bool:
    rules = meant(name.text)
    if not rules or any(pages()[rule].about_comments for rule in rules):
        return False
    if directive.word == Word.ENABLE:
        return not any(
            closing(each, other, ledger.directives) is directive and meant(other.text) <= rules
            for each in ledger.directives
            if each.word == Word.DISABLE
            for other in each.ours
        )
    return directive.word in set(Word) and not is_used


def _finding(ledger: Ledger, directive: Directive, idle: list[Name]) -> Diagnostic:
    names = " and ".join(f"`{name.text}`" for name in idle)
    said = f"{names} {'silences' if len(idle) == 1 else 'silence'} nothing here"
    if directive.word == Word.ENABLE:
        said = f"{names} {'is' if len(idle) == 1 else 'are'} not disabled here"
    help_ = "take it out: it would hide a finding that comes later" if len(idle) == 1 else "take them out"
    fix = Fix("take it out", (without(ledger.source, directive, idle),), Safety.SAFE, (RULE,))
    return Diagnostic(RULE, Span(idle[0].span.start, idle[-1].span.end), said, help_, (), fix)
