"""What is worked out from the rulebook and kept: the same as what is parsed, and never that of another edition."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adamw_lint import __version__
from adamw_lint import kept as module
from adamw_lint.kept import edition, keeping, kept
from adamw_lint.pages import page_heads
from adamw_lint.read.prefilter import telltales
from adamw_lint.read.telltales import stated
from adamw_lint.rulebook import frameworks
from adamw_lint.store import load, save

PROJECT = Path(__file__).parent.parent


def _told(code: str, folder: Path) -> str:
    code = f"from adamw_lint.kept import keeping\nwith keeping({str(folder)!r}):\n {code}"
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout


def test_what_is_kept_is_what_is_parsed(tmp_path: Path) -> None:
    code = (
        "import sys; from adamw_lint.rulebook import frameworks; from adamw_lint.read.prefilter import telltales;"
        " from adamw_lint.pages import page_heads; print('tomllib' in sys.modules);"
        " print(repr((frameworks(), telltales(), page_heads())));  print('tomllib' in sys.modules)"
    )
    first, second = _told(code, tmp_path).splitlines(), _told(code, tmp_path).splitlines()
    assert first[1] == second[1] == repr((frameworks(), telltales(), page_heads()))
    assert (first[2], second[2]) == ("True", "False")
    assert telltales() == stated()


def test_another_edition_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def number() -> int:
        made.append(1)
        return len(made)

    now = kept(key=lambda: module.edition())
    with keeping(str(tmp_path)):
        assert [now(number)(), now(number)()] == [1, 1]
        monkeypatch.setattr(module, "edition", lambda: ("another",))
        assert now(number)() == 2
    assert now(number)() == 3  # where nothing is kept, nothing is read


def test_an_edition_is_the_state_of_code_and_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "torch.toml").write_text("a = 1")
    monkeypatch.setattr(module, "rules_folder", lambda: str(tmp_path))
    editions = [edition.__wrapped__()]
    (tmp_path / "frameworks" / "torch.toml").write_text("a = 12")
    editions.append(edition.__wrapped__())
    os.utime(tmp_path / "frameworks" / "torch.toml", (1, 1))
    editions.append(edition.__wrapped__())
    (tmp_path / "a.md").touch()
    editions.append(edition.__wrapped__())
    assert len(set(editions)) == 4


def test_an_edition_that_was_installed_is_told_by_what_its_installer_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / f"adamw_lint-{__version__}.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("adamw_lint/cli.py,sha256=a,1\n")
    monkeypatch.setattr(module, "_PACKAGE", str(tmp_path / "adamw_lint"))  # there is no such folder to be looked into
    editions = [edition.__wrapped__()]
    record.write_text("adamw_lint/cli.py,sha256=b,10\n")
    editions.append(edition.__wrapped__())
    os.utime(record, (1, 1))
    editions.append(edition.__wrapped__())
    assert len(set(editions)) == 3


def test_only_what_was_saved_under_a_key_is_loaded(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "x.cache")
    save(path, ("key", 1), {"a": [1, b"2", ("3", None)]})
    assert load(path, ("key", 1)) == {"a": [1, b"2", ("3", None)]}
    assert load(path, ("key", 2)) is None
    assert load(str(tmp_path / "nothing"), ("key", 1)) is None
    assert (tmp_path / "deep" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
