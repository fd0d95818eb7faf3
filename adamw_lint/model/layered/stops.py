"""Where a regularizer is on its way through a program."""

from dataclasses import dataclass
from enum import Enum, auto

import libcst as cst


class Stage(Enum):
    """What has become of a regularizer."""

    REGULARIZER = auto()  # the object itself
    ARGUMENTS = auto()  # a dict of arguments with it
    LAYER = auto()  # a layer that has it, what the layer returns, a list of layers, a model


@dataclass(frozen=True, slots=True)
class Stop:
    """An expression that the regularizer reaches, and as what; `via` has the calls that it came into functions by."""

    node: cst.BaseExpression
    stage: Stage
    via: tuple[cst.Call, ...] = ()
