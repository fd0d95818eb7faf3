"""Lints and fixes trees of published code on disk, holds what came of it, and compares the findings with a snapshot.

    python tests/ecosystem.py                     # every package of tests/published/packages.txt, from the registry
    python tests/ecosystem.py --mirrors FOLDER    # and those repositories of repositories.txt that FOLDER has
    python tests/ecosystem.py trees/mine notes    # only these folders; notebooks and Markdown will do as well
    python tests/ecosystem.py --lint-only         # nothing is fixed, which takes a fifth of the time

Each tree is copied, linted by every rule, fixed with `--fix`, then with `--fix --unsafe-fixes`, each twice. Exit code 1
if the linter crashed, a fixed program does not compile, anything but code was changed in a notebook or in Markdown, a
second run changed anything, or the findings are not those of tests/published/findings.txt. What is other there is to be
looked at, line by line, before `--accept` writes it down. Nothing of the trees is run or written.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from remainder import faults
from trees import PUBLISHED, listed, package, repository

from adamw_lint.engine import sources_of
from adamw_lint.errors import REPORT, LintError
from adamw_lint.fixes.apply import compiles
from adamw_lint.settings import Settings

SNAPSHOT = PUBLISHED / "findings.txt"
FIXES = (["--fix"], ["--fix", "--unsafe-fixes"])
Files = dict[str, bytes]


@dataclass(frozen=True)
class Judged:
    """What came of one tree; `rows` are its lines in the snapshot."""

    name: str
    files: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    rows: tuple[str, ...] = ()
    rules: Counter[str] = field(default_factory=Counter)
    rewritten: int = 0
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def judged(tree: Path, name: str, fixes: Iterable[list[str]] = FIXES) -> Judged:
    """Lint and fix a copy of a tree."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "tree"
        shutil.copytree(tree, copy, symlinks=True)
        told = _run(copy, [])
        if isinstance(told, str):
            return Judged(name, faults=(f"{name}: {told}",))
        wrong, remarks, rewritten = [*_defects(told)], list[str](), set[str]()
        before = _files(copy)
        files = Counter(os.path.splitext(path)[1] for path in before)  # noqa: PTH122
        for options in fixes:
            came = _fixed(copy, before, options)
            wrong += came.wrong
            remarks += came.remarks
            rewritten |= {path for path in before if came.after.get(path) != before[path]}
            before = came.after
    rows = told["diagnostics"]
    return Judged(
        name,
        files,
        len(told["errors"]),
        tuple(sorted(map(_row, rows), key=_key)),
        Counter(f"{row['code']} {row['name']}" for row in rows),
        len(rewritten),
        tuple(f"{name}: {each}" for each in wrong),
        tuple(f"{name}: {each}" for each in remarks),
    )


@dataclass(frozen=True)
class _Fixed:
    after: Files
    wrong: list[str]
    remarks: list[str]


def _fixed(tree: Path, before: Files, options: list[str]) -> _Fixed:
    told = _run(tree, options)
    if isinstance(told, str):
        return _Fixed(before, [told], [])
    after = _files(tree)
    wrong, remarks = [*_defects(told)], list[str]()
    for path in before:
        if after.get(path) != before[path]:
            wrong += [f"{path}: {each}" for each in _wrong(path, before[path], after.get(path, b""))]
            remarks += [f"{path}: lost with the code around it: {each}" for each in _lost(before[path], after[path])]
    again = _run(tree, options)
    wrong += [again] if isinstance(again, str) else []
    wrong += [f"{path}: changes again in a second run" for path, data in _files(tree).items() if after[path] != data]
    return _Fixed(after, wrong, remarks)


def _run(tree: Path, options: list[str]) -> dict[str, Any] | str:
    """What the linter tells of a tree, or how it crashed."""
    command = [sys.executable, "-m", "adamw_lint", "--isolated", "--select", "ADW", "--format", "json", "--exit-zero"]
    place = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [*command, "--jobs", "1", "--cache-dir", str(tree.parent / "cache"), *options, "."],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": place},
        capture_output=True,
        check=False,
    )
    words = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 2) or "Traceback" in words:
        return f"crashed with exit code {done.returncode}: {words[-2000:]}"
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _defects(told: dict[str, Any]) -> Iterator[str]:
    return (f"{each['path']}:{each['line']}: {each['reason']}" for each in told["errors"] if REPORT in each["reason"])


def _files(tree: Path) -> Files:
    """The bytes of every file; the linter may write into none that is not among them."""
    found = (path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(tree).as_posix(): path.read_bytes() for path in found}


def _wrong(path: str, before: bytes, after: bytes) -> Iterator[str]:
    old, new = (data.decode(errors="surrogateescape") for data in (before, after))
    yield from faults(path, old, new)
    if path.endswith(".py"):
        broken = compiles(before) and not compiles(after)
    else:
        broken = _not_compiling(before, path) < _not_compiling(after, path)
    if broken:
        yield "does not compile after --fix"


