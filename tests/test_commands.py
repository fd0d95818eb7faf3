"""The page of each command says what the command itself declares, and what it shows runs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pages import blocks

from adamw_lint.cli import main
from adamw_lint.options.front import Front

PROJECT = Path(__file__).parent.parent
PAGES = PROJECT / "docs" / "commands"
assert isinstance(main, Front)


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command and all of its verbs, and theirs."""
    yield name, command
    if isinstance(command, Front):
        for verb in command.verbs:
            yield from commands(f"{name} {verb}", command.verb(verb))


COMMANDS: dict[str, click.Command] = dict(commands("adamw-lint", main))
SECTIONS = ["Synopsis", "Description", "Options", "Exit status", "Examples", "See also"]


def page(name: str) -> Path:
    return PAGES / f"{name.replace(' ', '-')}.md"


def synopsis(name: str, command: click.Command) -> str:
    pieces = command.collect_usage_pieces(click.Context(command, **command.context_settings))
    return f"```text\n{' '.join([name, *pieces])}\n```\n"


def description(name: str, command: click.Command) -> str:
    """What the command says of itself, and for the first one which others there are."""
    text = "\n\n".join(" ".join(each.split()) for each in (command.help or "").split("\n\n"))
    if not isinstance(command, Front):
        return f"{text}\n"
    rows = (
        f"| [`{name} {verb}`]({page(f'{name} {verb}').name}) | {command.verb(verb).get_short_help_str(200)} |"
        for verb in command.verbs
    )
    return "\n".join([f"{text}\n", "| command | |", "|---|---|", *rows, ""])


def options(command: click.Command) -> str:
    """A table of each section of the help."""
    context = click.Context(command, **command.context_settings)
    told: dict[str, list[tuple[str, str]]] = {}
    for each in command.get_params(context):
        record = each.get_help_record(context)
        if isinstance(each, click.Option) and record:
            told.setdefault(getattr(each, "section", ""), []).append(record)
    if "" in told and len(told) > 1:
        told["Other"] = told.pop("")
    return "\n".join(line for heading, records in told.items() for line in table(heading, records))


def table(heading: str, records: list[tuple[str, str]]) -> Iterator[str]:
    if heading:
        yield f"### {heading}\n"
    yield "| option | |\n|---|---|"
    for flags, about in records:
        yield f"| `{flags.replace('|', chr(92) + '|')}` | {about} |"
    yield ""


def parts(text: str) -> dict[str, str]:
    """The text below each heading of the second level."""
    _, *rest = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(rest[::2], (each.strip("\n") + "\n" for each in rest[1::2]), strict=True))


def generated(name: str) -> dict[str, str]:
    command = COMMANDS[name]
    every = {
        "Synopsis": synopsis(name, command),
        "Description": description(name, command),
        "Options": options(command),
    }
    return {heading: text.strip("\n") + "\n" for heading, text in every.items()}


if os.environ.get("UPDATE_PAGES"):
    for each in COMMANDS:
        written = parts(page(each).read_text(encoding="utf-8")) | generated(each)
        sections = "\n".join(f"## {heading}\n\n{written[heading]}" for heading in SECTIONS)
        page(each).write_text(f"# {each}\n\n{sections}", encoding="utf-8")


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert set(PAGES.glob("*.md")) == {page(name) for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_says_what_the_command_declares(name: str) -> None:
    text = page(name).read_text(encoding="utf-8")
    written = parts(text)
    assert text.startswith(f"# {name}\n")
    assert list(written) == SECTIONS
    assert {heading: written[heading] for heading in generated(name)} == generated(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_examples_run_one_after_the_other(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    shutil.make_archive(str(tmp_path / "code"), "zip", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    if name.startswith("adamw-lint corpus"):
        pytest.importorskip("pyarrow", reason="needs the extra `corpus`")
    if name == "adamw-lint corpus report":
        assert CliRunner().invoke(main, ["corpus", "code.zip", "--out", "found", "-q"]).exit_code == 0
    lines = [line for block in blocks(page(name)) if block.info == "sh" for line in block.text.splitlines()]
    assert lines
    for line in lines:
        command = line.split("  #")[0].strip()
        assert command.startswith(name)
        told = CliRunner().invoke(main, shlex.split(command)[1:])
        assert told.exit_code in (0, 1), (line, told.output)
        assert not told.exception or isinstance(told.exception, SystemExit)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page(name).read_text(encoding="utf-8")):
        assert (PAGES / target).exists(), target
