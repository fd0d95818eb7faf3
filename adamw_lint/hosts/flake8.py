"""The plugin of flake8: what is found in a file, as it goes there by the codes and the noqa comments of flake8."""

import ast
from argparse import Namespace
from collections.abc import Iterator, Sequence
from functools import cache
from typing import ClassVar

from adamw_lint import __version__
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.configuration.selectors import rules_of
from adamw_lint.errors import LintError, UnparsableError, UnreadableError
from adamw_lint.pages import families, pages
from adamw_lint.read.unsaved import saved
from adamw_lint.run import Outcome, Task, run_on_bytes

FAILED = "ADW000"  # what is said where nothing can be linted

Report = tuple[int, int, str, type]


class Plugin:
    """One file, as flake8 hands it over."""

    name = "adamw-lint"
    version = __version__
    asked: ClassVar[tuple[str, ...]] = ()

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """flake8 goes by the names of the parameters; the tree is its own and is of no use here."""
        self._path = filename
        self._text = "".join(lines)

    @classmethod
    def parse_options(cls, options: Namespace) -> None:
        """Note which rules flake8 is asked for, since a rule that is off here has to be run for it."""
        words = (*(options.select or ()), *(options.extend_select or ()))
        cls.asked = tuple(words)

    def run(self) -> Iterator[Report]:
        """Line, column from 0, text and origin of each finding, in the words of flake8."""
        data = saved(self._text, self._path)
        if data is None:
            return
        try:
            outcome = run_on_bytes(data, self._path, Task(_configuration(self.asked)))
        except LintError as error:
            outcome = Outcome(errors=(error,))
        for program in outcome.programs:
            for each in program.remaining:
                line, column = program.source.position(each.span.start)
                yield line, column - 1, f"{pages()[each.rule].code} {each.message} ({each.rule})", type(self)
        for failure in outcome.errors:
            if not isinstance(failure, UnparsableError | UnreadableError):  # flake8 says that itself
                yield 1, 0, f"{FAILED} {failure}", type(self)


@cache
def _configuration(asked: tuple[str, ...]) -> Configuration:
    """The settings of every folder, with the rules that flake8 is asked for in particular.

    Whoever says no more than the letters of codes means what is on. What is said about the comments that silence is
    left out unless it is asked for: who runs both would read it twice.
    """
    words = [word for word in asked if word not in families() and rules_of(word)]
    named = frozenset().union(*map(rules_of, words))
    silent = [page.code for page in pages().values() if page.about_comments and page.name not in named]
    return Configuration.of(flags={"force-exclude": True, "extend-select": words, "ignore": silent})
