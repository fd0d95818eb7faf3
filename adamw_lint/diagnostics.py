"""What a user sees of a mistake: where it is, what it says, and which text edits end it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of offsets into the text of a source, the one currency of place."""

    start: int
    end: int


class Edit(NamedTuple):
    """Replace the text of a span; an empty span inserts, an empty text deletes."""

    span: Span
    text: str


class Safety(StrEnum):
    """Whether a fix is applied on `--fix` alone (safe) or only with `--unsafe-fixes`."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that end one finding.

    `uncovers` names the rules that may speak up once the fix is applied; `advice` is the one line that is printed for
    the site after it was rewritten, because what the weights do has changed there.
    """

    title: str
    edits: tuple[Edit, ...]
    safety: Safety
    uncovers: tuple[str, ...] = ()
    advice: str = ""


class Label(NamedTuple):
    """A second place that proves the claim of a diagnostic."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of the rule with that name; `fix` is None where the remedy is manual and stands in `help`."""

    rule: str
    span: Span
    message: str
    help: str
    labels: tuple[Label, ...] = ()
    fix: Fix | None = None
