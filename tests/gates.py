"""Shows what each gate of the prefilter lets through, and what it costs, over whole trees of real code.

    python tests/gates.py [--prove] TREE …

Prints files, megabytes and seconds of processor time for each gate. With `--prove` every file that concerns a rule by
its words alone, and is not parsed, is parsed and linted all the same: exit code 1 if anything is found in one of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from adamw_lint.checks import CHECKS
from adamw_lint.engine import lint
from adamw_lint.errors import LintError
from adamw_lint.read import prefilter
from adamw_lint.read.discover import discover
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


def findings(path: str, data: bytes) -> int:
    """How much there is to say about a file, whatever the gates say; none where it cannot be read."""
    try:
        return len(lint(Source.of_bytes(data, path), SETTINGS))
    except LintError:
        return 0


def main(arguments: list[str]) -> int:
    """Print the table; the number of findings that the gates lose is 0 or the exit code is 1."""
    began = time.process_time()
    files = read([each for each in arguments if not each.startswith("--")])
    show("read", files.values(), time.process_time() - began)
    for name, gate in GATES.items():
        gate(b"")  # compiles its patterns
        began = time.process_time()
        passed = [data for data in files.values() if gate(data)]
        show(name, passed, time.process_time() - began)
    if "--prove" not in arguments:
        return 0
    left = {
        path: data for path, data in files.items() if prefilter.may_matter(data) and not prefilter.may_concern(data)
    }
    lost = {path: count for path, data in left.items() if (count := findings(path, data))}
    print(f"of {len(left):,} such files that are not parsed, {len(lost):,} have findings", *sorted(lost), sep="\n  ")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
