"""A click command whose `--help` shows its options in sections, and that hands over to a verb named first."""

import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem


def paths_or_verbs(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """What a shell offers where a path can stand: files, and in the first place a verb."""
    verbs = ctx.command.verbs if isinstance(ctx.command, Front) and not ctx.params.get("paths") else {}
    named = [(name, verb.get_short_help_str(80)) for name, verb in verbs.items() if name.startswith(incomplete)]
    files = CompletionItem(incomplete, type="file")  # first, for bash takes back what stands before it
    return [files, *(CompletionItem(name, help=about) for name, about in named)]


class Front(click.Command):
    """A command with verbs; a path that is called like one is written `./verb`."""

    def __init__(self, *arguments: Any, verbs: Sequence[click.Command] = (), **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.verbs = {str(verb.name): verb for verb in verbs}

    def main(  # type: ignore[override]  # click overloads it by a flag that we only pass on
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run the verb that the first word names, or else this command."""
        words = sys.argv[1:] if args is None else list(args)
        verb = self.verbs.get(words[0]) if words else None
        if verb is None:
            return super().main(words, prog_name, **extra)
        return verb.main(words[1:], f"{self.name} {verb.name}", **extra)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click does; a shell that completes the words after a verb is answered by the verb."""
        verb = self.verbs.get(args[0]) if args and extra.get("resilient_parsing") else None
        if verb is None:
            return super().make_context(info_name, args, parent, **extra)
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
            formatter.write_dl([(f"{name} …", verb.get_short_help_str(80)) for name, verb in self.verbs.items()])
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                sections.setdefault(getattr(parameter, "section", "Other"), []).append(record)
        sections["Other"] = sections.pop("Other", [])
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
