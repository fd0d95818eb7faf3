"""The run over published code: what it counts, what it takes for a fault, how it compares findings with a snapshot."""

import subprocess
from pathlib import Path

import ecosystem
import pytest
from ecosystem import Judged, compared, judged, sections, snapshot
from trees import listed, repository

BAD = "import torch\n\nmodel = torch.nn.Linear(2, 2)\nopt = torch.optim.Adam(model.parameters(), weight_decay=0.1)\n"


def test_a_tree_is_linted_and_fixed_in_a_copy(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD)
    (tmp_path / "old.py").write_text("print 1\nfrom torch.optim import Adam\n")
    came = judged(tmp_path, "mine==1")
    assert came.faults == ()
    assert (came.files[".py"], came.unreadable, came.rewritten) == (2, 1, 1)
    assert [row.split(" `")[0] for row in came.rows] == ["train.py:4:44 ADW101 safe"]
    assert (tmp_path / "train.py").read_text() == BAD


def test_a_crash_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecosystem.sys.executable", "false")
    assert judged(tmp_path, "mine==1").faults == ("mine==1: crashed with exit code 1: ",)


def test_a_second_run_that_changes_anything_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def restless(tree: Path, options: list[str]) -> dict[str, list[str]]:
        if options:
            (tree / "a.py").write_text((tree / "a.py").read_text() + "1\n")
        return {"diagnostics": [], "errors": []}

    (tmp_path / "a.py").write_text("")
    monkeypatch.setattr("ecosystem._run", restless)
    assert "mine==1: a.py: changes again in a second run" in judged(tmp_path, "mine==1").faults


@pytest.mark.parametrize(
    ("path", "before", "after", "wrong"),
    [
        ("a.py", b"x = 1\n", b"x = (\n", ["does not compile after --fix"]),
        ("a.py", b"x = (\n", b"y = (\n", []),
        ("a.md", b"one\n```python\nAdam(x)\n```\n", b"two\n```python\nAdam(x)\n```\n", ["changes more than code"]),
        ("a.md", b"```python\nAdam(x)\n```\n", b"```python\nAdam(\n```\n", []),  # a block that is no Python is left out
    ],
)
def test_what_a_fix_did_wrong_is_seen(path: str, before: bytes, after: bytes, wrong: list[str]) -> None:
    assert list(ecosystem._wrong(path, before, after)) == wrong


def test_comments_that_are_gone_are_told() -> None:
    assert list(ecosystem._lost(b"x = 1  # one\ny = 2  # two\n", b"x = 1  # one\n")) == ["# two"]


def test_what_is_other_in_the_snapshot_is_a_diff_until_it_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "findings.txt"
    ours, other = Judged("one==1", rows=("a.py:1:1 ADW101 safe x",)), Judged("two==2", rows=("b.py:1:1 ADW301 safe y",))
    assert compared([ours, other], path, accept=True) == []
    assert compared([ours], path, accept=False) == []  # a tree that was left out is left alone
    moved = Judged("one==1", rows=("a.py:2:1 ADW101 safe x",))
    assert [line for line in compared([moved], path, accept=False) if line[0] in "+-"][2:] == [
        "-a.py:1:1 ADW101 safe x",
        "+a.py:2:1 ADW101 safe x",
    ]
    assert sections(path.read_text())["two==2"] == ["b.py:1:1 ADW301 safe y"]


def test_the_snapshot_is_sorted_and_tells_of_every_package() -> None:
    held = sections(ecosystem.SNAPSHOT.read_text(encoding="utf-8"))
    assert snapshot(held) == ecosystem.SNAPSHOT.read_text(encoding="utf-8")
    assert held.keys() >= set(listed("packages"))
    assert held.keys() <= {*listed("packages"), *listed("repositories")}


def test_at_least_forty_packages_are_pinned() -> None:
    pinned = listed("packages")
    assert len({each.partition("==")[0] for each in pinned}) == len(pinned) >= 40
    assert all(each.partition("==")[2] for each in pinned)


def test_a_repository_is_unpacked_at_its_commit(tmp_path: Path) -> None:
    home = tmp_path / "mirrors" / "some+one" / "repo"
    home.mkdir(parents=True)

    def git(*words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        return subprocess.run(["git", *who, *words], cwd=home, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    (home / "é.py").write_text("first\n")
    (home / "picture.png").write_text("")
    (home / "link.py").symlink_to("é.py")
    git("add", ".")
    git("commit", "-qm", "one")
    commit = git("rev-parse", "HEAD").strip()
    (home / "é.py").write_text("second\n")
    git("commit", "-qam", "two")
    tree = repository(f"some/one@{commit}", tmp_path / "mirrors", tmp_path / "trees")
    assert tree is not None
    assert {path.name for path in tree.iterdir()} == {"é.py", "pyproject.toml"}
    assert (tree / "é.py").read_text() == "first\n"
    assert repository(f"no/one@{commit}", tmp_path / "mirrors", tmp_path / "trees") is None
