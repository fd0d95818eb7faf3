"""`adamw-lint optimizers`: what it lists, what it finds by a name, and what it says where there is none."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from adamw_lint import rulebook
from adamw_lint.cli import main

DOCUMENT = Path(__file__).parent.parent / "rules" / "frameworks" / "README.md"

KEYS = [
    *("name", "aliases", "family", "coupling", "switch", "keyword", "position"),
    *("default", "replacement", "source", "proof"),
]


def told(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["optimizers", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_has_every_fact_and_every_key() -> None:
    rows = json.loads(told("--format", "json"))
    assert [row["name"] for row in rows] == [fact.name for fact in rulebook.optimizers()]
    assert all(list(row) == KEYS for row in rows)
    assert {row["proof"] for row in rows} <= {"run", "read"}


def test_the_document_says_how_many_are_run_and_how_many_are_read() -> None:
    proofs = [fact.proof for fact in rulebook.optimizers()]
    held = [fact for fact in rulebook.optimizers() if not fact.name.startswith("apex.")]
    counts = f"{proofs.count('run')} of the {len(proofs)} facts are run, {len(held) - proofs.count('run')} are read"
    assert counts in " ".join(DOCUMENT.read_text(encoding="utf-8").split())


def test_there_are_as_many_as_the_catalogue_promises() -> None:
    rows = json.loads(told("--format", "json"))
    assert len(rows) >= 150
    assert sum(row["proof"] == "run" for row in rows) >= 110


@pytest.mark.parametrize(
    ("name", "position", "default"),
    [("torch.optim.Adam", 4, "0"), ("torch.optim.AdamW", 4, "0.01"), ("optax.adamw", 6, "0.0001")],
)
def test_the_place_and_the_default_of_the_decay(name: str, position: int, default: str) -> None:
    (row,) = json.loads(told(name, "--format", "json"))
    assert (row["position"], row["default"], row["keyword"]) == (position, default, "weight_decay")


def test_what_has_no_decay_has_no_place_for_one() -> None:
    (row,) = json.loads(told("torch.optim.SparseAdam", "--format", "json"))
    assert (row["keyword"], row["position"], row["default"], row["coupling"]) == (None, None, None, "none")


@pytest.mark.parametrize("name", ["AdamW", "adamw", "torch.optim.AdamW", "torch.optim.adamw.AdamW", "torch"])
def test_a_class_is_found_by_its_name_its_path_and_its_library(name: str) -> None:
    assert "torch.optim.AdamW" in told(name)


def test_a_table_has_a_line_for_each() -> None:
    head, *lines = told().splitlines()
    assert head.split()[0] == "optimizer"
    assert len(lines) == len(rulebook.optimizers())


def test_an_unknown_name_gets_a_message_and_no_list() -> None:
    result = CliRunner().invoke(main, ["optimizers", "AdmW"])
    assert result.exit_code == 2
    assert "did you mean `AdamW`?" in result.output
    assert "`adamw-lint optimizers` lists them all" in CliRunner().invoke(main, ["optimizers", "zzzz"]).output
