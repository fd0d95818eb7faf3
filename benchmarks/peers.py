"""Who is compared: this linter as it is installed, and others at pinned versions, each in an environment of its own."""

import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).parent.parent
PEERS = {
    "fixit": "2.2.1",
    "flake8": "7.5.0",
    "ripgrep": "14.1.0",
    "ruff": "0.17.6",
    "torchfix": "0.7.0",
}


def ours(folder: Path) -> Path:
    """The folder of programs of an environment that holds this checkout, as it would be installed."""
    programs, pip = _environment(folder)
    _run([*pip, str(PROJECT)])
    _run([*pip, "--force-reinstall", "--no-deps", str(PROJECT)])  # pip takes one version for one state of the files
    return programs


def peers(folder: Path) -> Path:
    """The folder of programs of an environment that holds the others; TorchFix wants an older LibCST than we do."""
    programs, pip = _environment(folder)
    _run([*pip, *(f"{name}=={version}" for name, version in PEERS.items())])
    return programs


def _environment(folder: Path) -> tuple[Path, list[str]]:
    """The programs of a virtual environment, which is made where there is none, and the words of its pip."""
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not folder.exists():
        venv.create(folder, with_pip=True)
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    return programs, pip


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)
