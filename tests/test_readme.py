"""README.md is true: its commands run, its configuration is accepted, its table and its picture are up to date."""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages import ON, blocks
from test_docs import DOCS, WRITTEN

from adamw_lint.cli import main
from adamw_lint.engine import lint
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.settings import load

PROJECT = Path(__file__).parent.parent
README = PROJECT / "README.md"
TABLE = re.compile(r"(?<=^\|---\|---\|---\|\n)(?:\|.*\n)*", re.MULTILINE)


def block(info: str, containing: str = "") -> str:
    found = [each.text for each in blocks(README) if each.info == info and containing in each.text]
    assert len(found) == 1
    return found[0]


def documents() -> list[Path]:
    return [each for folder in (PROJECT, PROJECT / "docs", PROJECT / "rules") for each in folder.glob("*.md")]


def table() -> str:
    return "".join(
        f"| {page.code} | [{page.name}](rules/{page.name}.md) | {page.summary} |\n" for page in pages().values()
    )


if os.environ.get("UPDATE_PAGES"):
    README.write_text(TABLE.sub(table(), README.read_text(encoding="utf-8")), encoding="utf-8")


def test_it_fits_on_two_screens_and_says_two_commands() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count("\n") - len(pages()) <= 114  # the table has a line for each rule
    shown = [each.text.strip() for each in blocks(README) if each.info == "sh"]
    assert shown == ["pip install . && adamw-lint examples", "pip install -e '.[test]' && pytest -n auto"]


def test_the_table_is_what_the_pages_say() -> None:
    assert TABLE.findall(README.read_text(encoding="utf-8")) == [table()]


@pytest.mark.skipif(int(version("rich").split(".")[0]) < 15, reason="it left a line empty at the foot of pictures")
def test_the_picture_is_what_a_terminal_shows() -> None:
    script = runpy.run_path(str(PROJECT / "docs" / "picture.py"))
    assert script["PICTURE"].read_text(encoding="utf-8") == script["picture"](), "run `python docs/picture.py`"


def test_the_picture_loads_nothing() -> None:
    text = (PROJECT / "docs" / "finding.svg").read_text(encoding="utf-8")
    assert re.findall(r"\w+://[^\"')]+", text) == ["http://www.w3.org/2000/svg"]
    assert "@import" not in text


def test_the_configuration_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block("toml"), encoding="utf-8")
    settings = load(tmp_path, {})
    assert settings.selected == set(ON) - {"decayed-norms"}
    assert settings.unsafe == {"l2-in-loss"}
    assert "coupled-decay" not in settings.rules(str(tmp_path / "baselines" / "gcn.py"))


def test_the_way_to_keep_a_published_recipe_keeps_it(tmp_path: Path) -> None:
    kept, settings = block("python"), load(tmp_path, {})
    assert lint(Source.of_text(kept), settings) == []
    said = re.sub(r"  # adamw-lint: ignore.*", "", kept)
    for text, found in [(said, ["coupled-decay"]), (re.sub("$", "  # noqa: ADW101", said.rstrip()), [])]:
        assert [each.rule for each in lint(Source.of_text(text), settings)] == found


def test_pre_commit_takes_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(block("yaml", "hooks:"), encoding="utf-8")
    for command, file in [
        ("validate-config", tmp_path / "config.yaml"),
        ("validate-manifest", PROJECT / ".pre-commit-hooks.yaml"),
    ]:
        done = subprocess.run([sys.executable, "-m", "pre_commit", command, file], check=False)
        assert done.returncode == 0
    hooks = (PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"- id: (\S+)", block("yaml", "hooks:"))) <= set(re.findall(r"- id: (\S+)", hooks))


def commands() -> set[str]:
    """Every call of the linter that a document shows inline or alone in a block, and the steps of the workflow.

    Those of some documents need more than the examples: tests/test_docs.py and tests/test_corpus.py run them.
    """
    elsewhere = {*WRITTEN, DOCS / "corpus.md", DOCS / "prevalence.md"}
    shown_here = [path for path in documents() if path not in elsewhere]
    texts = [path.read_text(encoding="utf-8") for path in shown_here]
    shown = {command for text in texts for command in re.findall(r"`(adamw-lint [^`]+)`", text)}
    alone = {each.text.strip() for path in shown_here for each in blocks(path) if each.info == "sh"}
    shown |= {each for each in alone if each.startswith("adamw-lint ") and "|" not in each}
    return shown | set(re.findall(r"run: (adamw-lint .+)", block("yaml", "steps:")))


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, shlex.split(command)[1:]).exit_code in (0, 1)


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    for document in documents():
        prose = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
        for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", prose):
            target = document.parent / path if path else document
            assert target.exists(), f"{document.name}: {path}"
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
            assert not anchor or anchor in [heading.lower().replace(" ", "-") for heading in headings]
