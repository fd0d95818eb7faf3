"""What a scalar of a file of settings is worth: a number, nothing, or what another place says."""

import re
from decimal import Decimal, InvalidOperation

from adamw_lint.model.constructions import DYNAMIC, Decay
from adamw_lint.model.worth import UNKNOWN, Nothing, Number
from adamw_lint.read.nodes import Node, Scalar, Table

_NOTHING = frozenset({"", "~", "null", "none"})
_SWITCHES = {
    word: Number(Decimal(on))
    for on, words in enumerate((("false", "no", "off"), ("true", "yes", "on")))
    for word in words
}
# How settings say that a value stands elsewhere or comes later: `${a}`, `$WD`, `@a`, `%a`, `{{ a }}`, `???`, `auto`.
_ELSEWHERE = re.compile(r"[$@%<]|\{\{|\?\?\?$|auto$")
_REFERENCE = re.compile(r"\$\{([\w.]+)\}|<([\w.]+)>|[@%]([\w.:#]+)")
_BETWEEN = re.compile(r"\.|::|#")
_DEPTH = 8  # places that refer to places


def worth(node: Node | None, root: Node, depth: int = 0) -> Decay | Nothing:
    """What a node is worth in the document of that root."""
    if node is None:
        return Nothing()
    if not isinstance(node, Scalar):
        return UNKNOWN
    text = node.text.strip()
    if not node.quoted and text.lower() in _NOTHING:
        return Nothing()
    if not node.quoted and text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    if (number := _number(text)) is not None:
        return number
    if not _ELSEWHERE.match(text) or depth == _DEPTH:
        return UNKNOWN
    referred = _referred(text, root)
    return DYNAMIC if referred is None else worth(referred, root, depth + 1)


def _number(text: str) -> Number | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return Number(number) if number.is_finite() else None


def _referred(text: str, root: Node) -> Node | None:
    """What a text refers to in the same document, from its root; None where that is not in sight."""
    match = _REFERENCE.fullmatch(text)
    if match is None or not isinstance(root, Table):
        return None
    return root.at(*_BETWEEN.split(next(filter(None, match.groups()))))
