"""Tells from the functions in which norms are written, and from no more of a file, whether one may be of parameters."""

import re
from functools import cache

from adamw_lint.read.bindings import Part
from adamw_lint.read.denoting import Denoting, keeps_function
from adamw_lint.read.functions import Functions, parsed
from adamw_lint.read.outline import takes_norms
from adamw_lint.rulebook import words

_UNBROKEN = re.compile(r"\t|\r|\\\n|^ +global ", re.MULTILINE)  # here indentation does not tell what belongs together
_SECOND = re.compile(r",\s*[\w.]*$")
_SIMPLE = re.compile(r"\s*([\w.]+)\s*(?:,\s*([\w.]+)\s*)?\)")
_RECEIVER = re.compile(r"([\w.]+)\.$")


def may_take_norms(text: str) -> bool:
    """Whether a norm or square in a text may be of parameters; True where Python itself cannot read the text."""
    if any(library in text for library in words("penalty")["tree_libraries"]):
        return takes_norms(text)
    written = [found.start() for found in _norms().finditer(text) if not _is_another(text, found)]
    try:
        return bool(written) and _may_be_of_parameters(text, written)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return takes_norms(text)


def _is_another(text: str, found: re.Match[str]) -> bool:
    """Whether a call is none of a norm: `self.norm(x)` runs a layer, `a.mul(b)` multiplies two things."""
    name = found["name"]
    if name is None:
        return False
    if name in words("penalty")["zeros"]:  # the error from zeros: `mse_loss(x, torch.zeros(2))`
        return _SECOND.search(text, max(found.start() - 80, 0), found.start()) is None
    if name in (*words("penalty")["dot"], *words("penalty")["product"]):
        given = _SIMPLE.match(text, found.end())
        receiver = _RECEIVER.search(text, max(found.start() - 80, 0), found.start())
        operands = [*(given.groups() if given else ()), *(receiver.groups() if receiver else ())]
        return given is not None and len(set(operands)) == len(operands)
    return text.endswith("self.", 0, found.start()) and not keeps_function(text, name)


def _may_be_of_parameters(text: str, written: list[int]) -> bool:
    if _UNBROKEN.search(text):
        return _in_all_of(text)
    pieces = Functions(text)
    numbers = pieces.around(written)
    if numbers is None:
        return _in_all_of(text)
    found = Denoting(text, [Part(pieces.parsed(number)) for number in sorted(numbers)])
    if found.takes_norms():
        return True
    if found.reads_module:
        return _in_all_of(text)
    if not found.reads_arguments:
        return False
    more = pieces.around(each.start() for each in _sources(found.registered).finditer(text))
    if more is None:
        return _in_all_of(text)
    return Denoting(text, [Part(pieces.parsed(number)) for number in sorted(numbers | more)]).takes_norms()


def _in_all_of(text: str) -> bool:
    return Denoting(text, [Part(parsed(text))]).takes_norms()


@cache
def _norms() -> re.Pattern[str]:
    """Where a norm or a square begins: the name of what is called, a power that may be 2, a product with itself."""
    known = words("penalty")
    keys = ("square", "half_square", "power", "norm", "squared_error", "dot", "product", "zeros")
    names = "|".join(sorted({name for key in keys for name in known[key]}))
    power = r"(?<!\()(?<!, )(?<!,)\*\*(?= *(?:2(?:\.0*)?(?![\w.])|[A-Za-z_(]))"
    return re.compile(rf"\b(?P<name>{names})\(|{power}|\b([A-Za-z_][\w.]*)(?: ?[*@] ?)\2\b")


@cache
def _sources(registered: frozenset[str]) -> re.Pattern[str]:
    """Where a text may name parameters themselves: `.parameters()`, `.weight`, what a class registers."""
    penalty, parameters = words("penalty"), words("parameters")
    attributes = {*penalty["weights"], *penalty["collection_attributes"], *penalty["collections"], *registered}
    attributes |= {*parameters["iterators"], *parameters["named_iterators"]}
    makers = {path.rpartition(".")[2] for path in penalty["variable_makers"]}
    said = [rf"\.(?:{'|'.join(sorted(attributes))})\b(?![\"'])", rf"\b(?:{'|'.join(sorted(makers))})\("]
    return re.compile("|".join(said))
