"""The results as a table in Markdown and as a plot, with the machine and the day that they are of."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpus import size
from benchmarks.measure import Cost, Paired, typical
from benchmarks.rows import MOST_MEMORY, Row

MARKS = "<!-- results -->", "<!-- end of results -->"
LINEAR = 70  # times the cost of one tree that sixty-four of it may have


@dataclass(frozen=True, slots=True)
class Results:
    """All that was measured; `growth` is the cost of each number of trees."""

    rows: Sequence[tuple[Row, Paired]]
    growth: dict[int, tuple[Cost, ...]]
    given_up: Sequence[tuple[str, str]] = ()  # names of rows, and what took too long in each


def table(results: Results) -> str:
    """One line for each promise."""
    lines = [
        "| work | ours | against | its own | ratio | at most | the wish | met | processor time | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row, pairs) for row, pairs in results.rows]
    lines += [_memory(pairs) for row, pairs in results.rows if row.name == "corpus, cold"][:1]
    if results.growth:
        lines += list(_growth(results.growth))
    lines += [f"| {name} | {why} | | | | | | not measured | | |" for name, why in results.given_up]
    return "\n".join(lines) + "\n"


def _line(row: Row, pairs: Paired) -> str:
    ours, theirs = pairs.middle(row.of)
    ratio = pairs.ratio(row.of)
    shown = f"`{row.peer.words[0].rpartition(os.sep)[2]} {' '.join(row.peer.words[1:3])} …`"
    cells = [row.name, f"{ours:.3f} s", shown, f"{theirs:.3f} s", f"{ratio:.2f}", bar(row.bar), bar(row.wish)]
    cells += [met(ratio, row.bar), f"{pairs.middle('cpu')[0]:.3f} s", f"{pairs.ratio('cpu'):.2f}"]
    return f"| {' | '.join(cells)} |"


def _memory(pairs: Paired) -> str:
    peak = max(cost.peak for cost in pairs.ours)
    ratio = peak / MOST_MEMORY
    return (
        f"| corpus, peak memory of a process | {peak / 1e6:.0f} MB | {MOST_MEMORY / 1e6:.0f} MB | | {ratio:.2f} | 1 | |"
        f" {met(ratio, 1)} | | |"
    )


def _growth(growth: dict[int, tuple[Cost, ...]]) -> list[str]:
    fewest, most = min(growth), max(growth)
    time = typical(growth[most]) / typical(growth[fewest])
    memory = typical(growth[most], "peak") / typical(growth[fewest], "peak")
    limit = LINEAR * most / 64
    name = f"{most} × the tree"
    return [
        f"| {name}, time | {typical(growth[most]):.2f} s | {fewest} × | {typical(growth[fewest]):.2f} s | {time:.1f} |"
        f" {limit:.0f} | | {met(time, limit)} | | |",
        f"| {name}, memory | {typical(growth[most], 'peak') / 1e6:.0f} MB | {fewest} × |"
        f" {typical(growth[fewest], 'peak') / 1e6:.0f} MB | {memory:.2f} | 2 | | {met(memory, 2)} | | |",
    ]


def bar(value: float | None) -> str:
    """A bound as it is written: 0.9, or 1/15 where it is that small."""
    if value is None:
        return ""
    return f"{value:g}" if value >= 0.2 else f"1/{1 / value:.0f}"


def met(ratio: float, most: float | None) -> str:
    """Whether a bound is kept."""
    return "" if most is None else "yes" if ratio <= most else "no"


def circumstances(corpus: Path, command: str) -> str:
    """When and where it was measured, and on what."""
    files, data = size(corpus)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `{command}`: {os.cpu_count()} cores of {_processor()}, "
        f"{memory:.0f} GB, {platform.system()} {platform.release()}, Python {platform.python_version()}; the corpus "
        f"has {files:,} files and {data / 1e6:.0f} MB.\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def written(page: str, told: str, marks: tuple[str, str] = MARKS) -> str:
    """A page with what is told between two marks of it."""
    start, end = marks
    before, _, rest = page.partition(start)
    return f"{before}{start}\n{told}{end}{rest.partition(end)[2]}"
