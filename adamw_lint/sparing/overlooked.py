"""What a way of sparing biases and norms has to say about an optimizer that uses none."""

from collections.abc import Callable
from dataclasses import dataclass

from adamw_lint.diagnostics import Fix, Label, Span


@dataclass(frozen=True, slots=True)
class Overlooked:
    """Parameters that are decayed although they should be spared.

    `span` is where they are handed over, `label` what decays them; `fix` raises Manual with the reason where there is
    no edit that is right for certain.
    """

    span: Span
    message: str
    help: str
    label: Label
    fix: Callable[[], Fix]
