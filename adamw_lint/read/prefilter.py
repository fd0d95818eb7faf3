"""Tells from the bytes of a file whether it may concern us at all, before anything is decoded or parsed."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from adamw_lint.kept import edition, kept
from adamw_lint.pages import families
from adamw_lint.stated import own

if TYPE_CHECKING:
    from adamw_lint.rulebook import Optimizer

_FEW = 20_000  # bytes

Signs = tuple[tuple[str, ...], ...]


def may_concern(data: bytes) -> bool:
    """Whether the bytes hold something that a rule could speak about."""
    if may_silence(data) or _in_code(may_build, data):
        return True
    return _in_code(may_step, data) or may_estimate(data) or may_regularise(data) or may_penalise(data)


def may_matter(data: bytes) -> bool:
    """Whether the bytes hold something that a rule could speak about in this file or in one that imports it."""
    if any(gate(data) for gate in (may_build, may_step, may_estimate, may_regularise, may_silence)):
        return True
    if not _says("penalty", data):
        return False
    from adamw_lint.read.outline import takes_norms

    return takes_norms(data.decode(errors="replace"))


def may_silence(data: bytes) -> bool:
    """Whether a comment may silence a rule, which is to be said where there is nothing to silence."""
    is_named = any(family in data for family in _spellings(families())) and b"noqa" in data.lower()
    return b"adamw-lint:" in data or is_named


@cache
def _spellings(letters: frozenset[str]) -> frozenset[bytes]:
    return frozenset(word.encode() for family in letters for word in (family, family.lower()))


def signs() -> Signs:
    """Conditions of which bytes meet one at least that `may_concern` or `may_matter` lets through.

    Each is met by bytes that match all of its regular expressions. A good deal of what meets one is let through by
    neither, but whole columns of files are searched for these at memory's speed: they are written as any library reads
    them, and the first of each is the one that the fewest files match.
    """
    said = _telltales(own().optimizers)
    plain = [b"adamw-lint:", *sorted(_spellings(families())), *said["names"]]
    found = [(_any(plain),), *((_any([library]), names.decode()) for library, names in said["common"].items())]
    found += [(*_portable(subject), *_lists(f"{subject}_literals")) for subject in ("step", "estimate")]
    return (*found, _lists("layer_literals"), _lists("penalty"))


def signs_of_settings() -> Signs:
    """The same for what `may_configure` or `may_be_text` lets through."""
    return _lists("configuring"), (_telltales(())["number"].decode(),)


def _lists(key: str) -> tuple[str, ...]:
    return tuple(map(_any, _telltales(())[key]))


def _portable(subject: str) -> Iterator[str]:
    """The patterns that every library understands, and alike: none that refers back to what it has matched."""
    for some in _telltales(())[f"{subject}_patterns"]:
        pattern = b"|".join(some).decode()
        if re.search(r"\\[1-9]", pattern) is None:
            yield pattern.replace(r"\s", r"[\s\x0b]")


def _any(words: Iterable[bytes]) -> str:
    return "|".join(re.escape(word.decode()) for word in words)


def may_configure(data: bytes) -> bool:
    """Whether a file of settings may choose an optimizer, and give it a decay."""
    return _says("configuring", data)


def may_be_text(data: bytes) -> bool:
    """Whether a file of YAML may give a program a decay that is a text to it."""
    return _says("texts", data) and _number().search(data) is not None


@cache
def _number() -> re.Pattern[bytes]:
    return re.compile(_telltales(())["number"])


def may_build(data: bytes) -> bool:
    """Whether the bytes mention an optimizer that a rule could speak about, or give a decay to what may be one."""
    stated = own().optimizers
    if _names_one(data, stated) and _mentions_one(data, stated):
        return True
    common = _telltales(stated)["common"].items()
    return any(library in data and re.search(names, data) for library, names in common)


def _in_code(gate: Callable[[bytes], bool], data: bytes) -> bool:
    """Whether a gate lets through bytes, and still does without their comments and what is said to people."""
    if not gate(data):
        return False
    from adamw_lint.read.spoken import code_of

    return gate(code_of(data))


def may_step(data: bytes) -> bool:
    """Whether the bytes mention all that an optimizer with two moments needs."""
    return _says_all("step", data)


def may_estimate(data: bytes) -> bool:
    """Whether the bytes may add a decay to a gradient that is an argument of a method."""
    return _says_all("estimate", data)


def _says_all(subject: str, data: bytes) -> bool:
    """Plain literals come first, at memory's speed; only what few files pass is then held against patterns."""
    if not _says(f"{subject}_literals", data):
        return False
    return all(any(each.search(data) for each in some) for some in _patterns(subject))


def may_penalise(data: bytes) -> bool:
    """Whether the file may take a norm of parameters and make it part of a loss."""
    if not _says("penalty", data):
        return False
    from adamw_lint.read.penalties import may_take_norms

    return may_take_norms(data.decode(errors="replace"))


def may_regularise(data: bytes) -> bool:
    """Whether the bytes may give layers a regularizer that is a penalty on their weights."""
    return _says("layer_literals", data)


def _says(key: str, data: bytes) -> bool:
    """Whether the bytes hold one word at least of each list."""
    return all(any(word in data for word in some) for some in _telltales(())[key])


@kept(key=edition)
def telltales() -> dict[str, Any]:
    """The words by which the facts of the rulebook alone tell files."""
    from adamw_lint.read.telltales import stated

    return stated()


@cache
def _telltales(added: "tuple[Optimizer, ...]") -> dict[str, Any]:
    if not added:
        return telltales()
    from adamw_lint.read.telltales import stated

    return stated()


def _names_one(data: bytes, added: "tuple[Optimizer, ...]") -> bool:
    """Whether the bytes hold what every file that mentions an optimizer does.

    An expression is the quicker way through many bytes; a few are searched before it could be compiled.
    """
    if len(data) < _FEW and not _names.cache_info().currsize:
        return any(name in data for name in _telltales(added)["names"])
    return _names(added).search(data) is not None


def _mentions_one(data: bytes, added: "tuple[Optimizer, ...]") -> bool:
    """Whether one of the words is the name of an optimizer, or is given as a decay."""
    is_mention = _mention(added).match
    return any(is_mention(data, found.start()) for found in _names(added).finditer(data))


@cache
def _names(added: "tuple[Optimizer, ...]") -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, _telltales(added)["names"])))


@cache
def _mention(added: "tuple[Optimizer, ...]") -> re.Pattern[bytes]:
    return re.compile(_telltales(added)["mentions"])


@cache
def _patterns(subject: str) -> tuple[tuple[re.Pattern[bytes], ...], ...]:
    """The expressions of which one of each list is met: one after the other takes half the time of all at once."""
    return tuple(tuple(map(re.compile, some)) for some in _telltales(())[f"{subject}_patterns"])
