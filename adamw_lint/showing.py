"""What a run would do, without doing it: the files that it would lint, and the settings in force."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import click

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.errors import LintError
from adamw_lint.report.screen import printable, shown
from adamw_lint.rulebook import pages
from adamw_lint.run import files_of
from adamw_lint.settings import Glob, Settings
from adamw_lint.stated import Own
from adamw_lint.telling import complain

FINE, ERROR = 0, 2


def show_files(paths: Iterable[str], configuration: Configuration) -> int:
    """List the files, one a line, and return the exit code."""
    found = list(files_of(paths, configuration))
    click.echo("".join(f"{shown(each)}\n" for each in found if isinstance(each, str)), nl=False)
    sys.stdout.flush()
    errors = [each for each in found if isinstance(each, LintError)]
    complain(errors)
    return ERROR if errors else FINE


def show_settings(settings: Settings) -> int:
    """Show every setting with its value, and return the exit code."""
    for each in fields(settings):
        click.echo("\n".join(_lines(each.name, getattr(settings, each.name))))
    return FINE


def _lines(name: str, value: object) -> Iterator[str]:
    if isinstance(value, frozenset | tuple | list) and value and not isinstance(value, Own):
        yield f"{name} = ["
        yield from (f"    {_told(each)}," for each in (_ordered(value) if isinstance(value, frozenset) else value))
        yield "]"
    else:
        yield f"{name} = {_told(value)}"


def _ordered(names: frozenset[str]) -> list[str]:
    """Names of rules in the order of their codes."""
    return [name for name in pages() if name in names] + sorted(names - set(pages()))


def _told(value: object) -> str:
    if isinstance(value, frozenset):
        return _told(_ordered(value))
    if isinstance(value, Glob):
        return _told(value.pattern)
    if isinstance(value, Own):
        return printable(str(value))
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_told, value))}]"
    if is_dataclass(value):
        return printable(str(getattr(value, "name", value)))
    if isinstance(value, Path | str):
        return printable(json.dumps(str(value), ensure_ascii=False))
    return str(value).lower() if isinstance(value, bool) else str(value)
