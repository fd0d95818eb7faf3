"""Draws the decay of optimizers against the size of the gradient, log–log: what is flat treats every weight alike."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from adamw_lint.measure.subjects import Measured

_GREY = "#808080"  # legible on white and on black
_COLOURS = ("#0f9d8a", "#3b82d6", "#d9534f", "#c98a1b", "#8e63ce", "#5b8c2a", "#c2579b", "#6b7d8c")
_MARKERS = "osD^vPX*"


def draw(found: Sequence[Measured], path: Path) -> None:
    """Write an .svg or .png file, the same bytes for the same numbers; raises OSError where it cannot be written."""
    mpl.use("agg")
    with mpl.rc_context({"svg.hashsalt": "adamw-lint", "font.family": "sans-serif", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.2, 4.0), layout="constrained")
        axes = figure.add_subplot()
        for index, each in enumerate(found):
            curve = [(size, abs(value)) for size, value in each.curve if value]
            if curve:
                _line(axes, curve, each, index)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("size of the gradient |g|, for weights of size 1")
        axes.set_ylabel("decay of a step, in units of ηλ|θ|")
        _quiet(axes)
        legend = axes.legend(frameon=False, labelcolor=_GREY)
        legend.set_title("κ is the slope")
        legend.get_title().set_color(_GREY)
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, transparent=True, dpi=160, metadata=metadata)


def _line(axes: object, curve: list[tuple[float, float]], each: Measured, index: int) -> None:
    sizes, values = zip(*curve, strict=True)
    axes.plot(  # type: ignore[attr-defined]  # matplotlib's axes have no plain type
        sizes,
        values,
        color=_COLOURS[index % len(_COLOURS)],
        marker=_MARKERS[index % len(_MARKERS)],
        linewidth=max(1.8, 4.5 - 1.4 * index),  # what lies under another line is still seen
        markersize=max(5, 11 - 3 * index),
        label=f"{each.name}, κ = {each.result.exponent:+.2f}".replace("-0.00", "0.00").replace("+0.00", "0.00"),
    )


def _quiet(axes: object) -> None:
    """Axes that can be read on any background."""
    for side, spine in axes.spines.items():  # type: ignore[attr-defined]
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(_GREY)
    axes.tick_params(colors=_GREY, which="both")  # type: ignore[attr-defined]
    axes.xaxis.label.set_color(_GREY)  # type: ignore[attr-defined]
    axes.yaxis.label.set_color(_GREY)  # type: ignore[attr-defined]
    axes.grid(color=_GREY, alpha=0.2)  # type: ignore[attr-defined]
