"""Trees of published code: packages by exact version, repositories at a commit, each a project of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

PUBLISHED = Path(__file__).parent / "published"
SUFFIXES = (".py", ".ipynb", ".md", ".rst", ".yaml", ".yml", ".json", ".toml", ".cfg", ".gin", ".gitignore")
LINK = b"120000"  # the mode that git has for symbolic links


def listed(name: str) -> list[str]:
    """The lines of a list in tests/published."""
    return (PUBLISHED / f"{name}.txt").read_text(encoding="utf-8").split()


def package(pinned: str, folder: Path) -> Path:
    """The files of the wheel `name==version`, downloaded if it is not in the folder yet; nothing of it is run."""
    tree = folder / pinned
    if tree.exists():
        return tree
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        subprocess.run([*pip, "--only-binary", ":all:", "--dest", scratch, pinned], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(Path(scratch) / "tree")
        (Path(scratch) / "tree" / "pyproject.toml").touch()  # the root of a project
        (Path(scratch) / "tree").rename(tree)
    return tree


def repository(pinned: str, mirrors: Path, folder: Path) -> Path | None:
    """The files of `owner/name@commit` that the linter may look at, None where there is no mirror of it."""
    name, commit = pinned.split("@")
    mirror = mirrors / name.replace("/", "+") / "repo"
    git = next((each for each in (mirror, mirror / ".git") if (each / "HEAD").exists()), None)
    if git is None:
        return None
    tree = folder / pinned.replace("/", "+")
    tree.mkdir(parents=True)
    (tree / "pyproject.toml").touch()
    for path, data in _blobs(git, commit):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    return tree


def _blobs(git: Path, commit: str) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of each file of a commit; a mirror can lack its largest."""
    command = ["git", f"--git-dir={git}"]
    listing = subprocess.run([*command, "ls-tree", "-r", "-z", commit], capture_output=True, check=True).stdout
    entries = [entry.split(b"\t", 1) for entry in listing.split(b"\0") if entry]
    wanted = [
        (head.split()[2], path.decode())
        for head, path in entries
        if head.split()[1] == b"blob" and head.split()[0] != LINK and path.decode(errors="replace").endswith(SUFFIXES)
    ]
    with subprocess.Popen([*command, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as batch:
        assert batch.stdin
        assert batch.stdout
        for blob, path in wanted:
            batch.stdin.write(blob + b"\n")
            batch.stdin.flush()
            head = batch.stdout.readline().split()
            if head[-1] == b"missing":
                continue
            data = batch.stdout.read(int(head[2]))
            batch.stdout.read(1)
            yield path, data
        batch.stdin.close()
