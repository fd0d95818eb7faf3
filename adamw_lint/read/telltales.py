"""Which words in a file tell that it may concern us, gathered from the facts once and kept as plain data."""

import re
from decimal import Decimal
from typing import Any

from adamw_lint.rulebook import Coupling, Family, Optimizer, frameworks, optimizers, schemas, words

Telltales = dict[str, Any]


def stated() -> Telltales:
    """What the facts of the rulebook, and those of the user as far as they are known here, tell files by.

    `names` are words of which one is in every file that mentions an optimizer, `mentions` is the expression that says
    so to the letter where such a word begins; `common` holds for each library an expression for the names in it that
    are words like any other.
    """
    names = {name for name in map(_last, _paths()) if not name.islower()}
    # A name ends where a word may end: no Lamb in Lambda. One that holds another says nothing more.
    shortest = sorted(
        name for name in names if not any(re.search(rf"{other}(?![a-z])", name) for other in names - {name})
    )
    decays = {
        optimizer.decay_argument for optimizer in optimizers() if optimizer.decay_argument and _matters(optimizer)
    }
    telling = sorted(name for name in decays if "decay" in name)  # not `wd`, in which many a word ends
    # No `no_weight_decay`, and as a text no `optimizer.weight_decay`.
    given = [rf"(?<!\w){re.escape(name)}\s*=|(?<=[\"']){re.escape(name)}[\"']" for name in telling]
    return {
        "names": [name.encode() for name in (*shortest, *telling)],
        "mentions": "|".join([*(rf"{re.escape(name)}(?![a-z])" for name in shortest), *given]).encode(),
        "common": _common(),
        "penalty": _encoded(words("penalty"), ("said_of_norms", "said_of_weights", "said_of_loss")),
        "configuring": _encoded(schemas("literals"), ("decays", "choosers")),
        "texts": _encoded(schemas("literals"), ("texts",)),
        "number": schemas("literals")["number"].encode(),
        **{f"{subject}_literals": _encoded(words(f"{subject}_literals")) for subject in ("step", "estimate", "layer")},
        **{f"{subject}_patterns": _encoded(words(f"{subject}_patterns")) for subject in ("step", "estimate")},
    }


def _encoded(table: dict[str, Any], keys: tuple[str, ...] = ()) -> list[list[bytes]]:
    return [[word.encode() for word in table[key]] for key in keys or table]


def _common() -> dict[bytes, bytes]:
    """The names in lower case, which are words like any other and count only beside the name of their library."""
    plain = [path for path in (*_paths(), *_decaying()) if _last(path).islower()]
    libraries = sorted({path.partition(".")[0] for path in plain})
    names = {library: sorted({_last(path) for path in plain if path.startswith(library)}) for library in libraries}
    return {library.encode(): rf"\b(?:{'|'.join(some)})\b".encode() for library, some in names.items()}


def _paths() -> list[str]:
    return [path for optimizer in optimizers() if is_telling(optimizer) for path in optimizer.paths]


def _decaying() -> list[str]:
    """The transformations of a chain that decay: what follows or precedes them need not be an optimizer by name."""
    tables = [table for facts in frameworks().values() for table in facts.get("transformation", ())]
    return [name for table in tables if table["does"] == "decay" for name in table["names"]]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _matters(optimizer: Optimizer) -> bool:
    return optimizer.family is Family.ADAM or optimizer.coupling is Coupling.DECOUPLED


def is_telling(optimizer: Optimizer) -> bool:
    """Whether the name alone makes a file worth reading: not that of one that decays only where a decay is written."""
    is_plain = optimizer.family in (Family.SGD, Family.ADAPTIVE) and Decimal(optimizer.default) == 0
    return _matters(optimizer) and not is_plain
