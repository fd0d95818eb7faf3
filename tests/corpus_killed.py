"""Kills `adamw-lint corpus` at random moments, goes on each time, and holds the results against those of a whole run.

    python tests/corpus_killed.py 20

The run is killed with SIGKILL that many times, each time after a random part of the time that a whole one takes, and
resumed; one that is through before begins anew. In the end every partition must be what it is in a run that nobody
disturbed, and nothing else may be there. Exit code 1 if not.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from corpora import rows, told

GROUPS = 120


def plant(folder: Path) -> Path:
    """As many tables, each a partition, with the same programs of other repositories."""
    for number in range(GROUPS):
        some = [{**row, "repo": f"{row['repo']}/{number}"} for row in rows() * 4]
        pq.write_table(pa.Table.from_pylist(some), folder / f"shard{number:03d}.parquet")
    return folder


def command(place: Path, out: Path, *words: str) -> list[str]:
    """The command as it is typed."""
    return [sys.executable, "-P", "-m", "adamw_lint", "corpus", str(place), "--out", str(out), "-q", "-j", "2", *words]


def killed(place: Path, out: Path, wait: float) -> bool:
    """Go on with a run and kill it after some seconds; whether it was still running then."""
    process = subprocess.Popen(command(place, out, "--resume"), stdout=subprocess.DEVNULL)
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def is_same(place: Path, whole: Path, out: Path) -> bool:
    """Go on with a run to its end, and say whether it is what one is that nobody disturbed."""
    subprocess.run(command(place, out, "--resume"), check=True, stdout=subprocess.DEVNULL)
    names = [sorted(path.name for path in each.iterdir()) for each in (whole, out)]
    return told(whole) == told(out) and names[0] == names[1]


def main(times: int, seed: int) -> int:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        place, whole, out = (Path(scratch) / name for name in ("in", "whole", "out"))
        place.mkdir()
        plant(place)
        begun = time.monotonic()
        subprocess.run(command(place, whole), check=True, stdout=subprocess.DEVNULL)
        takes = time.monotonic() - begun
        hits = runs = faults = 0
        while hits < times:
            hit = killed(place, out, chance.uniform(0, takes * 2 / times + 0.5 * takes * (hits % 4 == 0)))
            hits += hit
            if not hit or hits == times:  # it was through before it could be killed, or has been killed enough
                runs += 1
                faults += not is_same(place, whole, out)
                shutil.rmtree(out)
    print(f"killed {hits} times in {runs} runs to the end (an undisturbed one takes {takes:.1f} s)")
    print(f"NOT THE SAME: {faults}" if faults else "identical")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
