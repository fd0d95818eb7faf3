"""Finds decays in YAML that are texts to the library by which the program reads them."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Safety
from adamw_lint.model.configured.configuration import Configuration
from adamw_lint.read.loading import Reading, read_by
from adamw_lint.read.nodes import Entry, Node, Scalar, Table
from adamw_lint.read.settings_file import YAML
from adamw_lint.rulebook import optimizers, schemas

RULE = "text-decay"
_NUMBER = re.compile(r"\A([-+]?)(\d[\d_]*)(?:\.(\d*))?([eE])([-+]?)(\d+)")


@dataclass(frozen=True, slots=True)
class _Written:
    """A number that is a text to the library, with the keys that lead to it."""

    keys: tuple[str, ...]
    entry: Entry
    value: Scalar


def check(settings: Configuration) -> Iterator[Diagnostic]:
    """One finding for each decay that a program is seen to read as a text and to hand on as it is."""
    if settings.source.language != YAML:
        return
    takers = frozenset(each.decay_argument for each in optimizers() if each.decay_argument)
    facts = schemas("text_decay")
    for written in _texts(settings.roots):
        if not re.search(facts["decay"], written.keys[-1]):
            continue
        reading = read_by(Path(settings.source.path), written.keys, takers, facts)
        if reading is not None:
            yield _finding(settings, written, reading)


def _texts(roots: tuple[Node, ...]) -> Iterator[_Written]:
    """The numbers of the tables that YAML 1.1 takes for texts; what stands in lists has no name to be read by."""
    waiting: deque[tuple[tuple[str, ...], Node]] = deque(((), root) for root in roots[:1])
    seen: set[int] = set()
    while waiting:
        keys, node = waiting.popleft()
        if not isinstance(node, Table) or id(node) in seen:
            continue
        seen.add(id(node))
        for entry in node.entries:
            below = (*keys, entry.key.text)
            waiting.append((below, entry.value))
            if isinstance(entry.value, Scalar) and _is_text(entry.value):
                yield _Written(below, entry, entry.value)


def _is_text(value: Scalar) -> bool:
    """Whether a scalar is a number as it looks and a text as PyYAML resolves it."""
    if value.quoted or value.tag or not _NUMBER.fullmatch(value.text):
        return False
    import yaml

    resolver = yaml.resolver.Resolver()
    return bool(resolver.resolve(yaml.ScalarNode, value.text, (True, False)) == "tag:yaml.org,2002:str")


def _finding(settings: Configuration, written: _Written, reading: Reading) -> Diagnostic:
    said, number = settings.text(written.entry.span), with_dot_and_sign(written.value.text)
    message = f"`{said}` is a text, not a number, to PyYAML, which `{reading.path}` reads it with"
    help_ = f"write `{number}`, which is the number to every reader of YAML: with a dot, and a sign in the exponent"
    if other := next(_beside(settings, written), None):
        help_ += f"; `{other}` beside it is a text too"
    advice = f"`{written.entry.key.text}: {number}` is a number now"
    fix = Fix(f"write `{number}`", (Edit(written.value.span, number),), Safety.SAFE, (), advice)
    return Diagnostic(RULE, written.entry.span, message, help_, (), fix)


def _beside(settings: Configuration, written: _Written) -> Iterator[str]:
    """The other numbers that are texts in the same table."""
    for other in _texts(settings.roots):
        if other.keys[:-1] == written.keys[:-1] and other.keys != written.keys:
            yield settings.text(other.entry.span)


def with_dot_and_sign(text: str) -> str:
    """The same number as YAML 1.1 knows it; raises ValueError for what is none."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(text)
    sign, whole, part, exponent, direction, power = match.groups()
    number = f"{sign}{whole}.{part or 0}{exponent}{direction or '+'}{power}"
    assert Decimal(number) == Decimal(text)
    return number
