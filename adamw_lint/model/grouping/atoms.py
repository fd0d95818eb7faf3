"""What one atom of a condition says of a parameter, and which answers of several atoms go together."""

import re
from itertools import combinations

from adamw_lint.model.grouping.predicates import NAMED, Atom, Subject, Test
from adamw_lint.model.parameters.tensors import Tensor

_BASES = ("Module", "Sequential", "ModuleList", "RNNBase", "RNN")


def asks(atom: Atom, tensor: Tensor) -> bool | None:
    """The answer of an atom for a parameter; None where it cannot be told."""
    if atom.test in NAMED:
        return _named(atom, tensor.name)
    if atom.test is Test.BELOW:
        return None if tensor.ndim is None else tensor.ndim < atom.number
    return _of_layer(atom.text, tensor.layer) if atom.test is Test.LAYER else None


def _named(atom: Atom, name: str) -> bool | None:
    owner, _, leaf = name.rpartition(".")
    asked = {Subject.NAME: name, Subject.LEAF: leaf, Subject.OWNER: owner}[atom.subject]
    return _text_holds(atom, asked.lower() if atom.folded else asked)


def _text_holds(atom: Atom, name: str) -> bool | None:
    if atom.test is Test.MATCHES:
        try:
            return re.search(atom.text, name) is not None
        except re.error:
            return None
    return {
        Test.CONTAINS: atom.text in name,
        Test.EQUALS: atom.text == name,
        Test.STARTS: name.startswith(atom.text),
        Test.ENDS: name.endswith(atom.text),
    }[atom.test]


def _of_layer(wanted: str, layer: str) -> bool | None:
    """Whether a layer is an instance of a class: certain for the same class and for two plain classes of a library."""
    if wanted == layer or ("." not in wanted and wanted == layer.rpartition(".")[2]):
        return True
    return False if _are_apart(wanted, layer) else None


def _are_apart(wanted: str, other: str) -> bool:
    """Whether two dotted classes of one library are certainly no base and subclass: those are called alike there."""
    (package, _, name), (home, _, called) = wanted.rpartition("."), other.rpartition(".")
    plain = not name.startswith("_") and not called.startswith("_") and name not in _BASES
    alike = called.endswith(name) or name.endswith(called)
    return plain and not alike and bool(package) and package.split(".")[0] == home.split(".")[0]


def consistent(answers: dict[Atom, bool | None]) -> bool:
    """Whether one parameter can give all the answers."""
    for one, other in combinations(answers, 2):
        first, second = answers[one], answers[other]
        if first and not second and implies(one, other):
            return False
        if second and not first and implies(other, one):
            return False
        if first and second and excludes(one, other):
            return False
    return True


def related(one: Atom, other: Atom) -> bool:
    """Whether the answer of one atom says something about the other."""
    return one == other or implies(one, other) or implies(other, one) or excludes(one, other)


def implies(one: Atom, other: Atom) -> bool:
    """Whether whatever meets one atom meets the other."""
    if one.test is Test.BELOW and other.test is Test.BELOW:
        return one.number <= other.number
    if one.test not in NAMED or other.test not in NAMED or not _covers(other, one):
        return False
    text = one.text.lower() if other.folded else one.text
    known = {Test.CONTAINS: other.text in text}
    if one.test is Test.EQUALS and one.subject is other.subject:
        return bool(_text_holds(other, text))
    if one.test is Test.EQUALS and one.subject is Subject.LEAF:  # the end of the whole name
        known[Test.ENDS] = text.endswith(other.text) or f".{text}" == other.text
    if one.test is Test.ENDS and other.subject is not Subject.OWNER:
        known[Test.ENDS] = text.endswith(other.text)
    if one.test is Test.STARTS and one.subject is other.subject:
        known[Test.STARTS] = text.startswith(other.text)
    return one.test is not Test.MATCHES and known.get(other.test, False)


def _covers(wide: Atom, narrow: Atom) -> bool:
    """Whether the name that one atom asks about holds the name that the other asks about."""
    return (wide.subject is narrow.subject or wide.subject is Subject.NAME) and (wide.folded or not narrow.folded)


def excludes(one: Atom, other: Atom) -> bool:
    """Whether nothing meets both atoms."""
    if one.test is Test.LAYER and other.test is Test.LAYER:
        return _are_apart(one.text, other.text) and _are_apart(other.text, one.text)
    return _rules_out(one, other) or _rules_out(other, one)


def _rules_out(one: Atom, other: Atom) -> bool:
    if one.test not in NAMED or other.test not in NAMED or (one.subject, one.folded) != (other.subject, other.folded):
        return False
    if one.test is Test.EQUALS:
        return _text_holds(other, one.text) is False
    if one.test is other.test is Test.ENDS:
        return not one.text.endswith(other.text) and not other.text.endswith(one.text)
    both_start = one.test is other.test is Test.STARTS
    return both_start and not one.text.startswith(other.text) and not other.text.startswith(one.text)
