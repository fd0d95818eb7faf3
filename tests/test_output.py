"""What a run tells where: several reports at once, files written whole, counts, fixes, and what it would do."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reported import BROKEN, DATA, ORDINARY, UNSAFE

from adamw_lint.cli import main
from adamw_lint.options.output import FORMATS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(ORDINARY)
    return tmp_path


def run(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["--select", "ADW101", *words], input=stdin)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_what_standard_output_shows(name: str, folder: Path) -> None:
    shown = run("--format", name, "-q")
    written = run("--output", f"{name}:out", "-q")
    assert (written.stdout, written.stderr, written.exit_code) == ("", "", 1)
    text = (folder / "out").read_text(encoding="utf-8")
    assert text.strip()
    same = [line for line in text.split("\n") if "timestamp" not in line]
    assert same == [line for line in shown.stdout.split("\n") if "timestamp" not in line]


def test_several_at_once(folder: Path) -> None:
    told = run("--output", "sarif:out.sarif", "--output", "github", "--output", "html:a b.html", "train.py")
    assert told.stdout.startswith("::group::train.py\n::error ")
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"
    assert (folder / "a b.html").read_text().startswith("<!DOCTYPE html>")
    assert told.exit_code == 1


def test_with_files_alone_the_summary_is_told(folder: Path) -> None:
    assert run("--output", "json:out").stdout == "Found 1 finding in 1 file: 1 fixable with `adamw-lint --fix`.\n"
    assert run("--output", "json:out", "--output", "concise").stdout.startswith("train.py:3:53 ADW101")
    assert run("--output", "json:out", "--format", "concise").stdout.startswith("train.py:3:53 ADW101")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--output", "github", "--format", "json"], "standard output takes one format, not json and github"),
        (["--output", "github", "--output", "sarif"], "write `sarif:PATH` for a file"),
        (["--output", "json:x", "--output", "sarif:x"], "x: two formats are to be written to this file"),
        (["--output", "sarf"], "there is no format `sarf`; did you mean `sarif`?"),
        (["--output", "json:"], "`json:` names no file; write `json` for standard output"),
        (["--diff", "--output", "json:x"], "`--diff` shows the changes themselves"),
        (["--statistics", "--format", "github"], "`--statistics` goes with"),
        (["--explain", "--format", "json"], "`--explain` goes with"),
    ],
)
def test_what_does_not_go_together(words: list[str], error: str, folder: Path) -> None:
    told = run(*words)
    assert error in told.stderr
    assert (told.stdout, told.exit_code) == ("", 2)
    assert sorted(folder.iterdir()) == [folder / "train.py"]


@pytest.mark.skipif(os.name == "nt", reason="links are POSIX's")
def test_a_file_that_cannot_be_written_costs_only_itself(folder: Path) -> None:
    (folder / "taken").mkdir()
    (folder / "loop").symlink_to("loop")
    files = ("json:nowhere/a.json", "sarif:taken", "junit:loop", "html:b.html")
    told = run("-q", *(word for file in files for word in ("--output", file)))
    first, second, third = told.stderr.splitlines()
    assert first == "error: nowhere/a.json: the json report cannot be written: No such file or directory"
    assert second.startswith("error: taken: the sarif report cannot be written: ")
    assert third.startswith("error: loop: the junit report cannot be written: ")
    assert told.exit_code == 2
    assert (folder / "b.html").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["b.html", "loop", "taken", "train.py"]


@pytest.mark.skipif(os.name == "nt", reason="modes and links are POSIX's")
def test_a_file_is_replaced_whole_and_keeps_its_mode(folder: Path) -> None:
    report = folder / "out.json"
    report.write_text("old " * 10_000)
    report.chmod(0o640)
    (folder / "link").symlink_to(report)
    run("--output", "json:link", "--output", "html:new.html")
    assert (folder / "link").is_symlink()
    assert len(json.loads(report.read_text())["diagnostics"]) == 1
    assert stat.S_IMODE(report.stat().st_mode) == 0o640
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((folder / "new.html").stat().st_mode) == 0o666 & ~mask


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes with a name")
def test_what_is_no_file_is_written_to() -> None:
    assert run("--output", f"json:{os.devnull}", "-q").exit_code == 1


def test_statistics_count_by_rule(folder: Path) -> None:
    (folder / "unsafe.py").write_text(UNSAFE)
    told = run("--statistics")
    assert told.stdout == (
        "    2  ADW101  [-] coupled-decay\n"
        "[*] all, [-] some of them fixable with `adamw-lint --fix`\n"
        "Found 2 findings in 2 files: 1 fixable with `adamw-lint --fix`, 1 more with `--unsafe-fixes`.\n"
    )
    assert told.exit_code == 1
    row = {"code": "ADW101", "name": "coupled-decay", "count": 2, "safe": 1, "unsafe": 1}
    assert json.loads(run("--statistics", "--format", "json").stdout) == [row]
    assert "    1  ADW101  [*] coupled-decay\n" in run("--statistics", "train.py").stdout
    assert "    1  ADW101  [ ] coupled-decay\n" in run("--statistics", "unsafe.py").stdout


def test_the_rule_is_explained_once(folder: Path) -> None:
    (folder / "twice.py").write_text(f"{ORDINARY}{ORDINARY}")
    for name in ("full", "concise"):
        told = run("--explain", "--format", name).stdout
        assert told.count("A coupled Adam adds λθ to the gradient instead") == 1
        assert told.count("`adamw-lint rule coupled-decay` says more") == 1
        assert told.index("says more") < told.index("twice.py")


def test_where_to_read_on_is_said_once(folder: Path) -> None:
    (folder / "twice.py").write_text(f"{ORDINARY}{ORDINARY}")
    assert run().stdout.count("adamw-lint rule coupled-decay") == 1
    (folder / "weak.py").write_text(ORDINARY.replace("Adam(", "AdamW(").replace("0.01", "1e-9"))
    assert run("--select", "ADW404").stdout.count("adamw-lint rule NAME") == 1
    assert "adamw-lint rule" not in run("-q").stdout + run("--format", "concise").stdout


def test_fixes_are_listed_where_they_are_now(folder: Path) -> None:
    listed = "train.py:3:19 ADW101 coupled-decay  fix: build `torch.optim.AdamW` instead\n"
    diff = run("--diff", "--show-fixes", "-q")
    assert listed.replace("3:19", "3:54") in diff.stderr
    assert diff.stdout.startswith("--- train.py")
    fixed = run("--fix", "--show-fixes", "-q", "--format", "json")
    assert listed.replace("3:19", "3:54") in fixed.stderr
    assert json.loads(fixed.stdout)["diagnostics"] == []
    (folder / "train.py").write_text(ORDINARY)
    assert run("--fix", "--show-fixes").stdout.startswith(listed.replace("3:19", "3:54"))
    assert "fix:" not in run("--fix", "--show-fixes").stdout


def test_files_are_shown_and_not_linted(folder: Path) -> None:
    (folder / "broken.py").write_text(BROKEN)
    (folder / "notes.txt").write_text(ORDINARY)
    told = run("--show-files")
    assert (told.stdout, told.stderr, told.exit_code) == ("broken.py\ntrain.py\n", "", 0)
    missing = run("--show-files", "nowhere.py", "train.py")
    assert (missing.stdout, missing.exit_code) == ("train.py\n", 2)
    assert missing.stderr == "error: nowhere.py: no such file or folder\n"


@pytest.mark.skipif(os.name == "nt", reason="such names are POSIX's")
def test_a_name_does_not_steer_the_terminal(folder: Path) -> None:
    (folder / "\x1b[31m\n.py").write_text(ORDINARY)
    for words in (["--show-files"], ["--format", "concise"], ["--fix", "--show-fixes"]):
        assert "␛[31m␊.py" in run(*words).stdout


@pytest.mark.skipif(os.name == "nt", reason="such names are POSIX's")
def test_no_name_and_no_code_is_a_command_to_a_ci_service(folder: Path) -> None:
    for name in ("::error::z.py", "##vso[task.complete]w.py", "##[error]v.py", "x\n::error::y.py"):
        (folder / name).write_text(ORDINARY.replace("0.01", "wd['##vso[task.complete]']"))
        (folder / f"broken {name}").write_text(BROKEN)
        (folder / f"{name} broken").write_text(BROKEN)
    broken = [each.name for each in folder.iterdir() if each.name.endswith("broken")]
    for words in (["--show-files"], [], ["--format", "concise"], ["--fix", "--show-fixes"]):
        told = run(*words, "--", ".", *broken)
        for line in (told.stdout + told.stderr).splitlines():
            assert not line.lstrip().startswith("::")
            assert "##vso[" not in line
            assert "##[" not in line


SHOWN = """\
exclude = ["third_party", "a\\"b"]
extend-unsafe-fixes = ["ADW2"]
fixable = ["coupled-decay"]
extend-select = ["ADW402"]
baseline = "known.json"
norms = ["gain"]
force-exclude = true

[per-file-ignores]
"baselines/*" = ["ADW1"]

[rules.decayed-norms]
embeddings = true

[[optimizer]]
name = "lab.Best"
family = "adam"
coupling = "coupled"
signature = "params, lr=1e-3, wd=0"
decay_argument = "wd"
aliases = ["lab.optim.Best"]
parameters_argument = ""

[[wrapper]]
name = "lab.Shard"
signature = "cls, **rest"
wraps = "cls"
curried = true
"""


def test_settings_are_shown_by_the_keys_that_a_user_writes(folder: Path) -> None:
    (folder / "adamw-lint.toml").write_text(SHOWN)
    told = run("--show-settings")
    assert told.exit_code == 0
    assert told.stdout.startswith(f"# what counts in {folder}\n# stated in {folder / 'adamw-lint.toml'}\nselect = [\n")
    assert (
        '\nextend-unsafe-fixes = [\n    "l2-in-loss",\n    "decay-in-gradient",\n    "double-decay",\n]\n'
        in told.stdout
    )
    assert "\nforce-exclude = true\n" in told.stdout
    assert 'coupling = "coupled"\n' in told.stdout
    (folder / "adamw-lint.toml").write_text(told.stdout)
    assert run("--show-settings").stdout == told.stdout


def test_an_excluded_pattern_of_another_folder_says_so(folder: Path) -> None:
    (folder / "shared").mkdir()
    (folder / "shared" / "all.toml").write_text('exclude = ["third_party"]\n')
    (folder / "adamw-lint.toml").write_text('extend = "shared/all.toml"\n')
    assert f'\n    "third_party",  # in {folder / "shared"}\n' in run("--show-settings").stdout


def test_reports_on_standard_input() -> None:
    told = run("-", "--stdin-filename", "src/x.py", "--output", "sarif", stdin=ORDINARY)
    (result,) = json.loads(told.stdout)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/x.py"


@pytest.mark.parametrize("name", DATA)
def test_errors_are_in_every_report(name: str, folder: Path) -> None:
    (folder / "broken.py").write_text(BROKEN)
    told = run("--format", name)
    assert "was never closed" in told.stdout
    assert told.exit_code == 2


def test_every_format_has_a_line_in_the_documents() -> None:
    text = (Path(__file__).parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [line.split("`")[1] for line in text.splitlines() if re.match(r"\| `\w", line)] == list(FORMATS)
