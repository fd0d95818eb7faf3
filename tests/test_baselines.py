"""Baselines and changed lines: what is known stays known wherever it moves, and nothing new slips in with it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adamw_lint.cli import main
from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.known.fingerprint import fingerprint
from adamw_lint.read.source import Source

HEAD = "import torch\n\n"
CALL = "opt = torch.optim.Adam(w, lr=0.1, weight_decay=0.01)\n"
BAD = HEAD + CALL


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["--select", "ADW101,ADW201", "--format", "concise", *words])


def places(*words: str) -> list[str]:
    told = run(*words, "--baseline", "known.json")
    assert told.exit_code in (0, 1), told.output
    return [":".join(line.split(":")[:2]) for line in told.stdout.splitlines() if " ADW" in line]


def known() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("known.json").read_text())["findings"]
    return found


def test_what_is_known_is_not_told() -> None:
    plant("a.py", BAD)
    plant("b/c d é.py", BAD)
    told = run("--write-baseline", "known.json")
    assert (told.exit_code, told.stderr) == (0, "Wrote known.json, which knows 2 findings.\n")
    assert list(known()) == ["a.py", "b/c d é.py"]
    assert places() == []
    assert run("--baseline", "known.json").exit_code == 0
    assert run().exit_code == 1


def test_the_file_is_the_same_however_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("b.py", "a/x.py"):
        plant(path, BAD + CALL.replace("0.01", "0.02"))
    run("--write-baseline", "known.json")
    text = Path("known.json").read_text()
    assert text.endswith("}\n")
    assert sum('"rule"' in line for line in text.splitlines()) == 4, "a line for each finding"
    run("b.py", str(Path("a").resolve()), "--write-baseline", "known.json")
    assert Path("known.json").read_text() == text
    monkeypatch.chdir("a")
    run("..", "--write-baseline", "../known.json")
    assert Path("../known.json").read_text() == text
    assert run("x.py", "--baseline", "../known.json").exit_code == 0


MOVED = {
    "lines before": "import os\n\n\n" + BAD,
    "lines after": BAD + "x = 1\n",
    "a comment": BAD.replace(")\n", ")  # the optimizer\n"),
    "several lines": HEAD + "opt = torch.optim.Adam(\n    w,\n    lr=0.1,\n    weight_decay=0.01,\n)\n",
    "another indent": HEAD + f"if True:\n        {CALL}",
}


@pytest.mark.parametrize("text", MOVED.values(), ids=MOVED)
def test_it_is_known_after_a_move(text: str) -> None:
    plant("a.py", BAD)
    run("--write-baseline", "known.json")
    plant("a.py", text)
    assert places() == []


NEW = {
    "a second one like it": (BAD + CALL, "a.py:4"),
    "in a function": (HEAD + f"def build(w):\n    {CALL}", "a.py:4"),
    "another decay": (BAD.replace("0.01", "0.1"), "a.py:3"),
    "another optimizer": (BAD.replace("Adam(", "NAdam("), "a.py:3"),
}


@pytest.mark.parametrize(("text", "place"), NEW.values(), ids=NEW)
def test_what_is_new_is_told(text: str, place: str) -> None:
    plant("a.py", BAD)
    run("--write-baseline", "known.json")
    plant("a.py", text)
    assert places() == [place]


def test_another_file_is_new() -> None:
    plant("a.py", BAD)
    run("--write-baseline", "known.json")
    plant("b.py", BAD)
    assert places() == ["b.py:3"]


def test_what_is_found_no_more_is_said_and_can_be_pruned() -> None:
    plant("a.py", BAD + CALL + CALL.replace("0.01", "0.02"))
    plant("b.py", BAD)
    plant("c.py", BAD)
    run("--write-baseline", "known.json")
    plant("a.py", BAD)
    Path("b.py").unlink()
    assert run("--baseline", "known.json").stderr == (
        "known.json: 3 entries in 2 files stale; `--prune-baseline` takes out what is found no more\n"
    )
    assert run("c.py", "--baseline", "known.json").stderr.startswith("known.json: 1 entry in 1 file stale")
    told = CliRunner().invoke(main, ["--baseline", "known.json", "--select", "ADW3"])
    assert told.stderr.startswith("known.json: 1 entry in 1 file"), "only what is gone with its file"
    told = run("--baseline", "known.json", "--prune-baseline")
    assert "3 entries in 2 files taken out" in told.stderr
    assert {path: [each["count"] for each in some] for path, some in known().items()} == {"a.py": [1], "c.py": [1]}
    assert run("--baseline", "known.json").stderr == ""
    plant("a.py", BAD + CALL)
    assert places() == ["a.py:4"], "what was pruned is new when it comes back"


DAMAGED = {
    "no JSON": "{",
    "not an object": "[]",
    "another version": '{"version": 2, "findings": {}}',
    "no findings": '{"version": 1}',
    "a count that is none": '{"version": 1, "findings": {"a.py": [{"rule": "x", "code": "x", "count": 0}]}}',
    "no UTF-8": "\udcff",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_an_error(text: str) -> None:
    plant("a.py", BAD)
    Path("known.json").write_bytes(text.encode(errors="surrogateescape"))
    for words in ([], ["--prune-baseline"], ["--fix"]):
        told = run("--baseline", "known.json", *words)
        assert told.exit_code == 2
        assert "known.json: the baseline is " in told.stderr
        assert (Path("a.py").read_text(), Path("known.json").read_bytes()) == (
            BAD,
            text.encode(errors="surrogateescape"),
        )


def test_a_missing_file_is_an_error() -> None:
    told = run("--baseline", "known.json")
    assert told.exit_code == 2
    assert (
        "known.json: the baseline cannot be read: No such file or directory; `--write-baseline` writes it"
        in told.stderr
    )
    assert "there is no baseline" in run("--prune-baseline").stderr
    assert run("--write-baseline", "no/where.json").exit_code == 2


def test_settings_may_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plant("a/a.py", BAD)
    plant("adamw-lint.toml", 'baseline = "known.json"\n')
    assert run("--write-baseline", "known.json").exit_code == 0
    monkeypatch.chdir("a")
    assert run(".").exit_code == 0
    assert run(".", "--isolated").exit_code == 1
    plant("a.py", BAD + CALL)
    assert run(".", "--write-baseline", "../known.json").stderr == "Wrote ../known.json, which knows 2 findings.\n"


def test_what_cannot_be_linted_keeps_a_baseline_from_being_written() -> None:
    plant("a.py", BAD)
    plant("b.py", BAD + "x = (\n")
    told = run("--write-baseline", "known.json")
    assert told.exit_code == 2
    assert not Path("known.json").exists()
    run("a.py", "--write-baseline", "known.json")
    plant("a.py", BAD + "x = (\n")
    assert "stale" not in run("a.py", "--baseline", "known.json").stderr


def test_what_is_known_is_not_fixed() -> None:
    plant("a.py", BAD)
    run("--write-baseline", "known.json")
    plant("a.py", BAD + CALL.replace("opt =", "new ="))
    assert run("--fix", "--baseline", "known.json").exit_code == 0
    assert Path("a.py").read_text() == BAD + CALL.replace("opt =", "new =").replace("Adam(", "AdamW(")


def test_a_fix_may_rewrite_the_line_of_what_is_known() -> None:
    plant("a.py", "import torch\n\nopt = torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.0)\n")
    loop = "for x in data:\n    loss = f(x) + 0.01 * sum(p.pow(2).sum() for p in model.parameters())\n"
    rest = "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n"
    text = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=0.1, weight_decay=0.001)\n"
    plant("a.py", text)
    run("--write-baseline", "known.json")
    plant("a.py", text + loop + rest)
    told = run("--fix", "--unsafe-fixes", "--baseline", "known.json")
    assert "error" not in told.stderr, told.stderr
    assert "pow(2)" not in Path("a.py").read_text()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([CALL, "x = 1\n", "\n", "# why\n", CALL.replace("0.01", "0.02")]), max_size=6), st.data()
)
def test_only_what_was_added_is_told(lines: list[str], data: st.DataObject) -> None:
    plant("a.py", HEAD + "".join(lines))
    run("--write-baseline", "known.json")
    after = list(lines)
    for extra in data.draw(st.lists(st.sampled_from(["y = 2\n", CALL, "\n"]), max_size=4)):
        after.insert(data.draw(st.integers(0, len(after))), extra)
    plant("a.py", HEAD + "".join(after))
    assert len(places()) == after.count(CALL) - lines.count(CALL)


def test_a_fingerprint_is_the_same_in_every_python() -> None:
    text = "def f():\n    class A:\n        x = g(f'{a!r:>{w}} b', 'c', \"d\", [1, 2,],)\n"
    source = Source.of_text(text)
    at = text.index("x =")
    assert fingerprint(source, Diagnostic("coupled-decay", Span(at, at + 1), "", "")) == "18c3d1be2452fd3c"


def git(*words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit() -> str:
    git("add", "-A")
    git("commit", "-q", "-m", "all", "--no-verify")
    return git("rev-parse", "HEAD")


def since(revision: str, *words: str) -> list[str]:
    told = run("--diff-base", revision, *words)
    assert told.exit_code in (0, 1), told.output
    return [":".join(line.split(":")[:2]) for line in told.stdout.splitlines() if " ADW" in line]


@pytest.fixture
def repository(folder: Path) -> str:
    git("init", "-q", "-b", "main")
    for path in ("a.py", "b.py", "old name é.py"):
        plant(path, BAD + "x = 1\n" * 20)
    return commit()


def test_only_changed_lines_are_told(repository: str) -> None:
    assert since(repository) == []
    assert len(run(".").stdout.splitlines()) == 4
    plant("a.py", BAD + "x = 1\n" * 20 + CALL)
    plant("new ü.py", BAD)
    git("mv", "old name é.py", "new name é.py")
    assert since(repository) == ["a.py:24", "new ü.py:3"]
    plant("new name é.py", "import os\n" + BAD + "x = 1\n" * 20 + CALL)
    commit()
    assert since(repository) == ["a.py:24", "new name é.py:25", "new ü.py:3"]
    assert since("HEAD") == []
    plant("b.py", HEAD + "# one more line\n" + CALL + "x = 1\n" * 20)
    assert since("HEAD") == []


def test_the_base_is_where_the_branch_began(repository: str) -> None:
    git("checkout", "-q", "-b", "feature")
    plant("a.py", BAD + "x = 1\n" * 20 + CALL)
    commit()
    git("checkout", "-q", "main")
    plant("b.py", HEAD + CALL.replace("0.01", "0.02"))
    commit()
    git("checkout", "-q", "feature")
    assert since("main") == ["a.py:24"]


def test_it_works_from_a_folder_below(repository: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant("deep/down.py", BAD)
    monkeypatch.chdir("deep")
    assert since("HEAD", "..") == ["../deep/down.py:3"]
    assert since("HEAD", str(Path("down.py").resolve())) != []


def test_a_line_that_proves_a_finding_counts_too(repository: str) -> None:
    loop = "for x in data:\n    loss = f(x) + 0.01 * sum(p.pow(2).sum() for p in model.parameters())\n"
    loop += "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n"
    plant("c.py", "import torch\n\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n" + loop)
    commit()
    plant("c.py", "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=0.1)\n" + loop)
    assert since("HEAD") == ["c.py:5"]


def test_only_changed_lines_are_fixed(repository: str) -> None:
    new = CALL.replace("opt =", "new =")
    plant("a.py", HEAD + new + new + CALL + "x = 1\n" * 20 + new)
    assert run("--fix", "--diff-base", "HEAD").exit_code == 0
    fixed = new.replace("Adam(", "AdamW(")
    assert Path("a.py").read_text() == HEAD + fixed + fixed + CALL + "x = 1\n" * 20 + fixed


def test_what_git_cannot_answer_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant("a.py", BAD)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    assert "needs git, and this folder is in no repository" in run("--diff-base", "HEAD").stderr
    git("init", "-q", "-b", "main")
    commit()
    told = run("--diff-base", "nowhere")
    assert told.exit_code == 2
    assert "`--diff-base nowhere`: there is no such revision" in told.stderr
    assert "cut short" not in told.stderr
    assert run("--diff-base", "--output=x").exit_code == 2
    git("clone", "-q", "--depth", "1", folder.as_uri(), "clone")
    monkeypatch.chdir("clone")
    assert "whose history is cut short: fetch more of it" in run("--diff-base", "HEAD~1").stderr
    monkeypatch.chdir(folder)
    git("checkout", "-q", "--orphan", "other")
    plant("b.py", "")
    commit()
    assert "shares no commit" in run("--diff-base", "main").stderr
    monkeypatch.setenv("PATH", "")
    assert "git cannot be run" in run("--diff-base", "main").stderr
