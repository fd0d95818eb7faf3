"""Draws time and memory against what they may be at most, and the time against the size of the tree."""

from pathlib import Path
from typing import Any

from benchmarks.measure import typical
from benchmarks.report import LINEAR, Results
from benchmarks.rows import MOST_MEMORY


def draw(results: Results, path: Path) -> None:
    """Write the picture; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "adamw-lint"
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(3, 2), layout="constrained")
    _ratios(left, results)
    _growth(right, results)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def _ratios(axes: Any, results: Results) -> None:
    """By the clock, and below it, lighter, by the processors; the peak of memory last."""
    barred = [(row, pairs) for row, pairs in results.rows if row.bar is not None]
    names = [f"{row.name}\nagainst {Path(row.peer.words[0]).name}" for row, _ in barred]
    wall = [pairs.ratio() / row.bar for row, pairs in barred if row.bar]
    cpu = [pairs.ratio("cpu") / row.bar for row, pairs in barred if row.bar]
    peaks = [cost.peak for row, pairs in barred if row.name == "corpus, cold" for cost in pairs.ours]
    if peaks:
        names.append("corpus, peak memory\nof a process")
        wall.append(max(peaks) / MOST_MEMORY)
    places = range(len(names))
    axes.barh(places, wall, height=0.4, color=[_colour(share) for share in wall])
    axes.barh(
        [place + 0.4 for place in range(len(cpu))], cpu, height=0.4, color=[_colour(each) for each in cpu], alpha=0.4
    )
    axes.set_yticks(places, names)
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.tick_params(axis="y", labelsize=7)
    axes.set_xlabel("time by the clock (light: of the processors), as a share of what it may be at most")


def _colour(share: float) -> str:
    return "tab:green" if share <= 1 else "tab:red"


def _growth(axes: Any, results: Results) -> None:
    if not results.growth:
        axes.set_visible(False)
        return
    sizes = sorted(results.growth)
    times = [typical(results.growth[each]) for each in sizes]
    axes.loglog(sizes, times, "o-", color="tab:green", base=2, label="measured")
    axes.loglog(sizes, [times[0] * each * LINEAR / 64 for each in sizes], "--", color="black", base=2, label="at most")
    axes.set_xlabel("times the tree")
    axes.set_ylabel("seconds")
    axes.legend(frameon=False)
