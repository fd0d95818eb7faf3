"""The settings of one folder, frozen: what to look for, where, and which fixes to trust."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
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
    folder: str


class Settings(NamedTuple):
    """What to look for, where, and which fixes to trust; rules are held by name.

    `root` is the folder of the settings, empty where they are of none; `own` is what the user states of optimizers and
    layers; `baseline` is the file of the findings that are known, `sources` the files that all of this stands in.
    """

    selected: frozenset[str]
    root: str = ""
    exclude: tuple[Glob, ...] = ()
    per_file_ignores: tuple[tuple[Glob, frozenset[str]], ...] = ()
    safe: frozenset[str] = frozenset()
    unsafe: frozenset[str] = frozenset()
    unfixable: frozenset[str] = frozenset()
    own: Own = Own()
    force_exclude: bool = False
    time_limit: float = DEFAULT
    baseline: str | None = None
    sources: tuple[str, ...] = ()

    def rules(self, path: str) -> frozenset[str]:
        """The rules that are on for a file."""
        return self.selected - {
            rule for spec, rules in _specs(self.per_file_ignores) if _matches(spec, path) for rule in rules
        }

    def safety(self, rule: str, stated: "Safety") -> "Safety":
        """How safe the user takes a fix to be: as its check states, unless the rule is in one of the two lists."""
        from adamw_lint.diagnostics import Safety

        if rule in self.unsafe:
            return Safety.UNSAFE
        return Safety.SAFE if rule in self.safe else stated

    @property
    def key(self) -> str:
        """A short text that is another one wherever settings could give another finding; the same in every process."""
        return _key(self)


File = tuple[str, Settings]  # a path, and what counts there


@cache
def _key(settings: Settings) -> str:
    said = [f"{name}={_stable(value)}" for name, value in settings._asdict().items()]
    return digest_of("\n".join(said).encode(errors="surrogateescape")).decode()


@cache
def _specs(
    ignores: tuple[tuple[Glob, frozenset[str]], ...],
) -> "list[tuple[tuple[GitIgnoreSpec, str], frozenset[str]]]":
    if not ignores:
        return []
    from pathspec import GitIgnoreSpec

    return [((GitIgnoreSpec.from_lines([glob.pattern]), glob.folder), rules) for glob, rules in ignores]


def _stable(value: Any) -> str:
    """A text of a value that does not depend on the order of a set."""
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(_stable, value)))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_stable, value))})"
    return repr(value)


def _matches(ignore: "tuple[GitIgnoreSpec, str]", path: str) -> bool:
    spec, folder = ignore
    absolute, below = os.path.abspath(path), os.path.join(folder, "")
    # Outside the folder no anchored pattern can hold, but one for files of a name does.
    is_inside = absolute.startswith(below)
    inside = absolute.removeprefix(below) if is_inside else os.path.join("..", os.path.basename(absolute))
    return spec.match_file(inside.replace(os.sep, "/"))


def load(folder: "os.PathLike[str] | str", flags: Mapping[str, Sequence[str]]) -> Settings:
    """The settings of a folder: those of the nearest file that has some, from it upward, and `flags` over them.

    `flags` uses the keys of the table; a `select` among them sets the file's selection aside. Raises SettingsError.
    """
    from adamw_lint.configuration.hierarchy import Configuration

    table = {key: list(words) for key, words in flags.items() if words}
    return Configuration.of(flags=table).at(os.path.realpath(folder))
