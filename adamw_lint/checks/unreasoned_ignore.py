"""Finds comments that silence a rule and do not say why."""

from collections.abc import Iterator

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.suppress.directives import Word
from adamw_lint.suppress.suppressions import Ledger

RULE = "unreasoned-ignore"


def check(ledger: Ledger) -> Iterator[Diagnostic]:
    """One finding for each comment that names a rule of ours and gives no reason."""
    for directive in ledger.directives:
        if directive.ours and directive.word in set(Word) - {Word.ENABLE} and not directive.reason:
            names = " and ".join(f"`{name.text}`" for name in directive.ours)
            said = f"{names} {'is' if len(directive.ours) == 1 else 'are'} silenced here and nothing says why"
            yield Diagnostic(RULE, directive.span, said, "write the reason behind it, in the same comment")
