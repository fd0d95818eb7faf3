"""Measures `adamw-lint corpus` over a million files: `python -m benchmarks.scale`, with the test extra."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import click

from benchmarks.generated import repositories, tables
from benchmarks.measure import Command, Cost, Paired, cost

PROJECT = Path(__file__).parent.parent
PATTERN = r"\bAdamW?\("  # what anybody would search for first
_PERIOD = 0.5  # seconds between two looks at the memory

READ = """
import sys
import pyarrow.compute as pc, pyarrow.dataset as ds
rows = ds.dataset(sys.argv[1])
found = rows.count_rows(filter=pc.match_substring_regex(ds.field("content"), sys.argv[2]))
print(found)
"""
BLOBS = """
import subprocess, sys
from pathlib import Path
for git in sorted(Path(sys.argv[1]).iterdir()):
    names = subprocess.run(["git", "-C", git, "ls-tree", "-r", "--object-only", "HEAD"], capture_output=True).stdout
    subprocess.run(["git", "-C", git, "cat-file", "--batch"], input=names, stdout=subprocess.DEVNULL)
"""


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Where the rows are, or will be.")
@click.option("--rows", default=1_000_000, show_default=True, help="Rows of Parquet.")
@click.option("--blobs", default=100_000, show_default=True, help="Files in bare repositories.")
@click.option("--share", default=0.0001, show_default=True, help="How many of them build an optimizer.")
@click.option("--runs", default=3, show_default=True, help="Pairs of runs.")
def main(folder: Path | None, rows: int, blobs: int, share: float, runs: int) -> None:
    """Make the rows, run each pair of commands in turn, and print the ratios and the memory."""
    with tempfile.TemporaryDirectory() as scratch:
        at = folder or Path(scratch)
        few = tables(at / f"rows-{rows // 4}-{share}", rows // 4, share)
        compared(f"{rows // 4:,} rows of Parquet", few, READ, runs)
        shards = tables(at / f"rows-{rows}-{share}", rows, share)
        compared(f"{rows:,} rows of Parquet", shards, READ, runs)
        git = repositories(at / f"git-{blobs}-{share}", blobs, share)
        compared(f"{blobs:,} files in bare repositories", git, BLOBS, runs)


def compared(name: str, place: Path, program: str, runs: int) -> None:
    """Run both commands in turn, and print what they cost and how much memory ours took."""
    peer = Command((sys.executable, "-c", program, str(place), PATTERN), PROJECT)
    pairs: list[tuple[Cost, Cost]] = []
    peaks: list[int] = []
    with tempfile.TemporaryDirectory() as scratch:
        for run in range(runs):
            with watched() as peak:
                our = cost(ours(place, Path(scratch)), os.environ, run)
            pairs.append((our, cost(peer, os.environ, run)))
            peaks.append(peak())
    found = Paired(tuple(our for our, _ in pairs), tuple(their for _, their in pairs))
    for of, unit in (("wall", "s by the clock"), ("cpu", "s of the processors")):
        mine, theirs = found.middle(of)
        said = f"{mine:.1f} against {theirs:.1f} {unit}, ratio of the throughput {1 / found.ratio(of):.2f}"
        print(f"{name}: {said}", flush=True)
    print(f"{name}: all processes together take {max(peaks) / 1e6:,.0f} MB at most", flush=True)


def ours(place: Path, scratch: Path) -> Command:
    """A whole run of the command, into a folder that is not there yet."""
    out = scratch / "out"
    words = (sys.executable, "-P", "-m", "adamw_lint", "corpus", str(place), "--out", str(out), "--quiet")
    return Command(words, PROJECT, lambda _: shutil.rmtree(out, ignore_errors=True), may_fail=False)


@contextmanager
def watched() -> Iterator[Callable[[], int]]:
    """Inside, the memory of all processes below this one is looked at again and again; what it was at most."""
    ended, most = Event(), [0]

    def look() -> None:
        while not ended.wait(_PERIOD):
            most[0] = max(most[0], _memory())

    thread = Thread(target=look)
    thread.start()
    try:
        yield lambda: most[0]
    finally:
        ended.set()
        thread.join()


def _memory() -> int:
    """The proportional share in memory of every process below this one, in bytes."""
    import psutil

    total = 0
    for each in psutil.Process().children(recursive=True):
        try:
            total += each.memory_full_info().pss
        except psutil.Error:
            continue
    return total


if __name__ == "__main__":
    main()
