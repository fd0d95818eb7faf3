"""What is remembered from run to run: all that still holds, and nothing that does not."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from test_program import PROGRAMS

from adamw_lint.cli import main

PROJECT = Path(__file__).parent.parent
LONG_AGO = 1_600_000_000
BAD = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)\n"
OTHER = BAD.replace("0.01", "0.02")
FORMATS = ("full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson", "azure", "html")

# Runs the command and tells which files it opened for reading, which it imported, and what it printed.
WATCHED = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from adamw_lint.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(json.dumps({"opened": opened, "modules": list(sys.modules), "code": code}), file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("ADAMW_LINT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def plant(path: str, text: str = BAD, at: int = LONG_AGO) -> Path:
    """A file that was changed long ago, so that its stamp is trusted."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8", newline="")
    os.utime(path, (at, at))
    return Path(path)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["--format", "concise", "--jobs", "1", *words])


def watched(*words: str) -> tuple[subprocess.CompletedProcess[str], dict[str, list[str]]]:
    """A run in a process of its own, and the files of code or settings that it opened below the working folder."""
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words], env=env, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    told = json.loads(done.stderr.splitlines()[-1])
    opened = [path for path in told["opened"] if path.endswith((".py", ".ipynb", ".yaml")) and "adamw_lint" not in path]
    told["opened"] = [path for path in opened if not Path(path).is_absolute() or str(Path.cwd()) in path]
    return done, told


@pytest.mark.parametrize("form", ["concise", "full"])
def test_a_second_run_reads_nothing_and_says_the_same(form: str) -> None:
    plant("a/train.py")
    plant("a/clean.py", "import torch\n")
    plant("a/near.py", BAD.replace("Adam(", "AdamW("))
    first, opened = watched("--format", form, ".")
    second, again = watched("--format", form, ".")
    assert len(set(opened["opened"])) == 3
    assert set(again["opened"]) == ({"a/near.py", "a/train.py"} if form == "full" else set())  # whose lines are shown
    assert (first.stdout, first.returncode) == (second.stdout, second.returncode)
    assert "ADW101" in second.stdout
    assert not {"libcst", "rich", "tomllib", "pathspec"} & set(again["modules"])


def test_a_second_run_lists_each_folder_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plant("pyproject.toml", "")
    for path, text in PROGRAMS["a penalty behind a method, whose name alone a trainer knows"][0].items():
        plant(path, text)
    first = run(".").output
    listed: list[str] = []

    def scandir(path: str) -> Any:
        listed.append(path)
        return listing(path)

    listing = os.scandir
    with monkeypatch.context() as watching:
        watching.setattr(os, "scandir", scandir)
        assert run(".").output == first
    assert listed.count(f"{Path.cwd()}/models/") == 1


def test_a_linked_folder_that_comes_is_noticed(tmp_path: Path) -> None:
    plant("pyproject.toml", "")
    plant("train.py", "from linked.optim import Adam\n\nopt = Adam(model.parameters(), weight_decay=0.1)\n")
    plant(str(tmp_path / "elsewhere" / "optim.py"), "from torch.optim import Adam\n")
    first = run(".").output
    Path("linked").symlink_to(tmp_path / "elsewhere")
    assert run(".").output == run("--no-cache", ".").output != first


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_what_is_remembered(name: str) -> None:
    plant("train.py", "# ü\r\n" + BAD.replace("\n", "\r\n"))
    plant("broken.py", "from torch.optim import Adam\nx = (\n")
    plant("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": BAD}], "nbformat": 4}))
    plant("docs.md", f"# How\n\n```python\n{BAD}```\n")
    runs = [run("--format", name, *words) for words in (["--no-cache"], [], [])]
    alone, first, second = (re.sub(r'timestamp="[^"]*"', "", each.output) for each in runs)
    assert alone == first == second
    assert [each.exit_code for each in runs] == [2, 2, 2]


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_found_with_the_help_of_other_files_is_remembered_with_them(name: str) -> None:
    files, expected = PROGRAMS[name]
    plant("pyproject.toml", "")
    for path, text in files.items():
        plant(path, text)
    first = run(".")
    _, told = watched("--format", "concise", ".")
    assert told["opened"] == []
    assert run(".").output == first.output == run("--no-cache", ".").output
    assert len([line for line in first.output.splitlines() if "ADW" in line]) >= len(expected)


def _changes(name: str) -> list[tuple[str, str]]:
    files, _ = PROGRAMS[name]
    return [(path, change) for path in files for change in ("emptied", "removed", "renamed")]


@pytest.mark.parametrize(
    ("name", "path", "change"), [(name, *each) for name in PROGRAMS for each in _changes(name)], ids=str
)
def test_another_file_that_changes_is_noticed(name: str, path: str, change: str) -> None:
    files, _ = PROGRAMS[name]
    plant("pyproject.toml", "")
    for each, text in files.items():
        plant(each, text)
    run(".")
    if change == "emptied":
        plant(path, "", LONG_AGO + 1)
    elif change == "removed":
        Path(path).unlink()
    else:
        Path(path).rename(Path(path).with_name("elsewhere.py"))
    assert run(".").output == run("--no-cache", ".").output


