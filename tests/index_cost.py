"""What the files around it cost: one file linted in a project of 2,000 files, against the same file linted alone.

    python tests/index_cost.py [RUNS]

Both are whole processes, run in turn; the ratio of each pair is taken, so that a noisy machine weighs on both sides.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

TRAIN = """
import torch

from package.module_7 import Dataset, Net
from package.module_42 import helper

model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)
for batch in Dataset():
    loss = helper(model(batch))
    loss.backward()
    optimizer.step()
"""
MODULE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x):
        return self.layer(x)


class Dataset(list):
    pass


def helper(x):
    return x.mean()
"""


def _project(folder: Path, files: int) -> Path:
    (folder / "package").mkdir()
    (folder / "pyproject.toml").write_text("")
    (folder / "package" / "__init__.py").write_text("")
    for number in range(files):
        (folder / "package" / f"module_{number}.py").write_text(MODULE * 4)
    (folder / "train.py").write_text(TRAIN)
    return folder


def _seconds(folder: Path) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-m", "adamw_lint", "--quiet", "train.py"], cwd=folder, capture_output=True)
    return perf_counter() - began


def main() -> None:
    """Print the median of the paired ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as alone, tempfile.TemporaryDirectory() as among:
        one, many = _project(Path(alone), 0), _project(Path(among), 2_000)
        pairs = [(_seconds(many), _seconds(one)) for _ in range(runs + 1)][1:]
    print(f"in a project of 2,000 files: {median(each[0] / each[1] for each in pairs):.2f} × alone ({runs} pairs)")


if __name__ == "__main__":
    main()
