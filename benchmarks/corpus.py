"""The corpus: what published packages hold, each at a pinned version, downloaded once, outside the checkout."""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

PACKAGES = {
    "accelerate": "1.15.0",
    "diffusers": "0.42.1",
    "espnet": "202511",
    "gluonts": "0.17.0",
    "lightning": "2.6.6",
    "mmengine": "0.10.7",
    "monai": "1.6.1",
    "peft": "0.21.2",
    "speechbrain": "1.1.2",
    "timm": "1.0.31",
    "torch-geometric": "2.8.1",
    "torchrl": "0.14.1",
    "transformers": "5.24.0",
    "trl": "1.16.0",
    "ultralytics": "8.4.190",
}
HEAVY = ("timm/timm/optim", "lightning/lightning/pytorch/core", "transformers/transformers/trainer.py")
REPEATED = "mmengine"  # the tree that is linked 1, 4, 16 and 64 times; sixty-four of it are as large as the corpus


def fetched(folder: Path) -> Path:
    """The corpus in a folder, with what was not there yet."""
    for name, version in PACKAGES.items():
        if not (folder / name).exists():
            print(f"downloading {name} {version}", file=sys.stderr)
            _unpack(name, version, folder)
    return folder


def _unpack(name: str, version: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as wheels:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", wheels, f"{name}=={version}"], check=True)
        (wheel,) = Path(wheels).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(Path(wheels) / name)
        (Path(wheels) / name).rename(folder / name)


def size(folder: Path) -> tuple[int, int]:
    """How many files of Python there are below a folder, and their bytes."""
    sizes = [path.stat().st_size for path in python_files(folder)]
    return len(sizes), sum(sizes)


def python_files(folder: Path) -> Iterator[Path]:
    """The files of Python below a folder, in order."""
    return (path for path in sorted(folder.rglob("*.py")) if path.is_file())


def heavy(corpus: Path, folder: Path) -> Path:
    """The files whose subject are optimizers, gathered in a folder of their own."""
    for each in HEAVY:
        found = corpus / each
        for path in python_files(found) if found.is_dir() else [found]:
            target = folder / path.relative_to(corpus)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


def repeated(tree: Path, times: int, folder: Path) -> Path:
    """A folder with links to the files of a tree, that many times over, each time as a project of its own."""
    for number in range(times):
        for path in python_files(tree):
            target = folder / f"copy_{number}" / path.relative_to(tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)
        (folder / f"copy_{number}" / "pyproject.toml").touch()
    return folder
