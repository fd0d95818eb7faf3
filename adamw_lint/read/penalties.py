"""Tells from the functions in which norms are written, and from no more of a file, whether one may be of parameters."""

import re
from functools import cache, lru_cache

from adamw_lint.read.bindings import Part
from adamw_lint.read.denoting import Denoting
from adamw_lint.read.functions import Functions
from adamw_lint.read.norms import Written, norms
from adamw_lint.read.operands import is_entry, is_normalised, is_number, is_other_power, keeps_function
from adamw_lint.read.outline import takes_norms
from adamw_lint.read.spoken import in_code
from adamw_lint.read.syntax import UNREADABLE, tree_of
from adamw_lint.rulebook import words

# Where indentation does not tell what belongs together, in a text after a newline: `^` is asked at each character.
_UNBROKEN = re.compile(r"\n(?: *\t| +global )|\r(?!\n)")
_IMPORTED = re.compile(r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE)
_CALLED = re.compile(r"\b(\w+)\.(\w+)\(")
_SECOND = re.compile(r",\s*[\w.]*$")
_SIMPLE = re.compile(r"(?<=\()\s*([\w.]+)\s*(?:,\s*([\w.]+)\s*)?\)")
_RECEIVER = re.compile(r"(?<![\w.])([\w.]+)\.$")


@lru_cache(maxsize=4)  # the prefilter asks, and the model of the same file a moment later
def may_take_norms(text: str) -> bool:
    """Whether a norm or square in a text may be of parameters; True where Python itself cannot read the text."""
    if _imports_trees(text):
        return takes_norms(text) or _calls_regularizer(text)
    if _calls_regularizer(text):
        return True
    written = [
        found.start for found in norms(text) if not _is_another(text, found) and not _is_comment(text, found.start)
    ]
    try:
        return bool(written) and _may_be_of_parameters(text, written)
    except UNREADABLE:  # of a piece that was cut where it goes on, or of all of it
        return takes_norms(text)


def may_hold_penalties(text: str) -> bool:
    """Whether a text that builds an optimizer may make a penalty; one of a tree may be no norm by its name.

    The norm may also stand in another file of the program, in a function or class whose name says what it is for.
    """
    return _imports_trees(text) or may_take_norms(text) or _calls_penalty(text)


def _calls_penalty(text: str) -> bool:
    """Whether a penalty is called that a text imports by its name, or of a module that it imports."""
    imported = {name for names in _IMPORTED.findall(text) for name in re.findall(r"\w+", names)}
    said = _said_of_penalties()
    if any(said.search(name) and f"{name}(" in text for name in imported):
        return True
    return any(said.search(name) and module in imported for module, name in _CALLED.findall(text))


@cache
def _said_of_penalties() -> re.Pattern[str]:
    return re.compile("|".join(words("penalty")["said_of_penalties"]), re.IGNORECASE)


def _imports_trees(text: str) -> bool:
    """Whether a library is imported whose parameters are a tree; most texts do not even name one."""
    is_named = any(library in text for library in words("penalty")["tree_libraries"])
    return is_named and _tree_libraries().search(text) is not None


@cache
def _tree_libraries() -> re.Pattern[str]:
    libraries = "|".join(sorted(words("penalty")["tree_libraries"]))
    return re.compile(rf"^[ \t]*(?:from|import)[ \t][^\n#]*\b(?:{libraries})\b", re.MULTILINE)


def _calls_regularizer(text: str) -> bool:
    """Whether a regularizer of layers may be called on weights: by itself, or by the name it is given."""
    has_sign = any(sign in text for sign in words("penalty")["regularizer_signs"])
    return has_sign and _called_regularizers().search(text) is not None


@cache
def _called_regularizers() -> re.Pattern[str]:
    return re.compile("|".join(words("penalty")["called_regularizers"]), re.MULTILINE)


def _is_comment(text: str, start: int) -> bool:
    """Whether a comment stands before a place on its line, and no string that a `#` might be in."""
    before = text[text.rfind("\n", 0, start) + 1 : start].partition("#")
    return bool(before[1]) and "'" not in before[0] and '"' not in before[0]


def _is_another(text: str, found: Written) -> bool:
    """Whether a call is none of a norm: `self.norm(x)` runs a layer, `a.mul(b)` multiplies two things."""
    start, end, name = found
    if name is None:
        return is_number(text, start)
    if name in words("penalty")["zeros"]:  # the error from zeros: `mse_loss(x, torch.zeros(2))`
        return _SECOND.search(text, max(start - 80, 0), start) is None or is_entry(text, start)
    if is_other_power(text, start, end, name) or is_normalised(text, end):
        return True
    if name in (*words("penalty")["dot"], *words("penalty")["product"]):
        given = _SIMPLE.match(text, end)
        receiver = _RECEIVER.search(text, max(start - 80, 0), start)
        operands = [*(given.groups() if given else ()), *(receiver.groups() if receiver else ())]
        return given is not None and len(set(operands)) == len(operands)
    return text.endswith("self.", 0, start) and not keeps_function(text, name)


def _may_be_of_parameters(text: str, written: list[int]) -> bool:
    if _UNBROKEN.search(f"\n{text}"):
        return _in_all_of(text)
    pieces = Functions(text)
    numbers = pieces.around(written)
    if numbers is None:
        written = in_code(text, written)
        numbers = pieces.around(written)
    if not written:
        return False
    if numbers is None:
        return _in_all_of(text)
    found = Denoting(text, [Part(pieces.parsed(number)) for number in sorted(numbers)])
    if found.takes_norms():
        return True
    if found.reads_module:
        return _in_all_of(text)
    if not (asked := found.asked):
        return False
    more = pieces.around(each.start() for each in _sources(found.registered, asked).finditer(text))
    if more is None:
        return _in_all_of(text)
    return Denoting(text, [Part(pieces.parsed(number)) for number in sorted(numbers | more)]).takes_norms()


def _in_all_of(text: str) -> bool:
    return Denoting(text, [Part(tree_of(text))]).takes_norms()


@cache
def _sources(registered: frozenset[str], asked: frozenset[str]) -> re.Pattern[str]:
    """Where a text may name parameters: `.parameters()`, `.weight`, what a class registers; or calls what is asked."""
    penalty, parameters = words("penalty"), words("parameters")
    attributes = {*penalty["weights"], *penalty["collection_attributes"], *penalty["collections"], *registered}
    attributes |= {*parameters["iterators"], *parameters["named_iterators"]}
    makers = {path.rpartition(".")[2] for path in penalty["variable_makers"]}
    said = [rf"\.(?:{'|'.join(sorted(attributes))})\b(?![\"'])", rf"\b(?:{'|'.join(sorted(makers))})\("]
    said += [rf"(?<!def )\b(?:{'|'.join(sorted(asked - {''}))})\("] if asked - {""} else []
    return re.compile("|".join(said))
