"""A plug-in counts as the linter's own rules do, a damaged one is one clear line, and none costs nothing."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from installed import environment
from lsprotocol import types
from pages import blocks
from pytest_lsp import make_test_lsp_client

PROJECT = Path(__file__).parent.parent
EXAMPLE = PROJECT / "tests" / "plugin"
PACKAGE = "adamw_lint_house"
INFO = "adamw_lint_house-1.0.dist-info"
PLAIN = "import torch\n\nopt = torch.optim.AdamW([weight], weight_decay=0)\n"
FIXED = PLAIN.replace("weight_decay=0", "weight_decay=0, lr=0.001")
BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
PAGE, CHECK = "rules/unwritten-rate.md", "unwritten_rate.py"
GOOD_CHECK = "from adamw_lint.plugin import Diagnostic, Span\n\ndef check(module):\n    "


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the example, built as its author would build it."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), "."]
    subprocess.run(command, cwd=folder / "source", check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path) -> Path:
    """A folder of packages into which pip has put the wheel."""
    site = wheel.parent / "site-packages"
    words = ["install", "--quiet", "--no-index", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True)
    return site


@pytest.fixture
def site(installed: Path, tmp_path: Path) -> Path:
    """The same folder, to be changed."""
    return Path(shutil.copytree(installed, tmp_path / "site-packages", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("train.py").write_text(PLAIN)
    return tmp_path / "project"


def variables(site: Path) -> dict[str, str]:
    """Those of a process in which the packages of a folder are installed."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(site)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ADAMW_LINT_CACHE_DIR": str(site.parent / "cache"),
    }


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "adamw_lint", *words]
    return subprocess.run(command, env=variables(site), capture_output=True, encoding="utf-8", check=False)


def lines(site: Path, *words: str) -> list[str]:
    """The findings, a line for each."""
    done = run(site, "--format", "concise", "--quiet", *words)
    assert done.stderr == ""
    assert done.returncode == bool(done.stdout)
    return done.stdout.splitlines()


SAID = "train.py:3:19 HSE001 unwritten-rate  no learning rate is written, so the default of 0.001 applies"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [SAID]),
        (["--select", "HSE"], [SAID]),
        (["--select", "unwritten-rate"], [SAID]),
        (["--select", "ADW"], []),
        (["--ignore", "HSE001"], []),
        (["--config", 'per-file-ignores = {"train.py" = ["HSE0"]}'], []),
        (["--isolated"], []),
    ],
)
def test_its_rules_are_selected_as_ours_are(
    words: list[str], expected: list[str], installed: Path, folder: Path
) -> None:
    assert lines(installed, *words) == expected


@pytest.mark.parametrize("comment", ["# noqa: HSE001", "# adamw-lint: ignore[unwritten-rate]"])
def test_comments_silence_them(comment: str, installed: Path, folder: Path) -> None:
    Path("train.py").write_text(PLAIN.rstrip() + f"  {comment}\n")
    assert lines(installed) == []
    Path("train.py").write_text(FIXED.rstrip() + f"  {comment}\n")
    assert ["unused-ignore" in line for line in lines(installed)] == [True]
    alone = lines(installed, "--isolated")
    assert (alone == []) if "noqa" in comment else ("unknown-ignore" in alone[0])


def test_its_fixes_are_made(installed: Path, folder: Path) -> None:
    done = run(installed, "--fix")
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("train.py").read_text() == FIXED
    assert lines(installed) == []


@pytest.mark.parametrize("name", ["unwritten-rate", "HSE001", "hse001"])
def test_its_pages_are_shown(name: str, installed: Path, folder: Path) -> None:
    assert run(installed, "rule", name).stdout.startswith("# unwritten-rate\n")
    assert run(installed, "rule").stdout.endswith("the library's default applies (of adamw-lint-house 1.0)\n")
    assert run(installed, "rule", name, "--lang", "zh").stderr.startswith("unwritten-rate is not translated into zh")


@pytest.mark.parametrize(
    "name", ["full", "json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson", "azure", "html"]
)
def test_every_format_tells_them(name: str, installed: Path, folder: Path) -> None:
    done = run(installed, "--format", name)
    assert (done.returncode, done.stderr.count("error")) == (1, 0)
    assert "HSE001" in done.stdout or "unwritten-rate" in done.stdout


