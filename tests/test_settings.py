"""`[tool.adamw-lint]` and the flags over it."""

from pathlib import Path

import pytest

from adamw_lint.diagnostics import Safety
from adamw_lint.errors import SettingsError
from adamw_lint.rulebook import pages
from adamw_lint.settings import Settings, load

COUPLED, NORMS = "coupled-decay", "decayed-norms"
EXCLUSIONS = {page.name for page in pages().values() if page.code.startswith("ADW3")}
STEPS = {page.name for page in pages().values() if page.code.startswith("ADW1")}


def settings(folder: Path, table: str = "", **flags: list[str]) -> Settings:
    (folder / "pyproject.toml").write_text(f"[tool.adamw-lint]\n{table}", encoding="utf-8")
    return load(folder, {key.replace("_", "-"): words for key, words in flags.items()})


def test_default_is_what_the_pages_say(tmp_path: Path) -> None:
    assert load(tmp_path, {}).selected == {page.name for page in pages().values() if page.default}


@pytest.mark.parametrize(
    ("table", "selected"),
    [
        ('select = ["ADW101"]', {COUPLED}),
        ('select = ["coupled-decay", "ADW30"]', {COUPLED, *EXCLUSIONS}),
        ('select = ["ADW1"]\nextend-select = ["ADW301"]', {*STEPS, NORMS}),
        ('select = ["ADW101", "ADW3"]\nignore = ["ADW3"]', {COUPLED}),
        ('select = ["ADW101"]\nignore = ["ADW"]', {COUPLED}),
        ('select = ["ADW101", "ADW301"]\nignore = ["decayed-norms"]', {COUPLED}),
        ('select = ["ADW"]\nignore = ["ADW3"]\nextend-select = ["ADW301"]', pages().keys() - EXCLUSIONS | {NORMS}),
    ],
)
def test_selection(tmp_path: Path, table: str, selected: set[str]) -> None:
    assert settings(tmp_path, table).selected == selected


def test_flags_go_over_the_file(tmp_path: Path) -> None:
    table = 'select = ["ADW301"]\nignore = ["ADW101"]'
    assert settings(tmp_path, table, select=["ADW101"]).selected == {COUPLED}
    assert settings(tmp_path, table, extend_select=["ADW101"]).selected == {COUPLED, NORMS}
    assert settings(tmp_path, table, ignore=["ADW3"]).selected == set()


def test_safety_is_what_the_user_says(tmp_path: Path) -> None:
    table = 'extend-safe-fixes = ["ADW101"]\nextend-unsafe-fixes = ["ADW301"]'
    written, flagged = settings(tmp_path, table), settings(tmp_path, table, extend_safe_fixes=["ADW301"])
    assert written.safety(COUPLED, Safety.UNSAFE) is Safety.SAFE
    assert written.safety(NORMS, Safety.SAFE) is Safety.UNSAFE
    assert flagged.safety(NORMS, Safety.UNSAFE) is Safety.SAFE
    assert load(tmp_path.parent, {}).safety(NORMS, Safety.SAFE) is Safety.SAFE


def test_ignores_by_file_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    found = settings(tmp_path, '[tool.adamw-lint.per-file-ignores]\n"/src/old/*" = ["ADW1"]\n"test_*.py" = ["ADW301"]')
    assert COUPLED not in found.rules("old/a.py")
    assert COUPLED in found.rules("new/a.py")
    assert NORMS not in found.rules("new/test_a.py")


def test_the_nearest_table_counts(tmp_path: Path) -> None:
    settings(tmp_path, 'select = ["ADW101"]')
    nested = tmp_path / "a" / "b"
    nested.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'a'\n")
    assert load(nested, {}).selected == {COUPLED}
    assert load(nested, {}).root == str(tmp_path.resolve())


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('selct = ["ADW101"]', "there is no key `selct`; did you mean `select`?"),
        ('select = "ADW101"', "`select` must be a list of strings"),
        ("exclude = [1]", "`exclude` must be a list of strings"),
        ('per-file-ignores = ["a"]', "`per-file-ignores` must be a table of lists"),
        ('ignore = ["coupled-decai"]', "`ignore`: there is no rule `coupled-decai`; did you mean `coupled-decay`?"),
        ('ignore = ["ADW1O1"]', "did you mean `ADW101`?"),
        ('ignore = ["A"]', "there is no rule `A`"),
        ("select = [", "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, table)
    assert str(caught.value).startswith(f"{tmp_path / 'pyproject.toml'}: ")
    assert message in str(caught.value)


def test_flags_are_checked_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="on the command line: `select`: there is no rule `E501`"):
        load(tmp_path, {"select": ["E501"]})
