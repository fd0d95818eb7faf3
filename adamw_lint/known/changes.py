"""What changed since a commit, as git tells it: which lines of which files are new."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.errors import HistoryError
from adamw_lint.read.source import Source

_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True)
class Changes:
    """The lines that are new since the commit `since`, in the repository at `root`."""

    root: Path
    since: str

    @classmethod
    def since_revision(cls, revision: str) -> "Changes":
        """What changed since the last commit that a revision and the present share; raises HistoryError."""
        here = Path.cwd()
        top = _git(here, "rev-parse", "--show-toplevel")
        if top is None:
            raise HistoryError("`--diff-base` needs git, and this folder is in no repository of it", str(here))
        root = Path(top.decode(errors="surrogateescape").rstrip("\n"))
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if commit is None:
            is_short = _git(root, "rev-parse", "--is-shallow-repository") == b"true\n"
            more = ", whose history is cut short: fetch more of it" if is_short else ""
            raise HistoryError(f"`--diff-base {revision}`: there is no such revision in {root}{more}")
        since = _git(root, "merge-base", commit.decode().strip(), "HEAD")
        if since is None:
            raise HistoryError(
                f"`--diff-base {revision}`: it shares no commit with what is checked out; fetch more of the history"
            )
        return cls(root, since.decode().strip())

    def news(self, source: Source, found: Sequence[Diagnostic], original: Source | None = None) -> list[Diagnostic]:
        """The findings that a new line has a part in: one of their own, or one that a label shows.

        `original` is the source as it is on disk where `source` was fixed since; what was rewritten is new as well.
        """
        lines = self.lines(source.path) if found else frozenset()
        if lines is None:
            return list(found)
        if original is not None and original.file != source.file:
            lines = _carried(original.file, source.file, lines)
        return [each for each in found if not lines.isdisjoint(_lines_of(source, each))]

    def lines(self, path: str) -> frozenset[int] | None:
        """The new lines of a file, from 1; None where all of it is new, or git does not know it."""
        inside = self._inside(path)
        if inside is None or inside not in self._tracked:
            return None
        if inside not in self._renamed:
            return frozenset()
        pair = [each for each in (self._renamed[inside], inside) if each]
        told = _git(self.root, "diff", *_PLAIN, "--unified=0", self.since, "--", *dict.fromkeys(pair))
        hunks = _HUNK.findall(told or b"")
        return frozenset(line for start, count in hunks for line in range(int(start), int(start) + int(count or b"1")))

    def _inside(self, path: str) -> str | None:
        absolute = Path(path).resolve()
        return absolute.relative_to(self.root).as_posix() if absolute.is_relative_to(self.root) else None

    @cached_property
    def _tracked(self) -> frozenset[str]:
        return frozenset(_names(_git(self.root, "ls-files", "-z")))

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """Every file that changed, with the name that it had."""
        words = iter(_names(_git(self.root, "diff", *_PLAIN, "--name-status", "-z", self.since)))
        found = {}
        for status in words:
            before = next(words)
            after = next(words) if status[0] in "RC" else before
            found[after] = before
        return found


_PLAIN = ("--find-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules")


def _git(folder: Path, *words: str) -> bytes | None:
    """What git answers; None where it says no."""
    command = ["git", "--literal-pathspecs", "-c", "core.quotePath=false", *words]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise HistoryError(f"git cannot be run: {error.strerror}") from error
    return done.stdout if done.returncode == 0 else None


def _names(told: bytes | None) -> list[str]:
    return [each.decode(errors="surrogateescape") for each in (told or b"").split(b"\0") if each]


def _lines_of(source: Source, found: Diagnostic) -> set[int]:
    return {line for span in (found.span, *(each.span for each in found.labels)) for line in _lines(source, span)}


def _lines(source: Source, span: Span) -> range:
    """The lines of the file that a span of a program in it stands on."""
    last = Span(max(span.start, span.end - 1), max(span.start, span.end - 1))
    first, end = (source.file.region(source.in_file(each)).line for each in (span, last))
    return range(first, end + 1)


def _carried(original: Source, source: Source, lines: frozenset[int]) -> frozenset[int]:
    """The new lines of a text that was fixed: those that were new and where they went, and what the fix wrote."""
    old, new = ([each.line(number) for number in range(1, each.lines + 1)] for each in (original, source))
    found: set[int] = set()
    for tag, start, _, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for line in range(begin, end):
            if tag != "equal" or start + (line - begin) + 1 in lines:
                found.add(line + 1)
    return frozenset(found)
