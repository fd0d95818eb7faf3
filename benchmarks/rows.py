"""The table: each row is one promise about speed or memory, with what it is measured against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import python_files
from benchmarks.measure import Command

MOST_MEMORY = 150_000_000  # bytes a process

CLEAN = '''"""Reads settings."""

import json
import pathlib


def settings(path):
    return json.loads(pathlib.Path(path).read_text())
'''
LAYER = """

class Block{number}(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, 4 * width)
        self.norm = nn.LayerNorm(width)
        self.second = nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.second(torch.relu(self.first(self.norm(x))))
"""
TRAINING = """

def train(batches, width=64, steps=1000):
    model = nn.Sequential(*(block(width) for block in BLOCKS))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)
    for step, (x, y) in zip(range(steps), batches):
        loss = nn.functional.mse_loss(model(x), y)
        loss = loss + 1e-4 * sum(p.pow(2).sum() for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
SCRIPT = (
    "import torch\nfrom torch import nn\n"
    + "".join(LAYER.format(number=number) for number in range(21))
    + f"\n\nBLOCKS = [{', '.join(f'Block{number}' for number in range(21))}]\n"
    + TRAINING
)


@dataclass(frozen=True, slots=True)
class Row:
    """What is done, by us and by whom else, and how much of the other's cost ours may be."""

    name: str
    ours: Command
    peer: Command
    bar: float | None
    wish: float | None = None
    of: str = "wall"


@dataclass(frozen=True, slots=True)
class Places:
    """Where our programs and those of others are, and what they are run on."""

    programs: Path
    peers: Path
    corpus: Path
    heavy: Path
    scratch: Path

    def peer(self, name: str, *words: str, at: Path) -> Command:
        """A command of another program."""
        return Command((str(self.peers / name), *words), at)

    def ours(self, *words: str, at: Path, before: Callable[[int], None] | None = None) -> Command:
        """A command of this linter, told as other linters tell theirs."""
        return Command((str(self.programs / "adamw-lint"), "--quiet", "--format", "concise", *words), at, before)


def rows(places: Places) -> Iterator[Row]:
    """Every row of the table."""
    yield from _corpus(places)
    yield from _heavy(places)
    yield from _files(places)


def _corpus(places: Places) -> Iterator[Row]:
    at = places.corpus
    cold = places.ours("--no-cache", ".", at=at)
    ruff = ("check", "--quiet", "--isolated", "--select", "NPY")
    yield Row("corpus, cold", cold, places.peer("ruff", *ruff, "--no-cache", ".", at=at), 0.9, 0.4)
    yield Row("corpus, cold", cold, places.peer("rg", "-l", "Adam", "-g", "*.py", ".", at=at), 15, 5)
    warm = places.ours("--cache-dir", str(places.scratch / "ours"), ".", at=at)
    cached = places.peer("ruff", *ruff, "--cache-dir", str(places.scratch / "ruff"), ".", at=at)
    yield Row("corpus, warm", warm, cached, 1.5, 1.0)


def _heavy(places: Places) -> Iterator[Row]:
    at = places.heavy
    cold = places.ours("--no-cache", ".", at=at)
    yield Row("optimizer-heavy files, cold", cold, places.peer("torchfix", ".", at=at), 1 / 15, 1 / 40)
    yield Row("optimizer-heavy files, cold", cold, places.peer("fixit", "--quiet", "lint", ".", at=at), 1 / 10)
    yield Row("optimizer-heavy files, cold", cold, places.peer("flake8", "--isolated", ".", at=at), None)


def _files(places: Places) -> Iterator[Row]:
    """Files as an editor or a hook hands them over: they have just changed, the rest of the cache is as it was."""
    at = places.scratch / "files"
    (at / "hook").mkdir(parents=True, exist_ok=True)
    cache = ("--cache-dir", str(places.scratch / "files-cache"))

    def python(code: str) -> Command:
        return Command((str(places.programs / "python"), "-c", code), at)

    def changed(name: str, text: str) -> Callable[[int], None]:
        def change(run: int) -> None:
            (at / name).write_text(f"{text}# {run}\n", encoding="utf-8")

        return change

    clean = places.ours(*cache, "clean.py", at=at, before=changed("clean.py", CLEAN))
    yield Row("one file without an optimizer", clean, python("import click"), 1.3)
    script = places.ours(*cache, "train.py", at=at, before=changed("train.py", SCRIPT))
    yield Row("one 250-line script with findings", script, python("import click, libcst"), 2.5, 1.5)
    handed = list(python_files(places.corpus / "lightning"))[::26][:10]
    names = [f"hook/{number}.py" for number in range(len(handed))]
    texts = [path.read_text(encoding="utf-8") for path in handed]

    def all_changed(run: int) -> None:
        for name, text in zip(names, texts, strict=True):
            (at / name).write_text(f"{text}\n# {run}\n", encoding="utf-8")

    ten = places.ours(*cache, *names, at=at, before=all_changed)
    ruff = places.peer("ruff", "check", "--quiet", "--isolated", "--select", "NPY", *names, at=at)
    yield Row("ten files, as a hook hands them over", ten, ruff, None)
