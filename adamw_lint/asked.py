"""What a command line asks for as a whole, and which of its options do not go together."""

import os
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.errors import LintError
from adamw_lint.known.known import Known as Taken
from adamw_lint.options.fixing import Fixing
from adamw_lint.options.input import Input
from adamw_lint.options.known import Known
from adamw_lint.options.output import Output
from adamw_lint.options.rules import Rules
from adamw_lint.options.sections import taken
from adamw_lint.read.listed import STDIN, listed
from adamw_lint.run import Task

if TYPE_CHECKING:  # what a run may do without is imported where it is needed
    from adamw_lint.fixes.rounds import Confirm

SECTIONS = (Fixing, Rules, Known, Output, Input)
# The options that are keys of a file of settings as well, and go over these.
SETTINGS = (
    *("select", "extend_select", "ignore", "fixable", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes"),
    *("exclude", "extend_exclude", "force_exclude", "baseline", "time_limit"),
)


class Asked(NamedTuple):
    """The paths, the options by section, and those of them that are settings as well, in the words of a file."""

    paths: tuple[str, ...]
    fixing: Fixing
    known: Known
    output: Output
    input: Input
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, paths: tuple[str, ...], given: Mapping[str, Any]) -> "Asked":
        """What click understood; raises LintError where it contradicts itself."""
        asked = cls(
            paths,
            taken(Fixing, given),
            taken(Known, given),
            taken(Output, given),
            taken(Input, given),
            _settings(given),
        )
        for is_wrong, words in _contradictions(asked):
            if is_wrong:
                raise LintError(words)
        return asked

    @property
    def named(self) -> Iterable[str]:
        """The paths that are given, those of a list after them; the working folder where there are neither."""
        return chain(self.paths, listed(self.input.files_from)) if self.input.files_from else self.paths or (".",)

    @property
    def fixes(self) -> bool:
        """Whether anything is to be fixed, or shown fixed."""
        return self.fixing.fix or self.fixing.diff or self.fixing.fix_only or self.fixing.interactive

    @property
    def accepts(self) -> bool:
        """Whether what is found is to be taken as it is."""
        return self.known.write_baseline is not None or self.known.add_ignore is not None

    @property
    def is_filter(self) -> bool:
        """Whether standard output has to be the text that standard input was, fixed."""
        return self.fixes and not self.fixing.diff and STDIN in self.paths

    def configuration(self) -> Configuration:
        """Which settings count where; raises SettingsError."""
        return Configuration.of(self.input.config, self.settings, self.input.isolated)

    def task(self, configuration: Configuration, watched: bool = False) -> Task:
        """What is to be done with each file; raises LintError where a baseline, git or a terminal is not there."""
        self._require_baseline(configuration.here.baseline)
        return Task(
            configuration,
            self.fixes,
            self.fixing.unsafe,
            not self.fixing.diff,
            self._taken(),
            self._confirm(),
            anew=self.known.add_ignore is not None,
            watched=watched,
        )

    def _taken(self) -> Taken:
        by_baseline = self.known.write_baseline is None
        if self.known.diff_base is None:
            return Taken(by_baseline=by_baseline)
        from adamw_lint.known.changes import Changes

        return Taken(Changes.since_revision(self.known.diff_base), by_baseline)

    def _require_baseline(self, path: str | None) -> None:
        """Find out before anything is written."""
        if self.known.write_baseline is not None:
            return
        if path is not None:
            from adamw_lint.known.baseline import Baseline

            Baseline.read(path)
        elif self.known.prune_baseline:
            raise LintError("`--prune-baseline`: there is no baseline; name it with `--baseline` or in the settings")

    def _confirm(self) -> "Confirm | None":
        if not self.fixing.interactive:
            return None
        from adamw_lint.asking import Asking

        return Asking()


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name.replace("_", "-"): given[name] for name in SETTINGS if given[name] or isinstance(given[name], float)}
    asked |= {"baseline": os.path.abspath(asked["baseline"])} if "baseline" in asked else {}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asked.items()}


def _contradictions(asked: Asked) -> list[tuple[bool, str]]:
    known, is_read = asked.known, STDIN in asked.paths
    return [
        (
            is_read and (len(asked.paths) > 1 or asked.input.files_from is not None),
            "`-` (standard input) goes with no other path",
        ),
        (
            asked.accepts and asked.fixes,
            "`--write-baseline` and `--add-ignore` take what is found as it is, and fix nothing",
        ),
        (
            known.write_baseline is not None and known.add_ignore is not None,
            "one of `--write-baseline` and `--add-ignore`",
        ),
        (
            known.add_ignore is not None and is_read,
            "`--add-ignore` writes into files, and `-` (standard input) is none",
        ),
        (asked.fixing.interactive and asked.fixing.diff, "`--interactive` writes, and `--diff` does not"),
        (asked.fixing.interactive and is_read, "`--interactive` asks on standard input, which cannot be `-` as well"),
        (asked.input.watch and is_read, "`--watch` watches files, and `-` (standard input) is none"),
        (
            asked.input.watch and (asked.fixing.interactive or asked.accepts),
            "`--watch` goes with nothing that asks or accepts",
        ),
    ]
