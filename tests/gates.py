"""Shows what each gate of the prefilter lets through, and what it costs, over whole trees of real code.

    python tests/gates.py [--prove] [--whole] TREE …

Prints files, megabytes and seconds of processor time for each gate. With `--prove` every file that concerns a rule by
its words alone, and is not parsed, is parsed and linted all the same: exit code 1 if anything is found in one of them.
With `--whole` every file that is parsed is linted twice, the others of its program being read in pieces and whole: exit
code 1 if findings or fixes differ.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from unittest.mock import patch

from adamw_lint.checks import CHECKS
from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import lint
from adamw_lint.errors import LintError
from adamw_lint.read import prefilter
from adamw_lint.read.discover import discover
from adamw_lint.read.project import forget
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

SETTINGS = Settings(frozenset(CHECKS))
GATES: dict[str, Callable[[bytes], bool]] = {
    "names an optimizer": prefilter.may_build,
    "steps by hand": prefilter.may_step,
    "estimates gradients": prefilter.may_estimate,
    "regularizes layers": prefilter.may_regularise,
    "all gates": prefilter.may_concern,
}


def read(trees: list[str]) -> dict[str, bytes]:
    """The bytes of every file."""
    paths = [path for path in discover(trees) if isinstance(path, str)]
    return {path: Path(path).read_bytes() for path in paths}


def show(name: str, files: Iterable[bytes], seconds: float) -> None:
    """One line of the table."""
    sizes = [len(data) for data in files]
    print(f"{name:22} {len(sizes):6,} files {sum(sizes) / 1e6:8.2f} MB {seconds:7.2f} s", flush=True)


def findings(path: str, data: bytes) -> list[Diagnostic]:
    """What there is to say about a file, whatever the gates say; nothing where it cannot be read."""
    try:
        return lint(Source.of_bytes(data, path), SETTINGS)
    except LintError:
        return []


def findings_in_whole(path: str, data: bytes) -> list[Diagnostic]:
    """The same, no other file being cut into pieces."""
    forget()
    with patch("adamw_lint.read.slices._tree", lambda text: None):
        found = findings(path, data)
    forget()
    return found


def lost(files: dict[str, bytes]) -> list[str]:
    """The files with findings that the gates let pass."""
    passed = {path for path, data in files.items() if prefilter.may_matter(data) and not prefilter.may_concern(data)}
    found = sorted(path for path in passed if findings(path, files[path]))
    print(f"of {len(passed):,} such files that are not parsed, {len(found):,} have findings", *found, sep="\n  ")
    return found


def different(files: dict[str, bytes]) -> list[str]:
    """The files that tell something else where other files are read as a whole."""
    read = {path: data for path, data in files.items() if prefilter.may_concern(data)}
    found = sorted(path for path, data in read.items() if findings(path, data) != findings_in_whole(path, data))
    print(f"of {len(read):,} files that are parsed, {len(found):,} tell something else", *found, sep="\n  ")
    return found


def main(arguments: list[str]) -> int:
    """Print the table and what was asked for; the exit code."""
    began = time.process_time()
    files = read([each for each in arguments if not each.startswith("--")])
    show("read", files.values(), time.process_time() - began)
    for name, gate in GATES.items():
        gate(b"")  # compiles its patterns
        began = time.process_time()
        passed = [data for data in files.values() if gate(data)]
        show(name, passed, time.process_time() - began)
    wrong = [*(lost(files) if "--prove" in arguments else ()), *(different(files) if "--whole" in arguments else ())]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
