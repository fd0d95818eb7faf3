"""`[tool.adamw-lint]` and the flags of the command line become one frozen Settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from adamw_lint.errors import SettingsError, instead
from adamw_lint.pages import pages

if TYPE_CHECKING:  # what a run may do without is imported where it is needed
    from pathspec import GitIgnoreSpec

    from adamw_lint.diagnostics import Safety
    from adamw_lint.rulebook import Optimizer

TABLE = "tool.adamw-lint"
NAME = TABLE.partition(".")[2]
LISTS = ("select", "ignore", "extend-select", "exclude", "extend-safe-fixes", "extend-unsafe-fixes")
SELECTIONS = ("select", "extend-select", "ignore")
KEYS = (*LISTS, "per-file-ignores", "optimizer")


@dataclass(frozen=True)
class Settings:
    """What to look for, where, and which fixes to trust; rules are held by name.

    `root` is the folder that `exclude` and `per_file_ignores` are relative to, both in the words of .gitignore;
    `optimizers` are the facts that the user states.
    """

    selected: frozenset[str]
    root: Path = field(default_factory=Path.cwd)
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    safe: frozenset[str] = frozenset()
    unsafe: frozenset[str] = frozenset()
    optimizers: "tuple[Optimizer, ...]" = ()

    def rules(self, path: str) -> frozenset[str]:
        """The rules that are on for a file."""
        return self.selected - {rule for spec, rules in self._ignores if self._matches(spec, path) for rule in rules}

    @cached_property
    def _ignores(self) -> "list[tuple[GitIgnoreSpec, frozenset[str]]]":
        if not self.per_file_ignores:
            return []
        from pathspec import GitIgnoreSpec

        return [(GitIgnoreSpec.from_lines([pattern]), rules) for pattern, rules in self.per_file_ignores]

    def _matches(self, spec: "GitIgnoreSpec", path: str) -> bool:
        absolute = Path.cwd() / path
        inside = absolute.relative_to(self.root) if absolute.is_relative_to(self.root) else Path(absolute.name)
        return spec.match_file(inside.as_posix())

    def safety(self, rule: str, stated: "Safety") -> "Safety":
        """How safe the user takes a fix to be: as its check states, unless the rule is in one of the two lists."""
        from adamw_lint.diagnostics import Safety

        if rule in self.unsafe:
            return Safety.UNSAFE
        return Safety.SAFE if rule in self.safe else stated


def load(folder: Path, flags: Mapping[str, Sequence[str]]) -> Settings:
    """The settings of the nearest pyproject.toml that has our table, from `folder` upward, and `flags` over them.

    `flags` uses the keys of the table; a `select` among them sets the file's selection aside. Raises SettingsError.
    """
    path, table = _nearest(folder.resolve())
    written = _Layer.of_table(table, f"{path}: [{TABLE}]: ")
    given = _Layer.of_table({key: list(words) for key, words in flags.items() if words}, "on the command line: ")
    default = frozenset(page.name for page in pages().values() if page.default)
    return Settings(
        selected=given.selection(written.selection(default)),
        root=path.parent,
        exclude=tuple(written.words("exclude")),
        per_file_ignores=written.per_file_ignores(),
        safe=(written.rules("extend-safe-fixes") - given.rules("extend-unsafe-fixes"))
        | given.rules("extend-safe-fixes"),
        unsafe=(written.rules("extend-unsafe-fixes") - given.rules("extend-safe-fixes"))
        | given.rules("extend-unsafe-fixes"),
        optimizers=_stated(table, written.where, str(path)),
    )


def _stated(table: dict[str, Any], where: str, source: str) -> "tuple[Optimizer, ...]":
    if "optimizer" not in table:
        return ()
    from adamw_lint.facts import own_optimizers

    return own_optimizers(table["optimizer"], where, source)


def _nearest(folder: Path) -> tuple[Path, dict[str, Any]]:
    for path in (each / "pyproject.toml" for each in (folder, *folder.parents)):
        if (table := _table(path)) is not None:
            return path, table
    return folder / "pyproject.toml", {}


def _table(path: Path) -> dict[str, Any] | None:
    """Our table of a pyproject.toml; one whose bytes do not name it need not be parsed."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"cannot be read: {error}", str(path)) from error
    if NAME.encode() not in data:
        return None
    import tomllib

    try:
        tool = tomllib.loads(data.decode()).get("tool", {})
    except ValueError as error:
        raise SettingsError(f"cannot be read: {error}", str(path)) from error
    table = tool.get(NAME) if isinstance(tool, dict) else None
    if table is None or isinstance(table, dict):
        return table
    raise SettingsError(f"`{TABLE}` must be a table", str(path))


class _Layer(NamedTuple):
    """The settings of one place, checked; `where` says in messages which place that is."""

    table: dict[str, Any]
    where: str

    @classmethod
    def of_table(cls, table: dict[str, Any], where: str) -> "_Layer":
        for key, value in table.items():
            if key not in KEYS:
                raise SettingsError(f"{where}there is no key `{key}`{instead(key, KEYS)}")
            if key in LISTS and not _is_strings(value):
                raise SettingsError(f'{where}`{key}` must be a list of strings, as in `{key} = ["…"]`')
            if key == "per-file-ignores" and not (isinstance(value, dict) and all(map(_is_strings, value.values()))):
                raise SettingsError(f'{where}`{key}` must be a table of lists, as in `"tests/*" = ["…"]`')
        return cls(table, where)

    def words(self, key: str) -> list[str]:
        words: list[str] = self.table.get(key, [])
        return words

    def rules(self, key: str) -> frozenset[str]:
        return frozenset().union(*(_rules(word, f"{self.where}`{key}`: ") for word in self.words(key)))

    def per_file_ignores(self) -> tuple[tuple[str, frozenset[str]], ...]:
        written = self.table.get("per-file-ignores", {})
        where = f"{self.where}`per-file-ignores`: "
        return tuple(
            (glob, frozenset().union(*(_rules(word, where) for word in words))) for glob, words in written.items()
        )

    def selection(self, before: frozenset[str]) -> frozenset[str]:
        """The rules that are on; what names a rule more closely decides, and among equals `ignore` does."""
        named = [(key, word) for key in SELECTIONS for word in self.words(key)]
        selected = frozenset() if self.words("select") else before
        for key, word in sorted(named, key=lambda each: (_closeness(each[1]), each[0] == "ignore")):
            rules = _rules(word, f"{self.where}`{key}`: ")
            selected = selected - rules if key == "ignore" else selected | rules
        return selected


def _closeness(word: str) -> int:
    return len(pages()[word].code) if word in pages() else len(word)


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _rules(word: str, where: str) -> frozenset[str]:
    """The names of the rules that a name, a code or the beginning of a code stands for; raises SettingsError."""
    codes = {page.code: page.name for page in pages().values()}
    families = {code.rstrip("0123456789") for code in codes}
    by_code = word.startswith(tuple(families))
    found = {name for code, name in codes.items() if name == word or (by_code and code.startswith(word))}
    if not found:
        raise SettingsError(f"{where}there is no rule `{word}`{instead(word, [*codes, *codes.values()])}")
    return frozenset(found)
