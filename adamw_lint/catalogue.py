"""`adamw-lint optimizers`: what is known of every optimizer, one line each, or all of it for those that are named."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from adamw_lint.errors import instead
from adamw_lint.options import completing
from adamw_lint.rulebook import Optimizer, optimizers
from adamw_lint.settings import load
from adamw_lint.signatures import parameters
from adamw_lint.stated import knowing


@dataclass(frozen=True, slots=True)
class _Row:
    """One fact as the command tells it; `position` is the decay's among the arguments, from 0, None by keyword only."""

    name: str
    aliases: tuple[str, ...]
    family: str
    coupling: str
    switch: str | None
    keyword: str | None
    position: int | None
    default: str | None
    replacement: str | None
    source: str
    proof: str

    @classmethod
    def of(cls, fact: Optimizer) -> "_Row":
        places = parameters(fact.signature)[0]
        keyword = fact.decay_argument
        return cls(
            name=fact.name,
            aliases=fact.aliases,
            family=fact.family.value,
            coupling=fact.coupling.value,
            switch=fact.switch,
            keyword=keyword,
            position=places.index(keyword) if keyword in places else None,
            default=fact.default if keyword is not None else None,
            replacement=fact.replacement,
            source=fact.source,
            proof=fact.proof,
        )

    def as_dict(self) -> dict[str, object]:
        """The row as JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@click.command("optimizers", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False, shell_complete=completing.optimizers)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How it is told.")
def catalogue(name: str | None, format_: str) -> None:
    """List what optimizers do with weight decay: all that are known, or those of a class, a path or a library NAME.

    Those that your pyproject.toml states under `[[tool.adamw-lint.optimizer]]` are among them.
    """
    with knowing(load(Path.cwd(), {}).own):
        rows = [_Row.of(fact) for fact in _found(name)]
    if format_ == "json":
        click.echo(json.dumps([row.as_dict() for row in rows], indent=2))
    elif name is None:
        _tell_all(rows)
    else:
        click.echo("\n\n".join(map(_told, rows)))


def _found(name: str | None) -> list[Optimizer]:
    """The facts that a name stands for; raises UsageError where it stands for none."""
    if name is None:
        return list(optimizers())
    wanted = name.lower()
    exact = [fact for fact in optimizers() if name in fact.paths]
    found = exact or [fact for fact in optimizers() if wanted in _called(fact)]
    if found:
        return found
    known = sorted({each for fact in optimizers() for each in (fact.short_name, fact.name, fact.name.split(".")[0])})
    raise click.UsageError(f"there is no optimizer `{name}`{_nearest(name, known)}")


def _called(fact: Optimizer) -> set[str]:
    paths = [path.lower() for path in fact.paths]
    return {fact.short_name.lower(), *(path.partition(".")[0] for path in paths), *paths}


def _nearest(name: str, known: list[str]) -> str:
    said = instead(name, known)
    return said if "did you mean" in said else "; `adamw-lint optimizers` lists them all"


def _tell_all(rows: Iterable[_Row]) -> None:
    told = [(row.name, row.coupling, _decay(row), row.switch or row.replacement or "", row.proof) for row in rows]
    heads = ("optimizer", "its decay is", "argument", "switch or replacement", "proof")
    if not sys.stdout.isatty():
        widths = [max(len(row[index]) for row in (heads, *told)) for index in range(len(heads))]
        for row in (heads, *told):
            click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, box=None, header_style="bold")
    for row in told:
        table.add_row(*row)
    Console().print(table)


def _decay(row: _Row) -> str:
    if row.keyword is None:
        return ""
    place = f" [{row.position}]" if row.position is not None else ""
    return f"{row.keyword}={row.default}{place}"


def _told(row: _Row) -> str:
    pairs = [(key, ", ".join(value) if isinstance(value, tuple) else value) for key, value in row.as_dict().items()]
    return "\n".join(f"{key:<12} {value}" for key, value in pairs if value not in (None, ""))
