"""What comments silence: each name of each comment stands for rules, on the lines that the comment is about."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from adamw_lint.configuration.selectors import rules_of
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.read.lines import Lines, lines_of
from adamw_lint.read.prefilter import may_silence
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.suppress.directives import Directive, Name, Word, directives


@dataclass(frozen=True, slots=True)
class Suppression:
    """The rules that one name silences from the line `first` to the line `last`; without a name it silences all."""

    directive: Directive
    name: Name | None
    rules: frozenset[str]
    first: int
    last: int

    def silences(self, source: Source, found: Diagnostic) -> bool:
        """Whether a finding is of these rules, and its primary span on one of these lines."""
        if found.rule not in self.rules:
            return False
        first = source.position(found.span.start)[0]
        last = source.position(max(found.span.start, found.span.end - 1))[0]
        return self.first <= last and first <= self.last


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of the suppressions of a source: those that silenced something are `used`."""

    source: Source
    directives: tuple[Directive, ...]
    suppressions: tuple[Suppression, ...]
    used: frozenset[Suppression]

    @classmethod
    def of(cls, source: Source, found: Collection[Diagnostic]) -> "Ledger":
        """The ledger of a source in which this was found, before anything is silenced."""
        # A comment that names no rule of ours speaks of what is found, so that where nothing is, none has to be read.
        requests = tuple(directives(source)) if found or may_silence(source.text.encode()) else ()
        every = tuple(_suppressions(source, requests)) if requests else ()
        used = frozenset(each for each in every for diagnostic in found if each.silences(source, diagnostic))
        return cls(source, requests, every, used)

    def audible(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that no comment silences."""
        return [each for each in found if not any(one.silences(self.source, each) for one in self.suppressions)]


def named(source: Source) -> frozenset[str]:
    """The rules that the comments of a source name."""
    if not may_silence(source.text.encode()):
        return frozenset()
    words = (name.text for directive in directives(source) for name in directive.ours)
    return frozenset().union(*map(meant, words))


def meant(word: str) -> frozenset[str]:
    """The rules that a word in a comment stands for; those about comments themselves have to be named in full."""
    found = rules_of(word) or rules_of(word.upper())
    return found if len(found) == 1 else frozenset(rule for rule in found if not pages()[rule].about_comments)


def _suppressions(source: Source, requests: tuple[Directive, ...]) -> Iterator[Suppression]:
    lines = lines_of(source)
    for directive in requests:
        if directive.word == Word.NOQA and directive.names is None:
            place = directive.comment.line
            yield Suppression(directive, None, frozenset(pages()), place, place)
        for name in directive.ours if directive.word in set(Word) - {Word.ENABLE} else ():
            first, last = _reach(source, lines, directive, name, requests)
            yield Suppression(directive, name, meant(name.text), first, last)


def _reach(
    source: Source, lines: Lines, directive: Directive, name: Name, requests: tuple[Directive, ...]
) -> tuple[int, int]:
    """The first and the last line that a name in a comment is about."""
    place = directive.comment.line
    if directive.word == Word.IGNORE_FILE:
        return 1, source.lines
    if directive.word == Word.DISABLE:
        end = closing(directive, name, requests)
        return place, end.comment.line if end is not None else source.lines
    if directive.word == Word.IGNORE and directive.comment.is_alone:
        return place, _next(source, lines, place)
    return place, place


def closing(directive: Directive, name: Name, requests: Iterable[Directive]) -> Directive | None:
    """The `enable` that ends what a `disable` began for a name."""
    later = (each for each in requests if each.word == Word.ENABLE and each.span.start > directive.span.start)
    return next((each for each in later if any(meant(name.text) <= meant(other.text) for other in each.ours)), None)


def _next(source: Source, lines: Lines, place: int) -> int:
    """The last line of what a comment on a line of its own stands before: a logical line, or a line within one."""
    if lines.around(place) is None:
        following = lines.after(place)
        return following.last if following is not None else place
    alone = {comment.line for comment in lines.comments if comment.is_alone}
    rest = range(place + 1, source.lines + 1)
    return next((line for line in rest if line not in alone and source.line(line).strip()), place)
