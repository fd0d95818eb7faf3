"""Lints and fixes the notebooks of whole repositories by the command itself, and compares every byte that is no code.

    git clone --bare ADDRESS repo.git
    python tests/real_notebooks.py repo.git@COMMIT …

Each is a git directory, or a clone with its files, at a commit (HEAD without one). Its notebooks are written into a
folder of their own, beside its modules, so that nothing of the repository changes; nothing in it is executed. Exit code
1 if the linter crashed or dropped a fix, if a notebook that was rewritten is no JSON, or differs in more than the lines
of its code that were fixed, if one without a fix is another file than before, or if a second `--fix` changes anything.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from remainder import faults

from adamw_lint.checks import CHECKS
from adamw_lint.errors import REPORT

KEPT = (".ipynb", ".py")


@dataclass
class Tally:
    """What was counted in one repository."""

    notebooks: int = 0
    rewritten: int = 0
    unreadable: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def judge(repository: str) -> Tally:
    """Take the notebooks of a repository through `adamw-lint` and `adamw-lint --fix`, twice."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _unpack(repository, root)
        return judge_folder(root)


def judge_folder(root: Path) -> Tally:
    """The same for a folder that may be written into."""
    notebooks = sorted(path for path in root.rglob("*.ipynb") if path.is_file())
    tally = Tally(len(notebooks))
    before = {path: path.read_bytes() for path in notebooks}
    told = _lint(root, notebooks)
    tally.findings.update(found["name"] for found in told["diagnostics"])
    if {path: path.read_bytes() for path in notebooks} != before:
        tally.faults.append("linting writes")
    _note(told, tally)
    _note(_lint(root, notebooks, "--fix", "--unsafe-fixes"), tally)
    after = {path: path.read_bytes() for path in notebooks}
    tally.rewritten = sum(before[path] != after[path] for path in notebooks)
    tally.faults += [f"{path.relative_to(root)}: {fault}" for path, fault in changed_more(before, after)]
    _lint(root, notebooks, "--fix", "--unsafe-fixes")
    tally.faults += [
        f"{path.relative_to(root)}: changes again in a second run"
        for path in notebooks
        if path.read_bytes() != after[path]
    ]
    return tally


def changed_more(before: Mapping[Path, bytes], after: Mapping[Path, bytes]) -> Iterator[tuple[Path, str]]:
    """What was changed that is no code, in those that were changed."""
    for path, old in before.items():
        if old == after[path]:
            continue
        try:
            json.loads(after[path])
        except ValueError:
            yield path, "is no JSON any more"
            continue
        yield from ((path, fault) for fault in faults(path.name, old.decode(), after[path].decode()))


def _note(told: dict[str, Any], tally: Tally) -> None:
    """What could not be linted: a fault where that is a mistake of ours, or what the file is."""
    mistakes = [error for error in told["errors"] if REPORT in error["reason"]]
    tally.unreadable = len({error["path"] for error in told["errors"]}) - len({error["path"] for error in mistakes})
    tally.faults += [f"{error['path']}: {error['reason']}" for error in mistakes]


def _lint(root: Path, notebooks: list[Path], *options: str) -> dict[str, Any]:
    named = "\0".join(str(path.relative_to(root)) for path in notebooks)
    words = ["--isolated", "--no-cache", "--format", "json", "--select", ",".join(CHECKS), "--files-from", "-"]
    done = subprocess.run(
        [sys.executable, "-m", "adamw_lint", *words, *options], cwd=root, input=named.encode(), capture_output=True
    )
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"adamw-lint crashed with {done.returncode}:\n{done.stderr.decode()}")
    return told


def _unpack(repository: str, folder: Path) -> None:
    """Write the files of a commit that are wanted and that are there, of a clone that lacks the largest too."""
    path, _, commit = repository.partition("@")
    for name, data in _blobs(path, commit or "HEAD"):
        place = folder / name
        if place.resolve().is_relative_to(folder.resolve()):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def _blobs(path: str, commit: str) -> Iterator[tuple[str, bytes]]:
    rows = [row.split("\t", 1) for row in _git(path, b"", "ls-tree", "-r", "-z", commit).decode().split("\0") if row]
    wanted = [(name, row.split()[2]) for row, name in rows if name.endswith(KEPT) and row.split()[1] == "blob"]
    stream = BytesIO(_git(path, "".join(f"{blob}\n" for _, blob in wanted).encode(), "cat-file", "--batch"))
    for name, _ in wanted:
        head = stream.readline().split()
        if head[1] != b"missing":
            yield name, stream.read(int(head[2]))
            stream.read(1)


def _git(path: str, data: bytes, *words: str) -> bytes:
    return subprocess.run(["git", "-C", path, *words], input=data, check=True, capture_output=True).stdout


def main() -> None:
    """Go through every repository named on the command line, a line for each."""
    everything = Tally()
    for repository in sys.argv[1:]:
        tally = judge(repository)
        print(
            f"{repository}: {tally.notebooks} notebooks, {tally.unreadable} with code that is no Python,"
            f" {tally.findings.total()} findings, {tally.rewritten} rewritten, {len(tally.faults)} faults",
            flush=True,
        )
        everything.notebooks += tally.notebooks
        everything.rewritten += tally.rewritten
        everything.findings += tally.findings
        everything.faults += tally.faults
    print(f"{everything.notebooks} notebooks, {everything.rewritten} rewritten, {dict(everything.findings)}")
    sys.exit("\n".join(everything.faults) or None)


if __name__ == "__main__":
    main()
