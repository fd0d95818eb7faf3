"""Hands the linter random inputs of every kind it reads, and says which of them it could not bear.

    pip install -e '.[test]'
    python tests/fuzzed.py --inputs 200000 --seed 7

Whatever is in a file, the run has to end within the time limit with exit code 0, 1 or 2, without a traceback or a dead
process, and every place that it tells has to lie inside the file and to cut no word of a program. What `--fix` writes
has to parse if the file did, has to differ in nothing but code, and a second run has to leave it alone. Inputs are
judged in a process beside this one, so that a crash or a hang is put down to its input, which is then made as small as
it gets, and shown. An input depends on the seed and on its number alone: `--from NUMBER --inputs 1` tries one again. A
fix that the linter itself refuses to make is counted apart. Exit code 1 if an input was not borne.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import re
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from mutated import BASELINE, BUILT, CACHE, CONFIGURATION, Case, by_bytes, case, grown
from remainder import faults as faults_of_remainder

from adamw_lint.checks import CHECKS
from adamw_lint.cli import main
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.errors import DefectError
from adamw_lint.fixes.apply import compiles
from adamw_lint.options.output import DATA_FORMATS, TEXT_FORMATS
from adamw_lint.read import project
from adamw_lint.read.source import PYTHON, Source
from adamw_lint.report.screen import plain
from adamw_lint.run import Outcome, Task, run_on_bytes
from adamw_lint.settings import Settings

PATIENCE = 20.0  # seconds that one input may take
STRIDE = 10_000  # inputs after which a long run says how far it is
REFUSED = "refused: "  # how it begins where a fix was not made because it would have done harm, which is no fault
EVERYTHING = Configuration.everywhere(Settings(frozenset(CHECKS)))
Make = Callable[[int], Case]


# What has to hold of one input


def faults(one: Case, number: int = 0) -> Iterator[str]:
    """What was wrong with the run over one input; nothing of it may depend on what was tried before."""
    _plant(one)
    if one.name in (CONFIGURATION, BASELINE, CACHE):
        yield from _faults_of_command(one)
        return
    project.forget()
    outcome = run_on_bytes(one.data, one.name, Task(EVERYTHING))
    yield from _faults_of_outcome(outcome)
    _report(outcome, (*TEXT_FORMATS, *DATA_FORMATS)[number % (len(TEXT_FORMATS) + len(DATA_FORMATS))])
    if any(each.fix for each in outcome.found):
        yield from _faults_of_fix(one)


def _plant(one: Case) -> None:
    for name, text in one.beside.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def _faults_of_outcome(outcome: Outcome) -> Iterator[str]:
    for error in outcome.errors:
        if isinstance(error, DefectError):
            is_refused = error.reason.startswith("the fix of ")
            yield f"{REFUSED if is_refused else ''}{error.reason} {_place_of(error.__cause__)}"
    for program in outcome.programs:
        for each in program.remaining:
            yield from _faults_of_place(program.source, each)


def _place_of(error: BaseException | None) -> str:
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return f"at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _faults_of_place(source: Source, found: Diagnostic) -> Iterator[str]:
    edits = [each.span for each in found.fix.edits] if found.fix else []
    for span in (found.span, *(each.span for each in found.labels), *edits):
        if not 0 <= span.start <= span.end <= len(source.text):
            yield f"{found.rule} speaks of {span}, outside the text"
        elif not 0 <= (there := source.in_file(span)).start <= there.end <= len(source.file.text):
            yield f"{found.rule} speaks of {there}, outside the file"
    if found.span.start == found.span.end and source.text:
        yield f"{found.rule} speaks of nothing"
    for span in (found.span, *(each.span for each in found.labels)) if source.language == PYTHON else ():
        if any(_is_in_word(source.text, at) for at in (span.start, span.end)):
            yield f"{found.rule} speaks of a part of a word, {source.text[span.start : span.end]!r}"


def _is_in_word(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at + 1]
    return len(around) == 2 and all(each == "_" or each.isalpha() for each in around)


def _report(outcome: Outcome, name: str) -> None:
    report = import_module(f"adamw_lint.report.{name.replace('-', '_')}").report
    if name in TEXT_FORMATS:
        every = ((each.source, each.remaining) for each in outcome.programs if each.remaining)
        said = "".join(map(plain, report(every, explain=True)))
    else:
        said = "".join(report([outcome]))
    assert "\x1b" not in said, f"the report {name} lets an escape sequence through"


def _faults_of_fix(one: Case) -> Iterator[str]:
    fixed = run_on_bytes(one.data, one.name, Task(EVERYTHING, fix=True, unsafe=True))
    yield from _faults_of_outcome(fixed)
    before, after = fixed.before, fixed.after
    if before is None or after is None or not fixed.changed:
        return
    if one.name.endswith(".py") and compiles(before.text) and not compiles(after.text):
        yield "the fixed text does not compile"
    yield from faults_of_remainder(one.name, before.text, after.text)
    again = run_on_bytes(after.encode(), one.name, Task(EVERYTHING, fix=True, unsafe=True))
    if again.changed:
        yield "a second run of --fix changes the text again"


def _faults_of_command(one: Case) -> Iterator[str]:
    """Settings, a baseline or a cache, for a run of the command over a program with a mistake."""
    Path("train.py").write_text(BUILT, encoding="utf-8")
    given = ["--isolated", "--no-cache"]
    if one.name == CONFIGURATION:
        Path(one.name).write_bytes(one.data)
        given = ["--no-cache"]
    elif one.name == BASELINE:
        Path(one.name).write_bytes(one.data)
        given += ["--baseline", BASELINE]
    else:
        given = ["--isolated", "--cache-dir", "kept"]
        yield from _faults_of_run([*given, "train.py"])
        _damage(one)
    yield from _faults_of_run([*given, "train.py"])
    shutil.rmtree("kept", ignore_errors=True)
    Path(CONFIGURATION).unlink(missing_ok=True)


def _damage(one: Case) -> None:
    import random

    for path in Path("kept").glob("*.cache"):
        path.write_bytes(by_bytes(path.read_bytes(), random.Random(one.data)))


def _faults_of_run(arguments: list[str]) -> Iterator[str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    err.seek(0)
    said = err.read()
    if code not in (0, 1, 2) or (code == 2) != said.startswith("error:"):
        yield f"exit code {code} with {said!r}"


# The process that tries, and the one that watches


def _try_all(make: Make, numbers: range, pipe: int) -> None:
    """Judge inputs one after the other, and tell of each before and after it."""
    for number in numbers:
        one = make(number)
        os.write(pipe, f"{number} begun\n".encode())
        _tell(pipe, number, one)


def _tell(pipe: int, number: int, one: Case) -> None:
    try:
        with warnings.catch_warnings(action="error", category=SyntaxWarning):
            found = list(faults(one, number))
    except Exception as error:
        found = [f"{type(error).__name__}: {error} {_place_of(error)}"]
    for each in found:
        os.write(pipe, f"{number} fault {json.dumps(each)}\n".encode())


@dataclass
class _Child:
    """A process that judges some inputs, and what it has told so far."""

    pid: int
    pipe: int
    last: int | None = None
    rest: bytes = b""


def _start(make: Make, numbers: range) -> _Child:
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.close(writing)
        return _Child(child, reading)
    try:
        os.close(reading)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            Path("pyproject.toml").touch()
            gc.freeze()
            _try_all(make, numbers, writing)
            os.chdir("/")
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def _told(child: _Child) -> Iterator[tuple[int, str]]:
    """The faults that a process tells of; the last one where it dies or hangs."""
    while select.select([child.pipe], [], [], PATIENCE)[0]:
        data = os.read(child.pipe, 1 << 16)
        if not data:
            status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
            if status and child.last is not None:
                yield child.last, f"the process died ({signal.Signals(-status).name if status < 0 else status})"
            return
        *lines, child.rest = (child.rest + data).split(b"\n")
        for line in lines:
            number, word, *what = line.decode().split(" ", 2)
            child.last = int(number)
            if word == "begun" and child.last and child.last % STRIDE == 0:
                print(f"{child.last} …", file=sys.stderr, flush=True)
            if word == "fault":
                yield child.last, json.loads(what[0])
    os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    if child.last is not None:
        yield child.last, f"it had not ended after {PATIENCE:.0f} seconds"


def tried(make: Make, numbers: range) -> Iterator[tuple[int, str]]:
    """The number of each input that was not borne, and why; after a death or a hang another process goes on."""
    while numbers:
        child = _start(make, numbers)
        yield from _told(child)
        os.close(child.pipe)
        numbers = range((child.last if child.last is not None else numbers[-1]) + 1, numbers.stop)


# Making a bad input small


def kind_of(fault: str) -> str:
    """A fault without what is different each time."""
    return re.sub(r"`[^`]*`|\d{2,}|'[^']*'", "…", fault.rpartition(" at ")[2] if " at " in fault else fault)


def smallest(one: Case, fault: str, seconds: float = 60) -> Case:
    """The input with as few lines and bytes as it takes to bring about the same fault."""
    until = time.monotonic() + seconds

    def is_bad(data: bytes) -> bool:
        found = tried(lambda _: replace(one, data=data), range(1))
        return any(kind_of(each) == kind_of(fault) for _, each in found)

    parts = one.data.splitlines(keepends=True)
    lines = _reduced(parts, lambda some: is_bad(b"".join(some)), until)
    left = b"".join(lines)
    characters = [left[at : at + 1] for at in range(len(left))]
    return replace(one, data=b"".join(_reduced(characters, lambda some: is_bad(b"".join(some)), until)))


def _reduced(parts: list[bytes], is_bad: Callable[[list[bytes]], bool], until: float) -> list[bytes]:
    width = max(len(parts) // 2, 1)
    while width:
        at = 0
        while at < len(parts) and time.monotonic() < until:
            fewer = parts[:at] + parts[at + width :]
            if is_bad(fewer):
                parts = fewer
            else:
                at += width
        width //= 2
    return parts


def _report_all() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--inputs", type=int, default=2000, help="how many")
    words.add_argument("--from", type=int, default=0, dest="first", help="the number of the first")
    words.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    words.add_argument("--grown", type=int, default=300, help="how many texts the grammar of Python gives")
    asked = words.parse_args()
    make = partial(case, asked.seed, grown=grown(asked.grown, asked.seed) if asked.grown else ())
    began, found = time.monotonic(), Counter[str]()
    numbers = range(asked.first, asked.first + asked.inputs)
    for number, fault in tried(make, numbers):
        found[kind_of(fault)] += 1
        if found[kind_of(fault)] > 1:
            continue
        one = smallest(make(number), fault, seconds=10 if fault.startswith(REFUSED) else 60)
        print(f"input {number} (seed {asked.seed}, {one.way}): {fault}\n{one.data!r}\n", flush=True)
    took = time.monotonic() - began
    refused = sum(count for kind, count in found.items() if kind.startswith(REFUSED))
    bad = found.total() - refused
    print(f"{len(numbers)} inputs of seed {asked.seed} in {took:.0f} seconds: {bad} not borne, {refused} fixes refused")
    sys.exit(bool(bad))


if __name__ == "__main__":
    _report_all()
