"""The documents are true: every snippet of settings, code and commands in them is run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from pages import MARK, Block, blocks

from adamw_lint.cli import main
from adamw_lint.configuration.keys import KEYS, schema
from adamw_lint.configuration.shapes import Table, Tables
from adamw_lint.engine import lint
from adamw_lint.read.source import Source
from adamw_lint.settings import load

PROJECT = Path(__file__).parent.parent
DOCS = PROJECT / "docs"
WRITTEN = [DOCS / f"{name}.md" for name in ("configuration", "suppressions", "baselines")]
ROWS = re.compile(r"(?<=^\| key \| \| \|\n\|---\|---\|---\|\n)(?:\|.*\n)*", re.MULTILINE)
BLOCKS = [block for path in WRITTEN for block in blocks(path)]


def of(info: str) -> list[Block]:
    return [block for block in BLOCKS if block.info == info]


def rows(table: Table = KEYS, above: str = "") -> str:
    """A row for each key, those of a table below it."""
    told = ""
    for name, key in table.keys.items():
        kind = key.shape.schema().get("type", "word")
        kind = {"array": "list", "object": "table", "boolean": "flag"}.get(kind, kind)
        is_tables = isinstance(key.shape, Tables)
        told += f"| `{above}{name}` | {'tables' if is_tables else kind} | {key.says} |\n"
        inner = key.shape.of if isinstance(key.shape, Tables) else key.shape
        told += rows(inner, f"{above}{name}.") if isinstance(inner, Table) else ""
    return told


if os.environ.get("UPDATE_PAGES"):
    page = DOCS / "configuration.md"
    page.write_text(ROWS.sub(lambda _: rows(), page.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the examples, and the files that the documents speak of."""
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "strict.toml").write_text('extend-select = ["ADW4"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all", "--no-verify"]):
        subprocess.run(["git", *identity, *words], check=True, capture_output=True)
    return tmp_path


def test_every_key_is_told() -> None:
    assert ROWS.findall((DOCS / "configuration.md").read_text(encoding="utf-8")) == [rows()]


@pytest.mark.parametrize("block", of("toml"), ids=lambda block: f"{block.path.stem}:{block.lines[0]}")
def test_settings_are_accepted(block: Block, folder: Path) -> None:
    shared = "[tool." in block.text
    (folder / ("pyproject.toml" if shared else "adamw-lint.toml")).write_text(block.text, encoding="utf-8")
    assert load(folder, {}).sources
    document = tomllib.loads(block.text)
    jsonschema.validate(document["tool"]["adamw-lint"] if shared else document, schema())


@pytest.mark.parametrize("block", of("python"), ids=lambda block: f"{block.path.stem}:{block.lines[0]}")
def test_code_gives_the_findings_that_are_marked(block: Block, folder: Path) -> None:
    source = Source.of_text(MARK.sub("", block.text), "train.py")
    expected = [number for number, line in enumerate(block.text.split("\n"), 1) if MARK.search(line)]
    assert [source.position(each.span.start)[0] for each in lint(source, load(folder, {}))] == expected


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_commands_run_one_after_the_other(path: Path) -> None:
    lines = [line for block in of("sh") if block.path == path for line in block.text.splitlines()]
    assert lines
    for line in lines:
        told = CliRunner().invoke(main, shlex.split(line)[1:])
        assert told.exit_code in (0, 1), (line, told.output)
        assert not told.exception or isinstance(told.exception, SystemExit)


def test_the_baseline_is_the_one_that_is_shown(folder: Path) -> None:
    (shown,) = of("json")
    CliRunner().invoke(main, ["--write-baseline", "known.json", "examples"])
    written = (folder / "known.json").read_text(encoding="utf-8")
    if os.environ.get("UPDATE_PAGES"):
        lines = shown.path.read_text(encoding="utf-8").split("\n")
        lines[shown.lines[0] : shown.lines[1]] = written.rstrip("\n").split("\n")
        shown.path.write_text("\n".join(lines), encoding="utf-8")
    else:
        assert shown.text == written
        assert json.loads(shown.text)["version"] == 1
