"""Whole corpora: what comes in as a table, an archive or a repository is linted as the same files on disk are."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import blocks

from adamw_lint import lint
from adamw_lint.cli import main
from adamw_lint.engine import examined
from adamw_lint.read.documents import READERS
from adamw_lint.read.notebook import program_of
from adamw_lint.read.prefilter import may_be_text, may_concern, may_configure, may_matter, telltales
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

pa = pytest.importorskip("pyarrow", reason="needs the extra `corpus`")
import pyarrow.parquet as pq  # noqa: E402
from corpora import COUPLED, FILES, POISON, archive, asked, lines, parquet, poisoned, repository, rows, told  # noqa: E402

from adamw_lint.corpus import programs  # noqa: E402
from adamw_lint.corpus.batch import SCHEMA, everywhere, lint_batch  # noqa: E402
from adamw_lint.corpus.engines import outcomes, pool  # noqa: E402
from adamw_lint.corpus.inputs import inputs  # noqa: E402
from adamw_lint.corpus.manifest import Aside  # noqa: E402
from adamw_lint.corpus.partitions import Partition, partitions  # noqa: E402
from adamw_lint.corpus.records import Record  # noqa: E402
from adamw_lint.corpus.running import carried_out, prepared  # noqa: E402
from adamw_lint.corpus.sieve import concerning  # noqa: E402
from adamw_lint.corpus.work import Done, Job, part, work  # noqa: E402


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["corpus", *map(str, words)])


def batch(*files: tuple[str, str | bytes | None]) -> Any:
    return pa.RecordBatch.from_pylist([{"path": path, "content": content} for path, content in files])


def found(table: Any) -> list[dict[str, Any]]:
    """The findings and constructions, without what is null."""
    kept = [row for row in table.to_pylist() if row["record"] != "files"]
    return [{key: value for key, value in row.items() if value is not None} for row in kept]


def in_one_process(out: Path, *places: Path | str, **columns: Any) -> list[dict[str, Any]]:
    for job in prepared(asked(out, *places, **columns)).jobs:
        work(job)
    return told(out)


WORDS = [
    *(
        word
        for key in ("step_literals", "estimate_literals", "layer_literals", "penalty")
        for some in telltales()[key]
        for word in some
    ),
    *telltales()["names"],
    *telltales()["common"],
    *(word for some in (*telltales()["configuring"], *telltales()["texts"]) for word in some),
    *(
        b"adamw-lint: ignore",
        b"# noqa: ADW101",
        b"adamw",
        b"Adam(",
        b"weight_decay = ",
        b"p.pow(2)",
        b"l2: 1e-4",
        b"```",
        b"::",
    ),
]
SNIPPETS = st.lists(
    st.sampled_from(WORDS) | st.sampled_from([b" ", b"\n", b'"', b": ", b"model", b"(", b")"]), max_size=30
)


def passes(data: bytes, path: str) -> bool:
    table = pa.table({"content": pa.array([data], pa.binary()), "path": [path]})
    return bool(concerning(table)[0].as_py())


@pytest.mark.parametrize("suffix", ["", *READERS])
@settings(max_examples=60, deadline=None)
@given(snippets=SNIPPETS)
def test_the_sieve_lets_everything_through_that_the_prefilter_does(suffix: str, snippets: list[bytes]) -> None:
    data = b"".join(snippets)
    if READERS.get(suffix) == "settings_file":
        concerns = may_configure(data) or may_be_text(data)
    else:
        concerns = may_concern(data) or may_matter(data)
    if concerns:
        assert passes(data, f"file{suffix}")
        assert passes(data, f"FILE{suffix.upper()}")


def test_the_sieve_keeps_out_what_has_nothing_to_do_with_training() -> None:
    assert not passes(b"def add(a, b):\n    return a + b\n", "a.py")
    assert not passes(b"name: CI\non: push\n", "a.yaml")


def test_the_sieve_reads_letters_of_a_notebook_that_are_written_as_escapes() -> None:
    written = json.dumps({"cells": [{"cell_type": "code", "source": "torch.optim.Adam(p)"}]}).replace(
        "Adam", "\\u0041dam"
    )
    assert "Adam" in program_of(written.encode())
    assert passes(written.encode(), "a.ipynb")


def test_facts_that_the_user_states_pass_the_sieve_too() -> None:
    text = """[[optimizer]]
