"""Measures this linter against others in one command: `python -m benchmarks`, in a checkout with its test extra."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from benchmarks import profile
from benchmarks.corpus import REPEATED, fetched, heavy, repeated
from benchmarks.measure import Cost, Paired, TooLongError, cost, paired
from benchmarks.peers import PROJECT, ours, peers
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
@click.option("--limit", default=600.0, show_default=True, help="Seconds that one run of a command may take.")
@click.option("--growth/--no-growth", default=True, help="Measure time against the size of the tree.")
@click.option("--profile", "profiled", is_flag=True, help="Show where the time of a cold run goes, and end.")
@click.option(
    "--write", is_flag=True, help="Write what is shown into benchmarks/README.md, and draw docs/benchmark.svg."
)
@click.option(
    "--page", type=click.Path(path_type=Path, exists=True), default=PAGE, help="Write into this page instead."
)
@click.option("--plot", type=click.Path(path_type=Path), default=PLOT, help="Draw this picture instead.")
def main(
    folder: Path | None,
    corpus: Path | None,
    runs: int,
    only: str,
    limit: float,
    growth: bool,
    profiled: bool,
    write: bool,
    page: Path,
    plot: Path,
) -> None:
    """Download the corpus and the peers, run each pair of commands in turn, and print the table."""
    folder = folder or _cache() / "adamw-lint-benchmarks"
    corpus = corpus or fetched(folder / "corpus")
    if profiled:
        told = _stages(corpus, folder)
        print(told)
        if write:
            page.write_text(written(page.read_text(encoding="utf-8"), told, profile.MARKS), encoding="utf-8")
        profile.functions(corpus)
        return
    programs, others = ours(folder / "ours"), peers(folder / "others")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        places = Places(programs, others, corpus.resolve(), heavy(corpus, Path(scratch) / "heavy"), Path(scratch))
        results = _results(places, only, runs, limit, growth)
    told = f"{circumstances(corpus, _command())}\n{table(results)}"
    print(told)
    if write:
        from benchmarks.plot import draw

        page.write_text(written(page.read_text(encoding="utf-8"), told), encoding="utf-8")
        draw(results, plot)


def _stages(corpus: Path, folder: Path) -> str:
    """Where the time goes on all of the corpus, and on its optimizer-heavy files."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        some = profile.stages(heavy(corpus, Path(scratch) / "heavy"))
    return f"{profile.stages(corpus)}\nThe same of the optimizer-heavy files:\n\n{some}"


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _command() -> str:
    """What was typed, without what only this machine has: paths."""
    options = [
        word
        for word in sys.argv[1:]
        if word.startswith("--") and word not in ("--folder", "--corpus", "--page", "--plot")
    ]
    return " ".join(["python -m benchmarks", *options])


def _results(places: Places, only: str, runs: int, limit: float, growth: bool) -> Results:
    """All that can be measured; what takes too long is given up, and told."""
    found: list[tuple[Row, Paired]] = []
    given_up: list[tuple[str, str]] = []
    for row in (row for row in rows(places) if only in row.name):
        print(f"{row.name}: {row.ours} | {row.peer}", file=sys.stderr)
        try:
            found.append((row, paired(row.ours, row.peer, _environment(places), runs, limit)))
        except TooLongError as error:
            given_up.append((row.name, str(error)))
    try:
        grown = _growth(places, runs, limit) if growth else {}
    except TooLongError as error:
        grown = {}
        given_up.append(("growth", str(error)))
    return Results(found, grown, given_up)


def _growth(places: Places, runs: int, limit: float) -> dict[int, tuple[Cost, ...]]:
    """The cost of each number of trees, the numbers run in turn."""
    tree = places.corpus / REPEATED
    commands = {
        times: places.ours("--no-cache", ".", at=repeated(tree, times, places.scratch / f"times_{times}"))
        for times in GROWTH
    }
    print(f"growth: {', '.join(map(str, commands))} trees", file=sys.stderr)
    rounds = [
        {times: cost(command, _environment(places), run, limit) for times, command in commands.items()}
        for run in range(min(runs, 5) + 1)
    ][1:]
    return {times: tuple(each[times] for each in rounds) for times in commands}


def _environment(places: Places) -> Mapping[str, str]:
    """As it is in a shell of the environment, where Python keeps its bytecode."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ADAMW_LINT"))}
    return kept | {"PATH": f"{places.programs}{os.pathsep}{kept.get('PATH', '')}"}


if __name__ == "__main__":
    main()