def test_a_sarif_log_and_a_page_of_html_hold_its_page(installed: Path, folder: Path) -> None:
    (rule,) = json.loads(run(installed, "--format", "sarif").stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("HSE001", "unwritten-rate")
    assert "Who reads the script has to know the library" in rule["help"]["markdown"]
    assert 'id="rule-unwritten-rate"' in run(installed, "--format", "html").stdout
    assert "Who reads the script has to know the library" in run(installed, "--explain").stdout


def test_several_processes_know_it(installed: Path, folder: Path) -> None:
    for number in range(4):
        Path(f"train{number}.py").write_text(PLAIN + "# more to read\n" * 20_000)
    assert len(lines(installed, "--jobs", "2", "--no-cache")) == 5
    assert lines(installed, "--jobs", "2", "--no-cache", "--isolated") == []


def test_an_editor_is_told(installed: Path, folder: Path) -> None:
    async def session() -> list[types.Diagnostic]:
        client = make_test_lsp_client()
        await client.start_io(sys.executable, "-m", "adamw_lint", "server", env=variables(installed))
        await client.initialize_session(types.InitializeParams(types.ClientCapabilities()))
        uri = (folder / "train.py").as_uri()
        item = types.TextDocumentItem(uri, "python", 1, PLAIN)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        await client.shutdown_session()
        return list(client.diagnostics[uri])

    (found,) = asyncio.run(asyncio.wait_for(session(), 60))
    assert (found.code, found.message.partition(",")[0]) == ("HSE001", "no learning rate is written")


def test_flake8_is_told_where_it_asks(installed: Path, folder: Path) -> None:
    env = environment(folder.parent / "ours")
    env["PYTHONPATH"] += os.pathsep + str(installed)
    for words, expected in ((["--extend-select=HSE"], 1), (["--select=HSE001"], 1), ([], 0)):
        command = [sys.executable, "-m", "flake8", "--isolated", *words, "."]
        done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
        assert done.stderr == ""
        assert done.stdout.count("HSE001 no learning rate is written") == expected


# ---- what a plug-in is tested with


def test_its_pages_are_held_to_its_checks(installed: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
    done = subprocess.run(
        [*command, "tests"], cwd=EXAMPLE, env=variables(installed), capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout
    assert "10 passed" in done.stdout


CLAIMS = """
from adamw_lint.testing import cases
for case in cases("adamw_lint_house"):
    if str(case).endswith({claim!r}):
        case.check()
"""


def claimed(site: Path, claim: str = "") -> str:
    """What is said of the cases whose names end so; nothing where all of them hold."""
    command = [sys.executable, "-c", CLAIMS.format(claim=claim)]
    done = subprocess.run(command, env=variables(site), capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == bool(done.stderr)
    return done.stderr


CALL = "torch.optim.AdamW(model.parameters(), weight_decay=0"


@pytest.mark.parametrize(
    ("claim", "old", "new", "said"),
    [
        ("findings", "  # finding: unwritten-rate", "", "are on the lines [3] of the example, and marked are []"),
        (
            "findings",
            f"{CALL}, **options)",
            "0  # finding: unwritten-rate",
            "lines [] of the example, and marked are [3]",
        ),
        ("report", "so the default of 0.001 applies", "so 0.001 applies", "the page says something else"),
        ("fixed", "weight_decay=0, lr=0.001)", "weight_decay=0, lr=0.01)", "the page says something else"),
        (
            "nothing left",
            f"{CALL})",
            "torch.optim.Adamax([w], weight_decay=0.1)",
            "there are findings of coupled-decay",
        ),
        ("proof", "import inspect", "assert 1 == 2", "AssertionError"),
        ("proof", "assert inspect", "inspect", "a proof without an `assert` proves nothing"),
        ("form", "\n## Fix safety\n", "\n## Safety\n", "its sections are"),
        ("form", "\n# unwritten-rate\n", "\n# another\n", "it has no title"),
        ("form", "```text report", "```text", "no example has a `text report`"),
        ("form", "\n## Proof\n", "\n" * 200 + "## Proof\n", "it has more than 200 lines"),
    ],
)
def test_a_page_that_is_wrong_fails(claim: str, old: str, new: str, said: str, site: Path) -> None:
    page = site / PACKAGE / PAGE
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")
    assert said in claimed(site, claim)


def test_a_plug_in_that_is_not_installed_is_said(tmp_path: Path) -> None:
    assert "no plug-in whose package is `adamw_lint_house` is installed here" in claimed(tmp_path)


def test_a_page_is_written_anew_where_that_is_asked(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = site / PACKAGE / PAGE
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("so the default", "so a default").replace(", lr=0.001", ""), encoding="utf-8")
    monkeypatch.setenv("UPDATE_PAGES", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert claimed(site, "report") == ""
    assert page.read_text(encoding="utf-8") == text


# ---- what is damaged


def front(**changes: str) -> Callable[[Path], None]:
    def change(site: Path) -> None:
        page = site / PACKAGE / PAGE
        head, text = page.read_text(encoding="utf-8").removeprefix("+++\n").split("+++\n", 1)
        rows = dict(row.split(" = ", 1) for row in head.splitlines())
        rows |= changes
        head = "".join(f"{key} = {value}\n" for key, value in rows.items() if value)
        page.write_text(f"+++\n{head}+++\n{text}", encoding="utf-8")

    return change


def written(name: str, text: str) -> Callable[[Path], object]:
    return lambda site: (site / PACKAGE / name).write_text(text, encoding="utf-8")


def removed(name: str) -> Callable[[Path], object]:
    return lambda site: shutil.rmtree(site / name) if (site / name).is_dir() else (site / name).unlink()


def renamed(name: str) -> Callable[[Path], None]:
    def rename(site: Path) -> None:
        (site / PACKAGE / PAGE).rename(site / PACKAGE / "rules" / f"{name}.md")
        (site / PACKAGE / f"{name.replace('-', '_')}.py").touch()

    return rename


def doubled(site: Path) -> None:
    shutil.copytree(site / PACKAGE, site / "other_house")
    info = site / "other_house-2.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[adamw_lint.rules]\nx = other_house\n")


def pointed(value: str) -> Callable[[Path], object]:
    text = f"[console_scripts]\na = b:c\n\n[adamw_lint.rules]\n# one\nhouse = {value}\n\n[z]\nq = r\n"
    return lambda site: (site / INFO / "entry_points.txt").write_text(text)


DAMAGED = {
    "no package": (removed(PACKAGE), "its entry point names `adamw_lint_house`, and there is no such package"),
    "another package": (
        pointed("nowhere.at_all"),
        "its entry point names `nowhere.at_all`, and there is no such package",
    ),
    "an object": (pointed("adamw_lint_house:rules"), "its entry point names `adamw_lint_house:rules`, and there is no"),
    "a module": (pointed("adamw_lint_house.unwritten_rate"), "there is no such package"),
    "no pages": (removed(f"{PACKAGE}/rules"), "its package `adamw_lint_house` has no pages in a folder `rules`"),
    "no check": (
        removed(f"{PACKAGE}/{CHECK}"),
        "rules/unwritten-rate.md has no check, `adamw_lint_house.unwritten_rate`",
    ),
    "no head": (written(PAGE, "# unwritten-rate\n"), "rules/unwritten-rate.md cannot be read (it does not begin with"),
    "no TOML": (written(PAGE, "+++\ncode = \n+++\n"), "rules/unwritten-rate.md cannot be read (Invalid value"),
    "no UTF-8": (lambda site: (site / PACKAGE / PAGE).write_bytes(b"+++\n\xff+++\n"), "cannot be read ("),
    "no code": (front(code=""), "`code` must be three capital letters and three digits, not `None`"),
    "a wrong code": (front(code='"HS1"'), "`code` must be three capital letters and three digits, not `HS1`"),
    "our letters": (front(code='"ADW999"'), "its code cannot be ADW999: what begins with ADW is adamw-lint's own"),
    "no summary": (front(summary=""), "`summary` must be a sentence"),
    "no default": (front(default="true"), '`default` must be "on" or "off"'),
    "an odd key": (front(about='"comments"'), "there is no key `about`"),
    "a wrong name": (renamed("Unwritten_rate"), "its name is that of the rule, in small letters"),
    "our name": (renamed("coupled-decay"), "rules/coupled-decay.md: the name coupled-decay is taken by adamw-lint"),
    "a name twice": (doubled, "the name unwritten-rate is taken by adamw-lint-house 1.0"),
    "no import": (written(CHECK, "import nowhere\n"), "cannot be imported (ModuleNotFoundError: No module named"),
    "no Python": (written(CHECK, "def (\n"), "`adamw_lint_house.unwritten_rate` cannot be imported (SyntaxError"),
    "an exit": (written(CHECK, "raise SystemExit('bye')\n"), "cannot be imported (SystemExit: bye)"),
    "no function": (written(CHECK, "check = 1\n"), "`adamw_lint_house.unwritten_rate` has no function `check`"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_plug_in_is_one_clear_line(
    damage: Callable[[Path], object], said: str, site: Path, folder: Path
) -> None:
    Path("more.py").write_text(BAD)
    damage(site)
    done = run(site, ".")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: plug-in ")
    assert said in line
    assert line.endswith("; until that is mended, uninstall it or use `--isolated`")
    assert run(site, "--isolated", "more.py").stdout.startswith("more.py:3:43 ADW101")


@pytest.mark.parametrize(
    "words", [["rule"], ["rule", "coupled-decay"], ["optimizers"], ["--show-settings"], ["-"], ["--fix", "."]]
)
def test_every_command_says_so(words: list[str], site: Path, folder: Path) -> None:
    front(code='"ADW001"')(site)
    done = run(site, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: plug-in adamw-lint-house 1.0: rules/unwritten-rate.md: its code cannot be")
    assert done.stderr.count("\n") == 1


CRASHES = {
    "return 1 / 0": "unwritten-rate crashed (ZeroDivisionError: division by zero)",
    "return None": "unwritten-rate crashed (TypeError: ",
    "raise SystemExit(0)": "unwritten-rate crashed (ValueError: it asks for an exit)",
    "yield 1": "unwritten-rate crashed (ValueError: it yields int, not Diagnostic)",
    "yield Diagnostic('coupled-decay', Span(0, 1), 'm', 'h')": "(ValueError: it yields a finding of `coupled-decay`)",
    "yield Diagnostic('unwritten-rate', Span(0, 9999), 'm', 'h')": "(ValueError: it yields a place that is not in",
}


@pytest.mark.parametrize(("body", "said"), CRASHES.items())
def test_a_check_that_crashes_is_said_of_each_file(body: str, said: str, site: Path, folder: Path) -> None:
    written(CHECK, GOOD_CHECK + body + "\n")(site)
    done = run(site, ".")
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("error: train.py: ")
    assert said in line
    assert line.endswith("this is a mistake in the plug-in adamw-lint-house 1.0, not in your code")


def test_a_fix_that_does_harm_is_dropped(site: Path, folder: Path) -> None:
    harm = "Fix('f', (Edit(Span(0, 6), '('),), Safety.SAFE)"
    body = f"yield Diagnostic('unwritten-rate', Span(0, 6), 'm', 'h', (), {harm})\n"
    written(CHECK, GOOD_CHECK.replace("Span\n", "Edit, Fix, Safety, Span\n") + body)(site)
    done = run(site, "--fix", ".")
    assert Path("train.py").read_text() == PLAIN
    assert "the fix of unwritten-rate was dropped" in done.stderr
    assert "a mistake in the plug-in adamw-lint-house 1.0" in done.stderr


# ---- what is remembered, and what is not done


def test_what_is_remembered_goes_with_it(site: Path, folder: Path) -> None:
    os.utime("train.py", (1, 1))
    assert lines(site) == lines(site) == [SAID]
    written(CHECK, (EXAMPLE / PACKAGE / CHECK).read_text().replace("no learning rate is", "none is"))(site)
    assert lines(site) == [SAID.replace("no learning rate is", "none is")]
    assert lines(site, "--isolated") == []
    removed(INFO)(site)
    assert lines(site) == []
    written(CHECK, (EXAMPLE / PACKAGE / CHECK).read_text())(site)
    (site / "adamw_lint_house-1.1.dist-info").mkdir()
    (site / "adamw_lint_house-1.1.dist-info" / "entry_points.txt").write_text(
        "[adamw_lint.rules]\na=adamw_lint_house\n"
    )
    assert lines(site) == [SAID]


def test_a_run_without_plug_ins_asks_no_library_and_a_second_one_reads_nothing(tmp_path: Path, folder: Path) -> None:
    probe = (
        "import atexit, json, sys\nopened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "atexit.register(lambda: print(json.dumps([opened, sorted(sys.modules)]), file=sys.stderr))\n"
        "from adamw_lint.cli import main\nmain(sys.argv[1:])\n"
    )
    (tmp_path / "site-packages" / "a-1.dist-info").mkdir(parents=True)
    (tmp_path / "site-packages" / "a-1.dist-info" / "entry_points.txt").write_text("[console_scripts]\na = b:c\n")
    Path("train.py").write_text("x = 1\n")
    for is_first in (True, False):
        command = [sys.executable, "-S", "-c", probe, "."]
        env = variables(tmp_path / "site-packages")
        env["PYTHONPATH"] += os.pathsep + os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
        done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=True)
        opened, modules = json.loads(done.stderr)
        assert not {"importlib.metadata", "adamw_lint.plugin", "adamw_lint.plugged.pages", "libcst"} & set(modules)
        assert any("a-1.dist-info" in path for path in opened) is is_first


def test_nothing_that_lies_where_it_is_linted_is_a_plug_in(site: Path, folder: Path) -> None:
    for name in (PACKAGE, INFO):
        shutil.copytree(site / name, folder / name)
    assert lines(site.parent / "nowhere", "train.py") == []


def test_what_the_document_shows_is_the_example() -> None:
    shown = {block.info: block.text for block in blocks(PROJECT / "docs" / "plugins.md")}
    assert shown["toml"] in (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
    for name in (f"{PACKAGE}/{CHECK}", "tests/test_rules.py"):
        assert shown[f"python {name}"] == (EXAMPLE / name).read_text(encoding="utf-8")
