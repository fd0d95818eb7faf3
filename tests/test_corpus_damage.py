"""What is damaged, gone, larger than a piece or of another kind, as the parts of `adamw-lint corpus` meet it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adamw_lint.cli import main
from adamw_lint.errors import LintError, UnreadableError, UnwritableError

pa = pytest.importorskip("pyarrow", reason="needs the extra `corpus`")
fsspec = pytest.importorskip("fsspec", reason="needs the extra `corpus`")
import pyarrow.parquet as pq  # noqa: E402
from corpora import COUPLED, archive, asked, lines, parquet, repository, told  # noqa: E402

from adamw_lint.corpus import archives, manifest, repositories, tables  # noqa: E402
from adamw_lint.corpus.archives import File, pieces  # noqa: E402
from adamw_lint.corpus.columns import Columns, rows  # noqa: E402
from adamw_lint.corpus.engines import outcomes, pool  # noqa: E402
from adamw_lint.corpus.inputs import Input, Kind, inputs, opened  # noqa: E402
from adamw_lint.corpus.partitions import Partition, partitions  # noqa: E402
from adamw_lint.corpus.report.dataset import Dataset  # noqa: E402
from adamw_lint.corpus.running import carried_out, prepared  # noqa: E402
from adamw_lint.corpus.work import work  # noqa: E402


def kinds(table: Any) -> list[Any]:
    return list(table["year"].to_pylist())


@pytest.mark.parametrize(
    ("dates", "years"),
    [
        (pa.array([date(2021, 3, 4), None], pa.date32()), [2021, None]),
        (pa.array(["2019-05-01", "May 2019"]), [2019, None]),
        (pa.array(["2019-05-01", "2018"]).dictionary_encode(), [2019, 2018]),
        (pa.array([2020, 1_600_000_000], pa.int64()), [2020, None]),
    ],
)
def test_a_year_is_read_from_dates_texts_and_numbers(dates: Any, years: list[int | None]) -> None:
    table = pa.table({"content": ["a = 1", "b = 2"], "date": dates})
    assert kinds(rows(table, {"content": "content", "year": "date"}, "x#", 0)) == years


def test_a_column_of_numbers_holds_no_code() -> None:
    with pytest.raises(LintError, match="the column of the code holds int64, and has to hold texts or bytes"):
        rows(pa.table({"content": [1, 2]}), {"content": "content"}, "x#", 0)


def test_an_empty_file_of_lines_has_no_columns_and_no_partition(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n\n")
    assert tables.lines_columns(str(empty)) == []
    assert list(partitions([Input(Kind.LINES, str(empty))], Columns())) == []
    empty.write_text("[1, 2]\n")
    with pytest.raises(UnreadableError, match="its first line is no object of JSON"):
        tables.lines_columns(str(empty))


def test_a_table_without_rows_has_no_partition(tmp_path: Path) -> None:
    empty = tmp_path / "empty.parquet"
    pq.write_table(pa.table({"content": pa.array([], pa.string())}), empty)
    assert list(partitions([Input(Kind.PARQUET, str(empty))], Columns())) == []


def test_a_part_of_a_file_of_lines_is_told_by_its_rows(tmp_path: Path) -> None:
    file = lines(tmp_path / "rows.jsonl")
    texts = file.read_bytes().splitlines(keepends=True)
    first, size = len(texts[0]) + len(texts[1]), sum(map(len, texts[:5]))
    source = Input(Kind.LINES, str(file))
    assert tables.rows_before(str(file), first) == 2
    assert Partition(source, first, size).told == f"{file}: rows 2 to 4"
    assert Partition(source, first, first + 1).told == f"{file}: rows 2 to 2"
    assert Partition(source, first, None).told == f"{file}: all rows"


def test_rows_are_handed_on_in_pieces_that_are_not_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, size = parquet(tmp_path / "rows.parquet"), 8
    whole = list(tables.parquet(str(file), Columns(), (0, 3), 0))
    assert [each.num_rows for each in whole] == [size]
    monkeypatch.setattr(tables, "PIECE", 1)
    monkeypatch.setattr(tables, "_ROWS", 3)
    cut = list(tables.parquet(str(file), Columns(), (0, 3), 0))
    assert [each.num_rows for each in cut] == [3, 3, 2]
    assert pa.concat_tables(cut)["content"].to_pylist() == whole[0]["content"].to_pylist()
    assert list(tables._pieces([])) == []


def test_the_files_of_a_repository_come_in_pieces_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [File("a.py", b"12345", None), File("b.py", None, 2020), File("c.py", b"1", None)]
    assert [each.num_rows for each in pieces(files, "r", None)] == [3]
    monkeypatch.setattr(archives, "PIECE", 5)
    assert [each["path"].to_pylist() for each in pieces(files, "r", None)] == [["a.py", "b.py"], ["c.py"]]
    assert list(pieces([], "r", None)) == []


def test_members_that_are_no_programs_are_passed_over_and_a_wrong_time_is_none(tmp_path: Path) -> None:
    path = tmp_path / "odd.tar"
    with tarfile.open(path, "w") as tape:
        for name, kind, time in (("src", tarfile.DIRTYPE, 0), ("src/a.bin", tarfile.REGTYPE, 0), ("a.py", b"0", 2**55)):
            member = tarfile.TarInfo(name)
            member.type, member.mtime, member.size = kind, time, 0
            tape.addfile(member, io.BytesIO())
    (table,) = archives.archive(Input(Kind.ARCHIVE, str(path), "odd"))
    assert table.select(["path", "year"]).to_pylist() == [{"path": "a.py", "year": None}]


def test_an_archive_that_ends_too_early_cannot_be_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "cut.zip", {"a.py": COUPLED})
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(UnreadableError, match="cannot be read"):
        list(archives.archive(Input(Kind.ARCHIVE, str(path))))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(path)


def test_what_git_answers_for_one_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    assert repositories._next(io.BytesIO(b"abc missing\n"), "r") is None
    assert repositories._next(io.BytesIO(b"abc blob 3\nx=1\n"), "r") == b"x=1"
    with pytest.raises(UnreadableError, match="git said no more"):
        repositories._next(io.BytesIO(b""), "r")
    with pytest.raises(UnreadableError, match="git stopped in the middle of a file"):
        repositories._next(io.BytesIO(b"abc blob 30\nx=1\n"), "r")
    monkeypatch.setattr(repositories, "MOST", 4)
    answers = io.BytesIO(b"abc blob 10\n0123456789\ndef blob 1\n7\n")
    assert repositories._next(answers, "r") is None
    assert repositories._next(answers, "r") == b"7"


def test_without_git_a_repository_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repository(tmp_path / "one.git", {"a.py": COUPLED})
    assert len(repositories.resolved(str(path), "HEAD")) == 40
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="git cannot be run: No such file or directory"):
        repositories.resolved(str(path), "HEAD")


def test_addresses_that_hold_nothing_of_a_known_kind() -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe({"/odd/notes.txt": b"", "/odd/rows.jsonl": b'{"content": "a = 1"}\n'})
    assert [each.place for each in inputs(["memory://odd"], "")] == ["memory:///odd/rows.jsonl"]
    with pytest.raises(LintError, match="of no kind that can be read"):
        inputs(["memory://odd/notes.txt"], "")
    with pytest.raises(UnreadableError, match="cannot be read"):
        opened("memory://odd/none.jsonl")


def test_what_a_library_of_addresses_raises_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bool:
        raise RuntimeError("no permission")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "isdir", refused)
    with pytest.raises(UnreadableError, match="cannot be read: RuntimeError: no permission"):
        inputs(["memory://odd"], "")


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("{", UnreadableError, "cannot be read: Expecting"),
        ("[]", UnreadableError, "cannot be read: it is no manifest"),
        ("{}", LintError, r"was written by another version of the linter \(schema None\)"),
    ],
)
def test_a_manifest_that_is_damaged_or_of_another_version(
    tmp_path: Path, text: str, kind: type[LintError], why: str
) -> None:
    assert manifest.read(tmp_path) is None
    (tmp_path / manifest._FILE).write_text(text)
    with pytest.raises(kind, match=why):
        manifest.read(tmp_path)


def test_a_folder_of_something_else_gets_no_results(tmp_path: Path) -> None:
    source, out = lines(tmp_path / "rows.jsonl"), tmp_path / "out"
    out.mkdir()
    (out / "part-000000.parquet").touch()
    with pytest.raises(LintError, match="holds files named as results are, but no manifest"):
        prepared(asked(out, source))
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LintError, match="cannot be written to: File exists"):
        prepared(asked(tmp_path / "lost", source))


def test_a_folder_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    source, out = lines(tmp_path / "rows.jsonl"), tmp_path / "out"
    (job,) = prepared(asked(out, source)).jobs
    gone = job._replace(folder=str(tmp_path / "gone"))
    with pytest.raises(UnwritableError, match="cannot be written: "):
        work(gone)
    with pytest.raises(UnwritableError, match="cannot be written"):
        list(outcomes([gone], work, pool(1)))
    assert work(job).number == job.number
    assert told(out)


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    source, out = lines(tmp_path / "rows.jsonl"), tmp_path / "out"
    list(carried_out(prepared(asked(out, source)), out, pool(1), work))
    words = ["corpus", "report", str(out), "--html", str(tmp_path / "none" / "page.html")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "the page cannot be written: No such file or directory" in result.stderr
    next(out.glob("part-*.parquet")).write_bytes(b"PAR1")
    with pytest.raises(UnreadableError, match="cannot be read"):
        Dataset.together([out])


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("adamw_lint.corpus.command._run", interrupted)
    result = CliRunner().invoke(main, ["corpus", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 130
    assert "interrupted; the same command with `--resume` goes on" in result.stderr


def test_a_cluster_that_cannot_run_the_linter_is_told() -> None:
    on_dask = pytest.importorskip("adamw_lint.corpus.on_dask", reason="needs the extra `dask`")

    class Workers:
        def run(self, _: object) -> None:
            raise ImportError("No module named 'adamw_lint'")

    with pytest.raises(LintError, match="the workers have no adamw-lint with the extra `corpus`: No module named"):
        on_dask._compare(Workers())


def test_what_nobody_waits_for_any_more_is_told_nothing() -> None:
    on_dask = pytest.importorskip("adamw_lint.corpus.on_dask", reason="needs the extra `dask`")
    ours, theirs = Future[Any](), Future[Any]()
    theirs.set_result(1)
    ours.cancel()
    on_dask._end(ours, theirs)
    assert ours.cancelled()
    other = Future[Any]()
    on_dask._end(other, theirs)
    assert other.result() == 1
