"""What an iterable of parameters or modules gives: which parameters these are, and in which form."""

from dataclasses import dataclass
from enum import Enum, auto

import libcst as cst

from adamw_lint.model.frames import Place


class Yield(Enum):
    """What an iterable gives with each step."""

    PARAMETER = auto()
    NAMED_PARAMETER = auto()
    MODULE = auto()
    NAMED_MODULE = auto()
    TRAVERSED = auto()  # module, name and parameter


@dataclass(frozen=True, slots=True, eq=False)
class Penalised:
    """Parameters that a norm is taken of: as written, and whether these are all the parameters of `root`."""

    written: cst.BaseExpression
    root: Place
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """An iterable of parameters or modules."""

    yields: Yield
    of: Penalised
