"""Which settings count where, and that the JSON schema and the validation of a file are of one mind."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from adamw_lint.asked import SETTINGS
from adamw_lint.cli import main
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.configuration.keys import KEYS, OPTIMIZER, WRAPPER, schema
from adamw_lint.configuration.shapes import RULE
from adamw_lint.diagnostics import Safety
from adamw_lint.errors import SettingsError
from adamw_lint.rulebook import Optimizer, Wrapper, pages
from adamw_lint.settings import load

PROJECT = Path(__file__).parent.parent
VALIDATOR = jsonschema.Draft202012Validator(schema())
PUBLISHED = PROJECT / "adamw_lint" / "adamw-lint.schema.json"
BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
COUPLED = "coupled-decay"

if os.environ.get("UPDATE_PAGES"):
    PUBLISHED.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--format", "concise", "-q"])


def found(*words: str) -> list[str]:
    told = run(*words)
    assert told.exit_code in (0, 1), told.output
    return [line.partition(":")[0] for line in told.stdout.splitlines()]


def test_every_file_has_the_settings_of_the_nearest_file_above_it() -> None:
    plant({"a.py": BAD, "one/a.py": BAD, "one/deep/a.py": BAD, "two/a.py": BAD})
    plant({"one/adamw-lint.toml": 'select = ["ADW3"]\n', "pyproject.toml": '[tool.adamw-lint]\nselect = ["ADW101"]\n'})
    assert found() == ["a.py", "two/a.py"]
    assert found("one") == []
    assert found("--select", "ADW101") == ["a.py", "one/a.py", "one/deep/a.py", "two/a.py"]


def test_its_own_file_counts_before_pyproject() -> None:
    plant(
        {"a.py": BAD, "adamw-lint.toml": 'ignore = ["ADW"]\n', "pyproject.toml": '[tool.adamw-lint]\nselct = ["ADW"]'}
    )
    assert found() == []


def test_a_file_of_another_folder_excludes_below_itself() -> None:
    plant({"one/old/a.py": BAD, "one/adamw-lint.toml": 'exclude = ["old"]\n', "old/a.py": BAD})
    assert found("--select", "ADW101") == ["old/a.py"]


def test_pyproject_of_others_is_not_read() -> None:
    plant({"a.py": BAD, "pyproject.toml": "this is = not TOML ["})
    assert run("--select", "ADW101").exit_code == 1


def test_extended_files_are_below() -> None:
    plant(
        {
            "shared/adamw-lint.toml": 'select = ["ADW1"]\nexclude = ["a"]\nunfixable = ["ADW101"]\n'
            '[per-file-ignores]\n"b/*" = ["ADW101"]\n"/c.py" = ["ADW101"]\n',
            "middle.toml": 'extend = "shared/adamw-lint.toml"\nextend-select = ["ADW201"]\n',
            "adamw-lint.toml": 'extend = "middle.toml"\nignore = ["ADW102"]\nextend-exclude = ["z"]\n'
            '[per-file-ignores]\n"b/*" = ["ADW201"]\n',
        }
    )
    told = load(Path.cwd(), {})
    ones = {page.name for page in pages().values() if page.code.startswith("ADW1")}
    assert told.selected == ones - {"coupled-step"} | {"l2-in-loss"}
    excluded = [(glob.pattern, Path(glob.folder).name) for glob in told.exclude]
    assert excluded == [("a", "shared"), ("z", Path.cwd().name)]
    assert told.unfixable == {COUPLED}
    assert "l2-in-loss" not in told.rules("b/x.py")
    assert COUPLED in told.rules("b/x.py")
    assert COUPLED in told.rules("c.py"), "a pattern is relative to the file that it stands in"
    assert COUPLED not in told.rules("shared/c.py")


def test_a_circle_is_said() -> None:
    plant({"adamw-lint.toml": 'extend = "b.toml"\n', "b.toml": 'extend = "adamw-lint.toml"\n', "a.py": ""})
    told = run()
    assert told.exit_code == 2
    assert "`extend` goes round in a circle" in told.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--config", "nowhere.toml"], "--config nowhere.toml: there is no such file"),
        (["--config", "select = ADW1"], "--config select = ADW1: neither a file nor `key = value`"),
        (["--config", 'selct = ["ADW1"]'], "there is no key `selct`; did you mean `select`?"),
        (["--config", 'extend = "x"'], "`extend` can only stand in a file"),
        (["--config", "one.toml", "--config", "two.toml"], "only one file of settings can count"),
        (["--config", "one.toml", "--isolated"], "not --isolated as well"),
        (["--config", "bare.toml"], "`extend`: there is no file"),
    ],
)
def test_what_makes_no_sense_is_said(words: list[str], message: str) -> None:
    plant({"one.toml": "", "two.toml": "", "bare.toml": 'extend = "nowhere.toml"'})
    told = run(*words)
    assert told.exit_code == 2
    assert told.stderr.startswith("error: ")
    assert message in told.stderr


def test_the_command_line_goes_over_files() -> None:
    plant(
        {"a.py": BAD, "adamw-lint.toml": 'select = ["ADW3"]\n', "ci/strict.toml": 'select = ["ADW1"]\nexclude = ["/b"]'}
    )
    plant({"b/a.py": BAD})
    assert found() == []
    assert found("--config", 'select = ["ADW1"]') == ["a.py", "b/a.py"]
    assert found("--config", "ci/strict.toml") == ["a.py"]
    assert found("--config", "ci/strict.toml", "--config", 'ignore=["coupled-decay"]') == []
    assert found("--config", 'ignore=["ADW"]', "--select", "ADW101") == ["a.py", "b/a.py"]
    plant({"adamw-lint.toml": 'selct = ["ADW3"]\n'})
    assert found("--isolated", "--select", "ADW101") == ["a.py", "b/a.py"]


def test_excludes_hold_for_files_given_by_name_only_if_forced() -> None:
    plant({"old/a.py": BAD, "build/a.py": BAD, "new/a.py": BAD, "new/lib/a.py": BAD, "new/lib/adamw-lint.toml": ""})
    plant({"adamw-lint.toml": 'select = ["ADW101"]\nexclude = ["/old", "/new/lib"]\n'})
    named = ["old/a.py", "build/a.py", "new/a.py"]
    assert found(*named) == named
    assert found(*named, "--force-exclude") == ["new/a.py"]
    assert found("old", "--force-exclude") == []
    assert found("old", "new/a.py", "--config", "force-exclude=true") == ["new/a.py"]
    assert found(str(Path("old/a.py").resolve()), "--force-exclude") == []
    for words in (["--force-exclude"], ["--force-exclude", "--fix"]):
        told = CliRunner().invoke(main, ["-", "-q", "--stdin-filename", "old/x.py", *words], input=BAD)
        assert (told.exit_code, told.stdout) == (0, BAD if "--fix" in words else ""), "an editor names the file so"
    plant({"new/lib/adamw-lint.toml": "force-exclude = true"})
    assert found("new/lib/a.py") == [], "a folder around it is excluded, whatever counts inside"


def test_fixes_are_kept_from_rules() -> None:
    plant({"a.py": BAD})
    for words in (["--unfixable", "ADW101"], ["--fixable", "ADW2"], ["--config", 'unfixable = ["ADW"]']):
        assert run("--fix", "--select", "ADW101", *words).exit_code == 1
        assert Path("a.py").read_text() == BAD
    assert run("--fix", "--select", "ADW101", "--fixable", "ADW1").exit_code == 0


def test_a_wrapper_of_ones_own_is_looked_through() -> None:
    plant({"a.py": "import torch\nfrom lab import shard\n\nopt = shard([w], torch.optim.Adam, weight_decay=0.1)\n"})
    assert found("--select", "ADW101") == []
    wrapper = (
        '[[wrapper]]\nname = "lab.shard"\nsignature = "params, optimizer_class, **kwargs"\nwraps = "optimizer_class"'
    )
    plant({"adamw-lint.toml": wrapper})
    assert found("--select", "ADW101") == ["a.py"]
    plant({"adamw-lint.toml": wrapper.replace('wraps = "optimizer_class"', 'wraps = "optimizer_clas"')})
    assert "wrapper lab.shard: `wraps` names `optimizer_clas`, which is not in `signature`" in run().stderr


EMBEDDER = """\
import torch
from torch import nn


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(1000, 64)
        self.out = nn.Linear(64, 64, bias={bias})


