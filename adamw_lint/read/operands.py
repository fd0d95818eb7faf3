"""What a norm in a text is taken of, as far as the words beside it tell without a syntax tree."""

import re
from functools import cache, lru_cache

from adamw_lint.rulebook import words

_BASE = re.compile(r"(?<![\w.])([\w.]++)[ \t]*+$")
_BRACKETED = re.compile(r"(?<![\w\])])\(([^()]*)\)[ \t]*$")
_ARITHMETIC = re.compile(r"[\w.\])][ \t]*[-+*/%@][ \t]*[\w.]")
_OTHER = re.compile(r"[,:=<>\[{]|\b(?:if|and|or|not|in|await)\b")
_EXPONENT = re.compile(r"(?<=\()(?:[^(),]*+,)?\s*(-?\d+(?:\.\d*)?|-?\.\d+)\s*\)")
_NORMALISED = re.compile(r"(?<=\()(?:\s*2(?:\.0*)?)?\s*\)\s*\.mean\(\s*(?:dim=)?-1,\s*keepdim=True\s*\)")
_KEY = re.compile(r"[\"']\s*,\s*[\w.]*$")
_WITHIN = 120  # characters looked at before a norm


def is_number(text: str, operator: int) -> bool:
    """Whether what stands before an operator is no parameter: a number, another attribute, a sum in brackets."""
    begin = max(operator - _WITHIN, 0)
    base = _BASE.search(text, begin, operator)
    if base is None:
        inner = _BRACKETED.search(text, begin, operator)
        return inner is not None and bool(_ARITHMETIC.search(inner[1])) and not _OTHER.search(inner[1])
    if base[1][0].isdigit():
        return True
    _, dot, attribute = base[1].rpartition(".")
    is_weight = attribute in words("penalty")["weights"] or _said().search(attribute) is not None
    return bool(dot) and not is_weight and "Param" not in text


def is_other_power(text: str, start: int, end: int, name: str) -> bool:
    """Whether a call of a power is none of a tensor, or none of two."""
    exponent = _EXPONENT.match(text, end) if name in words("penalty")["power"] else None
    return text.endswith("math.", 0, start) or (exponent is not None and float(exponent[1]) != 2)


def is_normalised(text: str, end: int) -> bool:
    """Whether a square is averaged over the last axis, which stays: the variance by which a layer divides."""
    return _NORMALISED.match(text, end) is not None


def is_entry(text: str, start: int) -> bool:
    """Whether zeros are what a text names, as in `register_buffer("mean", torch.zeros(8))`."""
    return _KEY.search(text, max(start - _WITHIN, 0), start) is not None


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join(words("penalty")["said_of_parameters"]))


@lru_cache(maxsize=32)
def keeps_function(text: str, name: str) -> bool:
    """Whether an attribute is bound to a function that the module knows: `self.norm = torch.norm`."""
    # What begins with the letters themselves is searched for at memory's speed; that a word does is asked after them.
    kept = re.findall(rf"{name}(?<!\w{name})\b[^=\n]{{0,200}}= *(\w++)[\w.]*+ *+$", text, re.MULTILINE)
    return any(_known(root).search(text) for root in set(kept))


@lru_cache(maxsize=32)
def _known(name: str) -> re.Pattern[str]:
    """Where a module imports a name, defines or assigns it, or a function gives it what another module has."""
    imported = rf"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?:\([^)]*\b{name}\b|[^\n#]*\b{name}\b)"
    own = rf"^(?:(?:async )?def |class )?{name}\b(?!\.)|^[ \t]+{name} *= *\w+\.[\w.]+ *$"
    return re.compile(rf"{imported}|{own}", re.MULTILINE)
