"""Shows where the time of a cold run over the corpus goes: by stage, and by function."""

import cProfile
import os
import pstats
from pathlib import Path

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.looking import Means
from adamw_lint.run import Task, run

SHOWN = 40  # functions


def profile(corpus: Path) -> None:
    """Print the functions in which one process spends its time, by their own and by all that they call."""
    os.chdir(corpus)
    profiler = cProfile.Profile()
    task = Task(Configuration.of())
    profiler.enable()
    for _ in run(["."], task, Means()):
        pass
    profiler.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(profiler).strip_dirs().sort_stats(order).print_stats(SHOWN)
