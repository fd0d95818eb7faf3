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
from benchmarks.measure import Command, Paired, cost, paired

PROJECT = Path(__file__).parent.parent
PATTERN = r"\bAdamW?\("  # what anybody would search for first
_PERIOD = 0.1  # seconds between two looks at the memory

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
@click.option("--share", default=0.0003, show_default=True, help="How many of them build an optimizer.")
@click.option("--runs", default=3, show_default=True, help="Pairs of runs.")
def main(folder: Path | None, rows: int, blobs: int, share: float, runs: int) -> None:
    """Make the rows, run each pair of commands in turn, and print the ratios and the memory."""
    with tempfile.TemporaryDirectory() as scratch:
        at = folder or Path(scratch)
        shards = tables(at / f"rows-{rows}-{share}", rows, share)
        few = tables(at / f"rows-{rows // 4}-{share}", rows // 4, share)
        git = repositories(at / f"git-{blobs}-{share}", blobs, share)
        for name, place, program in (("rows of Parquet", shards, READ), ("blobs of git", git, BLOBS)):
            peer = Command((sys.executable, "-c", program, str(place), PATTERN), PROJECT)
            told(name, paired(ours(place, Path(scratch)), peer, os.environ, runs))
        for name, place in ((f"{rows // 4:,} rows", few), (f"{rows:,} rows", shards)):
            with watched() as peak:
                cost(ours(place, Path(scratch)), os.environ, 0)
            print(f"peak memory of all processes, {name}: {peak() / 1e6:,.0f} MB")


def ours(place: Path, scratch: Path) -> Command:
    """A whole run of the command, into a folder that is not there yet."""
    out = scratch / "out"
    words = (sys.executable, "-P", "-m", "adamw_lint", "corpus", str(place), "--out", str(out), "--quiet")
    return Command(words, PROJECT, lambda _: shutil.rmtree(out, ignore_errors=True), may_fail=False)


def told(name: str, pairs: Paired) -> None:
    """Print what a pair of commands cost."""
    for of, unit in (("wall", "s by the clock"), ("cpu", "s of the processors")):
        our, their = pairs.middle(of)
        print(f"{name}: {our:.1f} and {their:.1f} {unit}, ratio of the throughput {1 / pairs.ratio(of):.2f}")


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
