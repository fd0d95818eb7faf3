"""What a run would do, without doing it: the files that it would lint, and the settings in force."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

import click

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.configuration.keys import OPTIMIZER, WRAPPER
from adamw_lint.configuration.shapes import Table
from adamw_lint.errors import LintError
from adamw_lint.plugged.installed import plugins
from adamw_lint.read.discover import discover
from adamw_lint.report.screen import printable, shown
from adamw_lint.rulebook import Optimizer, Wrapper, pages
from adamw_lint.settings import Glob, Settings
from adamw_lint.telling import complain

FINE, ERROR = 0, 2


def show_files(paths: Iterable[str], configuration: Configuration) -> int:
    """List the files, one a line, and return the exit code."""
    found = list(discover(paths, configuration.at))
    click.echo("".join(f"{shown(each)}\n" for each in found if isinstance(each, str)), nl=False)
    sys.stdout.flush()
    errors = [each for each in found if isinstance(each, LintError)]
    complain(errors)
    return ERROR if errors else FINE


def show_settings(settings: Settings) -> int:
    """Show every setting with its value, by the keys and in the form of a file of settings; return the exit code."""
    click.echo("\n".join(map(printable, _file(settings))))
    return FINE


def _file(settings: Settings) -> Iterator[str]:
    yield f"# what counts in {settings.root}"
    yield from (f"# stated in {source}" for source in settings.sources)
    yield from (f"# with the rules of the plug-in {plugin}" for plugin in plugins())
    yield from _listed("select", settings.selected)
    yield from _patterns("exclude", settings)
    yield f"force-exclude = {_told(settings.force_exclude)}"
    yield from _listed("unfixable", settings.unfixable)
    yield from _listed("extend-safe-fixes", settings.safe)
    yield from _listed("extend-unsafe-fixes", settings.unsafe)
    if settings.baseline is not None:
        yield f"baseline = {_told(settings.baseline)}"
    yield f"norms = {_told(settings.own.norms)}"
    yield from _tables(settings)


def _tables(settings: Settings) -> Iterator[str]:
    if settings.per_file_ignores:
        yield from ("", "[per-file-ignores]")
    for glob, named in settings.per_file_ignores:
        yield f"{_told(glob.pattern)} = {_told(_ordered(named))}{_elsewhere(glob, settings)}"
    yield from ("", "[rules.decayed-norms]", f"embeddings = {_told(settings.own.embeddings)}")
    for fact in settings.own.optimizers:
        yield from ("", "[[optimizer]]", *_stated(fact, OPTIMIZER))
    for wrapper in settings.own.wrappers:
        yield from ("", "[[wrapper]]", *_stated(wrapper, WRAPPER))


def _stated(fact: Optimizer | Wrapper, table: Table) -> Iterator[str]:
    """What is stated of an optimizer or wrapper by the keys of its table, without what would be so anyway."""
    for each in fields(fact):
        value = getattr(fact, each.name)
        if each.name in table.keys and value != each.default:
            yield f"{each.name} = {_told('' if value is None else value)}"


def _listed(key: str, names: frozenset[str]) -> Iterator[str]:
    yield from _rows(key, [_told(name) + "," for name in _ordered(names)])


def _patterns(key: str, settings: Settings) -> Iterator[str]:
    yield from _rows(key, [f"{_told(glob.pattern)},{_elsewhere(glob, settings)}" for glob in settings.exclude])


def _rows(key: str, rows: Sequence[str]) -> Iterator[str]:
    yield from (f"{key} = [", *(f"    {row}" for row in rows), "]") if rows else (f"{key} = []",)


def _elsewhere(glob: Glob, settings: Settings) -> str:
    return "" if glob.folder == settings.root else f"  # in {glob.folder}"


def _ordered(names: frozenset[str]) -> list[str]:
    """Names of rules in the order of their codes."""
    return [name for name in pages() if name in names] + sorted(names - set(pages()))


def _told(value: object) -> str:
    """A value in the words of TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_told, value))}]"
    return json.dumps(str(value), ensure_ascii=False)
