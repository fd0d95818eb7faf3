"""A baseline: the findings of old code that are known, in a file that a change moves as little as it can."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.errors import BaselineError
from adamw_lint.fixes.write import put
from adamw_lint.known.fingerprint import fingerprint
from adamw_lint.read.source import Source
from adamw_lint.read.special import may_never_end
from adamw_lint.rulebook import pages

VERSION = 1

Entry = tuple[str, str, str]  # the path relative to the baseline, with /; the rule; the fingerprint
Found = Iterable[tuple[Source, Sequence[Diagnostic]]]


@dataclass(frozen=True)
class Baseline:
    """How often each finding is known; `path` is where this stands."""

    path: Path
    entries: Counter[Entry]

    @classmethod
    def read(cls, place: str) -> "Baseline":
        """What the file at a place says; raises BaselineError where it is missing or damaged."""
        path = Path(place)
        return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)

    @classmethod
    def of(cls, path: Path, found: Found) -> "Baseline":
        """The baseline that knows all that is found."""
        keys = (_entry(path, source, each) for source, some in found for each in some)
        return cls(path, Counter(keys))

    def news(self, source: Source, found: Sequence[Diagnostic], before: Found = ()) -> list[Diagnostic]:
        """The findings that are not known; of those that are alike, the first are, as many as were found then.

        `before` is what is known in other programs of the same file.
        """
        left = Counter(self.entries)
        left.subtract(Baseline.of(self.path, before).entries)
        return [each for each in found if not _take(left, _entry(self.path, source, each))]

    def stale(self, found: Found, linted: Mapping[str, frozenset[str]]) -> Counter[Entry]:
        """What is known and found no more: in files that are gone, and of the rules looked for in those `linted`."""
        left = Counter(self.entries)
        left.subtract(Baseline.of(self.path, found).entries)
        rules = {_relative(self.path, path): on for path, on in linted.items()}
        return Counter({entry: count for entry, count in left.items() if count > 0 and self._is_gone(entry, rules)})

    def _is_gone(self, entry: Entry, rules: Mapping[str, frozenset[str]]) -> bool:
        path, rule, _ = entry
        is_unknown = rule not in pages()
        return is_unknown or rule in rules.get(path, ()) or not (self.path.parent / path).exists()

    def without(self, stale: Counter[Entry]) -> "Baseline":
        """The baseline that does not know some of it."""
        return Baseline(self.path, self.entries - stale)

    def write(self) -> None:
        """Put it into its file, whole or not at all; raises BaselineError."""
        try:
            put(self.path, (_text(self.entries)).encode())
        except OSError as error:
            raise BaselineError(f"the baseline cannot be written: {error.strerror}", str(self.path)) from error


def _take(left: Counter[Entry], entry: Entry) -> bool:
    left[entry] -= 1
    return left[entry] >= 0


def _entry(path: Path, source: Source, found: Diagnostic) -> Entry:
    return _relative(path, source.path), found.rule, fingerprint(source, found)


def _relative(baseline: Path, path: str) -> str:
    return os.path.relpath(os.path.abspath(path), baseline.parent).replace(os.sep, "/")  # noqa: PTH100


def _text(entries: Counter[Entry]) -> str:
    """Sorted, one line for each finding that is known, so that a difference shows just what came and went."""
    files: dict[str, list[str]] = {}
    for (path, rule, code), count in sorted(entries.items()):
        files.setdefault(path, []).append(json.dumps({"rule": rule, "code": code, "count": count}, ensure_ascii=False))
    blocks = [
        f"    {json.dumps(path, ensure_ascii=False)}: [\n      " + ",\n      ".join(lines) + "\n    ]"
        for path, lines in files.items()
    ]
    body = "{\n" + ",\n".join(blocks) + "\n  }" if blocks else "{}"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Baseline:
    if may_never_end(path):
        raise BaselineError("the baseline cannot be read: it is no regular file", str(path))
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "; `--write-baseline` writes it" if isinstance(error, FileNotFoundError) else ""
        raise BaselineError(f"the baseline cannot be read: {error.strerror}{hint}", str(path)) from error
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"the baseline is damaged: {error}", str(path)) from error
    if isinstance(document, dict) and document.get("version") not in (None, VERSION):
        raise BaselineError(f"the baseline is of version {document['version']}, and this reads {VERSION}", str(path))
    try:
        return Baseline(path, Counter(dict(_entries(document))))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        remedy = "take back the change, or write it anew with `--write-baseline`"
        raise BaselineError(f"the baseline is damaged: it is not as it was written; {remedy}", str(path)) from error


def _entries(document: Any) -> Iterator[tuple[Entry, int]]:
    if document["version"] != VERSION:
        raise ValueError(document["version"])
    for path, known in document["findings"].items():
        for each in known:
            rule, code, count = each["rule"], each["code"], each["count"]
            if not (isinstance(rule, str) and isinstance(code, str) and type(count) is int and count > 0):
                raise ValueError(each)
            yield (path, rule, code), count
