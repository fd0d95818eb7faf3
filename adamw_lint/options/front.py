"""A click command whose `--help` shows its options in sections, and that hands over to a verb named first."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from adamw_lint.errors import LintError

if TYPE_CHECKING:  # no run but that of a completing shell needs it
    from click.shell_completion import CompletionItem


FAILED = 2


def paths_or_verbs(ctx: click.Context, _: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    """What a shell offers where a path can stand: files, and in the first place a verb."""
    from click.shell_completion import CompletionItem

    front = ctx.command if isinstance(ctx.command, Front) and not ctx.params.get("paths") else None
    verbs = [(name, front.verb(name)) for name in front.verbs if name.startswith(incomplete)] if front else []
    named = [(name, verb.get_short_help_str(80)) for name, verb in verbs]
    files = CompletionItem(incomplete, type="file")  # first, for bash takes back what stands before it
    return [files, *(CompletionItem(name, help=about) for name, about in named)]


def leaving(*flags: str, told: Callable[[click.Context], str], about: str) -> Callable[[Any], Any]:
    """A flag that tells something instead of a run, as click's own do, which look for translations in every run."""

    def tell(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            click.echo(told(ctx), color=ctx.color)
            ctx.exit()

    return click.option(*flags, is_flag=True, is_eager=True, expose_value=False, help=about, callback=tell)


class Front(click.Command):
    """A command with verbs, each imported where it is named; a path that is called like one is written `./verb`."""

    def __init__(self, *arguments: Any, verbs: Mapping[str, str] | None = None, **attributes: Any) -> None:
        """`verbs` holds for the name of each verb where its command is: `package.module:name`."""
        super().__init__(*arguments, **attributes)
        self.verbs = verbs or {}

    def verb(self, name: str) -> click.Command:
        """The command of a verb."""
        module, _, command = self.verbs[name].partition(":")
        found: click.Command = getattr(import_module(module), command)
        return found

    def main(  # type: ignore[override]  # click overloads it by a flag that we only pass on
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run the verb that the first word names, or else this command."""
        words = sys.argv[1:] if args is None else list(args)
        if not words or words[0] not in self.verbs:
            return super().main(words, prog_name, **extra)
        try:
            return self.verb(words[0]).main(words[1:], f"{prog_name or self.name} {words[0]}", **extra)
        except LintError as error:  # settings or a plug-in that make no sense
            click.echo(f"error: {error}", err=True)
            raise SystemExit(FAILED) from None

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click does; a shell that completes the words after a verb is answered by the verb."""
        if not (args and args[0] in self.verbs and extra.get("resilient_parsing")):
            return super().make_context(info_name, args, parent, **extra)
        verb = self.verb(args[0])
        return verb.make_context(f"{info_name} {verb.name}", args[1:], parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words; an option whose value may be left out takes one by `=` only, never the word behind it."""
        optional = {
            flag
            for parameter in self.params
            if isinstance(parameter, click.Option) and parameter.flag_value == "" and not parameter.is_flag
            for flag in parameter.opts
        }
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [f"{word}=" if word in optional else word for word in args[:end]] + args[end:])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs, then the options under their headings, what has no heading last."""
        with formatter.section("Commands"):
            formatter.write_dl([(f"{name} …", self.verb(name).get_short_help_str(80)) for name in self.verbs])
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                sections.setdefault(getattr(parameter, "section", "Other"), []).append(record)
        sections["Other"] = sections.pop("Other", [])
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
