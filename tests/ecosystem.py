"""Lints and fixes whole trees of real code in memory, notebooks and Markdown too, and says what came of it.

    pip download --no-deps --dest wheels torchrl==0.14.1 espnet==202511 torch-geometric==2.8.1 speechbrain==1.1.2 \\
        monai==1.6.1 gluonts==0.17.0 pytorch-forecasting==1.8.0
    for wheel in wheels/*.whl; do unzip -q "$wheel" -d "trees/$(basename "$wheel")"; done
    python tests/ecosystem.py trees

Any folder of notebooks will do as well: `git clone` a few repositories that have some, and name them.

Exit code 1 if the linter crashed, a fixed program does not compile, anything but code was changed in a notebook or in
Markdown, or a second run of `--fix` changed anything. Nothing in the trees is executed or written.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from remainder import faults

from adamw_lint.checks import CHECKS
from adamw_lint.engine import fix, lint, read
from adamw_lint.errors import LintError, UnparsableError, UnreadableError
from adamw_lint.fixes.apply import compiles
from adamw_lint.read.discover import discover
from adamw_lint.read.lines import comments
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

SETTINGS = Settings(frozenset(CHECKS))


@dataclass
class Tally:
    """What was counted over all files."""

    files: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    fixed: int = 0
    faults: list[str] = field(default_factory=list)


def judge(path: str, tally: Tally) -> None:
    """Lint and fix one file in memory, and count."""
    tally.files[Path(path).suffix] += 1
    try:
        sources = read(path, Settings(frozenset()))
    except (UnreadableError, UnparsableError):
        tally.unreadable += 1
        return
    tally.read[Path(path).suffix] += bool(sources)
    for source in sources:
        _judge_program(source, tally)


def _judge_program(source: Source, tally: Tally) -> None:
    try:
        tally.findings.update(found.rule for found in lint(source, SETTINGS))
        done = fix(source, SETTINGS, unsafe=True)
    except UnparsableError:
        tally.unreadable += 1
        return
    tally.fixed += len(done.applied)
    tally.changed[Path(source.path).suffix] += done.source != source
    tally.faults += [str(error) for error in done.dropped]
    tally.faults += [f"{source.path}: {fault}" for fault in _faults(source, done.source)]


def _faults(before: Source, after: Source) -> Iterator[str]:
    if before == after:
        return
    yield from faults(before.path, before.file.text, after.file.text)
    if compiles(before.text) and not compiles(after.text):
        yield "does not compile after --fix"
    if fix(after, SETTINGS, unsafe=True).source != after:
        yield "changes again in a second run"
    lost = Counter(each.text for each in comments(before)) - Counter(each.text for each in comments(after))
    for comment in lost:
        print(f"{before.path}: lost with the code around it: {comment}")


def main() -> None:
    """Go through every tree named on the command line."""
    tally = Tally()
    for path in discover(sys.argv[1:]):
        if isinstance(path, LintError):
            sys.exit(str(path))
        try:
            judge(path, tally)
        except Exception as error:
            tally.faults.append(f"{path}: {type(error).__name__}: {error}")
    for suffix, number in tally.files.most_common():
        print(
            f"{number} {suffix}: {tally.read[suffix]} that may concern us, {tally.changed[suffix]} programs rewritten"
        )
    print(f"{tally.unreadable} unreadable")
    print(f"findings {dict(tally.findings)}, fixes applied {tally.fixed}, faults {len(tally.faults)}")
    sys.exit("\n".join(tally.faults) or None)


if __name__ == "__main__":
    main()
