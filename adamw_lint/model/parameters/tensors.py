"""The parameters of a model, as the checks speak of them: name, role, number of dimensions, layer."""

from dataclasses import dataclass
from enum import Enum, auto


class Role(Enum):
    """What a parameter does in its layer."""

    WEIGHT = auto()
    BIAS = auto()  # the shift of a norm is one too
    NORM = auto()  # the scale of a norm layer


@dataclass(frozen=True, slots=True)
class Tensor:
    """One parameter: its dotted name, its role, its dimensions if known, and the dotted class of its layer."""

    name: str
    role: Role
    ndim: int | None
    layer: str
