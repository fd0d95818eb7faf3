"""Hands the linter the largest inputs that it must bear, and says what came of each, in what time and memory.

    python tests/sizes.py

Files of 50 MB and of a million lines, a table of 100,000 keys, a million paths and nesting 10,000 deep, each beside an
optimizer with a mistake. Every run has to end in findings, in silence or in one clear line, within the limit of time
and in bounded memory. Exit code 1 if one does not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

from mutated import BUILT

SECONDS = 200.0  # twice what ends by force has: the limit of time, half of it again, and what is done before and after
MEGABYTES = 6_000.0
HERE = "<here>"
SETTINGS = "optimizer:\n  _target_: torch.optim.Adam\n  weight_decay: 0.1\n"


Text = Callable[[float], Iterable[str]]  # the pieces of a text, for a part of its full size


class End(NamedTuple):
    """What came of one run: its exit code, what it said of what it could not do, and what it took.

    The system counts as its memory at least what the process had that started it.
    """

    code: int
    said: str
    seconds: float
    megabytes: float

    def faults(self, lines: int) -> Iterator[str]:
        """What is wrong with it, if no more lines may be said than so many."""
        if self.code not in (0, 1, 2) or "Traceback" in self.said or "mistake in adamw-lint" in self.said:
            yield f"exit code {self.code}: {self.said[-300:]}"
        if self.said.count("\n") > lines or (self.code == 2) is not bool(self.said):
            yield f"{self.said.count(chr(10))} lines: {self.said[:300]}"
        if self.seconds > SECONDS or self.megabytes > MEGABYTES:
            yield f"{self.seconds:.0f} s and {self.megabytes:,.0f} MB"


class Large(NamedTuple):
    """An input: the name of the file, its text, or the paths that are listed."""

    name: str
    text: Text = lambda part: [BUILT]
    paths: Text | None = None
    lines: int = 1  # that may be said of it


def _filled(start: str, piece: str, end: str, size: int = 50_000_000) -> Text:
    return lambda part: chain([start], repeat(piece, int(size * part / len(piece))), [end])


def _keys(start: str, form: str, end: str, count: int = 2_500_000) -> Text:
    return lambda part: chain([start], (form % (each, each) for each in range(int(count * part))), [end])


def _nested(opening: str, inner: str, closing: str) -> Text:
    return lambda part: [f"{BUILT}x = {opening * int(10_000 * part)}{inner}{closing * int(10_000 * part)}\n"]


def _notebook(cell: dict[str, object], piece: str) -> Text:
    built: dict[str, object] = {"cell_type": "code", "metadata": {}, "execution_count": None}
    built |= {"outputs": [], "source": BUILT}
    whole = json.dumps({"cells": [built, built | cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    before, _, after = whole.partition(HERE)
    return _filled(before, json.dumps(piece)[1:-1], after)


LARGE = {
    "a dict of 100,000 keys": Large("train.py", _keys(BUILT + "x = {", "'k%d': %d, ", "}\n", 100_000)),
    "1,000,000 lines": Large("train.py", _filled(BUILT, "x = 1\n", "", 6_000_000)),
    "50 MB of functions": Large("train.py", _filled(BUILT, "def f(a):\n    return a + 1\n\n\n", "")),
    "50 MB in one text": Large("train.py", _filled(f"{BUILT}x = '''", "some text\n", "'''\n")),
    "50 MB of keys": Large("train.py", _keys(BUILT + "x = {", "'k%d': %d, ", "}\n")),
    "50 MB on one line": Large("train.py", _filled(f"{BUILT}x = 0", " + weight.norm()", "\n")),
    "50 MB without an optimizer": Large("data.py", _filled("", "x = 1\n", "")),
    "50 MB of YAML": Large("a.yaml", _filled(f"{SETTINGS}rest:\n", "  - a: 1\n", "")),
    "50 MB of YAML keys": Large("a.yaml", _keys(SETTINGS + "rest: {", "k%d: %d, ", "}\n")),
    "50 MB of JSON": Large(
        "a.json",
        _keys('{"_target_": "torch.optim.Adam", "weight_decay": 0.1, "rest": {', '"k%d": %d, ', '"k": 1}}\n'),
    ),
    "50 MB of TOML": Large("a.toml", _filled('_target_ = "torch.optim.Adam"\nx = [', "1, ", "]\n")),
    "50 MB of Markdown": Large("a.md", _filled(f"```python\n{BUILT}```\n", "A word.\n\n", "")),
    "a notebook with 50 MB of pictures": Large(
        "a.ipynb", _notebook({"outputs": [{"output_type": "display_data", "data": {"image/png": HERE}}]}, "A")
    ),
    "a notebook with 50 MB of code": Large("a.ipynb", _notebook({"source": HERE}, "x = 1\n")),
    "1,000,000 paths": Large("train.py", paths=_filled("", "train.py\n", "", 9_000_000)),
    "1,000,000 paths of nothing": Large("train.py", paths=_keys("", "%d/%d.py\n", "", 1_000_000), lines=1_000_000),
    "lists 10,000 deep": Large("train.py", _nested("[", "", "]")),
    "calls 10,000 deep": Large("train.py", _nested("f(", "", ")")),
    "attributes 10,000 deep": Large("train.py", _nested("", "a", ".b")),
    "choices 10,000 deep": Large("train.py", _nested("1 if a else ", "2", "")),
}


def ended(large: Large, part: float, folder: Path) -> End:
    """What comes of a part of an input, in a folder that is empty."""
    for name, pieces in ((large.name, large.text), ("given", large.paths or (lambda part: ()))):
        with (folder / name).open("w") as file:
            file.writelines(pieces(part))
    command = [sys.executable, "-m", "adamw_lint", "--isolated", "--no-cache", "--format", "concise"]
    command += ["--files-from", "-"] if large.paths else [large.name]
    began = time.monotonic()
    with (folder / "given").open() as given, (folder / "said").open("w") as said:
        child = subprocess.Popen(command, cwd=folder, stdin=given, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    return End(child.returncode, (folder / "said").read_text(), seconds, used.ru_maxrss / 1024)


def main() -> None:
    """Try all of them at their full size."""
    bad = 0
    for name, large in LARGE.items():
        with tempfile.TemporaryDirectory() as folder:
            end = ended(large, 1, Path(folder))
        first = end.said.partition("\n")[0]
        print(f"{name}: exit code {end.code} after {end.seconds:.1f} s, {end.megabytes:,.0f} MB  {first}", flush=True)
        for fault in end.faults(large.lines):
            bad += 1
            print(f"  {fault}", flush=True)
    print(f"{len(LARGE)} inputs, {bad} faults")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
