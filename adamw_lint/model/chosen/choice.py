"""How an optimizer came to be chosen by a text, and what that means for its decay."""

from dataclasses import dataclass

import libcst as cst

from adamw_lint.model.chosen.facts import Document
from adamw_lint.rulebook import Optimizer


@dataclass(frozen=True, slots=True, eq=False)
class Sparing:
    """What settings say about biases and norms.

    `spares` is true also where that cannot be told; `holder` is the call that is to say it, and `after` the argument
    there after which it may stand; both are None where it cannot be added. `overruled_by` names the part of the model
    for which something else said there keeps them from being spared, with the node that says it.
    """

    document: Document
    spares: bool
    holder: cst.Call | None = None
    after: cst.Arg | None = None
    adds_to: bool = False
    overruled_by: tuple[str, cst.CSTNode] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """One way in which a text chooses an optimizer.

    `texts` says for the path of an optimizer what names it here; `exclusion` how biases and norms are spared, which is
    the optimizer's own way where it is None; `default` is the decay when none is written; `resumes` says that the state
    of an earlier run is loaded; `hands_on` that the call takes every argument of the optimizer.
    """

    name: str
    texts: dict[str, str]
    exclusion: str | None = None
    default: str | None = None
    resumes: bool = False
    hands_on: bool = True
    sparing: Sparing | None = None
    unless: tuple[str, ...] = ()

    def text(self, optimizer: Optimizer) -> str | None:
        """What names an optimizer here; None where nothing does."""
        return self.texts.get(optimizer.name)
