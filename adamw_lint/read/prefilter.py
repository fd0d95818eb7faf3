"""Tells from the bytes of a file whether it may concern us at all, before anything is decoded or parsed."""

import re
from functools import cache

from adamw_lint.rulebook import Coupling, Family, Optimizer, optimizers, words


def may_concern(data: bytes) -> bool:
    """Whether the bytes hold something that a rule could speak about."""
    return may_build(data) or may_penalise(data)


def may_build(data: bytes) -> bool:
    """Whether the bytes mention an optimizer that a rule could speak about, or give a decay to what may be one."""
    return _mention().search(data) is not None


def may_penalise(data: bytes) -> bool:
    """Whether the bytes may take a norm of parameters and make it part of a loss."""
    return all(pattern.search(data) is not None for pattern in _penalty())


@cache
def _mention() -> re.Pattern[bytes]:
    names = {path.rpartition(".")[2] for optimizer in optimizers() if _matters(optimizer) for path in optimizer.paths}
    # A name that holds another one says nothing more, and few plain literals are what `re` is fast at.
    shortest = sorted(name for name in names if not any(other in name for other in names - {name}))
    decays = {
        optimizer.decay_argument for optimizer in optimizers() if optimizer.decay_argument and _matters(optimizer)
    }
    given = [rf"{re.escape(name)}\s*[=\"']" for name in sorted(decays)]
    return re.compile("|".join([*map(re.escape, shortest), *given]).encode())


@cache
def _penalty() -> tuple[re.Pattern[bytes], ...]:
    said = words("penalty")
    return tuple(
        re.compile("|".join(said[key]).encode()) for key in ("said_of_loss", "said_of_norms", "said_of_weights")
    )


def _matters(optimizer: Optimizer) -> bool:
    return optimizer.family is Family.ADAM or optimizer.coupling is Coupling.DECOUPLED
