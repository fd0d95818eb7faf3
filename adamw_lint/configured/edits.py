"""Text edits on files of settings: a value set, an entry more in the layout of the one before it."""

import json

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.manual import Manual
from adamw_lint.model.configured.configuration import Configuration
from adamw_lint.model.configured.worth import worth
from adamw_lint.model.worth import Nothing, Number
from adamw_lint.read.nodes import Entry, Node, Scalar, Table, tables
from adamw_lint.read.settings_file import JSON, TOML, YAML
from adamw_lint.rulebook import schemas


def replace_value(entry: Entry, text: str) -> Edit:
    """Write another value under a key; raises Manual where the value does not stand there."""
    if not isinstance(entry.value, Scalar) or not entry.is_here:
        raise Manual("its value is written elsewhere")
    return Edit(entry.value.span, text)


def add_entry(settings: Configuration, holder: Table, after: Entry, key: str, value: str) -> Edit:
    """Write one entry more after another one of a table, on a line of its own where that has one.

    Raises Manual where the table takes the other one from elsewhere, or writes it on several lines.
    """
    source, end = settings.source, after.value.span.end
    line, column = source.position(after.key.span.start)
    if after not in holder.entries or not after.is_here or source.position(end)[0] != line:
        raise Manual("its decay is written elsewhere, or on more than one line")
    before, written = source.line(line)[: column - 1], said(settings, _beside(settings, after.key) + key, value)
    is_alone = not before.strip("- ") if source.language == YAML else not before.strip()
    if is_alone and source.language == JSON:
        return Edit(Span(end, end), f",{source.newline}{before}{written}")
    if not is_alone or holder.braced:
        return Edit(Span(end, end), f", {written}")
    below = source.start(line) + len(source.line(line))
    return Edit(Span(below, below), f"{source.newline}{before.replace('-', ' ')}{written}")


def _beside(settings: Configuration, key: Scalar) -> str:
    """What stands before a dotted key of TOML, so that another one comes into the same table."""
    keys = settings.source.text[key.span.start : key.span.end]
    return keys[: keys.rfind(".") + 1] if settings.source.language == TOML else ""


def said(settings: Configuration, key: str, value: str) -> str:
    """An entry as the language of the file writes it."""
    if settings.source.language == TOML:
        return f"{key} = {value}"
    return f"{json.dumps(key) if settings.source.language == JSON else key}: {value}"


def is_resumed(settings: Configuration) -> bool:
    """Whether the settings say that the state of an earlier run is loaded."""
    keys = schemas("resumes")["keys"]
    found = ((table.at(key), root) for table, root in tables(settings.roots) for key in keys)
    return any(node is not None and not _is_off(node, root) for node, root in found)


def _is_off(node: Node, root: Node) -> bool:
    value = worth(node, root)
    is_none = isinstance(node, Scalar) and node.text.lower() in ("", "none", "null")
    return is_none or isinstance(value, Nothing) or (isinstance(value, Number) and not value.value)
