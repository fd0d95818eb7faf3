"""Measures this linter against others in one command: `python -m benchmarks`, in a checkout with its test extra."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from benchmarks.corpus import REPEATED, fetched, heavy, repeated
from benchmarks.measure import Cost, Paired, cost, paired
from benchmarks.peers import PROJECT, ours, peers
from benchmarks.profile import profile
from benchmarks.report import Results, circumstances, table, written
from benchmarks.rows import Places, Row, rows

PAGE = PROJECT / "benchmarks" / "README.md"
PLOT = PROJECT / "docs" / "benchmark.svg"
GROWTH = (1, 4, 16, 64)


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Where the corpus and the peers are, or will be.")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), help="A corpus that is there already.")
@click.option("--runs", default=7, show_default=True, help="Pairs of runs for each row.")
@click.option("--only", metavar="TEXT", default="", help="Only the rows whose name has this text in it.")
@click.option("--growth/--no-growth", default=True, help="Measure time against the size of the tree.")
@click.option("--profile", "profiled", is_flag=True, help="Show where the time goes on the whole corpus, and end.")
@click.option("--write", is_flag=True, help="Write the table into benchmarks/README.md and draw docs/benchmark.svg.")
def main(
    folder: Path | None, corpus: Path | None, runs: int, only: str, growth: bool, profiled: bool, write: bool
) -> None:
    """Download the corpus and the peers, run each pair of commands in turn, and print the table."""
    folder = folder or _cache() / "adamw-lint-benchmarks"
    corpus = corpus or fetched(folder / "corpus")
    if profiled:
        profile(corpus)
        return
    programs, others = ours(folder / "ours"), peers(folder / "others")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        places = Places(programs, others, corpus.resolve(), heavy(corpus, Path(scratch) / "heavy"), Path(scratch))
        results = Results(_rows(places, only, runs), _growth(places, runs) if growth else {})
    told = f"{circumstances(corpus, _command())}\n{table(results)}"
    print(told)
    if write:
        from benchmarks.plot import draw

        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), told), encoding="utf-8")
        draw(results, PLOT)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _command() -> str:
    """What was typed, without what only this machine has: paths."""
    options = [word for word in sys.argv[1:] if word.startswith("--") and word not in ("--folder", "--corpus")]
    return " ".join(["python -m benchmarks", *options])


def _rows(places: Places, only: str, runs: int) -> list[tuple[Row, Paired]]:
    found = []
    for row in rows(places):
        if only in row.name:
            print(f"{row.name}: {row.ours} | {row.peer}", file=sys.stderr)
            found.append((row, paired(row.ours, row.peer, _environment(places), runs)))
    return found


def _growth(places: Places, runs: int) -> dict[int, tuple[Cost, ...]]:
    """The cost of each number of trees, the numbers run in turn."""
    tree = places.corpus / REPEATED
    commands = {
        times: places.ours("--no-cache", ".", at=repeated(tree, times, places.scratch / f"times_{times}"))
        for times in GROWTH
    }
    print(f"growth: {', '.join(map(str, commands))} trees", file=sys.stderr)
    rounds = [
        {times: cost(command, _environment(places), run) for times, command in commands.items()}
        for run in range(min(runs, 5) + 1)
    ][1:]
    return {times: tuple(each[times] for each in rounds) for times in commands}


def _environment(places: Places) -> Mapping[str, str]:
    """As it is in a shell of the environment, where Python keeps its bytecode."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ADAMW_LINT"))}
    return kept | {"PATH": f"{places.programs}{os.pathsep}{kept.get('PATH', '')}"}


if __name__ == "__main__":
    main()
