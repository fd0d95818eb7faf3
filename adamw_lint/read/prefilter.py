"""Tells from the bytes of a file whether it may concern us at all, before anything is decoded or parsed."""

import re
from decimal import Decimal
from functools import cache

from adamw_lint.read.outline import takes_norms
from adamw_lint.read.penalties import may_take_norms
from adamw_lint.rulebook import Coupling, Family, Optimizer, frameworks, optimizers, pages, schemas, words
from adamw_lint.stated import own

# Strings in expressions are kept, and read so that no quotation mark or `#` in one begins anything.
_SPOKEN = re.compile(
    rb"#[^\n\r]*"
    rb"|^[ \t]*[rRuU]?(\"{3}|'{3})(?:[^\\]|\\.)*?\1"
    rb"|(?P<kept>(\"{3}|'{3})(?:[^\\]|\\.)*?\3|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')",
    re.MULTILINE | re.DOTALL,
)


def may_concern(data: bytes) -> bool:
    """Whether the bytes hold something that a rule could speak about."""
    if may_silence(data) or (may_build(data) and may_build(code_of(data))):
        return True
    if may_step(data) or may_estimate(data) or may_regularise(data):
        return True
    return _says_penalty(data) and may_take_norms(data.decode(errors="replace"))


def code_of(data: bytes) -> bytes:
    """The bytes without comments, and without the long strings that begin a line, which document."""
    return _SPOKEN.sub(lambda found: found["kept"] or b" ", data)


def may_matter(data: bytes) -> bool:
    """Whether the bytes hold something that a rule could speak about in this file or in one that imports it."""
    gates = (may_build, may_penalise, may_step, may_estimate, may_regularise, may_silence)
    return any(gate(data) for gate in gates)


def may_silence(data: bytes) -> bool:
    """Whether a comment may silence a rule, which is to be said where there is nothing to silence."""
    is_named = any(family in data for family in _families()) and b"noqa" in data.lower()
    return b"adamw-lint:" in data or is_named


@cache
def _families() -> frozenset[bytes]:
    letters = {page.code.rstrip("0123456789") for page in pages().values()}
    return frozenset(word.encode() for family in letters for word in (family, family.lower()))


def may_configure(data: bytes) -> bool:
    """Whether a file of settings may choose an optimizer, and give it a decay."""
    decays, choosers, _, _ = _settings()
    return any(word in data for word in decays) and any(word in data for word in choosers)


def may_be_text(data: bytes) -> bool:
    """Whether a file of YAML may give a program a decay that is a text to it."""
    _, _, texts, number = _settings()
    return any(word in data for word in texts) and number.search(data) is not None


@cache
def _settings() -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...], re.Pattern[bytes]]:
    said = schemas("literals")
    decays, choosers, texts = (tuple(word.encode() for word in said[key]) for key in ("decays", "choosers", "texts"))
    return decays, choosers, texts, re.compile(said["number"].encode())


def may_build(data: bytes) -> bool:
    """Whether the bytes mention an optimizer that a rule could speak about, or give a decay to what may be one."""
    return _mention(own().optimizers).search(data) is not None or any(
        library in data and names.search(data) for library, names in _common(own().optimizers).items()
    )


def may_step(data: bytes) -> bool:
    """Whether the bytes mention all that an optimizer with two moments needs."""
    return _says_all("step", data)


def may_estimate(data: bytes) -> bool:
    """Whether the bytes may add a decay to a gradient that is an argument of a method."""
    return _says_all("estimate", data)


def _says_all(subject: str, data: bytes) -> bool:
    """Plain literals come first, at memory's speed; only what few files pass is then held against patterns."""
    literals, patterns = _needs(subject)
    return all(any(word in data for word in some) for some in literals) and all(each.search(data) for each in patterns)


def may_penalise(data: bytes) -> bool:
    """Whether the file may take a norm of parameters and make it part of a loss."""
    return _says_penalty(data) and takes_norms(data.decode(errors="replace"))


def _says_penalty(data: bytes) -> bool:
    return all(any(word in data for word in said) for said in _penalty())


def may_regularise(data: bytes) -> bool:
    """Whether the bytes may give layers a regularizer that is a penalty on their weights."""
    return all(any(word in data for word in some) for some in _regularizers())


@cache
def _regularizers() -> tuple[tuple[bytes, ...], ...]:
    return tuple(tuple(word.encode() for word in some) for some in words("layer_literals").values())


@cache
def _mention(_: tuple[Optimizer, ...]) -> re.Pattern[bytes]:
    names = {name for name in map(_last, _paths()) if not name.islower()}
    # A name ends where a word may end: no Lamb in Lambda. One that holds another says nothing more.
    shortest = sorted(
        name for name in names if not any(re.search(rf"{other}(?![a-z])", name) for other in names - {name})
    )
    decays = {
        optimizer.decay_argument for optimizer in optimizers() if optimizer.decay_argument and _matters(optimizer)
    }
    telling = sorted(name for name in decays if "decay" in name)  # not `wd`, in which many a word ends
    given = [rf"{re.escape(name)}\s*[=\"']" for name in telling]
    return re.compile("|".join([*(rf"{re.escape(name)}(?![a-z])" for name in shortest), *given]).encode())


@cache
def _common(_: tuple[Optimizer, ...]) -> dict[bytes, re.Pattern[bytes]]:
    """The names in lower case, which are words like any other and count only beside the name of their library."""
    plain = [path for path in (*_paths(), *_decaying()) if _last(path).islower()]
    libraries = sorted({path.partition(".")[0] for path in plain})
    return {
        library.encode(): re.compile(
            rf"\b(?:{'|'.join(sorted({_last(path) for path in plain if path.startswith(library)}))})\b".encode()
        )
        for library in libraries
    }


def _paths() -> list[str]:
    return [path for optimizer in optimizers() if _is_telling(optimizer) for path in optimizer.paths]


def _decaying() -> list[str]:
    """The transformations of a chain that decay: what follows or precedes them need not be an optimizer by name."""
    tables = [table for facts in frameworks().values() for table in facts.get("transformation", ())]
    return [name for table in tables if table["does"] == "decay" for name in table["names"]]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


@cache
def _penalty() -> tuple[tuple[bytes, ...], ...]:
    said = words("penalty")
    keys = ("said_of_norms", "said_of_weights", "said_of_loss")
    return tuple(tuple(word.encode() for word in said[key]) for key in keys)


@cache
def _needs(subject: str) -> tuple[tuple[tuple[bytes, ...], ...], tuple[re.Pattern[bytes], ...]]:
    literals = tuple(tuple(word.encode() for word in some) for some in words(f"{subject}_literals").values())
    return literals, tuple(re.compile("|".join(some).encode()) for some in words(f"{subject}_patterns").values())


def _matters(optimizer: Optimizer) -> bool:
    return optimizer.family is Family.ADAM or optimizer.coupling is Coupling.DECOUPLED


def _is_telling(optimizer: Optimizer) -> bool:
    """Whether the name alone makes a file worth reading: not that of one that decays only where a decay is written."""
    is_plain = optimizer.family in (Family.SGD, Family.ADAPTIVE) and Decimal(optimizer.default) == 0
    return _matters(optimizer) and not is_plain
