"""Kills `adamw-lint --fix` at random moments and looks whether a file was torn or something left behind.

    python tests/killed.py 500

Each time a tree of files is planted anew, a run over it is killed with SIGKILL after a random part of the time that a
whole run takes, and every file must have its old or its new text; then a second run must finish the work and clear away
what the first left. Exit code 1 if any of this fails.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = """import torch

model = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
"""
FIXED = PROGRAM.replace("Adam(", "AdamW(")


def plant(folder: Path, files: int) -> None:
    """Write programs with one mistake each into folders below one."""
    (folder / "pyproject.toml").write_text("[tool.adamw-lint]\nselect = ['coupled-decay']\n")
    for number in range(files):
        path = folder / f"part{number % 4}" / f"train{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PROGRAM)


def fixed_tree(folder: Path) -> list[str]:
    """What is wrong with a tree over which a run has ended: files not fixed, and files that were not planted."""
    return [*_unlike(folder, {FIXED}), *(f"{path}: left behind" for path in _others(folder))]


@dataclass
class Tally:
    """What went wrong, and how many runs were killed between opening a new file and putting it in place."""

    writing: int = 0
    faults: list[str] = field(default_factory=list)


def torn(folder: Path, kills: int, files: int, seed: int) -> Tally:
    """What came of so many killed runs over so many files."""
    plant(folder, files)
    whole = _timed(folder)
    chance = random.Random(seed)
    tally = Tally()
    for _ in range(kills):
        plant(folder, files)
        child = _forked(folder)
        time.sleep(chance.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        tally.faults += _unlike(folder, {PROGRAM, FIXED})
        tally.writing += bool(_others(folder))
        _timed(folder)
        tally.faults += fixed_tree(folder)
    return tally


def _unlike(folder: Path, texts: set[str]) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        if path.read_text() not in texts:
            yield f"{path}: neither the old text nor the new one"


def _others(folder: Path) -> list[Path]:
    planted = {".py", ".toml"}
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in planted]


def _timed(folder: Path) -> float:
    began = time.monotonic()
    os.waitpid(_forked(folder), 0)
    return time.monotonic() - began


def _forked(folder: Path) -> int:
    """A run of the command in a process of its own, which need not import anything first."""
    from adamw_lint.cli import main
    from adamw_lint.model import module  # noqa: F401

    child = os.fork()
    if child:
        return child
    try:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        main(["--fix", "--no-cache", "."])
    finally:
        os._exit(0)


def _report() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        tally = torn(Path(folder), kills, files=20, seed=time.time_ns())
    print(f"{kills} runs killed, {tally.writing} of them while they wrote a file; {len(tally.faults)} faults")
    sys.exit("\n".join(tally.faults) or None)


if __name__ == "__main__":
    _report()