opt = torch.optim.AdamW(Embedder().parameters(), lr=1e-3)
"""


def test_embeddings_are_spared_as_well_if_that_is_asked_for() -> None:
    asked = ["--config", "rules.decayed-norms.embeddings = true"]
    plant({"a.py": EMBEDDER.format(bias=False)})
    assert found() == []
    assert "holds embeddings, which AdamW decays" in run(*asked).stdout
    plant({"a.py": EMBEDDER.format(bias=True)})
    assert "holds biases, which" in run().stdout
    assert "holds biases and embeddings, which" in run(*asked).stdout
    before = Path("a.py").read_text()
    assert "by hand, because embeddings" in CliRunner().invoke(main, [*asked, "--fix"]).stdout
    assert Path("a.py").read_text() == before


def test_norm_layers_may_have_names_of_their_own() -> None:
    plant(
        {
            "a.py": "import torch\n\nopt = torch.optim.AdamW([\n"
            "    {'params': [p for n, p in model.named_parameters() if 'rescale' in n], 'weight_decay': 0.1},\n"
            "    {'params': [p for n, p in model.named_parameters() if 'rescale' not in n], 'weight_decay': 0.0},\n"
            "], lr=1e-3)\n"
        }
    )
    assert found() == []
    assert "ADW303" in run("--config", 'norms = ["Rescale"]').stdout


def test_an_option_that_there_is_not_is_said() -> None:
    for option, message in [
        ("rules.decayed-norms.embedings = true", "decayed-norms: there is no key `embedings`; did you mean"),
        ("rules.decayed-norm.embeddings = true", "rules: there is no rule with options `decayed-norm`; did you mean"),
        ("rules.decayed-norms.embeddings = 1", "`embeddings` must be `true` or `false`"),
        ("rules = []", "`rules` must be a table"),
    ]:
        assert message in run("--config", option).stderr


def test_every_part_of_a_fact_can_be_stated() -> None:
    assert set(OPTIMIZER.keys) == {field.name for field in fields(Optimizer)}
    assert set(WRAPPER.keys) | {"source"} == {field.name for field in fields(Wrapper)}


def test_settings_have_a_key_that_tells_them_apart() -> None:
    keys = {
        Configuration.of(given).here.key
        for given in ([], ['select=["ADW1"]'], ['unfixable=["ADW1"]'], ['per-file-ignores={"a.py"=["ADW1"]}'])
    }
    assert len(keys) == 4
    assert Configuration.of(['select=["ADW1"]']).here.key == Configuration.of(['select=["ADW1"]']).here.key
    assert Configuration.of([]).here.safety(COUPLED, Safety.SAFE) is Safety.SAFE


def test_the_published_schema_is_generated_and_is_a_schema() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema(), "run UPDATE_PAGES=1 pytest"
    jsonschema.Draft202012Validator.check_schema(schema())


def valid(table: Any) -> tuple[bool, bool]:
    """Whether the validation accepts a table, and whether the schema does."""
    return not list(KEYS.wrong(table, "")), VALIDATOR.is_valid(table)


def shaped(part: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a part of the schema is about, right and wrong."""
    words = st.sampled_from(
        ["ADW101", "ADW", "ADW9999", "coupled-decay", "adam", "coupled", "groups", "a.B", "0.1", ""]
    )
    part = schema()["$defs"]["rule"] if part.get("$ref") == RULE else part
    if "enum" in part:
        return st.one_of(st.sampled_from(part["enum"]), words)
    if part.get("type") == "array":
        return st.lists(shaped(part["items"]), max_size=2)
    if part.get("type") == "object":
        known = {key: shaped(each) for key, each in part.get("properties", {}).items()}
        if not known:
            return st.dictionaries(words, shaped(part["additionalProperties"]), max_size=2)
        some = {key: known[key] for key in part.get("required", ())}
        return st.fixed_dictionaries(some, optional={key: known[key] for key in known if key not in some})
    return st.one_of(st.booleans(), st.integers(), words, st.text(max_size=4))


