"""The names of a model's parameters, computed from the program's own classes and the layers they are built of."""

from functools import cached_property
from typing import Any

import libcst as cst

from adamw_lint.layer_facts import LayerFact
from adamw_lint.model.frames import Frames
from adamw_lint.model.parameters.catalogue import Catalogue
from adamw_lint.model.parameters.interpreter import ExhaustedError, Interpreter
from adamw_lint.model.parameters.listing import Lister, Listing
from adamw_lint.model.parameters.tensors import Tensor
from adamw_lint.model.parameters.things import Scope
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values

_NOTHING = Listing({}, complete=False)


class Architecture:
    """Answers for one surveyed file and what it imports of its own program.

    Where the number of layers of a list is known at run time only, one stands for all, of number 0: names are right
    up to their digits.
    """

    def __init__(
        self, survey: Survey, values: Values, frames: Frames, facts: dict[str, LayerFact], words: dict[str, Any]
    ) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._catalogue = Catalogue(facts, words)
        self._known: dict[cst.CSTNode, Listing] = {}

    def tensors(self, model: cst.BaseExpression) -> tuple[Tensor, ...] | None:
        """Every parameter of a model as `named_parameters()` yields them; None where there may be others, or fewer."""
        return self._listing(model).all

    def known(self, model: cst.BaseExpression) -> tuple[Tensor, ...]:
        """The parameters that a model certainly has, also where some of its layers are not known."""
        return self._listing(model).certain

    def _listing(self, model: cst.BaseExpression) -> Listing:
        if model not in self._known:
            self._known[model] = self._list(model)
        return self._known[model]

    def _list(self, model: cst.BaseExpression) -> Listing:
        if model not in self._survey.orders:
            return _NOTHING
        run = Interpreter(self._survey, self._values, self._frames, self._catalogue, self._survey.use(model))
        try:
            built = run.expression(model, Scope())
            found = Lister(run, self._used).of(built)
        except (ExhaustedError, RecursionError):
            return _NOTHING
        return Listing(found.tensors, found.complete and not run.is_lost)

    @cached_property
    def _used(self) -> frozenset[str]:
        """The attributes of the program that are called, or run over, as layers are."""
        return frozenset(name for name, reads in self._survey.attribute_reads.items() if any(map(self._is_used, reads)))

    def _is_used(self, read: cst.Attribute) -> bool:
        inner: cst.CSTNode = read
        for outer in self._survey.ancestors(read):
            if isinstance(outer, cst.Call):
                return outer.func is inner
            if isinstance(outer, (cst.For, cst.CompFor)):
                return outer.iter is inner
            if not isinstance(outer, (cst.Attribute, cst.Subscript)) or outer.value is not inner:
                return False
            inner = outer
        return False