def _not_compiling(data: bytes, path: str) -> int:
    try:
        return sum(not compiles(each.text) for each in sources_of(data, path, Settings(frozenset())))
    except LintError:
        return sys.maxsize


def _lost(before: bytes, after: bytes) -> Iterable[str]:
    return (_comments(before) - _comments(after)).elements()


def _comments(data: bytes) -> Counter[str]:
    lines = iter(data.splitlines(keepends=True))
    found = Counter[str]()
    try:
        for token in tokenize.tokenize(lambda: next(lines, b"")):
            if token.type == tokenize.COMMENT:
                found[token.string] += 1
    except (SyntaxError, tokenize.TokenError):
        pass
    return found


def _row(row: dict[str, Any]) -> str:
    """A line of the snapshot."""
    cell = f"cell {row['cell']}:" if "cell" in row else ""
    safety = row["fix"]["safety"] if row["fix"] else "manual"
    return f"{row['path']}:{cell}{row['line']}:{row['column']} {row['code']} {safety} {row['message']}"


def _key(row: str) -> tuple[str, list[int], str]:
    path, _, rest = row.partition(":")
    return path, [int(each) for each in rest.split(" ADW")[0].replace("cell ", "").split(":")], rest


def sections(text: str) -> dict[str, list[str]]:
    """The lines of each tree in a snapshot."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            found[line.removeprefix("# ")] = []
        else:
            found[[*found][-1]].append(line)
    return found


def snapshot(found: dict[str, list[str]]) -> str:
    """The text that holds the lines of each tree."""
    return "".join(f"# {name}\n" + "".join(f"{row}\n" for row in found[name]) for name in sorted(found))


def compared(every: Iterable[Judged], path: Path, accept: bool) -> list[str]:
    """What is other in the snapshot, as the lines of a diff; nothing once that is accepted."""
    old = sections(path.read_text(encoding="utf-8")) if path.exists() else {}
    new = old | {each.name: list(each.rows) for each in every}
    if accept:
        path.write_text(snapshot(new), encoding="utf-8")
        return []
    then, now = (snapshot(each).splitlines() for each in (old, new))
    return list(difflib.unified_diff(then, now, "snapshot", "found", n=0, lineterm=""))


def trees(options: argparse.Namespace, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Every tree that is asked for, with its name."""
    if options.trees:
        yield from ((str(each), each) for each in options.trees)
        return
    for pinned in listed("packages"):
        yield pinned, package(pinned, options.folder)
    if options.mirrors is None:
        return
    for pinned in listed("repositories"):
        if tree := repository(pinned, options.mirrors, scratch):
            yield pinned, tree
        else:
            print(f"no mirror of {pinned}")


def main() -> None:
    """Go through every tree, print what came of it, and compare it with the snapshot."""
    options = _options().parse_args()
    fixes = () if options.lint_only else FIXES
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(_judged_aloud, tree, name, fixes) for name, tree in trees(options, Path(scratch))]
        every = [each.result() for each in waiting]
    _tell(every)
    wrong = [fault for each in every for fault in each.faults]
    diff = [] if options.trees else compared(every, SNAPSHOT, options.accept)
    print("\n".join(diff) if diff else "the findings are those of the snapshot" * (not options.trees))
    sys.exit("\n".join(wrong) or bool(diff))


def _judged_aloud(tree: Path, name: str, fixes: Iterable[list[str]]) -> Judged:
    came = judged(tree, name, fixes)
    print(f"{name}: {came.files.total()} files, {len(came.rows)} findings", *came.faults, sep="\n  ", file=sys.stderr)
    return came


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="*", type=Path, help="folders to go through instead")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "adamw-lint-ecosystem"
    parser.add_argument("--folder", type=Path, default=cache, help="where the packages are, or will be")
    parser.add_argument("--mirrors", type=Path, help="holds owner+name/repo, a git directory or a checkout")
    parser.add_argument("--jobs", type=int, default=1, help="trees at once")
    parser.add_argument("--lint-only", action="store_true", help="fix nothing, only find and compare")
    parser.add_argument("--accept", action="store_true", help="write the findings into the snapshot")
    return parser


def _tell(every: list[Judged]) -> None:
    files, rules = sum((each.files for each in every), Counter()), sum((each.rules for each in every), Counter())
    for remark in (remark for each in every for remark in each.remarks):
        print(remark)
    kinds = ", ".join(f"{number} {kind}" for kind, number in files.most_common(6))
    print(f"{files.total()} files in {len(every)} trees: {kinds}")
    print(f"{sum(each.unreadable for each in every)} that could not be read or parsed, each told in a line")
    for rule, number in sorted(rules.items()):
        print(f"{number:>6} {rule}")
    print(f"{sum(each.rewritten for each in every)} files rewritten")
    print(
        f"{sum(len(each.faults) for each in every)} faults: crashes, broken programs, second runs that change anything"
    )


if __name__ == "__main__":
    main()
