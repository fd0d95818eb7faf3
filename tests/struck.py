"""Lets the limit of time strike at random moments of a lint, and looks what comes of it and of what is linted after it.

    python tests/struck.py 500 --seed 1

Files in which something is found because of others of their project are linted again and again, each time with a limit
that is a random part of what a whole lint takes. A lint must either end as ever or be told to have taken too long, and
after that all of them must be linted as if nothing had happened, by the same process. Exit code 1 if not.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from adamw_lint.engine import lint, read
from adamw_lint.errors import LintError
from adamw_lint.limit import OverdueError, limited
from adamw_lint.read.project import forget
from adamw_lint.settings import Settings, load

FILES = {
    "pyproject.toml": "[tool.adamw-lint]\nselect = ['ADW']\n",
    "parts/__init__.py": "from .models import Net\n",
    "parts/models.py": """
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(4)])
        self.norm = nn.LayerNorm(width)


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(width) for _ in range(3)])
        self.head = nn.Linear(width, 1)
""",
    "parts/losses.py": """
def penalty(model):
    total = 0
    for p in model.parameters():
        total = total + p.pow(2).sum()
    return total
""",
    "train.py": """
import torch
from parts import Net

model = Net()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
""",
    "tune.py": """
import torch
from parts.losses import penalty
from parts.models import Net


def tune(batches):
    model = Net(16)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for x, y in batches:
        loss = torch.nn.functional.mse_loss(model(x), y) + 0.1 * penalty(model)
        loss.backward()
        optimizer.step()
""",
}
PROGRAMS = ("train.py", "parts/losses.py")  # where what is found stands, because of other files


@dataclass
class Tally:
    """How many lints were cut short, and what was wrong."""

    struck: int = 0
    faults: list[str] = field(default_factory=list)


def struck(folder: Path, times: int, seed: int) -> Tally:
    """What came of so many lints in a folder, each with a limit of its own."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip("\n"))
    settings, chance, tally = load(folder, {}), random.Random(seed), Tally()
    paths = [str(folder / name) for name in PROGRAMS]
    truth = {path: _found(path, settings) for path in paths}
    assert all(truth.values())
    began = time.monotonic()
    for path in paths:
        forget()
        _found(path, settings)
    whole = (time.monotonic() - began) / len(paths)
    for number in range(times):
        forget()
        tally.faults += (f"strike {number}: {each}" for each in _strike(paths, truth, settings, chance, whole, tally))
    return tally


def _strike(
    paths: list[str],
    truth: dict[str, list[str]],
    settings: Settings,
    chance: random.Random,
    whole: float,
    tally: Tally,
) -> Iterator[str]:
    path = chance.choice(paths)
    try:
        with limited(path, chance.uniform(0.01, 1.0) * whole):
            found = _found(path, settings)
        if found != truth[path]:
            yield f"{path}: {found}"
    except OverdueError:
        tally.struck += 1
    except LintError as error:
        yield str(error)
    for each in paths:
        if (found := _found(each, settings)) != truth[each]:
            yield f"{each}, afterwards: {found}"


def _found(path: str, settings: Settings) -> list[str]:
    return [
        f"{source.position(each.span.start)} {each.rule} {each.message}"
        for source in read(path, settings)
        for each in lint(source, settings)
    ]


@click.command()
@click.argument("times", type=int)
@click.option("--seed", default=1, show_default=True)
def main(times: int, seed: int) -> None:
    """Let the limit strike that many times."""
    with tempfile.TemporaryDirectory() as folder:
        tally = struck(Path(os.path.realpath(folder)), times, seed)
    for fault in tally.faults:
        print(fault)
    print(f"{times} lints, {tally.struck} cut short, {len(tally.faults)} faults")
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
