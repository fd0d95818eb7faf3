"""Options in sections: a frozen class is a heading of the help, and each of its fields is an option below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, fields
from typing import Any, TypeVar

import click

from adamw_lint.options.completing import OFFERED, Offers

Section = TypeVar("Section")


class SectionedOption(click.Option):
    """An option that knows under which heading of the help it stands."""

    def __init__(self, *declarations: Any, section: str, **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.section = section

    def shell_complete(self, ctx: click.Context, incomplete: str) -> Offers:
        """What a shell offers for its value, by the word that the help has for it."""
        offered = OFFERED.get(str(self.metavar))
        return offered(ctx, self, incomplete) if offered else super().shell_complete(ctx, incomplete)


def option(*flags: str, **attributes: Any) -> Any:
    """A field of a section that is filled by flags, declared in the words of `click.option`."""
    return field(metadata={"flags": flags, "attributes": attributes})


def declared(*sections: type) -> Callable[[Any], Any]:
    """A decorator that gives a command the options of the sections, in the order in which they are written."""
    options = [
        click.option(*each.metadata["flags"], each.name, cls=SectionedOption, section=section.__name__, **attributes)
        for section in sections
        for each in fields(section)
        if (attributes := each.metadata["attributes"])
    ]

    def decorate(command: Any) -> Any:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


def taken(section: type[Section], given: Mapping[str, Any]) -> Section:
    """What a command was given of the options of a section."""
    return section(**{each.name: given[each.name] for each in fields(section)})  # type: ignore[arg-type]  # a dataclass


def words(_: click.Context, __: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """The words of an option that may be repeated and takes several by comma."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())
