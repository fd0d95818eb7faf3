"""For programs of one's own: what is found in a file or a text, and what its fixes make of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.errors import LintError, UnreadableError
from adamw_lint.read import project
from adamw_lint.read.unsaved import opened, saved
from adamw_lint.report.finding import Finding, findings
from adamw_lint.run import Outcome, Task, run_on_bytes

__all__ = ["Diagnostic", "Finding", "Fixed", "LintError", "fix", "lint"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a text: the new one, what was fixed in it, what remains, and which fixes were dropped and why."""

    text: str
    applied: tuple[Diagnostic, ...]
    remaining: tuple[Finding, ...]
    dropped: tuple[LintError, ...]


def lint(
    path: str | os.PathLike[str], text: str | None = None, *, settings: Mapping[str, Any] | None = None
) -> list[Finding]:
    """What is found in a file, or in a text that would stand there.

    `path` need not exist where there is a text; its name says what it is (train.py, train.ipynb, README.md, conf.yaml)
    and its folder which settings count. `settings` go over those, by the keys of `[tool.adamw-lint]`. A file that is
    named is linted although it is excluded, unless `force-exclude` is set.

    Raises LintError where the file cannot be read or parsed, or settings make no sense.
    """
    return list(findings(_outcome(path, text, settings, fix=False)))


def fix(
    path: str | os.PathLike[str],
    text: str | None = None,
    *,
    unsafe: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Fixed:
    """What `--fix` makes of a file, or of a text that would stand there; nothing is written.

    `unsafe` makes the fixes of `--unsafe-fixes` as well. The rest, and what is raised, is as for `lint`; a fix that was
    dropped because it would do harm is no error but stands in the result.
    """
    outcome = _outcome(path, text, settings, fix=True, unsafe=unsafe)
    applied = tuple(each.diagnostic for _, each in outcome.applied)
    new = outcome.after.text if outcome.after is not None else None
    if new is None:
        new = text if text is not None else opened(_bytes(os.fspath(path), None), os.fspath(path))
    return Fixed(new, applied, tuple(findings(outcome)), outcome.errors)


def _outcome(
    path: str | os.PathLike[str], text: str | None, settings: Mapping[str, Any] | None, fix: bool, unsafe: bool = False
) -> Outcome:
    name = os.fspath(path)
    task = Task(Configuration.of(flags=settings, place="settings"), fix=fix, unsafe=unsafe)
    project.forget()  # a program may have written files since it was here last
    outcome = run_on_bytes(_bytes(name, text), name, task)
    dropped = {id(error) for program in outcome.programs for error in program.dropped}
    for error in outcome.errors:
        if id(error) not in dropped:
            raise error
    return outcome


def _bytes(path: str, text: str | None) -> bytes:
    if text is None:
        try:
            return Path(path).read_bytes()
        except (OSError, ValueError) as error:
            raise UnreadableError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path) from error
    data = saved(text, path)
    if data is None:
        raise UnreadableError("does not fit the encoding that it declares", path)
    return data
