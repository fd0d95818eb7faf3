"""What a penalty in a loss is: its norms, their coefficients, and which optimizers train on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.constructions import Construction
from adamw_lint.model.losses.parts import Part, leaves
from adamw_lint.model.losses.sinks import Sink
from adamw_lint.model.losses.yielded import Penalised
from adamw_lint.model.program import Program
from adamw_lint.model.scale import ONE, Scale
from adamw_lint.model.survey import Survey
from adamw_lint.read.penalties import may_hold_penalties


@dataclass(frozen=True, slots=True, eq=False)
class LossTerm:
    """One penalty on parameters that reaches a loss: `coefficient · ‖penalised‖²`, or without the square.

    `node` is the addend, `outer` what the whole loss is multiplied by after the addition, `reaches` the constructions
    that train on the loss, `steps` their steps in the function of the sink, `backed` the
    number of calls in the file that back a loss; `is_uniform` says that one norm, with one
    coefficient, is all there is to the penalty.
    """

    node: cst.BaseExpression
    coefficient: Scale
    outer: Scale
    penalised: tuple[Penalised, ...]
    squared: bool
    is_open: bool  # a norm whose order is known only at run time
    mean: bool
    optional: bool
    is_uniform: bool
    sink: Sink
    path: tuple[Part, ...]
    reaches: tuple[Construction, ...] = ()
    steps: tuple[cst.Call, ...] = ()
    backed: int = 1


def penalties(loss: Part, survey: Survey, program: Program, is_added: bool) -> Iterator[tuple[Part, ...]]:
    """The outermost parts that hold penalties and nothing else, each with the parts around it, outermost first.

    A loss that is nothing but norms is what the program minimises, no penalty, unless it is added to another one. A
    penalty that another file adds to the loss is taken where it is made, or where its parameters are named.
    """
    stack: list[tuple[Part, ...]] = [(loss,)] if loss.is_mixed or is_added else []
    while stack:
        path = stack.pop()
        part = path[-1]
        is_rescaled = len(part.children) == 1 and part.children[0].node is part.node
        if part.is_penal and not part.is_mixed and not is_rescaled and _is_at_home(part, survey, program):
            yield path if survey.root(loss.node) is survey.root(part.node) else _innermost(path)
        elif part.is_penal:
            stack.extend((*path, child) for child in reversed(part.children))


def _innermost(path: tuple[Part, ...]) -> tuple[Part, ...]:
    """The path to where a penalty is summed: down to its norm, or to the sum of several."""
    while len(penal := [child for child in path[-1].children if child.is_penal]) == 1:
        path = (*path, penal[0])
    return path


def _is_at_home(part: Part, survey: Survey, program: Program) -> bool:
    """Whether a part stands in the file of its norms, or in that of the parameters if calls are looked at there."""
    home, norms = survey.root(part.node), [leaf for leaf in leaves(part) if leaf.norm is not None]
    if part.norm is not None or all(survey.root(leaf.node) is home for leaf in norms):
        return True
    are_named = all(leaf.norm is not None and survey.root(leaf.norm.of.written) is home for leaf in norms)
    return are_named and may_hold_penalties(program.text_around(part.node))


def below(part: Part) -> Iterator[Part]:
    """The part and the penalties below it."""
    stack = [part]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(child for child in current.children if child.is_penal)


def coefficients(part: Part) -> Iterator[Scale]:
    """The coefficient of every norm below a part."""
    stack = [(part, ONE)]
    while stack:
        current, scale = stack.pop()
        scale = scale.times(current.scale)
        if current.norm is not None:
            yield scale
        stack.extend((child, scale) for child in reversed(current.children) if child.is_penal)


def product(path: tuple[Part, ...]) -> Scale:
    """What the parts of a path multiply by together."""
    scale = ONE
    for part in path:
        scale = scale.times(part.scale)
    return scale
