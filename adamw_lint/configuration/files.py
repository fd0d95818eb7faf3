"""Finds and reads the files of settings: the nearest one, and those that it extends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from adamw_lint.errors import SettingsError
from adamw_lint.limit import DEFAULT, limited
from adamw_lint.settings import OWN, SHARED

NAME = "adamw-lint"
TABLE = f"tool.{NAME}"


class Layer(NamedTuple):
    """The settings of one place, checked: patterns in them are relative to `folder`; `where` begins messages."""

    table: dict[str, Any]
    folder: Path
    where: str
    source: str = ""

    @classmethod
    def of_table(cls, table: dict[str, Any], folder: Path, where: str, source: str = "") -> "Layer":
        """The layer that a table is; raises SettingsError about the first thing that is wrong with it."""
        if table:  # most runs have no settings, and need not know which there could be
            from adamw_lint.configuration.keys import KEYS

            for fault in KEYS.wrong(table, where):
                raise SettingsError(fault)
        return cls(table, folder, where, source)


def in_folder(folder: Path) -> Path | None:
    """The file of settings in a folder, if there is one with settings for us."""
    if (folder / OWN).is_file():
        return folder / OWN
    shared = folder / SHARED
    return shared if shared.is_file() and table_of(shared) is not None else None


def table_of(path: Path) -> dict[str, Any] | None:
    """The table that a file holds for us; raises SettingsError where the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.name == SHARED and NAME not in text:
            return None
        document = _document(text, str(path))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path)) from error
    if path.name != SHARED:
        return document
    tool = document.get("tool", {})
    table = tool.get(NAME) if isinstance(tool, dict) else None
    if table is None or isinstance(table, dict):
        return table
    raise SettingsError(f"`{TABLE}` must be a table", str(path))


def _document(text: str, path: str) -> dict[str, Any]:
    """What a text of TOML says; a key of 100,000 parts would take minutes."""
    import tomllib

    with limited(path, DEFAULT):
        return tomllib.loads(text)


def layers(path: Path, folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Layer]:
    """The layers of a file, the one that the others extend first; its own patterns are relative to `folder`."""
    if path in above:
        chain = " → ".join(str(each) for each in (*above, path))
        raise SettingsError(f"`extend` goes round in a circle: {chain}", str(path))
    table = table_of(path)
    if table is None:
        raise SettingsError(f"has no [{TABLE}]", str(path))
    where = f"{path}: [{TABLE}]: " if path.name == SHARED else f"{path}: "
    layer = Layer.of_table(table, folder, where, str(path))
    if "extend" in table:
        extended = (path.parent / Path(table["extend"]).expanduser()).resolve()
        if not extended.is_file():
            raise SettingsError(f"{where}`extend`: there is no file {extended}")
        yield from layers(extended, extended.parent, (*above, path))
    yield layer


def inline(text: str, folder: Path) -> Layer:
    """The layer that one `key = value` on the command line is."""
    where = f"--config {text}: "
    try:
        table = _document(text, "--config")
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{where}neither a file nor `key = value` as in TOML, as in `--config 'select = [\"ADW1\"]'` ({error})"
        ) from error
    if "extend" in table:
        raise SettingsError(f"{where}`extend` can only stand in a file")
    return Layer.of_table(table, folder, where, "the command line")
