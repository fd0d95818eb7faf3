"""Tells from the bytes of a file whether it may concern us at all, before anything is decoded or parsed."""

import re
from decimal import Decimal
from functools import cache

from adamw_lint.read.outline import takes_norms
from adamw_lint.rulebook import Coupling, Family, Optimizer, optimizers, words


def may_concern(data: bytes) -> bool:
    """Whether the bytes hold something that a rule could speak about."""
    return may_build(data) or may_penalise(data) or may_step(data) or may_estimate(data) or may_regularise(data)


def may_build(data: bytes) -> bool:
    """Whether the bytes mention an optimizer that a rule could speak about, or give a decay to what may be one."""
    return _mention().search(data) is not None


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
    is_said = all(any(word in data for word in said) for said in _penalty())
    return is_said and takes_norms(data.decode(errors="replace"))


def may_regularise(data: bytes) -> bool:
    """Whether the bytes may give layers a regularizer that is a penalty on their weights."""
    return all(any(word in data for word in some) for some in _regularizers())


@cache
def _regularizers() -> tuple[tuple[bytes, ...], ...]:
    return tuple(tuple(word.encode() for word in some) for some in words("layer_literals").values())


@cache
def _mention() -> re.Pattern[bytes]:
    names = {
        path.rpartition(".")[2] for optimizer in optimizers() if _is_telling(optimizer) for path in optimizer.paths
    }
    # A name that holds another one says nothing more, and few plain literals are what `re` is fast at.
    shortest = sorted(name for name in names if not any(other in name for other in names - {name}))
    decays = {
        optimizer.decay_argument for optimizer in optimizers() if optimizer.decay_argument and _matters(optimizer)
    }
    given = [rf"{re.escape(name)}\s*[=\"']" for name in sorted(decays)]
    return re.compile("|".join([*map(re.escape, shortest), *given]).encode())


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