name = "lab.optim.Quux"
family = "adam"
coupling = "coupled"
decay_argument = "weight_decay"
signature = "params, lr=1, weight_decay=0"
"""
    code = "from lab.optim import Quux\n\nopt = Quux(p, 1, 0.1)\n"
    assert not found(lint_batch(batch(("a.py", code))))
    assert found(lint_batch(batch(("a.py", code)), settings=text))


@pytest.mark.parametrize("as_bytes", [False, True])
def test_rows_of_a_repository_are_the_program_that_its_files_on_disk_are(tmp_path: Path, as_bytes: bool) -> None:
    (tmp_path / ".git").mkdir()
    given = rows()[:4]
    for row in given:
        (tmp_path / row["path"]).write_text(row["content"])
    expected = {
        (row["path"], each.code, each.place.here.line, each.place.here.column, each.message)
        for row in given
        for each in lint(tmp_path / row["path"])
    }
    assert {code for _, code, *_ in expected} == {"ADW201"}
    table = pa.Table.from_pylist(
        [{**row, "content": row["content"].encode() if as_bytes else row["content"]} for row in given]
    )
    rows_found = [row for row in lint_batch(table).to_pylist() if row["record"] == "finding"]
    assert {tuple(row[key] for key in ("path", "code", "line", "column", "message")) for row in rows_found} == expected
    assert {row["scope"] for row in rows_found} == {"program"}
    singly = lint_batch(table.drop_columns(["repo"])).to_pylist()
    assert {row["scope"] for row in singly if row["record"] == "construction"} == {"file"}
    assert not [row for row in singly if row["record"] == "finding"]  # a file alone does not know who trains with it


def test_a_row_says_what_is_known_of_its_optimizer() -> None:
    construction, finding = found(lint_batch(batch(("one.py", COUPLED))))
    shared = {
        **{"path": "one.py", "scope": "file", "line": 3, "optimizer": "torch.optim.Adam", "framework": "torch"},
        **{"family": "adam", "kind": "coupled", "decay_written": "5e-4", "decay": 5e-4, "is_default": False},
    }
    assert construction == {"record": "construction", "column": 19, **shared}
    assert finding.pop("message").startswith("`weight_decay=5e-4` goes into Adam's gradient")
    assert finding == {
        "record": "finding",
        "column": 43,
        "code": "ADW101",
        "name": "coupled-decay",
        "fix": "safe",
        **shared,
    }


def test_groups_that_spare_something_are_told_from_those_that_do_not() -> None:
    of_all = "import torch\n\nopt = torch.optim.AdamW(model.parameters(), lr=1e-3)\n"
    spared, hit, unknown = (
        next(row for row in found(lint_batch(batch(("a.py", code)))) if row["record"] == "construction")
        for code in (FILES["lab/groups"]["src/run.py"], of_all, of_all.replace("model.parameters()", "parameters"))
    )
    assert [each.get("is_excluding") for each in (spared, hit, unknown)] == [True, False, None]
    assert [each.get("is_default") for each in (spared, hit)] == [False, True]


def test_what_goes_wrong_in_a_row_is_said_and_harms_no_other() -> None:
    table = batch(
        ("bad.py", "opt = Adam(\n"), ("latin.py", b"opt = Adam(p)  # \xe9\n"), ("none.py", None), ("one.py", COUPLED)
    )
    told_rows = lint_batch(table).to_pylist()
    assert [(row["files"], row["candidates"], row["blank"]) for row in told_rows if row["record"] == "files"] == [
        (3, 3, 1)
    ]
    failed = {row["path"]: row["message"] for row in told_rows if row["record"] == "failure"}
    assert failed["bad.py"].startswith("syntax error")
    assert failed["latin.py"].startswith("cannot be decoded")
    assert [row["path"] for row in told_rows if row["record"] == "finding"] == ["one.py"]


def test_notebooks_and_settings_in_rows_are_read_by_their_names() -> None:
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": COUPLED}]})
    yaml = "optimizer:\n  _target_: torch.optim.Adam\n  weight_decay: 0.01\n"
    rows_found = found(lint_batch(batch(("a.ipynb", notebook), ("conf.yaml", yaml), ("conf.txt", yaml))))
    assert {(row["path"], row.get("cell"), row["code"]) for row in rows_found if row["record"] == "finding"} == {
        ("a.ipynb", 0, "ADW101"),
        ("conf.yaml", None, "ADW101"),
    }


def test_the_output_has_the_columns_that_are_documented() -> None:
    text = (Path(__file__).parent.parent / "docs" / "corpus.md").read_text(encoding="utf-8")
    documented = [line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| `")]
    assert [name for name in documented if name in Record._fields] == list(Record._fields)
    assert SCHEMA.metadata == {b"adamw-lint.schema": b"1"}
    assert lint_batch(batch(("a.py", "x = 1"))).schema == SCHEMA


def comparable(told_rows: list[dict[str, Any]], *without: str) -> list[tuple[tuple[str, Any], ...]]:
    kept = [{key: value for key, value in row.items() if key not in without} for row in told_rows]
    return sorted(tuple(sorted(row.items())) for row in kept if row["record"] not in ("files",))


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz", "a.ndjson.zst"])
def test_every_kind_of_table_says_the_same(name: str, tmp_path: Path) -> None:
    expected = in_one_process(tmp_path / "one", parquet(tmp_path / "a.parquet"))
    assert {row["name"] for row in expected if row["record"] == "finding"} == {"coupled-decay", "l2-in-loss"}
    assert {row["year"] for row in expected} == {2021}
    assert comparable(in_one_process(tmp_path / "two", lines(tmp_path / name))) == comparable(expected)


@pytest.mark.parametrize("name", ["a.zip", "a.whl", "a.tar", "a.tar.gz", "a.tgz", "a.tar.xz", "a.tar.bz2", "a.tar.zst"])
def test_an_archive_is_one_program(name: str, tmp_path: Path) -> None:
    place = archive(tmp_path / name, {f"a-1.0/{path}": text for path, text in FILES["lab/joined"].items()})
    told_rows = in_one_process(tmp_path / "out", place)
    (finding,) = (row for row in told_rows if row["record"] == "finding")
    assert (finding["repo"], finding["path"], finding["scope"]) == ("a", "a-1.0/losses.py", "program")
    assert [row["files"] for row in told_rows if row["record"] == "files"] == [4]


def test_a_bare_repository_is_read_at_a_revision_without_a_checkout(tmp_path: Path) -> None:
    repository(tmp_path / "in" / "lab" / "joined.git", FILES["lab/joined"] | {"build/other.py": COUPLED})
    shutil.rmtree(tmp_path / "in" / "lab" / "joined.work")
    told_rows = in_one_process(tmp_path / "out", tmp_path / "in")
    (finding,) = (row for row in told_rows if row["record"] == "finding")
    assert (finding["repo"], finding["path"], finding["scope"]) == ("lab/joined", "losses.py", "program")
    assert len(finding["revision"]) == 40
    missing = run(tmp_path / "in", "--out", tmp_path / "other", "--revision", "v9")
    assert missing.exit_code == 2
    assert "joined.git: all rows: set aside: cannot be read: there is no such revision" in missing.output


def test_files_that_a_walk_passes_over_are_passed_over_in_archives(tmp_path: Path) -> None:
    files = {
        ".hidden/a.py": COUPLED,
        "build/a.py": COUPLED,
        "node_modules/b/a.py": COUPLED,
        "src/a.py": COUPLED,
        "src/a.c": "",
    }
    told_rows = in_one_process(tmp_path / "out", archive(tmp_path / "a.zip", files))
    assert [row["path"] for row in told_rows if row["record"] == "finding"] == ["src/a.py"]


@settings(max_examples=60, deadline=None)
@given(cuts=st.sets(st.integers(1, 900)))
def test_lines_cut_at_any_byte_are_each_read_once(cuts: set[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.jsonl"
    texts = [f"é{number}" * number for number in range(20)]
    path.write_text(
        "".join(json.dumps({"content": each}, ensure_ascii=False) + "\n" for each in texts).removesuffix("\n"),
        encoding="utf-8",
    )
    (source,) = inputs([str(path)], "")
    size = path.stat().st_size
    ends = sorted({*(cut for cut in cuts if cut < size), size})
    cut = [Partition(source, start, end) for start, end in zip([0, *ends], ends, strict=False)]
    read = [table["content"].to_pylist() for each in cut for table in each.pieces(asked(path).columns)]
    assert [text for some in read for text in some] == texts


def test_lines_that_are_no_objects_count_as_blank(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"content": "x = 1"}\n[1]\n{"content": 3, "path": 4}\n{broken\n{"content": null}\n')
    (counted,) = in_one_process(tmp_path / "out", path)
    assert (counted["files"], counted["blank"]) == (2, 3)


def test_partitions_hold_all_rows_of_a_table_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamw_lint.corpus.partitions._ROWS", 4)
    cut = list(partitions(inputs([str(parquet(tmp_path / "a.parquet", group=2))], ""), asked(tmp_path).columns))
    assert [(each.start, each.end, each.first, each.rows) for each in cut] == [(0, 2, 0, 4), (2, 4, 4, 4)]
    paths = [
        path for each in cut for table in each.pieces(asked(tmp_path).columns) for path in table["path"].to_pylist()
    ]
    assert paths == [row["path"] for row in rows()]
    assert cut[1].told.endswith("a.parquet: rows 4 to 7")


def test_an_address_is_read_by_fsspec(tmp_path: Path) -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe("/bucket/a.parquet", parquet(tmp_path / "a.parquet").read_bytes())
    files.pipe("/bucket/b.tar.gz", archive(tmp_path / "b.tar.gz", FILES["lone"]).read_bytes())
    for place in ("memory://bucket", "memory://bucket/*"):
        told_rows = in_one_process(tmp_path / place[-1] / "out", place)
        assert [row["name"] for row in told_rows if row["record"] == "finding"].count("coupled-decay") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["a.parquet", "--content", "text"],
            "a.parquet: there is no column `text` but `content`, `path`, `repo`, `date`; name the right one with",
        ),
        (["a.parquet", "--repo", "max_stars_repo_name"], "name the right one with --repo"),
        (["a.csv"], "a.csv: of no kind that can be read; by their endings there are parquet: .parquet;"),
        (["empty"], "empty: nothing in here can be read; there are git repositories, and parquet"),
        (["absent"], "absent: no such file or folder"),
        (["broken.parquet"], "broken.parquet: cannot be read: "),
        (["nowhere://a/b.parquet"], "nowhere://a/b.parquet: cannot be read: Protocol not known: nowhere"),
        (["a.parquet", "--select", "nothing"], "nothing"),
        (["a.parquet", "--dask", "local:many"], "--dask local:many: `local:N` wants a number of processes"),
    ],
)
def test_a_mistake_of_the_user_is_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parquet(Path("a.parquet"))
    Path("a.csv").touch()
    Path("empty").mkdir()
    Path("broken.parquet").write_text("PAR1")
    if "--dask" in words:
        pytest.importorskip("distributed", reason="needs the extra `dask`")
    done = run(*words, "--out", "out")
    assert done.exit_code == 2
    assert done.output.startswith("error: ")
    assert said in done.output
    assert done.output.count("\n") == 1
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("module", "extra", "words"), [("pyarrow", "corpus", []), ("distributed", "dask", ["--dask", "local:2"])]
)
def test_an_extra_that_is_missing_is_named(
    module: str, extra: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adamw_lint.corpus.command.find_spec", lambda name: None if name == module else object())
    done = run(tmp_path, "--out", tmp_path / "out", *words)
    assert (done.exit_code, done.output) == (2, f"error: this needs {module}: pip install 'adamw-lint[{extra}]'\n")


def test_a_run_goes_on_where_another_one_stopped(tmp_path: Path) -> None:
    place, out = parquet(tmp_path / "a.parquet"), tmp_path / "out"
    assert run(lines(tmp_path / "b.jsonl"), place, "--out", out, "-j", 1).exit_code == 0
    expected = told(out)
    part(out, 1).unlink()
    (out / ".part-000001.parquet.99.tmp").touch()
    before = part(out, 0).stat().st_mtime_ns
    assert run(tmp_path / "b.jsonl", place, "--out", out).exit_code == 2
    assert run(tmp_path / "b.jsonl", place, "--out", out, "--resume", "-j", 1).exit_code == 0
    assert told(out) == expected
    assert part(out, 0).stat().st_mtime_ns == before
    assert sorted(path.name for path in out.iterdir()) == [
        "manifest.json",
        "part-000000.parquet",
        "part-000001.parquet",
    ]


def test_a_run_does_not_go_on_with_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, out = parquet(tmp_path / "a.parquet"), tmp_path / "out"
    prepared(asked(out, place))
    resumed = ["--out", out, "--resume"]
    assert "the settings changed;" in run(place, *resumed, "--ignore", "ADW101").output
    assert "the columns changed;" in run(place, *resumed, "--path", "path").output
    assert "b.jsonl` was no input" in run(place, lines(tmp_path / "b.jsonl"), *resumed).output
    assert "a.parquet` is no input any more" in run(tmp_path / "b.jsonl", *resumed).output
    with monkeypatch.context() as patch:
        patch.setattr("adamw_lint.corpus.running.identity", lambda: identity()._replace(version="9"))
        assert "the linter changed;" in run(place, *resumed).output
    parquet(place, group=1)
    assert "a.parquet` changed;" in run(place, *resumed).output


def test_an_input_is_read_once_however_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet(tmp_path / "a.parquet")
    monkeypatch.chdir(tmp_path)
    names = [".", "a.parquet", str(tmp_path / "a.parquet")]
    once = {each.place for each in inputs(["."], "HEAD")}
    assert len(once) == 1
    assert all({each.place for each in inputs([*names, name], "HEAD")} == once for name in names)
    assert all({each.place for each in inputs([name], "HEAD")} == once for name in names)


def identity() -> Any:
    from adamw_lint.corpus.identity import identity as found_identity

    return found_identity()


def cut_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamw_lint.corpus.partitions._ROWS", 1)


def test_a_partition_that_ends_its_process_twice_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_small(monkeypatch)
    place = parquet(tmp_path / "a.parquet", group=2)
    expected = in_one_process(tmp_path / "one", place)
    prepared_run = prepared(asked(tmp_path / "pool", place))
    aside = [
        each for each in carried_out(prepared_run, tmp_path / "pool", pool(2), poisoned) if isinstance(each, Aside)
    ]
    assert [(each.number, each.rows.rpartition(": ")[2], each.reason) for each in aside] == [
        (POISON, "rows 2 to 3", "working on it ended the process twice")
    ]
    lost = pq.read_table(part(tmp_path / "one", 1)).to_pylist()
    kept = [row for row in expected if row not in [{k: v for k, v in each.items() if v is not None} for each in lost]]
    assert told(tmp_path / "pool") == kept
    assert json.loads((tmp_path / "pool" / "set-aside.json").read_text())[0]["number"] == 1
    assert run(place, "--out", tmp_path / "pool", "--resume", "-q", "-j", 1).exit_code == 0  # the cause is gone
    assert told(tmp_path / "pool") == expected
    assert not (tmp_path / "pool" / "set-aside.json").exists()


def test_what_cannot_be_read_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    archive(tmp_path / "in.zip", FILES["lone"])
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(archive(tmp_path / "whole.tar.gz", FILES["lab/joined"]).read_bytes()[:150])
    done = run(tmp_path / "in.zip", broken, "--out", tmp_path / "out", "-j", 1)
    assert done.exit_code == 2
    assert f"error: {broken}: all rows: set aside: cannot be read: " in done.output
    assert "1 of 2 partitions are done" in done.output


def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    cut_small(monkeypatch)
    yield from prepared(asked(tmp_path / "out", parquet(tmp_path / "a.parquet", group=1))).jobs


def failing(job: Job) -> Done:
    """Work that meets a mistake of the linter at one partition."""
    if job.number == 2:
        raise AttributeError("no such thing")
    return Done(job.number, 1)


def test_a_mistake_of_our_own_costs_one_partition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = list(outcomes(jobs(tmp_path, monkeypatch), failing, pool(1)))
    assert [each.reason for each in every if isinstance(each, Aside)] == ["AttributeError: no such thing"]
    assert len(every) == 8


def test_settings_of_a_corpus_are_none_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = everywhere({"select": ["ADW1"]})
    (tmp_path / "adamw-lint.toml").write_text("ignore = ['ADW101']\n")
    monkeypatch.chdir(tmp_path)
    assert everywhere({"select": ["ADW1"]}).key == first.key


def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shards").mkdir()
    parquet(tmp_path / "shards" / "a.parquet")
    repository(tmp_path / "mirrors" / "joined.git", FILES["lab/joined"])
    page = Path(__file__).parent.parent / "docs" / "corpus.md"
    shown = [line for block in blocks(page) if block.info == "sh" for line in block.text.splitlines()]
    inline = re.findall(r"`(adamw-lint corpus report [^`]*)`", page.read_text(encoding="utf-8"))
    ours = [line for line in [*shown, *inline] if line.startswith("adamw-lint") and "--dask" not in line]
    assert len(ours) == 3
    for line in ours:
        done = CliRunner().invoke(main, shlex.split(line)[1:])
        assert done.exit_code == 0, (line, done.output)


def report(out: Path, *words: str) -> str:
    done = run("report", out, *words)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_report_counts_what_the_rows_say(tmp_path: Path) -> None:
    out = tmp_path / "out"
    in_one_process(out, parquet(tmp_path / "a.parquet"))
    text = " ".join(report(out).split())
    for said in (
        *("files 8", "with an optimizer of the adam family 3 37.50%", "with a finding 2 25.00%", "findings 2"),
        *("programs that could not be linted 1", "torch 2 1 0 0 0 3", "ADW101 coupled-decay 1 50.00% 1 33.33% 1 0 0"),
        *(
            "decoupled, something is spared 1 0 0 100.00%",
            "coupled, a decay is given 1 1 0 50.00%",
            "0.0005 1 0 100.00%",
        ),
    ):
        assert said in text, text
    assert "lone 1 1 1 0 1" in " ".join(report(out, "--by", "repo").split())
    assert "2021 8 3 2 1 2" in " ".join(report(out, "--by", "year").split())
    assert "torch 3 2 1 1" in " ".join(report(out, "--by", "framework").split())


def test_the_page_of_the_report_loads_nothing_and_says_what_the_terminal_says(tmp_path: Path) -> None:
    out = tmp_path / "out"
    in_one_process(out, parquet(tmp_path / "a.parquet"))
    markdown = report(out, "--format", "markdown", "--by", "year")
    page = (out / "report.html").read_text(encoding="ascii")
    assert not re.findall(r"https?://|@import|<script|<link|src=", page)
    assert page.count("<svg") == 3
    cells = [
        cell.strip() for line in markdown.splitlines() if line.startswith("|") for cell in line.strip("|").split("|")
    ]
    told_in_page = html.unescape(re.sub(r"<[^>]+>", " ", page))
    assert all(cell in told_in_page for cell in cells if not set(cell) <= set(":-"))


def test_several_runs_are_told_together(tmp_path: Path) -> None:
    in_one_process(tmp_path / "one", parquet(tmp_path / "a.parquet"))
    in_one_process(tmp_path / "two", archive(tmp_path / "b.zip", FILES["lone"]))
    told_together = " ".join(report(tmp_path / "one", str(tmp_path / "two")).split())
    assert "files 9" in told_together
    assert "findings 3" in told_together
    assert "partitions 2" in told_together


def test_a_sample_is_the_same_each_time_and_names_places(tmp_path: Path) -> None:
    out = tmp_path / "out"
    in_one_process(out, parquet(tmp_path / "a.parquet"))
    text = report(out, "--sample", "2")
    assert text == report(out, "--sample", "2")
    assert text.startswith("lab/joined: losses.py:2:16 ADW201 l2-in-loss  ")
    assert "lone: one.py:3:43 ADW101 coupled-decay  " in text


def test_a_report_about_nothing_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    assert run("report", tmp_path).output == f"error: {tmp_path}: holds no results of `adamw-lint corpus`\n"
    prepared(asked(tmp_path / "out", parquet(tmp_path / "a.parquet")))
    done = run("report", tmp_path / "out")
    assert done.exit_code == 2
    assert "holds no results yet" in done.output


def test_a_file_that_takes_too_long_is_told_and_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(source: Source, settings: Settings) -> Any:
        while source.path.endswith("slow.py"):
            pass
        return examined(source, settings)

    monkeypatch.setattr(programs, "examined", never)
    lint_batch(batch(("one.py", COUPLED)))  # so that nothing is imported while the time runs
    rows_found = found(lint_batch(batch(("slow.py", COUPLED), ("one.py", COUPLED)), settings="time-limit = 2"))
    failed = {row["path"]: row["message"] for row in rows_found if row["record"] == "failure"}
    assert failed == {"slow.py": "not linted: it took longer than the 2 s of `time-limit`"}
    assert {row["path"] for row in rows_found if row["record"] == "finding"} == {"one.py"}


def test_a_repository_without_the_revision_is_a_mistake_where_it_is_named(tmp_path: Path) -> None:
    place = repository(tmp_path / "lab.git", FILES["lone"])
    done = run(place, "--out", tmp_path / "out", "--revision", "gone")
    assert done.exit_code == 2
    assert "cannot be read: it has no revision `gone`; `--revision` names another" in done.output


def test_an_empty_repository_among_others_is_set_aside(tmp_path: Path) -> None:
    repository(tmp_path / "mirrors" / "lab.git", FILES["lone"])
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "mirrors" / "empty.git"], check=True)
    shutil.rmtree(tmp_path / "mirrors" / "lab.work")
    done = run(tmp_path / "mirrors", "--out", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 2
    assert "empty.git: all rows: set aside: cannot be read: there is no such revision" in done.output
    assert "1 of 2 partitions are done" in done.output
    assert {row["repo"] for row in told(tmp_path / "out")} == {"lab"}
