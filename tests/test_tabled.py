"""Files that stand in a table answer what the same files on disk answer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from adamw_lint.engine import lint, sources_of
from adamw_lint.read.asked import (
    Files,
    bytes_at,
    files_of,
    is_file,
    is_folder,
    is_there,
    requirements,
    stamp_of,
    standing,
)
from adamw_lint.read.declared import declares_older
from adamw_lint.read.tabled import Tabled, plain
from adamw_lint.settings import Settings

TRAIN = """from torch import optim

from lab.nets import Net

optim.Adam(Net().parameters(), weight_decay=1)
"""
TREE = {
    "setup.py": "from setuptools import setup\n",
    "requirements-dev.txt": "torch==2.1\n",
    "lab/__init__.py": "",
    "lab/train.py": TRAIN,
    "lab/nets.py": "import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n",
    "lab/b/deep.ipynb": "{}",
    "lab/b.py": "",
    "docs/a.md": "",
    ".hidden/a.py": "",
    "build/lib/a.py": "",
}
SETTINGS = Settings(frozenset({"coupled-decay"}))


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture
def table() -> Tabled:
    return Tabled({name: partial(bytes, text.encode()) for name, text in TREE.items()})


def relative(paths: list[str], root: str | Path) -> list[str]:
    return [Path(path).relative_to(root).as_posix() for path in paths]


def test_a_table_lists_what_a_walk_lists(disk: Path, table: Tabled) -> None:
    files: Files = table
    with standing(files):
        listed = files_of(table.root)
    assert relative(listed, table.root) == relative(files_of(str(disk)), disk)


@pytest.mark.parametrize("name", ["", *TREE, ".git", "lab", "lab/b", "absent", "lab/absent.py"])
def test_a_table_answers_what_the_disk_answers(name: str, disk: Path, table: Tabled) -> None:
    here = (is_file(disk / name), is_folder(disk / name), is_there(disk / name))
    size = stamp_of(disk / name)[:1] if is_file(disk / name) else ()
    with standing(table):
        path = str(Path(table.root, name)) if name else table.root
        assert (is_file(path), is_folder(path), is_there(path)) == here
        assert stamp_of(path)[:1] == size


def test_a_table_states_versions(disk: Path, table: Tabled) -> None:
    here = [Path(path).name for path, _ in requirements(disk)]
    with standing(table):
        there = [Path(path).name for path, _ in requirements(table.root)]
        assert declares_older(table.at("lab/train.py"), "torch", "2.2")
        assert not declares_older(table.at("lab/train.py"), "torch", "2.0")
    assert there == here == ["setup.py", "requirements-dev.txt"]


def test_a_program_in_a_table_is_linted_as_one_on_disk(disk: Path, table: Tabled) -> None:
    (source,) = sources_of((disk / "lab/train.py").read_bytes(), str(disk / "lab/train.py"), SETTINGS)
    expected = lint(source, SETTINGS)
    with standing(table):
        path = table.at("lab/train.py")
        (other,) = sources_of(bytes_at(path), path, SETTINGS)
        assert lint(other, SETTINGS) == expected
    assert expected


def test_a_file_that_is_not_in_the_table_cannot_be_read(disk: Path, table: Tabled) -> None:
    with standing(table), pytest.raises(FileNotFoundError):
        bytes_at(disk / "setup.py")


@pytest.mark.parametrize(
    ("written", "meant"), [("/a/b.py", "a/b.py"), ("./a//b.py", "a/b.py"), ("..\\a\\b.py", "a/b.py")]
)
def test_a_path_counts_below_its_repository(written: str, meant: str) -> None:
    assert plain(written) == meant
    table = Tabled({written: lambda: b"x = 1"})
    assert table.bytes_of(table.at(meant)) == b"x = 1"