def test_a_file_that_comes_is_noticed() -> None:
    plant("pyproject.toml", "")
    plant("train.py", "from optimizers import Adam\nopt = Adam(model.parameters(), weight_decay=0.1)\n")
    assert "coupled" not in run(".").output
    plant("optimizers.py", "from torch.optim import Adam\n")
    assert "train.py:2" in run(".").output


def test_requirements_that_change_are_noticed() -> None:
    plant("pyproject.toml", "")
    plant("requirements.txt", "torch==1.0\n")
    plant("train.py", BAD.replace("Adam(", "NAdam("))
    before = run(".").output
    plant("requirements.txt", "torch==2.9\n", LONG_AGO + 1)
    assert run(".").output == run("--no-cache", ".").output
    assert run(".").output != before


@pytest.mark.parametrize("at", [LONG_AGO, LONG_AGO + 1], ids=["same size and time", "another time"])
def test_a_file_that_changes_is_looked_at_again(at: int) -> None:
    plant("train.py")
    assert "0.01" in run("train.py").output
    Path("train.py").rename("old.py")
    plant("train.py", OTHER, at)
    assert "0.02" in run("train.py").output


def test_the_same_bytes_under_another_stamp_are_not_linted_again() -> None:
    plant("train.py")
    first = run("train.py").output
    plant("train.py", at=LONG_AGO + 5)
    done, told = watched("--format", "concise", "train.py")
    assert done.stdout == first
    assert "libcst" not in told["modules"]
    _, told = watched("--format", "concise", "train.py")
    assert told["opened"] == []


def test_a_file_changed_just_now_is_known_by_its_bytes_alone() -> None:
    """Two writes within one tick of a coarse clock leave one stamp."""
    Path("train.py").write_text(BAD)
    status = Path("train.py").stat()
    run("train.py")
    with Path("train.py").open("r+") as file:
        file.write(OTHER)
    os.utime("train.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "0.02" in run("train.py").output


def test_settings_and_folders_are_told_apart() -> None:
    plant("a/train.py")
    assert "ADW101" in run(".").output
    assert "ADW101" not in run("--ignore", "ADW101", ".").output
    plant("pyproject.toml", '[tool.adamw-lint.per-file-ignores]\n"train.py" = ["ADW101"]\n')
    assert "ADW101" not in run(".").output
    Path("pyproject.toml").unlink()
    os.chdir("a")
    assert run(".").output.startswith("train.py:3")


def test_the_settings_of_every_folder_are_told_apart() -> None:
    plant("a/train.py")
    plant("b/train.py")
    assert run(".").output.count("ADW101") == 2
    plant("b/adamw-lint.toml", 'ignore = ["ADW101"]')
    assert run(".").output.count("ADW101") == 1
    plant("b/adamw-lint.toml", 'select = ["ADW101"]\nunfixable = ["ADW101"]', LONG_AGO + 1)
    _, told = watched("--format", "concise", ".")
    assert {path for path in told["opened"] if path.endswith(".py")} == {"b/train.py"}
    assert run(".").output == run("--no-cache", ".").output


def test_what_is_true_of_own_optimizers_is_part_of_what_a_finding_rests_on() -> None:
    plant("train.py", "from lab import Mine\nopt = Mine(model.parameters(), weight_decay=0.1)\n")
    assert "ADW101" not in run(".").output
    fact = 'name = "lab.Mine"\nfamily = "adam"\ncoupling = "{}"\nsignature = "params, lr=1e-3, weight_decay=0"\n'
    fact = f'[[optimizer]]\n{fact}decay_argument = "weight_decay"\n'
    plant("adamw-lint.toml", fact.format("coupled"))
    assert "ADW101" in run(".").output
    plant("adamw-lint.toml", fact.format("decoupled"))
    assert "ADW101" not in run(".").output


def test_a_baseline_counts_for_what_is_remembered_and_is_no_part_of_it() -> None:
    plant("train.py")
    assert "ADW101" in run(".").output
    run("--write-baseline", "known.json", ".")
    known = run("--baseline", "known.json", ".")
    assert ("ADW101" in known.output, known.exit_code) == (False, 0)
    assert run("--baseline", "known.json", ".").output == known.output
    Path("known.json").write_text('{"version": 1, "findings": {}}')
    assert "ADW101" in run("--baseline", "known.json", ".").output
    assert "ADW101" in run(".").output


def test_a_comment_silences_what_is_remembered() -> None:
    plant("train.py")
    assert run(".").exit_code == 1
    assert run("--add-ignore=as published", ".").exit_code == 0
    assert "# adamw-lint: ignore[coupled-decay] as published" in Path("train.py").read_text(encoding="utf-8")
    assert run(".").output == run("--no-cache", ".").output
    assert run(".").exit_code == 0


def test_only_new_lines_are_reported_of_what_is_remembered() -> None:
    plant("train.py")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "a"]):
        subprocess.run(["git", *words], check=True)
    assert run(".").exit_code == 1
    assert run("--diff-base", "HEAD", ".").exit_code == 0
    plant("train.py", BAD + BAD.replace("0.01", "0.03"), LONG_AGO + 1)
    for _ in range(2):
        told = run("--diff-base", "HEAD", ".").output
        assert ("0.03" in told, "0.01" in told) == (True, False)


