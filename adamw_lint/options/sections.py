"""Options in sections: a tuple with names is a heading of the help, and each of its fields is an option below it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from adamw_lint.options.completing import OFFERED

if TYPE_CHECKING:
    from adamw_lint.options.completing import Offers

Section = TypeVar("Section")


class SectionedOption(click.Option):
    """An option that knows under which heading of the help it stands."""

    def __init__(self, *declarations: Any, section: str, **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.section = section

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "Offers":
        """What a shell offers for its value, by the word that the help has for it."""
        offered = OFFERED.get(str(self.metavar))
        return offered(ctx, self, incomplete) if offered else super().shell_complete(ctx, incomplete)


class _Declared(NamedTuple):
    """What stands for the value of an option where its section is declared."""

    flags: tuple[str, ...]
    attributes: dict[str, Any]


def option(*flags: str, **attributes: Any) -> Any:
    """A field of a section that is filled by flags, declared in the words of `click.option`."""
    return _Declared(flags, attributes)


def declared(*sections: Any) -> Callable[[Any], Any]:
    """A decorator that gives a command the options of the sections, in the order in which they are written."""
    options = [
        click.option(
            *each.flags,
            name,
            cls=SectionedOption,
            section=getattr(section, "heading", section.__name__),
            **each.attributes,
        )
        for section in sections
        for name, each in section._field_defaults.items()
    ]

    def decorate(command: Any) -> Any:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


def taken(section: type[Section], given: Mapping[str, Any]) -> Section:
    """What a command was given of the options of a section."""
    return section(**{name: given[name] for name in section._fields})  # type: ignore[attr-defined]  # a tuple with names


def words(_: click.Context, __: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """The words of an option that may be repeated and takes several by comma."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())
