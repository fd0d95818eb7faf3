"""Finds and reads the files of settings: the nearest one, and those that it extends."""

from collections.abc import Iterator
from os.path import basename, dirname, expanduser, isfile, join, realpath
from typing import Any, NamedTuple

from adamw_lint.errors import SettingsError
from adamw_lint.limit import DEFAULT, limited
from adamw_lint.read.listing import is_file
from adamw_lint.settings import OWN, SHARED

NAME = "adamw-lint"
TABLE = f"tool.{NAME}"


class Layer(NamedTuple):
    """The settings of one place, checked: patterns in them are relative to `folder`; `where` begins messages."""

    table: dict[str, Any]
    folder: str
    where: str
    source: str = ""

    @classmethod
    def of_table(cls, table: dict[str, Any], folder: str, where: str, source: str = "") -> "Layer":
        """The layer that a table is; raises SettingsError about the first thing that is wrong with it."""
        if table:  # most runs have no settings, and need not know which there could be
            from adamw_lint.configuration.keys import KEYS

            for fault in KEYS.wrong(table, where):
                raise SettingsError(fault)
        return cls(table, folder, where, source)


def in_folder(folder: str) -> str | None:
    """The file of settings in a folder, if there is one with settings for us."""
    place = join(folder, "")
    own, shared = place + OWN, place + SHARED
    if is_file(own):
        return own
    return shared if is_file(shared) and table_of(shared) is not None else None


def table_of(path: str) -> dict[str, Any] | None:
    """The table that a file holds for us; raises SettingsError where the file cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if basename(path) == SHARED and NAME not in text:
            return None
        document = _document(text, path)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path) from error
    if basename(path) != SHARED:
        return document
    tool = document.get("tool", {})
    table = tool.get(NAME) if isinstance(tool, dict) else None
    if table is None or isinstance(table, dict):
        return table
    raise SettingsError(f"`{TABLE}` must be a table", path)


def _document(text: str, path: str) -> dict[str, Any]:
    """What a text of TOML says; a key of 100,000 parts would take minutes."""
    import tomllib

    with limited(path, DEFAULT):
        return tomllib.loads(text)


def layers(path: str, folder: str, above: tuple[str, ...] = ()) -> Iterator[Layer]:
    """The layers of a file, the one that the others extend first; its own patterns are relative to `folder`."""
    if path in above:
        raise SettingsError(f"`extend` goes round in a circle: {' → '.join((*above, path))}", path)
    table = table_of(path)
    if table is None:
        raise SettingsError(f"has no [{TABLE}]", path)
    where = f"{path}: [{TABLE}]: " if basename(path) == SHARED else f"{path}: "
    layer = Layer.of_table(table, folder, where, path)
    if "extend" in table:
        extended = realpath(join(dirname(path), expanduser(table["extend"])))
        if not isfile(extended):
            raise SettingsError(f"{where}`extend`: there is no file {extended}")
        yield from layers(extended, dirname(extended), (*above, path))
    yield layer


def inline(text: str, folder: str) -> Layer:
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
