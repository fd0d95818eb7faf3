"""The settings of one folder, frozen: what to look for, where, and which fixes to trust."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from adamw_lint.limit import DEFAULT
from adamw_lint.looks import digest_of
from adamw_lint.stated import Own

if TYPE_CHECKING:  # what a run may do without is imported where it is needed
    from pathspec import GitIgnoreSpec

    from adamw_lint.diagnostics import Safety

OWN, SHARED = "adamw-lint.toml", "pyproject.toml"  # the files of settings; the former counts where both are there


class Glob(NamedTuple):
    """A pattern in the words of .gitignore, and the folder that it is relative to."""

    pattern: str
    folder: Path


@dataclass(frozen=True)
class Settings:
    """What to look for, where, and which fixes to trust; rules are held by name.

    `root` is the folder of the settings; `own` is what the user states of optimizers and layers; `baseline` is the file
    of the findings that are known, `sources` the files that all of this stands in.
    """

    selected: frozenset[str]
    root: Path = field(default_factory=Path.cwd)
    exclude: tuple[Glob, ...] = ()
    per_file_ignores: tuple[tuple[Glob, frozenset[str]], ...] = ()
    safe: frozenset[str] = frozenset()
    unsafe: frozenset[str] = frozenset()
    unfixable: frozenset[str] = frozenset()
    own: Own = Own()  # noqa: RUF009  # frozen
    force_exclude: bool = False
    time_limit: float = DEFAULT
    baseline: Path | None = None
    sources: tuple[str, ...] = ()

    def rules(self, path: str) -> frozenset[str]:
        """The rules that are on for a file."""
        return self.selected - {rule for spec, rules in self._ignores if _matches(spec, path) for rule in rules}

    @cached_property
    def _ignores(self) -> "list[tuple[tuple[GitIgnoreSpec, Path], frozenset[str]]]":
        if not self.per_file_ignores:
            return []
        from pathspec import GitIgnoreSpec

        return [
            ((GitIgnoreSpec.from_lines([glob.pattern]), glob.folder), rules) for glob, rules in self.per_file_ignores
        ]

    def safety(self, rule: str, stated: "Safety") -> "Safety":
        """How safe the user takes a fix to be: as its check states, unless the rule is in one of the two lists."""
        from adamw_lint.diagnostics import Safety

        if rule in self.unsafe:
            return Safety.UNSAFE
        return Safety.SAFE if rule in self.safe else stated

    @cached_property
    def key(self) -> str:
        """A short text that is another one wherever settings could give another finding; the same in every process."""
        said = [f"{each.name}={_stable(getattr(self, each.name))}" for each in fields(self)]
        return digest_of("\n".join(said).encode(errors="surrogateescape")).decode()


def _stable(value: Any) -> str:
    """A text of a value that does not depend on the order of a set."""
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(_stable, value)))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_stable, value))})"
    return repr(value)


def _matches(ignore: "tuple[GitIgnoreSpec, Path]", path: str) -> bool:
    spec, folder = ignore
    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    # Outside the folder no anchored pattern can hold, but one for files of a name does.
    inside = absolute.relative_to(folder) if absolute.is_relative_to(folder) else Path("..", absolute.name)
    return spec.match_file(inside.as_posix())


def load(folder: Path, flags: Mapping[str, Sequence[str]]) -> Settings:
    """The settings of a folder: those of the nearest file that has some, from it upward, and `flags` over them.

    `flags` uses the keys of the table; a `select` among them sets the file's selection aside. Raises SettingsError.
    """
    from adamw_lint.configuration.hierarchy import Configuration

    return Configuration.of(flags={key: list(words) for key, words in flags.items() if words}).at(folder.resolve())