def test_a_program_that_reads_settings_is_noticed() -> None:
    plant("pyproject.toml", "")
    plant("configs/train.yaml", "optim:\n  weight_decay: 1e-4\n")
    assert "ADW403" not in run(".").output
    program = (
        'import torch\nimport yaml\nwith open("configs/train.yaml") as file:\n    config = yaml.{}(file)\n'
        'opt = torch.optim.AdamW(model.parameters(), weight_decay=config["optim"]["weight_decay"])\n'
    )
    plant("train.py", program.format("safe_load"))
    assert "ADW403" in run(".").output
    plant("train.py", program.format("other"), LONG_AGO + 1)
    assert "ADW403" not in run(".").output


def test_a_fix_changes_nothing_that_is_remembered_of_others() -> None:
    """What one file says of another is seen before either is written."""
    files, _ = PROGRAMS["a penalty made in one file and added in another"]
    plant("pyproject.toml", "")
    for each, text in files.items():
        plant(each, text)
    run("--fix", "--unsafe-fixes", ".")
    assert run(".").output == run("--no-cache", ".").output


def test_a_file_of_data_is_not_read_until_it_is_small_enough_for_settings() -> None:
    text = "optimizer:\n  name: Adam\n  weight_decay: 0.1\n"
    plant("data.yaml", text + "# more\n" * 300_000)
    _, told = watched(".")
    assert told["opened"] == []
    plant("data.yaml", text)
    _, told = watched(".")
    assert set(told["opened"]) == {"data.yaml"}
    assert run(".").output == run("--no-cache", ".").output


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign", "open to all"])
def test_a_damaged_cache_is_rebuilt(damage: str, folder: Path) -> None:
    plant("train.py")
    first = run("train.py").output
    (path,) = folder.glob("files.*.cache")
    data = path.read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    damaged = {"cut": data[:-9], "flipped": bytes(flipped), "emptied": b"", "foreign": b"\x80\x04."}
    path.write_bytes(damaged.get(damage, data))
    if damage == "open to all":
        path.chmod(0o666)
    _, told = watched("train.py")
    assert told["opened"][:1] == ["train.py"]
    assert run("train.py").output == first
    assert path.read_bytes()[:12] == data[:12]


def test_runs_at_the_same_time_leave_a_whole_cache(folder: Path) -> None:
    for number in range(8):
        plant(f"m{number}.py")
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "adamw_lint", "--format", "concise", "-q"]
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(subprocess.run, [*command, f"m{number}.py", f"m{number + 4}.py"], env=env, capture_output=True)
            for number in range(4)
        ]
    assert all(each.result().stdout.count(b"ADW101") == 2 for each in runs)
    assert len(list(folder.glob("files.*"))) == 1
    assert not list(folder.glob("*.tmp"))
    _, told = watched("--format", "concise", ".")
    assert len(set(told["opened"])) < 8


def test_nothing_is_written_where_nothing_may_be(folder: Path) -> None:
    plant("train.py")
    assert run("--no-cache", "train.py").exit_code == 1
    assert not folder.exists()
    folder.write_text("no folder")
    assert run("train.py").exit_code == 1
    assert folder.read_text() == "no folder"


def test_a_cache_cleans_itself(folder: Path) -> None:
    plant("train.py")
    folder.mkdir()
    stale, other = plant(str(folder / "files.0.cache")), plant(str(folder / "notes.txt"))
    killed = plant(str(folder / "files.1.cache.7.tmp"))
    run("train.py")
    assert not stale.exists()
    assert not killed.exists()
    assert other.exists()


def test_a_fix_counts_from_the_next_run_on() -> None:
    plant("train.py")
    assert "ADW101" in run("train.py").output
    assert run("--fix", "--select", "ADW101", "train.py").exit_code == 0
    assert "AdamW(" in Path("train.py").read_text()
    assert "ADW101" not in run("train.py").output


def test_runs_of_one_process_do_not_share_what_they_read() -> None:
    files, _ = PROGRAMS["a penalty made in one file and added in another"]
    plant("pyproject.toml", "")
    for each, text in files.items():
        plant(each, text)
    before = run("--no-cache", "losses.py").output
    plant("train.py", "", LONG_AGO + 1)
    assert "l2-in-loss" in before
    assert "l2-in-loss" not in run("--no-cache", "losses.py").output