def broken(table: Any) -> st.SearchStrategy[Any]:
    """The table itself, and with one value in it replaced by something else."""
    other = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=1))
    changes = [st.just(table), st.builds(lambda key, value: {**table, key: value}, st.text(max_size=5), other)]
    changes += (
        [st.builds(lambda key, value: {**table, key: value}, st.sampled_from(sorted(table)), other)] if table else []
    )
    return st.one_of(changes)


@settings(max_examples=200, deadline=None)
@given(shaped(schema()).flatmap(broken))
def test_the_schema_and_the_validation_accept_the_same(table: Any) -> None:
    by_us, by_schema = valid(table)
    assert by_us == by_schema


@pytest.mark.parametrize("file", sorted(PROJECT.glob("**/pyproject.toml")), ids=str)
def test_the_schema_accepts_our_own_settings(file: Path) -> None:
    table = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["adamw-lint"]
    assert valid(table) == (True, True)


def test_an_error_in_a_folder_ends_the_run_once() -> None:
    plant({"one/a.py": BAD, "one/b.py": BAD, "one/adamw-lint.toml": "selct = []\n", "a.py": BAD})
    told = run()
    assert told.exit_code == 2
    assert told.stderr.count("error: ") == 1
    with pytest.raises(SettingsError):
        load(Path("one").resolve(), {})


def test_every_option_that_is_a_key_counts_as_one() -> None:
    options = {str(each.name) for each in main.params}
    assert set(SETTINGS) == {name for name in options if name.replace("_", "-") in KEYS.keys}
