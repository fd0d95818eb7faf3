"""What is known of the parameters of a model: from the program's classes, or from the tables of well-known ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from adamw_lint.model.parameters.architecture import Architecture
from adamw_lint.model.parameters.pretrained import Options, Pretrained
from adamw_lint.model.parameters.tensors import Tensor
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Defined


@dataclass(frozen=True, slots=True)
class Holding:
    """The known parameters of one model that an expression may be; `complete` where there are no others.

    `label` is the word that chooses it, empty where there is no choice; `is_any` says that any word may be chosen.
    """

    tensors: tuple[Tensor, ...]
    complete: bool
    label: str = ""
    is_any: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.tensors)


class Inventory:
    """Answers for one surveyed file."""

    def __init__(self, survey: Survey, values: Values, architecture: Architecture, pretrained: Pretrained) -> None:
        self._survey = survey
        self._values = values
        self._architecture = architecture
        self._pretrained = pretrained

    def of(self, model: cst.BaseExpression) -> tuple[Holding, ...]:
        """The models that an expression may be; just one of which nothing is known where none is in sight."""
        options = self._pretrained.options(model)
        if options:
            return _holdings(options)
        built = self._built(model)
        if built is None:
            return self._own(model)
        return tuple(replace(each, complete=False) for each in self.of(built))

    def _built(self, model: cst.BaseExpression) -> cst.BaseExpression | None:
        """What a variable is bound to first, where other bindings only wrap it, each under a condition."""
        found = self._values.bindings(model) if isinstance(model, (cst.Name, cst.Attribute)) else []
        first = [each for each in found if not _wraps(each, model)]
        is_one = len(first) == 1 < len(found) and first[0].kind is Kind.ASSIGN
        return first[0].value if is_one else None

    def _own(self, model: cst.BaseExpression) -> tuple[Holding, ...]:
        """What the program's own classes say of a model."""
        every = self._architecture.tensors(model)
        if every is not None:
            return (Holding(every, complete=True),)
        known = self._architecture.known(model)
        parts = list(self._parts(model))
        single = [each for _, found in parts for each in found if len(found) == 1]
        whole = Holding((*known, *(tensor for each in single for tensor in each.tensors)), complete=False)
        several = next((found for _, found in parts if len(found) > 1), (Holding((), complete=False),))
        return tuple(replace(each, tensors=(*whole.tensors, *each.tensors), complete=False) for each in several)

    def _parts(self, model: cst.BaseExpression) -> Iterator[tuple[str, tuple[Holding, ...]]]:
        """The well-known models that an instance of a class of the program keeps in its attributes."""
        owner = self._class(model)
        for name, bindings in self._survey.attributes.get(owner, {}).items() if owner is not None else ():
            value = bindings[0].value if len(bindings) == 1 and bindings[0].kind is Kind.ASSIGN else None
            options = self._pretrained.options(value) if value is not None else ()
            if options:
                placed = [replace(each, tensors=_under(name, each.tensors)) for each in _holdings(options)]
                yield name, tuple(placed)

    def _class(self, model: cst.BaseExpression) -> cst.ClassDef | None:
        """The class of the program that a model is an instance of."""
        if dotted(model) == "self":
            return self._survey.owner(model)
        binding = self._values.bound_once(model)
        built = binding.value if binding is not None and binding.kind is Kind.ASSIGN else None
        target = self._values.worth(built.func) if isinstance(built, cst.Call) else None
        is_class = isinstance(target, Defined) and isinstance(target.node, cst.ClassDef)
        return target.node if is_class and isinstance(target, Defined) else None  # type: ignore[return-value]


def _holdings(options: Options) -> tuple[Holding, ...]:
    is_one = len(options) == 1
    return tuple(
        Holding(each.tensors or (), each.tensors is not None, "" if is_one else each.label, each.is_any)
        for each in options
    )


def _wraps(binding: Binding, model: cst.BaseExpression) -> bool:
    """Whether a variable is bound to a call that is handed the same variable: `model = DataParallel(model)`."""
    value = binding.value
    return isinstance(value, cst.Call) and any(dotted(arg.value) == dotted(model) for arg in value.args)


def _under(prefix: str, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(replace(each, name=f"{prefix}.{each.name}") for each in tensors)
