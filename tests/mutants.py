"""Tries a random sample of mutmut's mutants, each against the tests that reach it, and tells how many are killed.

    python tests/mutants.py 300 --seed 1

Mutants of what pyproject.toml names are drawn at random, from each module in proportion to how many it has; `mutmut`
makes them and runs the tests that are listed there. What is killed is told with the 95 % confidence interval that it
gives for all mutants, then each mutant that survived, as a diff. Exit code 1 if fewer than 90 % are killed.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

MADE = Path("mutants")
KILLED = {1, 3, 24, 36, 152, 255, -24}  # the exit codes of a test that failed, and of one that never ended
ENOUGH = 0.9


def drawn(names: list[str], count: int, seed: int) -> list[str]:
    """So many of the names, from each module in proportion: every so manieth of all, shuffled within their modules."""
    chance = random.Random(seed)
    shuffled = sorted(sorted(names), key=lambda name: (_module(name), chance.random()))
    step, start = len(names) / count, chance.random()
    return [shuffled[int((start + number) * step)] for number in range(count)]


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (E. B. Wilson, JASA 22, 1927)."""
    share, z = killed / tried, 1.96
    middle = share + z * z / (2 * tried)
    around = z * sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    whole = 1 + z * z / tried
    return (middle - around) / whole, (middle + around) / whole


def _module(name: str) -> str:
    return name.rpartition(".")[0]


def _outcomes() -> dict[str, int | None]:
    """What became of each mutant that was made, None where it was not tried."""
    metas = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(MADE.rglob("*.meta")))
    return {name: code for meta in metas for name, code in meta["exit_code_by_key"].items()}


def _mutmut(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def main() -> None:
    """Make the mutants, try a sample of them, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _mutmut("run", "no mutant has this name")  # makes them all, notes which test reaches which, and tries none
    sample = drawn([*_outcomes()], options.count, options.seed)
    done = _mutmut("run", "--max-children", "1", *sample)
    came = _outcomes()
    if done.returncode or any(came[name] is None for name in sample):
        sys.exit(f"mutmut ended before all were tried: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    alive = [name for name in sample if came[name] not in KILLED]
    for module, tried in Counter(map(_module, sample)).items():
        print(f"{tried - sum(_module(name) == module for name in alive):>5} of {tried:>3} {module}")
    killed = len(sample) - len(alive)
    low, high = interval(killed, len(sample))
    print(f"{killed} of {len(sample)} killed, {killed / len(sample):.1%}; of all {len(came)}, {low:.1%} to {high:.1%}")
    for name in alive:
        print(_mutmut("show", name).stdout)
    sys.exit(killed < ENOUGH * len(sample))


if __name__ == "__main__":
    main()
