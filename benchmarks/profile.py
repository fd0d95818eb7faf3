"""Shows where the time of a cold run over the corpus goes: by stage, and by function."""

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, chdir
from pathlib import Path
from time import process_time
from typing import Any
from unittest.mock import patch

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.looking import Looker, Means
from adamw_lint.memory import collect_seldom
from adamw_lint.model import module, placed
from adamw_lint.model.survey import Survey
from adamw_lint.read.discover import files
from adamw_lint.read.slices import Slices
from adamw_lint.run import Task, run
from benchmarks.focus import Focus, focused

MARKS = "<!-- profile -->", "<!-- end of profile -->"
SHOWN = 40  # functions

Spent = defaultdict[str, float]  # seconds of processor time by stage

TELLING = "reading every file, and telling by its bytes and by `ast` whether it concerns a rule"
EVALUATING = "evaluating what the trees hold, for all rules"
# What is timed wherever it is called: the object that has it, its name there, and the stage that it is.
TIMED: list[tuple[Any, str, str]] = [
    (Looker, "glance", TELLING),
    (Looker, "look", EVALUATING),
    (module, "parsed", "parsing the files that do, with LibCST"),
    (Slices, "__init__", "cutting other files of their programs, with `ast`"),
    (Slices, "parsed", "parsing what is asked for of these, with LibCST"),
    (Survey, "_walk", "the walk over the trees"),
    (placed, "_Spans", "the places of nodes, where there are findings"),
]


class Stages:
    """Seconds of processor time by stage; what one stage calls of another counts for that one alone."""

    def __init__(self) -> None:
        self.spent: Spent = defaultdict(float)
        self._open: list[str] = []
        self._since = process_time()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its time taken."""

        def call(*args: Any, **named: Any) -> Any:
            self._tick()
            self._open.append(stage)
            try:
                return function(*args, **named)
            finally:
                self._tick()
                self._open.pop()

        return call

    def _tick(self) -> None:
        now = process_time()
        if self._open:
            self.spent[self._open[-1]] += now - self._since
        self._since = now


def stages(corpus: Path) -> str:
    """The stages of one cold run in one process, as a table in Markdown, with what focusing would leave of the text."""
    collect_seldom()
    clock, looker = Stages(), Looker()
    looked, with_findings, texts = 0, 0, list[str]()
    found: Spent = defaultdict(float)
    with chdir(corpus), ExitStack() as patches:
        for owner, name, stage in TIMED:
            patches.enter_context(patch.object(owner, name, clock.timed(stage, getattr(owner, name))))
        every = [each for each in files(["."], Configuration.of().at) if isinstance(each, tuple)]
        for file in every:
            glance, before = looker.glance(file), clock.spent.copy()
            if glance.sources:
                look = looker.look(glance, file[1])
                looked += 1
                texts += [source.text for source in glance.sources if file[0].endswith(".py")]
                if look.programs:
                    with_findings += 1
                    for stage, seconds in clock.spent.items():
                        found[stage] += seconds - before[stage]
    return _table(clock.spent, found, (len(every), looked, with_findings), focused(texts))


def _table(spent: Spent, found: Spent, counts: tuple[int, int, int], focus: Focus) -> str:
    every, looked, with_findings = counts
    total = sum(spent.values())
    lines = ["| stage | processor time | share | of it for files with findings |", "|---|---|---|---|"]
    lines += [
        f"| {stage} | {seconds:.1f} s | {seconds / total:.0%} | {found[stage]:.1f} s |"
        for stage, seconds in sorted(spent.items(), key=lambda each: -each[1])
    ]
    lines.append(f"| all | {total:.1f} s | | {sum(found.values()):.1f} s |")
    told = (
        f"{every:,} files, of which {looked} are parsed and {with_findings} have findings. Of the text that is parsed, "
        f"{focus.said:.0%} stands outside of functions or in such as say a word of optimizers, decays, gradients or "
        f"losses; with the functions that names join to these it is {focus.joined:.0%}."
    )
    return "\n".join(lines) + f"\n\n{told}\n"


def functions(corpus: Path) -> None:
    """Print the functions in which one process spends its time, by their own and by all that they call."""
    profiler = cProfile.Profile()
    with chdir(corpus):
        task = Task(Configuration.of())
        profiler.enable()
        for _ in run(["."], task, Means()):
            pass
        profiler.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(profiler).strip_dirs().sort_stats(order).print_stats(SHOWN)
