"""Attacks every regular expression of the linter with the texts that make a backtracking one slow.

    python tests/regexes.py

All patterns are caught where they are compiled: those of modules as they are imported, the others while inputs of each
kind are linted. A pattern is taken apart, and whatever in it repeats is repeated some thousand times, behind what
stands before it, or together with that, and ahead of what it cannot go on with; so is every pair of its signs.
A text of four times the length may take some four times as long, searched from its first character to its last,
however the linter uses the pattern. Exit code 1 if one takes longer.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
TINY, SHORT, FACTOR = 24, 4_000, 4
ONES = " a0_.\n\tA-'\"\\#:=,~%/é"
ALLOWED = 10.0  # times as long; a quadratic one takes 16 times
NOTICED = 0.02  # seconds, below which nothing is measured

Node = tuple[Any, Any]


def patterns() -> dict[tuple[str | bytes, int], re.Pattern[Any]]:
    """Every pattern that code of the linter compiles."""
    found: dict[tuple[str | bytes, int], re.Pattern[Any]] = {}
    original = re._compile  # type: ignore[attr-defined]

    def compiled(pattern: Any, flags: Any) -> Any:
        made = original(pattern, flags)
        caller, around = sys._getframe(1), sys._getframe(2)
        if any(f"adamw_lint{os.sep}" in each.f_code.co_filename for each in (caller, around)):
            found[made.pattern, made.flags] = made
        return made

    re._compile = compiled  # type: ignore[attr-defined]
    try:
        _compile_all()
    finally:
        re._compile = original  # type: ignore[attr-defined]
    return found


def _compile_all() -> None:
    import adamw_lint

    for module in walk_packages(adamw_lint.__path__, "adamw_lint."):
        if not module.name.endswith("__main__") and ".measure." not in module.name and "drawing" not in module.name:
            import_module(module.name)
    from fuzzed import faults
    from mutated import seeds

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("pyproject.toml").touch()
        for each in seeds()[::11]:
            list(faults(each))
        os.chdir(before)


def attacks(pattern: str | bytes, flags: int) -> Iterator[tuple[str, str, str]]:
    """A beginning, what to repeat, and an end, for everything in a pattern that repeats."""
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    tree = re._parser.parse(text, flags & ~re.UNICODE & ~re.LOCALE if isinstance(pattern, bytes) else flags)
    for before, body in _repeated(list(tree), ""):
        for end in ("", "\0", "\n", "\\", "'", " x"):
            yield before, body, end
            yield "", before + body, end
    signs = sorted(each for each in set(text) - set("?*+^$|") if not each.isalnum())
    yield from (("", "".join(pair), "") for pair in product(signs, signs))


def _repeated(nodes: list[Node], before: str) -> Iterator[tuple[str, str]]:
    for name, value in nodes:
        if str(name) in REPEATS:
            _, high, body = value
            if high > 1000:
                yield from ((before, each) for each in _samples(list(body)) if each)
            yield from _repeated(list(body), before)
        for inner in _inside(name, value):
            yield from _repeated(inner, before)
        before += _sample([(name, value)])


def _inside(name: Any, value: Any) -> Iterator[list[Node]]:
    kind = str(name)
    if kind == "SUBPATTERN":
        yield list(value[3])
    elif kind == "BRANCH":
        yield from (list(each) for each in value[1])
    elif kind == "ATOMIC_GROUP":
        yield list(value)
    elif kind in ("ASSERT", "ASSERT_NOT"):
        yield list(value[1])


def _samples(nodes: list[Node]) -> Iterator[str]:
    """Texts that the nodes match: every one that is tried for a set of characters, else one."""
    if len(nodes) == 1 and str(nodes[0][0]) == "IN":
        wanted = re.compile(_set_source(nodes[0][1]))
        yield from filter(wanted.match, ONES)
    yield _sample(nodes)


def _sample(nodes: list[Node]) -> str:
    """A text that the nodes match, as far as that is easily said."""
    return "".join(_one(str(name), name, value) for name, value in nodes)


def _one(kind: str, name: Any, value: Any) -> str:
    if kind in ("LITERAL", "NOT_LITERAL"):
        return chr(value) if kind == "LITERAL" else "~" if value != ord("~") else "a"
    if kind == "ANY":
        return "a"
    if kind == "IN":
        return _of_set(value)
    if kind in REPEATS:
        return _sample(list(value[2])) * max(int(value[0]), 1 if value[1] else 0)
    inside = list(_inside(name, value)) if kind not in ("ASSERT", "ASSERT_NOT") else []
    return _sample(inside[0]) if inside else ""


def _of_set(members: list[Node]) -> str:
    wanted = re.compile(_set_source(members))
    return next((each for each in ONES if wanted.match(each)), "a")


def _set_source(members: list[Node]) -> str:
    parts = []
    for name, value in members:
        kind = str(name)
        if kind == "NEGATE":
            parts.append("^")
        elif kind == "LITERAL":
            parts.append(re.escape(chr(value)))
        elif kind == "RANGE":
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            letter = str(value).rpartition("_")[2][0].lower()
            parts.append("\\" + (letter.upper() if "_NOT_" in str(value) else letter))
    return f"[{''.join(parts)}]"


def slow(made: re.Pattern[Any]) -> Iterator[str]:
    """The attacks that take a pattern more time than their length gives it."""
    for before, body, end in dict.fromkeys(attacks(made.pattern, made.flags)):
        tiny, short, long = (before + body * (size // len(body)) + end for size in (TINY, SHORT, SHORT * FACTOR))
        if _seconds(made, tiny) > 0.02 or (took := _seconds(made, short)) > 0.1:
            yield f"{made.pattern!r}: {before!r} and {body!r} again and again and {end!r}"
            return  # the text that is four times as long would never end
        if took * ALLOWED < NOTICED:  # a quadratic one would have been noticed already
            continue
        if _seconds(made, long) < max(NOTICED, ALLOWED * took):
            continue
        if _seconds(made, long) > ALLOWED * min(took, _seconds(made, short), _seconds(made, short)):
            yield f"{made.pattern!r}: {before!r} and {body!r} again and again and {end!r}"


def _seconds(made: re.Pattern[Any], text: str) -> float:
    data = text if isinstance(made.pattern, str) else text.encode("latin-1", "replace")
    began = time.process_time()
    for _ in made.finditer(data):
        pass
    made.match(data)
    return time.process_time() - began


def main() -> None:
    """Attack all of them."""
    every = patterns()
    found = []
    for each in every.values():
        found.append(next(slow(each), ""))
        if found[-1]:
            print(found[-1], flush=True)
    print(f"{len(every)} patterns, {sum(map(bool, found))} of them slow")
    sys.exit(any(found))


if __name__ == "__main__":
    main()
