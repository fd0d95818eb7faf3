"""Draws the ratios against what they may be at most, and the time against the size of the tree."""

from pathlib import Path
from typing import Any

from benchmarks.measure import typical
from benchmarks.report import LINEAR, Results


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
    shown = [(row, pairs.ratio(row.of) / row.bar) for row, pairs in results.rows if row.bar is not None]
    names = [f"{row.name}\nagainst {Path(row.peer.words[0]).name}" for row, _ in shown]
    colours = ["tab:green" if share <= 1 else "tab:red" for _, share in shown]
    axes.barh(names, [share for _, share in shown], color=colours)
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize=7)
    axes.set_xlabel("time, as a share of what it may be at most")


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
