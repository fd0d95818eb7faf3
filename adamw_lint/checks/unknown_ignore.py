"""Finds comments that are meant to silence something and name no rule that there is."""

from collections.abc import Iterator

from adamw_lint.configuration.selectors import no_rule
from adamw_lint.diagnostics import Diagnostic, Fix, Safety, Span
from adamw_lint.errors import instead
from adamw_lint.suppress.directives import Directive, Name, Word
from adamw_lint.suppress.removal import without
from adamw_lint.suppress.suppressions import Ledger, meant

RULE = "unknown-ignore"
FORM = "`# adamw-lint: ignore[coupled-decay] why`"


def check(ledger: Ledger) -> Iterator[Diagnostic]:
    """One finding for each comment that is not understood, or not wholly."""
    words = tuple(each.value for each in Word if each is not Word.NOQA)
    for directive in ledger.directives:
        unknown = [name for name in directive.ours if not meant(name.text)]
        if directive.word not in set(Word):
            said = f"`{directive.word}` is no word that is understood behind `adamw-lint:`"
            yield Diagnostic(RULE, directive.span, f"{said}{instead(directive.word, words)}", f"write it as in {FORM}")
        elif directive.word != Word.NOQA and not directive.names:
            yield Diagnostic(RULE, directive.span, f"`{directive.word}` names no rule", f"write it as in {FORM}")
        elif unknown:
            yield _finding(ledger, directive, unknown)


def _finding(ledger: Ledger, directive: Directive, unknown: list[Name]) -> Diagnostic:
    said = "; ".join(no_rule(name.text).removesuffix("?").replace("; did you mean", ", perhaps") for name in unknown)
    fix = Fix("take it out", (without(ledger.source, directive, unknown),), Safety.SAFE, (RULE,))
    place = Span(unknown[0].span.start, unknown[-1].span.end)
    return Diagnostic(RULE, place, said, "name the rule that is meant, or take it out", (), fix)
