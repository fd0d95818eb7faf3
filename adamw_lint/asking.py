"""`--interactive`: shows each fix as a difference, and makes it where the answer is yes."""

import sys

import click

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.errors import LintError
from adamw_lint.read.source import Source
from adamw_lint.report import diff
from adamw_lint.report.screen import head, printable, show

QUESTION = "  fix it? [y]es, [n]o, [a]ll that follow, [q]uit: "


class Asking:
    """Answers about fixes, one by one until somebody says all or quit, which hold for the rest of the run."""

    def __init__(self) -> None:
        """Raises LintError where there is nobody to ask."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise LintError("`--interactive` asks on a terminal, and this is none")
        self._for_all: bool | None = None

    def __call__(self, found: Diagnostic, before: Source, after: Source) -> bool:
        """Whether a fix is to be made."""
        if self._for_all is not None:
            return self._for_all
        title = found.fix.title if found.fix is not None else ""
        show([head(before, found), [("  fix: ", "bold green"), (printable(title), "")]], sys.stdout)
        show(diff.screen(before, after), sys.stdout)
        answer = self._answer()
        if answer in "aq":
            self._for_all = answer == "a"
        return answer in "ya"

    def _answer(self) -> str:
        """The first letter of an answer that is one; the end of the input is no yes."""
        while True:
            click.echo(QUESTION, nl=False)
            line = sys.stdin.readline()
            answer = line.strip().lower()[:1]
            if not line or (answer and answer in "ynaq"):
                return answer or "q"
