"""A small corpus in every form that `adamw-lint corpus` reads, and what a run over it has written."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adamw_lint.corpus.batch import everywhere
from adamw_lint.corpus.columns import Columns
from adamw_lint.corpus.running import Asked
from adamw_lint.corpus.work import Done, Job, part, work

TRAIN = """import torch

from losses import penalty
from nets import Net

model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for x, y in batches:
    loss = (model(x) - y).pow(2).mean() + 0.01 * penalty(model)
    loss.backward()
    optimizer.step()
"""
LOSSES = """def penalty(model):
    return sum(p.pow(2).sum() for p in model.parameters())
"""
NETS = """import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 1)
        self.norm = torch.nn.LayerNorm(3)
"""
COUPLED = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=5e-4)\n"
GROUPS = """import torch

decayed = [p for p in model.parameters() if p.ndim > 1]
spared = [p for p in model.parameters() if p.ndim < 2]
opt = torch.optim.AdamW([{"params": decayed}, {"params": spared, "weight_decay": 0}], lr=1e-3)
"""
PLAIN = "def add(a, b):\n    return a + b\n"

POISON, FLAKY = 1, 3  # the numbers of a partition that always ends its process, and of one that does so once

# The rows of two repositories, and of one that has a single file.
FILES: dict[str, dict[str, str]] = {
    "lab/joined": {"train.py": TRAIN, "losses.py": LOSSES, "nets.py": NETS, "plain.py": PLAIN},
    "lab/groups": {"src/run.py": GROUPS, "src/plain.py": PLAIN, "broken.py": "opt = Adam(\n"},
    "lone": {"one.py": COUPLED},
}


def rows() -> list[dict[str, Any]]:
    """One row for each file, as a table of code has it."""
    return [
        {"content": text, "path": path, "repo": repo, "date": "2021-03-04"}
        for repo, files in FILES.items()
        for path, text in files.items()
    ]


def parquet(path: Path, group: int = 3) -> Path:
    """The rows as Parquet."""
    pq.write_table(pa.Table.from_pylist(rows()), path, row_group_size=group)
    return path


def lines(path: Path) -> Path:
    """The rows as JSON-lines, packed as the name says."""
    data = "".join(json.dumps(row) + "\n" for row in rows()).encode()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(data))
    elif path.suffix == ".zst":
        with pa.CompressedOutputStream(str(path), "zstd") as file:
            file.write(data)
    else:
        path.write_bytes(data)
    return path


def archive(path: Path, files: dict[str, str]) -> Path:
    """Files as a tar or zip archive, packed as the name says."""
    if path.suffix in (".zip", ".whl"):
        with zipfile.ZipFile(path, "w") as held:
            for name, text in files.items():
                held.writestr(name, text)
        return path
    mode: Any = {".gz": "w:gz", ".xz": "w:xz", ".bz2": "w:bz2"}.get(path.suffix, "w")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as tape:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(text.encode()), 1_600_000_000
            tape.addfile(member, io.BytesIO(text.encode()))
    path.write_bytes(
        pa.compress(packed.getvalue(), "zstd", asbytes=True) if path.suffix == ".zst" else packed.getvalue()
    )
    return path


def repository(folder: Path, files: dict[str, str]) -> Path:
    """Files as the one commit of a bare git repository."""
    work = folder.with_suffix(".work")
    for name, text in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    said = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "-f", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run(["git", *said, *words], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(folder)], check=True)
    return folder


def asked(out: Path, *places: Path | str, resume: bool = False, **columns: Any) -> Asked:
    """A run over some places into a folder."""
    return Asked(tuple(map(str, places)), out, Columns(**columns), everywhere({}), resume=resume)


def told(out: Path) -> list[dict[str, Any]]:
    """Everything that stands in a folder of results, without what is null."""
    return [{key: value for key, value in row.items() if value is not None} for row in _rows(out)]


def _rows(out: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(out.glob(part(out, 0).name.replace("000000", "*"))):
        yield from pq.read_table(path).to_pylist()


def poisoned(job: Job) -> Done:
    """Work that ends the process at one partition, and for the first time at another."""
    once = Path(job.folder) / ".once"
    if job.number == POISON or (job.number == FLAKY and not once.exists()):
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return work(job)
