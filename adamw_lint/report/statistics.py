"""How many findings there are of each rule, and how many of them a fix would end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from adamw_lint.diagnostics import Diagnostic, Safety
from adamw_lint.report.documents import dumped
from adamw_lint.report.screen import Line
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome

MARKS = {True: "[*]", None: "[-]", False: "[ ]"}  # all, some or none of the findings have a safe fix


@dataclass(frozen=True, slots=True)
class Count:
    """The findings of one rule; `safe` and `unsafe` say how many have such a fix."""

    code: str
    name: str
    count: int
    safe: int
    unsafe: int

    @property
    def mark(self) -> str:
        """Whether `--fix` ends all of them, some or none."""
        return MARKS[self.safe == self.count or (None if self.safe else False)]


def counts(outcomes: Iterable[Outcome]) -> list[Count]:
    """The rules that were found, the most frequent first."""
    found = [diagnostic for outcome in outcomes for diagnostic in outcome.found]
    rules = sorted({each.rule for each in found}, key=lambda rule: pages()[rule].code)
    counted = [_count(rule, [each for each in found if each.rule == rule]) for rule in rules]
    return sorted(counted, key=lambda each: -each.count)


def _count(rule: str, found: Sequence[Diagnostic]) -> Count:
    safe, unsafe = (
        sum(1 for each in found if each.fix and each.fix.safety is safety) for safety in (Safety.SAFE, Safety.UNSAFE)
    )
    return Count(pages()[rule].code, rule, len(found), safe, unsafe)


def screen(outcomes: Iterable[Outcome]) -> Iterator[Line]:
    """A line for each rule, and what the marks mean."""
    counted = counts(outcomes)
    for each in counted:
        yield [
            (f"{each.count:>5}  ", "bold"),
            (each.code, "bold red"),
            (f"  {each.mark} ", "bold green"),
            (each.name, ""),
        ]
    if any(each.safe for each in counted):
        yield [(f"{MARKS[True]} all, {MARKS[None]} some of them fixable with `adamw-lint --fix`", "dim")]


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """The same for programs, as one list of JSON."""
    yield dumped([asdict(each) for each in counts(outcomes)]) + "\n"
