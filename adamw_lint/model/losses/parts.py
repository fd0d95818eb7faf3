"""What a loss is made of: norms of parameters, sums of parts, and the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.losses.norms import Norm
from adamw_lint.model.scale import ONE, Scale


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a loss: a norm of parameters, a sum of parts, or something else.

    `is_penal` says that a norm is below, `is_mixed` that something else than norms and constants is; `scale` is what
    the children are multiplied by here.
    """

    node: cst.BaseExpression
    children: tuple["Part", ...] = ()
    norm: Norm | None = None
    is_penal: bool = False
    is_mixed: bool = False
    scale: Scale = ONE
    is_mean: bool = False
    is_optional: bool = False


def penalty(node: cst.BaseExpression, norm: Norm) -> Part:
    """A part that is a norm of parameters."""
    return Part(node, norm=norm, is_penal=True, scale=norm.scale)


def leaves(part: Part) -> Iterator[Part]:
    """The norms below a part."""
    stack = [part]
    while stack:
        current = stack.pop()
        if current.norm is not None:
            yield current
        stack.extend(reversed(current.children))


def sum_of(node: cst.BaseExpression, children: list[Part], scale: Scale = ONE) -> Part:
    """A part that is the sum of others, times a scale."""
    is_penal = any(child.is_penal for child in children)
    is_mixed = any(child.is_mixed for child in children)
    return Part(node, tuple(children), None, is_penal, is_mixed, scale)


def other(node: cst.BaseExpression) -> Part:
    """A part of which nothing is known."""
    return Part(node, is_mixed=True)


def constant(node: cst.BaseExpression) -> Part:
    """A part that no gradient flows through."""
    return Part(node)


def collapsed(part: Part) -> Part:
    """A part without the names around it that change nothing."""
    while len(part.children) == 1 and part.scale is ONE and not part.is_mean:
        part = part.children[0]
    return part


def rescaled(part: Part, scale: Scale) -> Part:
    """The same part times a scale."""
    return part if scale.is_plain and scale.number == 1 else sum_of(part.node, [part], scale)
